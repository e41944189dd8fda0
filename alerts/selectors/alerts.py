"""A person's alerts, and what came of each."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db.models import Count, Max, Q, QuerySet

from alerts.models import Alert, Episode
from alerts.types import Scope


class AlertState(StrEnum):
    """How an alert is."""

    ACTIVE = "active"
    OPEN = "open"
    PAUSED = "paused"
    FINISHED = "finished"
    EXPIRED = "expired"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class Tally:
    """How often an alert has fired, when last (UTC ms), and on how many pairs now."""

    fired_total: int = 0
    last_fired_ms: int | None = None
    open_pairs: int = 0


def alerts_of(owner_id: Any) -> QuerySet[Alert]:
    """Return a person's own alerts, the newest first."""
    return Alert.objects.filter(owner_id=owner_id)


def alert_of(owner_id: Any, alert_id: int) -> Alert | None:
    """Return a person's own alert, None where it is not theirs or not there."""
    return alerts_of(owner_id).filter(pk=alert_id).first()


def wide_alerts_of(owner_id: Any) -> QuerySet[Alert]:
    """Return a person's alerts that are asked of every pair of the market."""
    return alerts_of(owner_id).filter(scope__in=(Scope.SCREEN, Scope.MARKET))


def tallies_of(alerts: Iterable[Alert]) -> dict[int, Tally]:
    """Return what came of some alerts of one person, by id."""
    numbers = [one.pk for one in alerts]
    rows = (
        Episode.objects.filter(rule_number__in=numbers)
        .order_by()
        .values("rule_number")
        .annotate(
            fires=Count("id"),
            last=Max("opened_ms"),
            open=Count("id", filter=Q(closed_ms=None)),
        )
        .values_list("rule_number", "fires", "last", "open")
    )
    found = {number: Tally(*rest) for number, *rest in rows}
    return {number: found.get(number, Tally()) for number in numbers}


def state_of(alert: Alert, tally: Tally, at: datetime) -> AlertState:
    """Return how an alert is at a moment; the first of what holds."""
    if alert.finished_at is not None:
        return AlertState.FINISHED
    if alert.expires_at is not None and alert.expires_at <= at:
        return AlertState.EXPIRED
    if not alert.is_enabled:
        return AlertState.PAUSED
    if alert.starts_at is not None and alert.starts_at > at:
        return AlertState.WAITING
    return AlertState.OPEN if tally.open_pairs else AlertState.ACTIVE
