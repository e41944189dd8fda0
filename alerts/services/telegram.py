"""What people write to the board's bot, and what it answers."""

import logging
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from typing import Any, Final, NamedTuple

from django.conf import settings
from django.core.cache import cache
from django.utils.crypto import salted_hmac

from alerts.errors import TransportError
from alerts.models import Alert, Destination, DestinationState
from alerts.rules.words import metric_text
from alerts.selectors.alerts import alerts_of, state_of, tallies_of
from alerts.services.proofs import hash_of_chat, prove_by_chat
from alerts.transports.registry import bot_api
from alerts.transports.telegram_bot import BotApi
from alerts.types import DestinationKind
from markets.errors import MarketUnavailableError
from markets.selectors.pairs import decimals_of, known_pairs
from markets.selectors.tables import current_table
from scalpaiboard.lib.clock import now

logger = logging.getLogger(__name__)

MOST_ALERTS: Final = 20
"""Told in one answer."""
_OFFSET: Final = "telegram:offset"
_TURN: Final = "telegram:turn"
_TURN_S: Final = 60
_KEPT_S: Final = 30 * 86_400
_LENGTH: Final = re.compile(r"(\d{1,4})\s*(m|min|h|d)")
_UNITS: Final = {"m": "minutes", "min": "minutes", "h": "hours", "d": "days"}
_LONGEST_MUTE: Final = timedelta(days=30)
_HELP: Final = """\
/alerts – your alerts
/mute 1h – be told nothing for an hour (30m, 1h, 2d); /mute off ends it
/price BTC – the price of a pair
/help – this"""


class Written(NamedTuple):
    """What somebody wrote in a chat; `rest` is what follows the command."""

    chat_id: str
    chat_name: str
    command: str
    rest: str


def poll_once(*, wait_s: int = 0) -> int:
    """
    Answer what was written to the bot since the last time; return how much.

    Where Telegram calls the board there is nothing to ask for; the same where
    the board has no bot. One process asks at a time.
    """
    if not settings.TELEGRAM_BOT_TOKEN or settings.TELEGRAM_WEBHOOK_URL:
        return 0
    if not cache.add(_TURN, 1, _TURN_S):
        return 0
    try:
        return _poll(bot_api(), wait_s)
    except TransportError as error:
        logger.warning("Telegram was not asked: %s", error)
        return 0
    finally:
        cache.delete(_TURN)


def handle_update(bot: BotApi, update: Mapping[str, Any]) -> None:
    """Answer one update; what is no command to the bot is passed over."""
    written = read_update(update)
    if written is None:
        return
    try:
        bot.send_message(written.chat_id, _answer(written))
    except TransportError as error:
        logger.warning("A chat got no answer: %s", error)


def read_update(update: Mapping[str, Any]) -> Written | None:
    """Return what was written to the bot, None where it was nothing for it."""
    message = update.get("message")
    if not isinstance(message, dict):
        return None
    chat, text = message.get("chat"), message.get("text")
    if not isinstance(chat, dict) or "id" not in chat or not isinstance(text, str):
        return None
    first, _, rest = text.strip().partition(" ")
    command = first.partition("@")[0].lower()
    if not command.startswith("/") and chat.get("type") != "private":
        return None
    name = chat.get("title") or chat.get("username") or chat.get("first_name") or ""
    return Written(str(chat["id"]), str(name), command, rest.strip())


def webhook_secret() -> str:
    """Return what only Telegram and the board know: a part of the address."""
    return salted_hmac(
        "alerts.telegram.webhook", settings.TELEGRAM_BOT_TOKEN, algorithm="sha256"
    ).hexdigest()


def webhook_path() -> str:
    """Return the path that Telegram calls."""
    return f"/api/telegram/{webhook_secret()}"


def _poll(bot: BotApi, wait_s: int) -> int:
    offset: int = cache.get(_OFFSET, 0)
    updates = bot.get_updates(offset, wait_s=wait_s)
    for update in updates:
        # Noted first: what breaks the answer must not come again and again.
        cache.set(_OFFSET, int(update["update_id"]) + 1, _KEPT_S)
        handle_update(bot, update)
    return len(updates)


def _answer(written: Written) -> str:
    if written.command == "/start":
        return _start(written)
    answer = _COMMANDS.get(written.command)
    if answer is None:
        return f"This is no command that I know.\n{_HELP}"
    return answer(written, _places_of(written.chat_id))


def _start(written: Written) -> str:
    if not written.rest:
        return f"Open the link of a Telegram destination on the board.\n{_HELP}"
    proved = prove_by_chat(written.rest, written.chat_id, written.chat_name)
    if proved is None:
        return "This link is too old, or was used already; make another on the board."
    return f"Done: {proved.name!r} speaks here from now on.\n{_HELP}"


def _alerts(written: Written, places: Sequence[Destination]) -> str:
    owners = {one.owner_id for one in places}
    if not owners:
        return _UNKNOWN
    alerts = [one for owner in owners for one in alerts_of(owner)[: MOST_ALERTS + 1]]
    if not alerts:
        return "You have no alerts."
    tallies, at = tallies_of(alerts), now()
    lines = [_line(one, state_of(one, tallies[one.pk], at)) for one in alerts]
    more = ["…"] if len(lines) > MOST_ALERTS else []
    return "\n".join(lines[:MOST_ALERTS] + more)


def _line(alert: Alert, state: str) -> str:
    where = alert.symbol or alert.scope
    return f"{alert.name}: {where}, {state}"


def _mute(written: Written, places: Sequence[Destination]) -> str:
    if not places:
        return _UNKNOWN
    until, said = None, "You are told again."
    if written.rest.lower() != "off":
        length = _length(written.rest or "1h")
        if length is None:
            return "Say how long: /mute 30m, /mute 1h, /mute 2d, or /mute off."
        until = now() + length
        said = f"Quiet until {_shown(until)}. What happens meanwhile is on the board."
    Destination.objects.filter(pk__in=[one.pk for one in places]).update(
        muted_until=until
    )
    return said


def _price(written: Written, _places: Sequence[Destination]) -> str:
    asked = written.rest.upper().replace("/", "")
    if not asked:
        return "Say which pair: /price BTC."
    try:
        table = current_table("live")
    except MarketUnavailableError:
        return "There are no prices yet."
    symbol = next((one for one in (asked, f"{asked}USDT") if one in table.row_of), "")
    if not symbol:
        close = get_close_matches(asked, table.symbols, n=1)
        hint = f" Did you mean {close[0]}?" if close else ""
        return f"There is no pair {asked[:40]}.{hint}"
    row, decimals = table.row(symbol), decimals_of(symbol, known_pairs(table))
    price, change = (
        metric_text(name, row[name], price_decimals=decimals, zone=UTC)
        for name in ("price", "change_1d")
    )
    return f"{symbol} {price}, {change} in 1d"


def _length(text: str) -> timedelta | None:
    found = _LENGTH.fullmatch(text.lower())
    if found is None:
        return None
    length = timedelta(**{_UNITS[found.group(2)]: int(found.group(1))})
    return length if timedelta(0) < length <= _LONGEST_MUTE else None


def _shown(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def _places_of(chat_id: str) -> list[Destination]:
    return list(
        Destination.objects.filter(
            kind=DestinationKind.TELEGRAM, secret_hash=hash_of_chat(chat_id)
        ).exclude(state=DestinationState.UNVERIFIED)
    )


_UNKNOWN: Final = "This chat belongs to no destination; add one on the board."
_COMMANDS: Final[Mapping[str, Callable[[Written, Sequence[Destination]], str]]] = {
    "/alerts": _alerts,
    "/mute": _mute,
    "/price": _price,
    "/help": lambda _written, _places: _HELP,
}
