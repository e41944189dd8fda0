"""Everything that messages go to, on loopback, and the settings that lead there."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, override

from pytest_django import Settings

from alerts.types import DestinationKind
from tests.fakes.discord import FakeDiscord
from tests.fakes.http_server import FakeServer, Received, Reply
from tests.fakes.mail import FakeMailServer
from tests.fakes.push_service import FakePushService
from tests.fakes.telegram import TOKEN, FakeTelegram

SMTP = "django.core.mail.backends.smtp.EmailBackend"


class FakeReceiver(FakeServer):
    """A webhook's receiver that echoes challenges, unless it is told otherwise."""

    def __init__(self) -> None:
        super().__init__()
        self.echoes = True

    @override
    def reply(self, received: Received) -> Reply:
        asked = received.json()
        if self.echoes and asked.get("type") == "challenge":
            return Reply(200, {"challenge": asked["challenge"]})
        return Reply()


@dataclass
class World:
    """Where messages go."""

    telegram: FakeTelegram
    discord: FakeDiscord
    push: FakePushService
    receiver: FakeReceiver
    mail: FakeMailServer

    def typed(self, kind: str) -> dict[str, Any]:
        """What a person types to be told there."""
        typed: dict[str, dict[str, Any]] = {
            DestinationKind.EMAIL: {"address": "alice@example.org"},
            DestinationKind.TELEGRAM: {},
            DestinationKind.DISCORD: {"url": self.discord.webhook},
            DestinationKind.WEBHOOK: {"url": self.receiver.url},
            DestinationKind.WEB_PUSH: {"subscription": self.push.subscription},
            DestinationKind.APPRISE: {"url": f"json://{self.receiver.host}"},
        }
        return typed[kind]


@contextmanager
def a_world(settings: Settings, folder: Path) -> Iterator[World]:
    """Serve everything while the block lasts."""
    with ExitStack() as stack:
        world = World(
            stack.enter_context(FakeTelegram()),
            stack.enter_context(FakeDiscord()),
            stack.enter_context(FakePushService()),
            stack.enter_context(FakeReceiver()),
            stack.enter_context(FakeMailServer()),
        )
        options = {"host": "127.0.0.1", "port": world.mail.port}
        settings.MAILERS = {"default": {"BACKEND": SMTP, "OPTIONS": options}}
        settings.TELEGRAM_API_URL = world.telegram.url
        settings.TELEGRAM_BOT_TOKEN = TOKEN
        settings.WEBHOOK_ALLOWED_HOSTS = ["127.0.0.1"]
        settings.ONE_PROCESS = True
        settings.DATA_DIR = folder
        yield world
