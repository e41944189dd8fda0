"""Words between the live socket and its client, and what is wrong with bad ones."""

from dataclasses import dataclass
from typing import Any, Final

import orjson

MAX_BYTES: Final = 4_096
MAX_TOPICS: Final = 64
OPERATIONS: Final = ("subscribe", "unsubscribe", "ping")
PONG: Final = '{"type":"pong"}'
PING: Final = '{"type":"ping"}'


class BadMessageError(ValueError):
    """A client's message is not what it should be; `field` says where."""

    def __init__(self, message: str, *, field: str, code: str = "invalid") -> None:
        super().__init__(message)
        self.field = field
        self.code = code


@dataclass(frozen=True, slots=True)
class Request:
    """What a client asks for."""

    operation: str
    topics: tuple[str, ...] = ()


def parse_request(text: str | None) -> Request:
    """Read a client's message; raises BadMessageError."""
    message = _parse_object(text)
    operation = message.get("op")
    if operation not in OPERATIONS:
        raise BadMessageError(
            f"The op is {_shown(operation)}; it must be one of "
            f"{', '.join(OPERATIONS)}.",
            field="op",
        )
    if operation == "ping":
        return Request(operation)
    return Request(operation, _parse_topics(message.get("topics")))


def error(message: str, *, code: str, field: str) -> str:
    """Return the frame that says what was wrong."""
    frame = {"type": "error", "code": code, "message": message, "field": field}
    return orjson.dumps(frame).decode()


def bye(reason: str) -> str:
    """Return the last frame of a socket."""
    return orjson.dumps({"type": "bye", "reason": reason}).decode()


# Foreign JSON enters here.
def _parse_object(text: str | None) -> dict[str, Any]:
    if text is None:
        raise BadMessageError(
            "The message is binary; it must be JSON text.", field="message"
        )
    size = len(text.encode())
    if size > MAX_BYTES:
        raise BadMessageError(
            f"The message has {size} bytes; it may have {MAX_BYTES}.",
            field="message",
            code="too_long",
        )
    try:
        message = orjson.loads(text)
    except orjson.JSONDecodeError as problem:
        raise BadMessageError(
            f"The message is not JSON: {problem}.", field="message"
        ) from problem
    if not isinstance(message, dict):
        raise BadMessageError(
            f"The message is {_shown(message)}; it must be an object such as "
            '{"op": "ping"}.',
            field="message",
        )
    return message


def _parse_topics(topics: object) -> tuple[str, ...]:
    if not isinstance(topics, list) or not 1 <= len(topics) <= MAX_TOPICS:
        raise BadMessageError(
            f"The topics are {_shown(topics)}; they must be a list of 1 to "
            f"{MAX_TOPICS} names.",
            field="topics",
        )
    for number, topic in enumerate(topics):
        if not isinstance(topic, str):
            raise BadMessageError(
                f"The topic is {_shown(topic)}; it must be a text such as ticks.",
                field=f"topics[{number}]",
            )
    return tuple(topics)


def _shown(value: object) -> str:
    text = orjson.dumps(value).decode()
    return text if len(text) <= 80 else f"{text[:80]}…"
