"""A Bot API on loopback, as strict about markup and lengths as the real one."""

import json
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from typing import Any, override
from urllib.parse import urlsplit

from tests.fakes.http_server import FakeServer, Received, Reply

TOKEN = "123456:test-token"  # noqa: S105 - opens nothing
_TAGS = frozenset({"a", "b", "code", "i", "pre", "s", "u"})


@dataclass(frozen=True)
class Shown:
    """A message as a person sees it."""

    text: str
    picture: bytes | None = None
    links: tuple[str, ...] = ()
    silent: bool = False
    edits: int = 0


@dataclass(frozen=True)
class Refused(Exception):  # noqa: N818 - an answer, not an error of ours
    code: int
    description: str
    parameters: dict[str, Any] = field(default_factory=dict)


class FakeTelegram(FakeServer):
    """One bot; chats come to be when they are written to."""

    def __init__(self) -> None:
        super().__init__()
        self.messages: dict[tuple[str, int], Shown] = {}
        self.blocked: set[str] = set()
        self.unknown: set[str] = set()
        self.moved: dict[str, str] = {}
        self.updates: list[dict[str, Any]] = []
        self.webhook = ""
        self._last = 100

    @override
    def reply(self, received: Received) -> Reply:
        _, bot, method = urlsplit(received.path).path.split("/")
        act = getattr(self, f"_{method}" if bot == f"bot{TOKEN}" else "_refuse")
        try:
            result = act(_parameters(received))
        except Refused as refused:
            return Reply(
                refused.code,
                {
                    "ok": False,
                    "error_code": refused.code,
                    "description": refused.description,
                    "parameters": refused.parameters,
                },
            )
        return Reply(200, {"ok": True, "result": result})

    def only(self) -> Shown:
        """The one message there is."""
        (message,) = self.messages.values()
        return message

    def _refuse(self, given: dict[str, Any]) -> None:
        raise Refused(401, "Unauthorized")

    def _getMe(self, given: dict[str, Any]) -> dict[str, Any]:  # noqa: N802 - Telegram's
        return {"id": 123456, "is_bot": True, "username": "board_bot"}

    def _getUpdates(self, given: dict[str, Any]) -> list[dict[str, Any]]:  # noqa: N802
        return [one for one in self.updates if one["update_id"] >= given["offset"]]

    def _setWebhook(self, given: dict[str, Any]) -> bool:  # noqa: N802
        self.webhook = f"{given['url']} {given['secret_token']}"
        return True

    def _deleteWebhook(self, given: dict[str, Any]) -> bool:  # noqa: N802
        self.webhook = ""
        return True

    def _sendMessage(self, given: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        return self._add(given, _shown(given, "text", 4_096, "message is too long"))

    def _sendPhoto(self, given: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        shown = _shown(given, "caption", 1_024, "message caption is too long")
        return self._add(given, replace(shown, picture=given["photo"]))

    def _editMessageText(self, given: dict[str, Any]) -> Any:  # noqa: N802
        return self._change(
            given,
            _shown(given, "text", 4_096, "message is too long"),
            has_picture=False,
        )

    def _editMessageCaption(self, given: dict[str, Any]) -> Any:  # noqa: N802
        shown = _shown(given, "caption", 1_024, "message caption is too long")
        return self._change(given, shown, has_picture=True)

    def _add(self, given: dict[str, Any], shown: Shown) -> dict[str, Any]:
        chat = self._chat(given)
        self._last += 1
        self.messages[chat, self._last] = shown
        return {"message_id": self._last}

    def _change(
        self, given: dict[str, Any], shown: Shown, *, has_picture: bool
    ) -> dict[str, Any]:
        place = self._chat(given), int(given["message_id"])
        before = self.messages.get(place)
        if before is None:
            raise Refused(400, "Bad Request: message to edit not found")
        if has_picture is (before.picture is None):
            raise Refused(400, "Bad Request: there is no text in the message to edit")
        if (before.text, before.links) == (shown.text, shown.links):
            raise Refused(
                400,
                "Bad Request: message is not modified: specified new message content "
                "and reply markup are exactly the same as a current content",
            )
        self.messages[place] = replace(
            before, text=shown.text, links=shown.links, edits=before.edits + 1
        )
        return {"message_id": place[1]}

    def _chat(self, given: dict[str, Any]) -> str:
        chat = str(given["chat_id"])
        if chat in self.blocked:
            raise Refused(403, "Forbidden: bot was blocked by the user")
        if chat in self.unknown:
            raise Refused(400, "Bad Request: chat not found")
        if chat in self.moved:
            raise Refused(
                400,
                "Bad Request: group chat was upgraded to a supergroup chat",
                {"migrate_to_chat_id": int(self.moved[chat])},
            )
        return chat


class _Markup(HTMLParser):
    """Reads Telegram's HTML, and nothing else."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        self.links: list[str] = []

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _TAGS:
            raise Refused(
                400,
                f'Bad Request: can\'t parse entities: Unsupported start tag "{tag}" '
                "at byte offset 0",
            )
        self.links += [value or "" for name, value in attrs if name == "href"]

    @override
    def handle_data(self, data: str) -> None:
        self.text += data


def _shown(given: dict[str, Any], name: str, most: int, too_long: str) -> Shown:
    text, links = str(given[name]), []
    if given.get("parse_mode") == "HTML":
        markup = _Markup()
        markup.feed(text)
        markup.close()
        text, links = markup.text, markup.links
    if len(text.encode("utf-16-le")) // 2 > most:
        raise Refused(400, f"Bad Request: {too_long}")
    return Shown(
        text, links=tuple(links), silent=bool(given.get("disable_notification"))
    )


def _parameters(received: Received) -> dict[str, Any]:
    if received.headers.get("content-type", "").startswith("multipart/"):
        parts = received.parts()
        read: dict[str, Any] = {"photo": parts.pop("photo")}
        for name, value in parts.items():
            text = value.decode()
            read[name] = json.loads(text) if text in {"true", "false"} else text
        return read
    return dict(received.json()) if received.body else {}
