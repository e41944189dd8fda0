"""What people are told in the app."""

from typing import Any

from django.db.models import QuerySet

from alerts.models import Delivery
from alerts.types import DeliveryState, DestinationKind


def notifications_of(owner_id: Any) -> QuerySet[Delivery]:
    """Return what a person was told in the app, the newest first."""
    return Delivery.objects.filter(
        owner_id=owner_id,
        destination__kind=DestinationKind.IN_APP,
        state=DeliveryState.DELIVERED,
    )


def unread_of(owner_id: Any) -> QuerySet[Delivery]:
    """Return what of it the person has not seen."""
    return notifications_of(owner_id).filter(read_at=None)
