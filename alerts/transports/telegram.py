"""Telegram: a message, or a picture with one, edited while its episode lasts."""

import re
from collections.abc import Callable, Mapping
from html import escape
from typing import Any, Final

from alerts.errors import BotRefusedError, DestinationConfigError
from alerts.transports.base import Message, Sent, cut, utf16_length
from alerts.transports.telegram_bot import BotApi

TEXT_LIMIT: Final = 4_096
CAPTION_LIMIT: Final = 1_024
_OPEN: Final = "Open"
_TITLE_LIMIT: Final = 256
_VANISHED: Final = ("not found", "can't be edited", "message_id_invalid")
_CHAT: Final = re.compile(r"-?\d{1,20}|@[A-Za-z][A-Za-z0-9_]{3,31}")

type _Speak = Callable[[str, dict[str, Any]], int]


class TelegramTransport:
    """
    Sends to one chat.

    References are `photo:NUMBER` or `text:NUMBER`: the two are edited by
    different methods.

    Parameters
    ----------
    api
        The board's bot.
    chat_id
        The chat that it writes to.
    """

    def __init__(self, api: BotApi, chat_id: str) -> None:
        self._api = api
        self._chat_id = chat_id

    def send(self, message: Message) -> Sent:
        """Deliver a message, or edit the one it replaces; raises TransportError."""
        try:
            return self._deliver(message)
        except BotRefusedError as error:
            if not error.moved_to:
                raise
            # A group that became a supergroup has another number since.
            self._chat_id = error.moved_to
            return self._deliver(message)

    def _deliver(self, message: Message) -> Sent:
        kind, _, number = message.edits.partition(":")
        if number.isdecimal():
            try:
                self._edit(message, kind, int(number))
            except BotRefusedError as error:
                said = str(error).lower()
                if "message is not modified" in said:
                    return Sent(message.edits)
                if not any(words in said for words in _VANISHED):
                    raise
            else:
                return Sent(message.edits)
        return self._send(message)

    def _send(self, message: Message) -> Sent:
        picture = message.picture
        if picture is not None:

            def photo(caption: str, options: dict[str, Any]) -> int:
                return self._api.send_photo(self._chat_id, picture, caption, **options)

            number = _speak(
                photo, message, CAPTION_LIMIT, disable_notification=message.silent
            )
            return Sent(f"photo:{number}")

        def text(written: str, options: dict[str, Any]) -> int:
            return self._api.send_message(self._chat_id, written, **options)

        number = _speak(
            text,
            message,
            TEXT_LIMIT,
            disable_notification=message.silent,
            link_preview_options={"is_disabled": True},
        )
        return Sent(f"text:{number}")

    def _edit(self, message: Message, kind: str, number: int) -> None:
        if kind == "photo":

            def caption(written: str, options: dict[str, Any]) -> int:
                self._api.edit_message_caption(
                    self._chat_id, number, written, **options
                )
                return number

            _speak(caption, message, CAPTION_LIMIT)
            return

        def text(written: str, options: dict[str, Any]) -> int:
            self._api.edit_message_text(self._chat_id, number, written, **options)
            return number

        _speak(text, message, TEXT_LIMIT, link_preview_options={"is_disabled": True})


# With markup; where Telegram cannot read that, the same once more without.
def _speak(say: _Speak, message: Message, limit: int, **options: Any) -> int:
    try:
        return say(_marked_up(message, limit), {**options, "parse_mode": "HTML"})
    except BotRefusedError as error:
        if "can't parse entities" not in str(error):
            raise
    return say(_plain(message, limit), options)


# Limits count what is shown, so texts are cut before they are escaped.
def _marked_up(message: Message, limit: int) -> str:
    title = cut(message.title, _TITLE_LIMIT)
    link = f'\n<a href="{escape(message.link)}">{_OPEN}</a>' if message.link else ""
    taken = utf16_length(title) + 1 + (len(_OPEN) + 1 if link else 0)
    text = cut(message.text, limit - taken)
    return f"<b>{escape(title, quote=False)}</b>\n{escape(text, quote=False)}{link}"


def _plain(message: Message, limit: int) -> str:
    title = cut(message.title, _TITLE_LIMIT)
    link = f"\n{message.link}" if message.link else ""
    taken = utf16_length(title) + 1 + utf16_length(link)
    return f"{title}\n{cut(message.text, max(1, limit - taken))}{link}"


def check_telegram(config: Mapping[str, Any]) -> dict[str, Any]:
    """
    Return the configuration of a chat.

    Raises
    ------
    DestinationConfigError
        If it names no chat.
    """
    chat_id = str(config.get("chat_id") or "").strip()
    if not _CHAT.fullmatch(chat_id):
        problem = (
            f"The chat is {chat_id!r}; it must be a number, such as -1001234567890, "
            "or the @name of a channel."
        )
        raise DestinationConfigError({"chat_id": [problem]})
    return {"chat_id": chat_id}
