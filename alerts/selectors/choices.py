"""Signals, and which of them people want to hear of."""

from typing import Any

from django.db.models import QuerySet

from alerts.models import Signal, SignalChoice


def signal_of(slug: str) -> Signal | None:
    """Return a signal by its slug, None where there is none."""
    return Signal.objects.filter(slug=slug).first()


def choices_of(owner_id: Any) -> QuerySet[SignalChoice]:
    """Return the signals that a person wants to hear of, with where."""
    return SignalChoice.objects.filter(owner_id=owner_id, is_enabled=True)
