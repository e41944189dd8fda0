"""Which way out belongs to which kind of destination, as the settings have it."""

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from py_vapid import Vapid02

from alerts.errors import NotConfiguredError
from alerts.transports.apprise import AppriseTransport, check_apprise
from alerts.transports.base import Transport
from alerts.transports.discord import DiscordTransport, check_discord
from alerts.transports.email import EmailTransport, check_email
from alerts.transports.telegram import TelegramTransport, check_telegram
from alerts.transports.telegram_bot import BotApi
from alerts.transports.vapid import contact_of, own_vapid, public_key, read_vapid
from alerts.transports.web_push import WebPushTransport, check_web_push
from alerts.transports.webhook import WebhookTransport, check_webhook
from alerts.types import DestinationKind
from scalpaiboard.lib.http import HttpClient, guarded_client, trusted_client
from scalpaiboard.lib.networks import AllowedHosts


def transport_for(kind: DestinationKind, config: Mapping[str, Any]) -> Transport:
    """
    Return the way out to a destination.

    Parameters
    ----------
    kind
        Any but in the app, which needs none.
    config
        As `check_config` returned it.

    Raises
    ------
    NotConfiguredError
        If the operator has not set this kind up.
    ValueError
        If messages of this kind are not sent.
    """
    if kind not in _MAKERS:
        raise ValueError(f"No messages are sent to destinations of kind {kind}.")
    return _MAKERS[kind](config)


def check_config(kind: DestinationKind, config: Mapping[str, Any]) -> dict[str, Any]:
    """
    Return what is kept of what a person typed as a destination.

    Looks names up, and may take a second.

    Raises
    ------
    DestinationConfigError
        If it cannot be one; with sentences by field.
    """
    return _CHECKERS[kind](config) if kind in _CHECKERS else {}


def is_configured(kind: DestinationKind) -> bool:
    """Tell whether the operator has set up what a kind needs."""
    match kind:
        case DestinationKind.EMAIL:
            return "default" in settings.MAILERS
        case DestinationKind.TELEGRAM:
            return bool(settings.TELEGRAM_BOT_TOKEN)
        case DestinationKind.WEB_PUSH:
            return bool(settings.VAPID_PRIVATE_KEY or settings.ONE_PROCESS)
        case _:
            return True


def bot_api() -> BotApi:
    """
    Return the board's bot of Telegram.

    Raises
    ------
    NotConfiguredError
        If it has none.
    """
    if not settings.TELEGRAM_BOT_TOKEN:
        raise NotConfiguredError(
            "Telegram is not set up on this board; TELEGRAM_BOT_TOKEN is empty."
        )
    return BotApi(
        settings.TELEGRAM_BOT_TOKEN, trusted_client(), url=settings.TELEGRAM_API_URL
    )


def web_push_key() -> str:
    """
    Return the public key that browsers subscribe with.

    Raises
    ------
    NotConfiguredError
        If the board has none.
    """
    return public_key(_vapid())


def allowed_hosts() -> AllowedHosts:
    """Return the operator's own hosts."""
    return _allowed_hosts(tuple(settings.WEBHOOK_ALLOWED_HOSTS))


def _web_push(config: Mapping[str, Any]) -> Transport:
    contact = contact_of(settings.DEFAULT_FROM_EMAIL)
    return WebPushTransport(config, _vapid(), contact, _guarded())


def _guarded() -> HttpClient:
    return guarded_client(allowed_hosts())


@cache
def _allowed_hosts(words: tuple[str, ...]) -> AllowedHosts:
    return AllowedHosts.parse(words)


def _vapid() -> Vapid02:
    if settings.VAPID_PRIVATE_KEY:
        try:
            return read_vapid(settings.VAPID_PRIVATE_KEY)
        except ValueError as error:
            raise NotConfiguredError("VAPID_PRIVATE_KEY cannot be read.") from error
    if settings.ONE_PROCESS:
        return own_vapid(Path(settings.DATA_DIR) / "vapid_key")
    raise NotConfiguredError(
        "Browser push is not set up on this board; VAPID_PRIVATE_KEY is empty."
    )


_MAKERS: Final[Mapping[DestinationKind, Callable[[Mapping[str, Any]], Transport]]] = {
    DestinationKind.EMAIL: lambda config: EmailTransport(
        config["address"], settings.DEFAULT_FROM_EMAIL
    ),
    DestinationKind.TELEGRAM: lambda config: TelegramTransport(
        bot_api(), config["chat_id"]
    ),
    DestinationKind.DISCORD: lambda config: DiscordTransport(config["url"], _guarded()),
    DestinationKind.WEBHOOK: lambda config: WebhookTransport(
        config["url"], config["secret"], _guarded()
    ),
    DestinationKind.WEB_PUSH: _web_push,
    DestinationKind.APPRISE: lambda config: AppriseTransport(
        config["url"], settings.WEBHOOK_ALLOWED_HOSTS
    ),
}
_CHECKERS: Final[
    Mapping[DestinationKind, Callable[[Mapping[str, Any]], dict[str, Any]]]
] = {
    DestinationKind.EMAIL: check_email,
    DestinationKind.TELEGRAM: check_telegram,
    DestinationKind.DISCORD: lambda config: check_discord(config, allowed_hosts()),
    DestinationKind.WEBHOOK: lambda config: check_webhook(config, allowed_hosts()),
    DestinationKind.WEB_PUSH: lambda config: check_web_push(config, allowed_hosts()),
    DestinationKind.APPRISE: lambda config: check_apprise(
        config, settings.WEBHOOK_ALLOWED_HOSTS
    ),
}
