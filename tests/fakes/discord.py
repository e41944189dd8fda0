"""A Discord webhook on loopback."""

import json
import re
from dataclasses import dataclass
from typing import Any, override
from urllib.parse import parse_qs, urlsplit

from tests.fakes.http_server import FakeServer, Received, Reply

PATH = "/api/webhooks/42/secret-token"
WAIT = {"message": "You are being rate limited.", "retry_after": 0.65, "global": False}


@dataclass(frozen=True)
class Shown:
    """A message as a person sees it."""

    title: str
    text: str
    link: str
    picture: bytes | None
    is_edited: bool = False


class FakeDiscord(FakeServer):
    """One webhook of one channel."""

    def __init__(self) -> None:
        super().__init__()
        self.webhook = f"{self.url}{PATH}"
        self.messages: dict[str, Shown] = {}
        self.threads: list[str] = []
        self.is_deleted = False
        self._last = 9_000

    @override
    def reply(self, received: Received) -> Reply:
        url = urlsplit(received.path)
        if self.is_deleted or not url.path.startswith(PATH):
            return Reply(404, {"message": "Unknown Webhook", "code": 10015})
        body, picture = _read(received)
        fault = _fault(body)
        if fault:
            return Reply(400, {"message": fault, "code": 50035})
        query = parse_qs(url.query)
        self.threads += query.get("thread_id", [])
        if received.method == "PATCH":
            number = url.path.removeprefix(f"{PATH}/messages/")
            return self._change(number, body, picture)
        self._last += 1
        self.messages[str(self._last)] = _shown(body, picture, is_edited=False)
        if query.get("wait") != ["true"]:
            return Reply(204)
        return Reply(200, {"id": str(self._last)})

    def _change(
        self, number: str, body: dict[str, Any], picture: bytes | None
    ) -> Reply:
        if number not in self.messages:
            return Reply(404, {"message": "Unknown Message", "code": 10008})
        picture = picture or self.messages[number].picture
        self.messages[number] = _shown(body, picture, is_edited=True)
        return Reply(200, {"id": number})

    def only(self) -> Shown:
        """The one message there is."""
        (message,) = self.messages.values()
        return message


def _read(received: Received) -> tuple[dict[str, Any], bytes | None]:
    if received.headers["content-type"].startswith("multipart/"):
        parts = received.parts()
        return json.loads(parts["payload_json"]), parts["files[0]"]
    return received.json(), None


def _fault(body: dict[str, Any]) -> str:
    (embed,) = body["embeds"]
    if body["allowed_mentions"] != {"parse": []}:
        return "This one mentions people"
    if len(embed["title"]) > 256 or len(embed["description"]) > 4_096:
        return "Invalid Form Body"
    return ""


# Discord shows a character of punctuation after a backslash as itself.
def _shown(body: dict[str, Any], picture: bytes | None, *, is_edited: bool) -> Shown:
    (embed,) = body["embeds"]
    title, text = (
        re.sub(r"\\([^0-9A-Za-z\s])", r"\1", embed[name])
        for name in ("title", "description")
    )
    has_place = embed.get("image") == {"url": "attachment://candles.png"}
    return Shown(
        title, text, embed.get("url", ""), picture if has_place else None, is_edited
    )
