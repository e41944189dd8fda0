from typing import Any

import pytest
from pytest_django import Settings

from alerts.errors import (
    DestinationConfigError,
    DestinationGoneError,
    NotConfiguredError,
)
from alerts.transports.registry import (
    bot_api,
    check_config,
    is_configured,
    transport_for,
    web_push_key,
)
from alerts.types import DestinationKind
from tests.alerts.transports.messages import message
from tests.alerts.world import World


def given(world: World, kind: DestinationKind) -> dict[str, Any]:
    """What is known of a place once Alice has proved it."""
    match kind:
        case DestinationKind.TELEGRAM:
            return {"chat_id": "7"}
        case DestinationKind.WEB_PUSH:
            return world.push.subscription
        case _:
            return world.typed(kind)


def came(world: World) -> list[int]:
    return [
        len(world.mail.mails),
        len(world.telegram.messages),
        len(world.discord.messages),
        len(world.receiver.received),
        len(world.push.shown),
    ]


@pytest.mark.parametrize(
    ("kind", "place"),
    [
        (DestinationKind.EMAIL, 0),
        (DestinationKind.TELEGRAM, 1),
        (DestinationKind.DISCORD, 2),
        (DestinationKind.WEBHOOK, 3),
        (DestinationKind.WEB_PUSH, 4),
        (DestinationKind.APPRISE, 3),
    ],
)
def test_what_was_typed_leads_there(
    world: World, kind: DestinationKind, place: int
) -> None:
    config = check_config(kind, given(world, kind))

    transport_for(kind, config).send(message())

    assert came(world) == [int(number == place) for number in range(5)]
    assert is_configured(kind)


@pytest.mark.parametrize(
    "kind", [DestinationKind.WEBHOOK, DestinationKind.WEB_PUSH, DestinationKind.DISCORD]
)
def test_without_an_allowance_nothing_here_is_reached(
    world: World, settings: Settings, kind: DestinationKind
) -> None:
    config = check_config(kind, given(world, kind))
    settings.WEBHOOK_ALLOWED_HOSTS = []

    with pytest.raises(DestinationGoneError, match="not a public address"):
        transport_for(kind, config).send(message())
    with pytest.raises(DestinationConfigError):
        check_config(kind, given(world, kind))

    assert came(world) == [0] * 5


def test_a_board_that_is_not_set_up_says_what_is_missing(settings: Settings) -> None:
    settings.MAILERS = {}
    settings.TELEGRAM_BOT_TOKEN = ""
    settings.VAPID_PRIVATE_KEY = ""
    settings.ONE_PROCESS = False

    for kind in (
        DestinationKind.EMAIL,
        DestinationKind.TELEGRAM,
        DestinationKind.WEB_PUSH,
    ):
        assert not is_configured(kind)
    assert is_configured(DestinationKind.WEBHOOK)
    with pytest.raises(NotConfiguredError, match="TELEGRAM_BOT_TOKEN"):
        bot_api()
    with pytest.raises(NotConfiguredError, match="VAPID_PRIVATE_KEY"):
        web_push_key()


@pytest.mark.parametrize("key", ["short", "not base64 💥"])
def test_a_key_that_cannot_be_read_is_the_operators_matter(
    settings: Settings, key: str
) -> None:
    settings.VAPID_PRIVATE_KEY = key

    with pytest.raises(NotConfiguredError, match="cannot be read"):
        web_push_key()


def test_in_the_app_there_is_nothing_to_send() -> None:
    assert check_config(DestinationKind.IN_APP, {}) == {}
    with pytest.raises(ValueError, match="in_app"):
        transport_for(DestinationKind.IN_APP, {})
