"""Stopping signals that contradict themselves, and telling the operators."""

import logging
from collections.abc import Iterable, Mapping
from datetime import datetime

from django.contrib.auth import get_user_model
from django.db import transaction
from django.urls import reverse

from alerts.models import Delivery, Destination, DestinationState, RuleChange, Signal
from alerts.types import DeliveryState, DestinationKind
from scalpaiboard.lib.clock import now

logger = logging.getLogger(__name__)

LONGEST_REASON = 300


@transaction.atomic
def trip(reasons: Mapping[int, str]) -> int:
    """
    Stop the deliveries of signals, by their ids, until an operator resets them.

    Every operator is told in the app, once. Those stopped already stay as they
    are. Returns how many were stopped.
    """
    moment = now()
    # Those who hold the row first stop it; for the others it is stopped already.
    stopped = list(
        Signal.objects.select_for_update()
        .filter(pk__in=reasons, tripped_at__isnull=True)
        .order_by("pk")
    )
    for signal in stopped:
        signal.tripped_at = moment
        signal.tripped_reason = reasons[signal.pk][:LONGEST_REASON]
        signal.save(update_fields=["tripped_at", "tripped_reason", "updated_at"])
        logger.error("Signal %s was stopped: %s", signal.slug, signal.tripped_reason)
    if stopped:
        RuleChange.objects.bulk_create(
            RuleChange(number=signal.number) for signal in stopped
        )
        _tell_operators(stopped, moment)
    return len(stopped)


def _tell_operators(signals: Iterable[Signal], moment: datetime) -> None:
    places = _in_app_of_operators()
    told = (
        Delivery(
            key=f"tripped:{signal.pk}:{signal.version}:{moment:%Y%m%dT%H%M%S.%f}"
            f":{place.owner_id}",
            destination=place,
            owner_id=place.owner_id,
            content={
                "title": f"Signal {signal.name} was stopped",
                "text": f"{signal.tripped_reason} It still finds episodes, and "
                "tells nobody, until you reset it.",
                "link": reverse("admin:alerts_signal_change", args=[signal.pk]),
                "symbols": [],
            },
            state=DeliveryState.DELIVERED,
            due_at=moment,
            delivered_at=moment,
        )
        for signal in signals
        for place in places
    )
    Delivery.objects.bulk_create(told)


def _in_app_of_operators() -> list[Destination]:
    operators = get_user_model().objects.filter(is_staff=True, is_active=True)
    of_kind = Destination.objects.filter(kind=DestinationKind.IN_APP)
    for person in operators.exclude(pk__in=of_kind.values("owner_id")):
        Destination.objects.get_or_create(
            owner=person,
            kind=DestinationKind.IN_APP,
            defaults={"name": "In the app", "state": DestinationState.VERIFIED},
        )
    return list(of_kind.filter(owner__in=operators).order_by("owner_id"))
