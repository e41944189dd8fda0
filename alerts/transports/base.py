"""What every way out takes and gives."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol


@dataclass(frozen=True, slots=True)
class Message:
    """
    One message, in the forms that the ways out need.

    Parameters
    ----------
    key
        The same on every try, so that a receiver may know a repetition.
    title
        One line, plain.
    text
        What follows the title, plain, in several lines.
    html
        The whole for e-mail, escaped already.
    link
        An absolute address that shows more; "" where there is none.
    picture
        A PNG.
    payload
        What webhooks get as JSON.
    edits
        Reference of the message that this one replaces; "" for a new one.
    silent
        Whether it must make no sound.
    """

    key: str
    title: str
    text: str
    html: str = ""
    link: str = ""
    picture: bytes | None = None
    payload: Mapping[str, Any] = field(default_factory=dict)
    edits: str = ""
    silent: bool = False


class Sent(NamedTuple):
    """A message that was taken; `reference` edits it later, "" where a kind cannot."""

    reference: str = ""


class Transport(Protocol):
    """One way out to one destination."""

    def send(self, message: Message) -> Sent:
        """
        Deliver a message, within a bounded time.

        Raises
        ------
        TransportError
            If it was not delivered, as far as we know.
        """


def cut(text: str, limit: int) -> str:
    """
    Return a text of at most `limit` UTF-16 units, with an ellipsis where it was cut.

    The services count that way: a character beyond the basic plane is two.
    """
    if utf16_length(text) <= limit:
        return text
    units = text.encode("utf-16-le")[: 2 * (limit - 1)]
    return units.decode("utf-16-le", errors="ignore").rstrip() + "…"


def utf16_length(text: str) -> int:
    """Return the number of UTF-16 units of a text."""
    return len(text.encode("utf-16-le")) // 2
