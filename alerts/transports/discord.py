"""Discord: an embed through a webhook, edited while its episode lasts."""

import json
import re
from collections.abc import Mapping
from typing import Any, Final

import httpx

from alerts.errors import (
    DestinationConfigError,
    DestinationGoneError,
    TransportError,
)
from alerts.transports.base import Message, Sent, cut, utf16_length
from alerts.transports.calls import bounded_wait_s, call, check, retry_after_s
from alerts.transports.webhook import check_url
from scalpaiboard.lib.http import Answer, HttpClient
from scalpaiboard.lib.networks import AllowedHosts

TITLE_LIMIT: Final = 256
TEXT_LIMIT: Final = 4_096
_HOSTS: Final = frozenset(
    {"discord.com", "discordapp.com", "ptb.discord.com", "canary.discord.com"}
)
_PATH: Final = re.compile(r"/api(/v\d+)?/webhooks/\d+/[\w-]+/?")
_UNKNOWN_MESSAGE: Final = 10_008
_SILENT: Final = 1 << 12
_MARKS: Final = re.compile(r"[\\*_~`|<>\[\]]|^(?=[-#+])|^\d+(?=\.)", re.MULTILINE)
_PICTURE: Final = "candles.png"
_WITH_PICTURE: Final = "picture"


class DiscordTransport:
    """
    Sends through one webhook.

    References are the number of a message, and whether it has a picture, which an
    edit without one leaves in its place.

    Parameters
    ----------
    url
        The webhook's address, which is its secret too.
    client
        Sends it.
    """

    def __init__(self, url: str, client: HttpClient) -> None:
        self._url = httpx.URL(url)
        self._client = client

    def send(self, message: Message) -> Sent:
        """Deliver a message, or edit the one it replaces; raises TransportError."""
        number, _, kind = message.edits.partition(":")
        if number.isdecimal():
            answer = self._call("PATCH", f"/messages/{number}", message)
            if not _is_unknown_message(answer):
                _check(answer)
                return Sent(message.edits if kind else _reference(number, message))
        answer = self._call("POST", "", message, wait="true")
        _check(answer)
        read = answer.json()
        if not isinstance(read, dict) or "id" not in read:
            return Sent()
        return Sent(_reference(str(read["id"]), message))

    def _call(self, method: str, below: str, message: Message, **query: str) -> Answer:
        url = self._url.copy_with(path=self._url.path.rstrip("/") + below)
        body = _body(message)
        content: dict[str, Any] = {"json": body}
        if message.picture is not None:
            content = {
                "data": {"payload_json": json.dumps(body)},
                "files": {"files[0]": (_PICTURE, message.picture, "image/png")},
            }
        merged = url.copy_merge_params(query)
        return call(self._client, method, str(merged), **content)


def _reference(number: str, message: Message) -> str:
    return number if message.picture is None else f"{number}:{_WITH_PICTURE}"


def _body(message: Message) -> dict[str, Any]:
    embed: dict[str, Any] = {
        "title": _escaped(message.title, TITLE_LIMIT),
        "description": _escaped(message.text, TEXT_LIMIT),
    }
    if message.link:
        embed["url"] = message.link
    body: dict[str, Any] = {"embeds": [embed], "allowed_mentions": {"parse": []}}
    if message.picture is not None or message.edits.endswith(_WITH_PICTURE):
        embed["image"] = {"url": f"attachment://{_PICTURE}"}
    if message.picture is not None:
        body["attachments"] = [{"id": 0, "filename": _PICTURE}]
    if message.silent and not message.edits:
        body["flags"] = _SILENT
    return body


# Each mark of Markdown with a backslash before it, so that it is shown as typed.
def _escaped(text: str, limit: int) -> str:
    room = limit
    while utf16_length(escaped := _MARKS.sub(_backslashed, cut(text, room))) > limit:
        room -= max(1, (utf16_length(escaped) - limit) // 2)
    return escaped


def _backslashed(found: re.Match[str]) -> str:
    mark = found.group()
    return f"{mark}\\" if mark.isdecimal() else f"\\{mark}"


def _is_unknown_message(answer: Answer) -> bool:
    read = answer.json()
    return isinstance(read, dict) and read.get("code") == _UNKNOWN_MESSAGE


def _check(answer: Answer) -> None:
    if answer.status in {401, 403, 404}:
        raise DestinationGoneError(
            f"Discord answered {answer.status}: the webhook does not exist any more."
        )
    if answer.status == 429:
        read = answer.json()
        asked = read.get("retry_after") if isinstance(read, dict) else None
        wait_s = (
            bounded_wait_s(float(asked))
            if isinstance(asked, int | float)
            else retry_after_s(answer)
        )
        raise TransportError("Discord answered 429: wait.", retry_after_s=wait_s)
    check(answer, "Discord")


def check_discord(config: Mapping[str, Any], allowed: AllowedHosts) -> dict[str, Any]:
    """
    Return the configuration of a Discord webhook.

    Raises
    ------
    DestinationConfigError
        If the address is not that of one.
    """
    written = str(config.get("url") or "").strip()
    try:
        url = httpx.URL(written)
    except httpx.InvalidURL as error:
        raise _no_webhook() from error
    port = url.port or (443 if url.scheme == "https" else 80)
    is_theirs = url.scheme == "https" and url.netloc.decode() in _HOSTS
    if (
        url.userinfo
        or not _PATH.fullmatch(url.path)
        or not (is_theirs or allowed.has(url.host, port))
    ):
        raise _no_webhook()
    return {"url": written if is_theirs else check_url(config, "url", allowed)}


def _no_webhook() -> DestinationConfigError:
    problem = (
        "This is no webhook of Discord; its address begins with "
        "https://discord.com/api/webhooks/."
    )
    return DestinationConfigError({"url": [problem]})
