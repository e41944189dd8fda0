"""Plain values that people typed, read one by one."""

import math
from collections.abc import Iterable
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from alerts.errors import BadContentError

_LONGEST_NAME: Final = 40
_LATEST_YEAR: Final = 2200
_EARLIEST_YEAR: Final = 2000


class Typed:
    """
    Reads the fields of an object and gathers what is wrong with them.

    A field that is not there, or null, has its default.

    Parameters
    ----------
    given
        What was typed.
    noun
        What it is to be, for sentences: ``alert``.

    Raises
    ------
    BadContentError
        If it is no object.
    """

    def __init__(self, given: object, noun: str) -> None:
        article = "an" if noun[:1] in "aeiou" else "a"
        if not isinstance(given, dict):
            raise BadContentError({"request": [f"Send {article} {noun} as an object."]})
        self._given: dict[Any, Any] = given
        self._a_noun = f"{article.capitalize()} {noun}"
        self._known: set[str] = set()
        self._wrong: dict[str, list[str]] = {}

    def take(self, name: str) -> Any:
        """Return a value as it was typed, None where there is none."""
        self._known.add(name)
        return self._given.get(name)

    def text(self, name: str, *, longest: int, default: str = "") -> str:
        """Return a text."""
        value = self.take(name)
        if value is None:
            return default
        if not isinstance(value, str):
            self.refuse(name, f"{name} must be a text.")
        elif len(value) > longest:
            self.refuse(
                name,
                f"{name} has {len(value):,} characters; it may have {longest:,}.",
            )
        elif not _is_storable(value):
            self.refuse(name, f"{name} has a character that cannot be kept.")
        else:
            return value
        return default

    def line(self, name: str, *, longest: int, default: str = "") -> str:
        """Return a text of one line, without needless blanks."""
        line = " ".join(self.text(name, longest=4 * longest, default=default).split())
        if len(line) > longest or not line.isprintable():
            self.refuse(name, f"{name} must be a line of at most {longest} characters.")
            return default
        return line

    def choice[E: StrEnum](self, name: str, options: type[E], default: E) -> E:
        """Return one of a closed set of words."""
        return options(self.word(name, list(options), default))

    def word(self, name: str, options: Iterable[str], default: str) -> str:
        """Return one of some words."""
        value = self.take(name)
        words = tuple(options)
        if value is None:
            return default
        if isinstance(value, str) and value in words:
            return value
        shown = repr(value)[:60]
        self.refuse(name, f"{name} is {shown}; it must be one of {', '.join(words)}.")
        return default

    def integer(self, name: str, default: int, *, low: int, high: int) -> int:
        """Return a whole number within bounds."""
        value = self.take(name)
        if value is None:
            return default
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        is_whole = isinstance(value, int) and not isinstance(value, bool)
        if is_whole and low <= value <= high:
            return int(value)
        self.refuse(
            name,
            f"{name} is {repr(value)[:40]}; it must be a whole number "
            f"from {low:,} to {high:,}.",
        )
        return default

    def number(
        self, name: str, default: float | None = None, *, above: float, most: float
    ) -> float | None:
        """Return a number that is more than one and at most another."""
        value = self.take(name)
        if value is None:
            return default
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if is_number and math.isfinite(value) and above < value <= most:
            return float(value)
        self.refuse(
            name,
            f"{name} is {repr(value)[:40]}; it must be a number above {above:g}, "
            f"at most {most:g}.",
        )
        return default

    def truth(self, name: str, *, default: bool) -> bool:
        """Return true or false."""
        value = self.take(name)
        if isinstance(value, bool):
            return value
        if value is not None:
            self.refuse(name, f"{name} must be true or false.")
        return default

    def moment(self, name: str) -> datetime | None:
        """Return a time with its zone, in UTC."""
        value = self.take(name)
        if value is None or value == "":
            return None
        found = _moment(value)
        if found is None:
            self.refuse(
                name,
                f"{name} is {repr(value)[:60]}; it must be a time with its zone, "
                "such as 2026-12-31T18:00:00Z.",
            )
        return found

    def identity(self, name: str) -> UUID | None:
        """Return the id of something."""
        value = self.take(name)
        if value is None or value == "":
            return None
        found = read_id(value)
        if found is None:
            self.refuse(name, f"{name} must be an id.")
        return found

    def identities(self, name: str, *, most: int) -> tuple[UUID, ...]:
        """Return the ids of some things, each once."""
        value = self.take(name)
        if value is None:
            return ()
        if not isinstance(value, list) or len(value) > most:
            self.refuse(name, f"{name} must be a list of at most {most} ids.")
            return ()
        found = [read_id(one) for one in value]
        known = [one for one in found if one is not None]
        if len(known) < len(found):
            self.refuse(name, f"{name} must be a list of ids.")
        return tuple(dict.fromkeys(known))

    def refuse(self, name: str, *sentences: str) -> None:
        """Note what is wrong with a field."""
        self._wrong.setdefault(name, []).extend(sentences)

    def done(self) -> None:
        """Raise a BadContentError that names everything that is wrong."""
        for name in self._given:
            if name not in self._known:
                self.refuse(
                    _printable(name)[:_LONGEST_NAME],
                    f"{self._a_noun} has no such field.",
                )
        if self._wrong:
            raise BadContentError(self._wrong)


def read_id(value: object) -> UUID | None:
    """Return an id that was typed, None where it is none."""
    if not isinstance(value, str):
        return None
    try:
        return UUID(value)
    except ValueError:
        return None


def iso(moment: datetime | None) -> str | None:
    """Return a time as ``2026-11-21T14:05:00Z``."""
    if moment is None:
        return None
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _moment(value: object) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(value)
        in_utc = found.astimezone(UTC) if found.tzinfo else None
    except (ValueError, OverflowError):
        return None
    if in_utc is None or not _EARLIEST_YEAR <= in_utc.year < _LATEST_YEAR:
        return None
    return in_utc.replace(microsecond=0)


# What PostgreSQL and SQLite keep alike.
def _is_storable(value: str) -> bool:
    return "\x00" not in value and not any("\ud800" <= one <= "\udfff" for one in value)


def _printable(name: object) -> str:
    return "".join(one for one in str(name) if one.isprintable())
