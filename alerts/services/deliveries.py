"""What an operator may do with messages that are owed or were given up."""

from collections.abc import Collection
from typing import Final
from uuid import UUID

from alerts.models import Delivery
from alerts.types import DeliveryState, DestinationKind
from scalpaiboard.lib.clock import now

RETRIED: Final = (DeliveryState.FAILED, DeliveryState.CANCELLED)


def retry_deliveries(ids: Collection[UUID]) -> int:
    """
    Owe messages again that failed or were cancelled; return how many.

    Those that are shown in the app are not sent, and stay as they are.
    """
    given_up = Delivery.objects.filter(pk__in=ids, state__in=RETRIED)
    return given_up.exclude(destination__kind=DestinationKind.IN_APP).update(
        state=DeliveryState.OWED, due_at=now(), attempts=0, lease_until=None, claim=None
    )


def cancel_deliveries(ids: Collection[UUID]) -> int:
    """Owe messages no more that nobody is sending now; return how many."""
    owed = Delivery.objects.filter(pk__in=ids, state=DeliveryState.OWED)
    return owed.update(state=DeliveryState.CANCELLED)
