"""Where a person is told, and how far each place is from being used."""

from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

from django.db.models import QuerySet

from alerts.models import Destination, DestinationState
from alerts.types import DestinationKind

CODE_MINUTES: Final = 15
"""How long a code or a link proves a destination."""
CODE_KINDS: Final = frozenset(
    {
        DestinationKind.EMAIL,
        DestinationKind.DISCORD,
        DestinationKind.WEB_PUSH,
        DestinationKind.APPRISE,
    }
)
"""Kinds that are proved by a code that was sent there."""
_STEPS: Final = {
    DestinationKind.EMAIL: "Type the code of six digits that was sent to you.",
    DestinationKind.DISCORD: "Type the code of six digits that stands in the channel.",
    DestinationKind.APPRISE: "Type the code of six digits that was sent there.",
    DestinationKind.WEB_PUSH: "Type the code of six digits that the browser shows.",
    DestinationKind.TELEGRAM: "Open the link, and press Start in the chat.",
    DestinationKind.WEBHOOK: "Answer the challenge that is posted to the address.",
}


def destinations_of(owner_id: Any) -> QuerySet[Destination]:
    """Return a person's own destinations, in the order in which they were made."""
    return Destination.objects.filter(owner_id=owner_id)


def destination_of(owner_id: Any, destination_id: UUID) -> Destination | None:
    """Return a person's own destination, None where it is not theirs or not there."""
    return destinations_of(owner_id).filter(pk=destination_id).first()


def next_step(destination: Destination) -> str:
    """Return what its owner has to do before it is used, empty where nothing."""
    if destination.state == DestinationState.PAUSED:
        return "It is paused; resume it to be told again."
    if destination.state == DestinationState.VERIFIED:
        return ""
    if destination.last_error:
        return f"{destination.last_error} Ask for another try."
    return _STEPS[DestinationKind(destination.kind)]


def masked_address(destination: Destination) -> str:
    """Return enough of an address to know it by, and not enough to use it."""
    return _MASKS[DestinationKind(destination.kind)](destination.config)


def _email(config: Mapping[str, Any]) -> str:
    name, _, host = str(config.get("address", "")).rpartition("@")
    return f"{name[:1]}…@{host}"


def _url(config: Mapping[str, Any]) -> str:
    parts = urlsplit(str(config.get("url", "")))
    return f"{parts.hostname or ''}/…{parts.path[-4:]}"


_MASKS: Final[Mapping[DestinationKind, Callable[[Mapping[str, Any]], str]]] = {
    DestinationKind.IN_APP: lambda _config: "on the pages of this board",
    DestinationKind.EMAIL: _email,
    DestinationKind.TELEGRAM: lambda config: str(
        config.get("chat_name") or "a chat that is not known yet"
    ),
    DestinationKind.DISCORD: _url,
    DestinationKind.WEBHOOK: _url,
    DestinationKind.WEB_PUSH: lambda config: (
        urlsplit(str(config.get("endpoint", ""))).hostname or "a browser"
    ),
    DestinationKind.APPRISE: lambda config: (
        f"{str(config.get('url', '')).partition(':')[0]}://…"
    ),
}
