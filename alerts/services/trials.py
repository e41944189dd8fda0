"""Messages that are owed to see how they look and whether they arrive."""

from typing import Any
from uuid import uuid4

from django.db import transaction

from alerts.errors import BadContentError
from alerts.models import Alert, Delivery, Destination, DestinationState
from alerts.types import DeliveryState, DestinationKind
from scalpaiboard.lib.clock import now


@transaction.atomic
def owe_test(alert: Alert, *, request_key: str = "") -> list[Delivery]:
    """
    Owe a test message to every destination of an alert that is ready.

    The same request again owes nothing more.

    Raises
    ------
    BadContentError
        If it has no such destination.
    """
    ready = alert.destinations.filter(state=DestinationState.VERIFIED)
    content = {
        "title": f"Test: {alert.name}",
        "text": f"This is how the alert {alert.name!r} reaches you. "
        f"It speaks when: {alert.expression}",
        "link": "",
        "symbols": [alert.symbol] if alert.symbol else [],
        "payload": {"type": "test", "rule": {"kind": "alert", "id": alert.pk}},
        "picture": None,
    }
    owed = [
        _owe(one, f"test:{alert.pk}:{request_key or uuid4().hex}:{one.pk}", content)
        for one in ready
    ]
    if not owed:
        raise BadContentError(
            {"destinations": ["This alert has no destination that is ready."]}
        )
    return owed


def owe_destination_test(destination: Destination) -> Delivery:
    """
    Owe a test message to one destination.

    Raises
    ------
    BadContentError
        If it is not ready.
    """
    if not destination.is_ready:
        raise BadContentError({"request": ["This destination is not ready yet."]})
    content: dict[str, Any] = {
        "title": f"Test: {destination.name}",
        "text": f"This is how messages reach you at {destination.name!r}.",
        "link": "",
        "symbols": [],
        "payload": {"type": "test"},
        "picture": None,
    }
    return _owe(destination, f"test:{uuid4().hex}:{destination.pk}", content)


def _owe(destination: Destination, key: str, content: dict[str, Any]) -> Delivery:
    at = now()
    is_shown = destination.kind == DestinationKind.IN_APP
    owed, _ = Delivery.objects.get_or_create(
        key=key,
        defaults={
            "destination": destination,
            "owner_id": destination.owner_id,
            "content": content,
            "state": DeliveryState.DELIVERED if is_shown else DeliveryState.OWED,
            "due_at": at,
            "delivered_at": at if is_shown else None,
        },
    )
    return owed
