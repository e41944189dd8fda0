"""Telling people something in the app, and noting what they have seen."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from alerts.models import Delivery, Destination, DestinationState
from alerts.selectors.notifications import unread_of
from alerts.types import DeliveryState, DestinationKind
from scalpaiboard.lib.clock import now


def in_app_of(owner_id: Any) -> Destination:
    """Return where a person is told in the app; it is made once, verified."""
    made, _ = Destination.objects.get_or_create(
        owner_id=owner_id,
        kind=DestinationKind.IN_APP,
        defaults={"name": "In the app", "state": DestinationState.VERIFIED},
    )
    return made


def tell_in_app(
    owner_id: Any, *, key: str, title: str, text: str, link: str
) -> Delivery:
    """Tell a person something in the app, once a key."""
    at = now()
    told, _ = Delivery.objects.get_or_create(
        key=key,
        defaults={
            "destination": in_app_of(owner_id),
            "owner_id": owner_id,
            "content": {"title": title, "text": text, "link": link, "symbols": []},
            "state": DeliveryState.DELIVERED,
            "due_at": at,
            "delivered_at": at,
        },
    )
    return told


def mark_read(owner_id: Any, ids: Collection[UUID] | None) -> int:
    """
    Note that a person has seen what they were told; return how much that is new.

    Parameters
    ----------
    owner_id
        The person.
    ids
        Which of it, None for all.
    """
    unread = unread_of(owner_id)
    if ids is not None:
        unread = unread.filter(pk__in=ids)
    return unread.update(read_at=now())
