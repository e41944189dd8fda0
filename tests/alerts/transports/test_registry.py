from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
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
from tests.fakes.discord import FakeDiscord
from tests.fakes.http_server import FakeServer
from tests.fakes.mail import FakeMailServer
from tests.fakes.push_service import FakePushService
from tests.fakes.telegram import TOKEN, FakeTelegram

SMTP = "django.core.mail.backends.smtp.EmailBackend"


@dataclass
class World:
    """Everything that messages go to, and the settings that lead there."""

    telegram: FakeTelegram
    discord: FakeDiscord
    push: FakePushService
    receiver: FakeServer
    mail: FakeMailServer

    def typed(self, kind: DestinationKind) -> dict[str, Any]:
        """What Alice types to be told there."""
        typed: dict[DestinationKind, dict[str, Any]] = {
            DestinationKind.EMAIL: {"address": "alice@example.org"},
            DestinationKind.TELEGRAM: {"chat_id": "7"},
            DestinationKind.DISCORD: {"url": self.discord.webhook},
            DestinationKind.WEBHOOK: {"url": self.receiver.url},
            DestinationKind.WEB_PUSH: self.push.subscription,
            DestinationKind.APPRISE: {"url": f"json://{self.receiver.host}"},
        }
        return typed[kind]

    def came(self) -> list[int]:
        return [
            len(self.mail.mails),
            len(self.telegram.messages),
            len(self.discord.messages),
            len(self.receiver.received),
            len(self.push.shown),
        ]


@pytest.fixture
def world(settings: Settings, tmp_path: Path) -> Iterator[World]:
    with ExitStack() as stack:
        world = World(
            stack.enter_context(FakeTelegram()),
            stack.enter_context(FakeDiscord()),
            stack.enter_context(FakePushService()),
            stack.enter_context(FakeServer()),
            stack.enter_context(FakeMailServer()),
        )
        options = {"host": "127.0.0.1", "port": world.mail.port}
        settings.MAILERS = {"default": {"BACKEND": SMTP, "OPTIONS": options}}
        settings.TELEGRAM_API_URL = world.telegram.url
        settings.TELEGRAM_BOT_TOKEN = TOKEN
        settings.WEBHOOK_ALLOWED_HOSTS = ["127.0.0.1"]
        settings.ONE_PROCESS = True
        settings.DATA_DIR = tmp_path
        yield world


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
    config = check_config(kind, world.typed(kind))

    transport_for(kind, config).send(message())

    assert world.came() == [int(number == place) for number in range(5)]
    assert is_configured(kind)


@pytest.mark.parametrize(
    "kind", [DestinationKind.WEBHOOK, DestinationKind.WEB_PUSH, DestinationKind.DISCORD]
)
def test_without_an_allowance_nothing_here_is_reached(
    world: World, settings: Settings, kind: DestinationKind
) -> None:
    config = check_config(kind, world.typed(kind))
    settings.WEBHOOK_ALLOWED_HOSTS = []

    with pytest.raises(DestinationGoneError, match="not a public address"):
        transport_for(kind, config).send(message())
    with pytest.raises(DestinationConfigError):
        check_config(kind, world.typed(kind))

    assert world.came() == [0] * 5


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
