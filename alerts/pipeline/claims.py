"""Who sends which message: rows of the outbox under a lease."""

import random
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from django.db import connection, transaction
from django.db.models import F, Q, QuerySet

from alerts.errors import TransportError
from alerts.models import Delivery, Destination, DestinationState
from alerts.types import DeliveryState, DestinationKind

LEASE: Final = timedelta(seconds=90)
"""Longer than any one message may take."""
FIRST_RETRY_S: Final = 5.0
LONGEST_RETRY_S: Final = 3_600.0
TRIED_FOR: Final = timedelta(days=1)
"""So long a message is tried, and a destination may fail, before it is given up."""
_LONGEST_ERROR: Final = 300
_LONGEST_REFERENCE: Final = 300


def claim(most: int, now: datetime) -> list[Delivery]:
    """
    Take due messages for sending, the ones longest due first.

    A message whose lease ran out is due again: whoever had it is gone, and may
    have delivered it, so the receiver gets the same key.
    """
    is_due = Q(state=DeliveryState.OWED) | Q(
        state=DeliveryState.CLAIMED, lease_until__lte=now
    )
    token = uuid4()
    with transaction.atomic():
        due = Delivery.objects.filter(
            is_due, due_at__lte=now, destination__state=DestinationState.VERIFIED
        ).order_by("due_at")
        if connection.features.has_select_for_update_skip_locked:
            due = due.select_for_update(skip_locked=True, of=("self",))
        chosen = list(due.values_list("pk", flat=True)[:most])
        if not chosen:
            return []
        Delivery.objects.filter(pk__in=chosen).update(
            state=DeliveryState.CLAIMED,
            claim=token,
            lease_until=now + LEASE,
            attempts=F("attempts") + 1,
        )
    mine = Delivery.objects.filter(claim=token, state=DeliveryState.CLAIMED)
    return list(mine.select_related("destination").order_by("due_at", "created_at"))


def record_delivered(taken: Iterable[tuple[Delivery, str]], now: datetime) -> int:
    """
    Note that messages were taken, each with its reference at the other side.

    Returns of how many; the lease of the others had gone to somebody else.
    """
    together: dict[tuple[UUID | None, str], list[Delivery]] = defaultdict(list)
    for delivery, reference in taken:
        together[delivery.claim, reference[:_LONGEST_REFERENCE]].append(delivery)
    noted = 0
    for (token, reference), some in together.items():
        mine = Delivery.objects.filter(
            pk__in=[one.pk for one in some], claim=token, state=DeliveryState.CLAIMED
        )
        noted += mine.update(
            state=DeliveryState.DELIVERED,
            reference=reference,
            delivered_at=now,
            lease_until=None,
            last_error="",
        )
    destinations = {
        one.destination_id: one.destination
        for some in together.values()
        for one in some
    }
    mended = [
        pk
        for pk, one in destinations.items()
        if one.failing_since is not None or one.last_error
    ]
    if mended:
        Destination.objects.filter(pk__in=mended).update(
            failing_since=None, last_error=""
        )
    return noted


def put_off(delivery: Delivery, wait_s: float, now: datetime) -> None:
    """Give a message back unsent: it is not its turn yet."""
    _mine(delivery).update(
        state=DeliveryState.OWED,
        due_at=now + timedelta(seconds=wait_s),
        lease_until=None,
        attempts=F("attempts") - 1,
    )


def record_failure(delivery: Delivery, error: TransportError, now: datetime) -> None:
    """
    Note that a message was not taken: it is tried again, or given up.

    Time between tries doubles from 5 s to an hour, with jitter, unless the other
    side said how long to wait. After a day it is given up, and a destination
    that has failed for a day is paused.
    """
    message = str(error)[:_LONGEST_ERROR]
    is_over = error.permanent or now - delivery.created_at >= TRIED_FOR
    if is_over:
        _mine(delivery).update(
            state=DeliveryState.FAILED, last_error=message, lease_until=None
        )
    else:
        wait_s = error.retry_after_s or backoff_s(delivery.attempts)
        _mine(delivery).update(
            state=DeliveryState.OWED,
            due_at=now + timedelta(seconds=wait_s),
            last_error=message,
            lease_until=None,
        )
    destination = Destination.objects.filter(pk=delivery.destination_id)
    destination.update(last_error=message)
    destination.filter(failing_since=None).update(failing_since=now)


def backoff_s(attempts: int) -> float:
    """Return how long to wait after so many tries, with jitter."""
    doubled = FIRST_RETRY_S * 2.0 ** min(max(attempts - 1, 0), 20)
    return min(doubled, LONGEST_RETRY_S) * random.uniform(0.8, 1.2)  # noqa: S311 - no secret


@transaction.atomic
def pause(destination_id: UUID, reason: str, now: datetime) -> bool:
    """
    Send no more to a destination, and tell its owner in the app.

    What it was owed is given up; the events stay in the history. Returns
    whether it was not paused before.
    """
    found = Destination.objects.filter(
        pk=destination_id, state=DestinationState.VERIFIED
    )
    if not found.update(
        state=DestinationState.PAUSED, last_error=reason[:_LONGEST_ERROR]
    ):
        return False
    destination = Destination.objects.get(pk=destination_id)
    unsent = (DeliveryState.OWED, DeliveryState.CLAIMED)
    Delivery.objects.filter(destination=destination, state__in=unsent).update(
        state=DeliveryState.FAILED,
        last_error="The destination was paused.",
        lease_until=None,
    )
    shown, _ = Destination.objects.get_or_create(
        owner_id=destination.owner_id,
        kind=DestinationKind.IN_APP,
        defaults={"name": "In the app", "state": DestinationState.VERIFIED},
    )
    Delivery.objects.create(
        key=f"paused:{destination.pk}:{now:%Y%m%dT%H%M%S.%f}",
        destination=shown,
        owner_id=destination.owner_id,
        content={
            "title": f"{destination.name} is paused",
            "text": f"Messages did not get through: {reason}",
            "link": "/settings/destinations/",
            "symbols": [],
        },
        state=DeliveryState.DELIVERED,
        due_at=now,
        delivered_at=now,
    )
    return True


def _mine(delivery: Delivery) -> QuerySet[Delivery]:
    return Delivery.objects.filter(
        pk=delivery.pk, claim=delivery.claim, state=DeliveryState.CLAIMED
    )
