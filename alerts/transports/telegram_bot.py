"""The Bot API of Telegram: https://core.telegram.org/bots/api."""

import json
from typing import Any, Final

from alerts.errors import (
    BotRefusedError,
    DestinationGoneError,
    NotConfiguredError,
    TransportError,
)
from alerts.transports.calls import bounded_wait_s, call, retry_after_s
from scalpaiboard.lib.http import Answer, HttpClient

API_URL: Final = "https://api.telegram.org"
_UPDATES_LIMIT: Final = 4_000_000
"""Bytes of an answer to get_updates, which brings up to 100 of them."""
_SLACK_S: Final = 5.0
# What a refusal says of a chat that no message reaches, in small letters.
_GONE: Final = (
    "chat not found",
    "user is deactivated",
    "peer_id_invalid",
    "bot was kicked",
    "bot was blocked",
    "not enough rights",
    "have no rights",
    "chat_write_forbidden",
)


class BotApi:
    """
    One bot.

    Parameters
    ----------
    token
        Given by BotFather; never part of an error.
    client
        Sends the requests.
    url
        Where the Bot API is served.
    """

    def __init__(self, token: str, client: HttpClient, *, url: str = API_URL) -> None:
        self._base = f"{url.rstrip('/')}/bot{token}"
        self._client = client

    def get_me(self) -> dict[str, Any]:
        """Return who the bot is; `username` is part of its links."""
        return dict(self.call("getMe"))

    def get_updates(self, offset: int, *, wait_s: int = 25) -> list[dict[str, Any]]:
        """Return what came since, waiting for it; `offset` forgets all before it."""
        return list(
            self.call(
                "getUpdates",
                offset=offset,
                timeout=wait_s,
                allowed_updates=["message", "my_chat_member"],
                limits={"limit_s": wait_s + _SLACK_S, "body_limit": _UPDATES_LIMIT},
            )
        )

    def set_webhook(self, url: str, secret_token: str) -> None:
        """Have updates sent to an address, with a token in their headers."""
        self.call("setWebhook", url=url, secret_token=secret_token)

    def delete_webhook(self) -> None:
        """Have updates kept for `get_updates` again."""
        self.call("deleteWebhook")

    def send_message(self, chat_id: str, text: str, **options: Any) -> int:
        """Send a text; returns the number of the message in its chat."""
        sent = self.call("sendMessage", chat_id=chat_id, text=text, **options)
        return int(sent["message_id"])

    def send_photo(
        self, chat_id: str, picture: bytes, caption: str, **options: Any
    ) -> int:
        """Send a PNG with a text below it; returns the number of the message."""
        sent = self.call(
            "sendPhoto", picture=picture, chat_id=chat_id, caption=caption, **options
        )
        return int(sent["message_id"])

    def edit_message_text(
        self, chat_id: str, message_id: int, text: str, **options: Any
    ) -> None:
        """Replace the text of a message."""
        self.call(
            "editMessageText",
            chat_id=chat_id,
            message_id=message_id,
            text=text,
            **options,
        )

    def edit_message_caption(
        self, chat_id: str, message_id: int, caption: str, **options: Any
    ) -> None:
        """Replace the text below a picture."""
        self.call(
            "editMessageCaption",
            chat_id=chat_id,
            message_id=message_id,
            caption=caption,
            **options,
        )

    def call(
        self,
        method: str,
        *,
        picture: bytes | None = None,
        limits: dict[str, Any] | None = None,
        **parameters: Any,
    ) -> Any:
        """
        Return the result of a method.

        Raises
        ------
        BotRefusedError
            If it found the parameters at fault.
        DestinationGoneError
            If the chat takes no messages.
        NotConfiguredError
            If the token is wrong.
        TransportError
            If it may succeed later.
        """
        content: dict[str, Any] = dict(limits or {})
        if picture is None:
            content["json"] = parameters
        else:
            content["data"] = {
                name: value if isinstance(value, str) else json.dumps(value)
                for name, value in parameters.items()
            }
            content["files"] = {"photo": ("candles.png", picture, "image/png")}
        answer = call(self._client, "POST", f"{self._base}/{method}", **content)
        read = answer.json()
        if isinstance(read, dict) and read.get("ok") is True:
            return read.get("result")
        raise _refusal(answer, read if isinstance(read, dict) else {})


def _refusal(answer: Answer, read: dict[str, Any]) -> TransportError:
    said = str(read.get("description") or f"HTTP status {answer.status}")
    parameters = read.get("parameters")
    parameters = parameters if isinstance(parameters, dict) else {}
    code = read.get("error_code", answer.status)
    if code in {401, 404}:
        return NotConfiguredError("Telegram does not know the token of the bot.")
    if code == 429:
        asked = parameters.get("retry_after")
        wait_s = retry_after_s(answer) if asked is None else bounded_wait_s(asked)
        return TransportError(f"Telegram answered: {said}.", retry_after_s=wait_s)
    if code in {400, 403}:
        return _fault(said, parameters, is_gone=code == 403)
    return TransportError(f"Telegram answered: {said}.", may_have_arrived=True)


def _fault(
    said: str, parameters: dict[str, Any], *, is_gone: bool
) -> DestinationGoneError | BotRefusedError:
    if is_gone or any(words in said.lower() for words in _GONE):
        return DestinationGoneError(f"Telegram answered: {said}.")
    moved = parameters.get("migrate_to_chat_id")
    return BotRefusedError(
        f"Telegram answered: {said}.", moved_to="" if moved is None else str(moved)
    )
