"""Adding, changing and dropping the places where people are told."""

from collections.abc import Mapping
from typing import Any, Final

from django.db import transaction

from alerts.errors import BadContentError
from alerts.models import Destination, DestinationState
from alerts.selectors.destinations import destinations_of
from alerts.services.rules import one_at_a_time
from alerts.transports.registry import check_config, is_configured
from alerts.typed import Typed
from alerts.types import DestinationKind

MOST_DESTINATIONS: Final = 20
"""Of one person, beside the one in the app."""
MOST_AN_HOUR: Final = 1_000
LONGEST_NAME: Final = 80
_USUAL_AN_HOUR: Final = 60
_NAMES: Final[Mapping[DestinationKind, str]] = {
    DestinationKind.EMAIL: "E-mail",
    DestinationKind.TELEGRAM: "Telegram",
    DestinationKind.DISCORD: "Discord",
    DestinationKind.WEBHOOK: "Webhook",
    DestinationKind.WEB_PUSH: "This browser",
    DestinationKind.APPRISE: "Apprise",
}
_ADDED: Final = tuple(_NAMES)


def create_destination(
    owner_id: Any, given: object, *, request_key: str = ""
) -> tuple[Destination, bool]:
    """
    Add a destination that is still to be proved; the same request makes one.

    Returns
    -------
    tuple[Destination, bool]
        The destination, and whether it is new.

    Raises
    ------
    BadContentError
        If it is at fault, or the person has as many as they may.
    DestinationConfigError
        If its address is at fault.
    """
    typed = Typed(given, "destination")
    kind = DestinationKind(typed.word("kind", _ADDED, DestinationKind.EMAIL))
    if typed.take("kind") is None:
        typed.refuse("kind", f"kind is missing; it must be one of {', '.join(_ADDED)}.")
    elif not is_configured(kind):
        name = _NAMES[kind]
        typed.refuse("kind", f"{name} is not set up on this board; ask its operator.")
    name = typed.line("name", longest=LONGEST_NAME) or _NAMES[kind]
    limit = _messages_an_hour(typed, _USUAL_AN_HOUR)
    config = _config(typed)
    typed.done()
    # Before the transaction: it looks names up, and may take a second.
    checked = _checked(kind, config)
    with transaction.atomic():
        one_at_a_time(owner_id)
        own = destinations_of(owner_id)
        if request_key and (made := own.filter(request_key=request_key).first()):
            return made, False
        used = own.exclude(kind=DestinationKind.IN_APP).count()
        if used >= MOST_DESTINATIONS:
            sentence = (
                f"There are {used} destinations; {MOST_DESTINATIONS} is the most."
            )
            raise BadContentError({"request": [sentence]})
        made = Destination.objects.create(
            owner_id=owner_id,
            kind=kind,
            name=name,
            config=checked,
            messages_an_hour=limit,
            request_key=request_key or None,
        )
        return made, True


def change_destination(destination: Destination, given: object) -> bool:
    """
    Change what is given of a destination; return whether it has to be proved anew.

    Raises
    ------
    BadContentError
        If something is at fault, or it is used before it was proved.
    DestinationConfigError
        If its new address is at fault.
    """
    typed = Typed(given, "destination")
    told = given if isinstance(given, dict) else {}
    name = typed.line("name", longest=LONGEST_NAME) or destination.name
    limit = _messages_an_hour(typed, destination.messages_an_hour)
    muted_until = typed.moment("muted_until")
    state = DestinationState(
        typed.word("state", DestinationState.values, destination.state)
    )
    if state != destination.state and DestinationState.UNVERIFIED in {
        state,
        destination.state,
    }:
        typed.refuse("state", "A destination is verified by its code or its link.")
    config = _config(typed)
    if config is not None and destination.kind == DestinationKind.IN_APP:
        typed.refuse("config", "In the app there is no address.")
    typed.done()
    if state == DestinationState.VERIFIED != destination.state:
        destination.failing_since, destination.last_error = None, ""
    is_new_address = config is not None
    if is_new_address:
        destination.config = _checked(DestinationKind(destination.kind), config)
        state = DestinationState.UNVERIFIED
        destination.secret_hash = ""
    destination.name, destination.state = name, state
    destination.messages_an_hour = limit
    if "muted_until" in told:
        destination.muted_until = muted_until
    destination.save()
    return is_new_address


def delete_destination(destination: Destination) -> None:
    """
    Let a destination go, with what was owed to it.

    Raises
    ------
    BadContentError
        If it is the one in the app, which everyone has.
    """
    if destination.kind == DestinationKind.IN_APP:
        raise BadContentError({"request": ["The place in the app stays; mute it."]})
    destination.delete()


def _messages_an_hour(typed: Typed, default: int) -> int:
    return typed.integer("messages_an_hour", default, low=1, high=MOST_AN_HOUR)


def _config(typed: Typed) -> dict[str, Any] | None:
    config = typed.take("config")
    if config is not None and not isinstance(config, dict):
        typed.refuse("config", "config must be an object.")
        return None
    return config


# A chat is never typed: whoever presses Start there says that it is theirs.
def _checked(kind: DestinationKind, config: dict[str, Any] | None) -> dict[str, Any]:
    config = config or {}
    if kind is DestinationKind.TELEGRAM:
        return {}
    if kind is DestinationKind.WEB_PUSH and isinstance(
        config.get("subscription"), dict
    ):
        config = config["subscription"]
    if kind is DestinationKind.WEBHOOK:
        config = {"url": config.get("url")}
    return check_config(kind, config)
