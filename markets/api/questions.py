"""What callers ask, checked: a wrong parameter is named, with what would be right."""

import math
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import Final, TypedDict

from rest_framework.exceptions import ValidationError

from markets.engine.catalogue import METRIC_OF
from markets.errors import ExpressionError
from markets.overview import DEFAULT_WINDOW
from markets.screen_choice import CLOCKS, DEFAULT_COLUMNS, DEFAULT_SORT
from markets.screening import CoinsQuestion, Condition, read_condition
from markets.types import WINDOWS

MAX_LIMIT: Final = 1_000
MAX_COLUMNS: Final = len(METRIC_OF)
_BOUNDS: Final = {"_min": 0, "_max": 1}


class Parameters:
    """Reads parameters one by one and gathers what is wrong with them."""

    def __init__(self, given: Mapping[str, str]) -> None:
        self._given = given
        self._known: set[str] = set()
        self._wrong: dict[str, list[str]] = {}

    def text(self, name: str, default: str = "", *, longest: int = 200) -> str:
        """Return a text."""
        value = self._take(name) or default
        if len(value) > longest or "\x00" in value:
            self.refuse(name, f"{name} is too long; at most {longest} characters.")
            return default
        return value

    def integer(self, name: str, default: int, *, low: int, high: int) -> int:
        """Return a whole number within bounds."""
        value = self._take(name)
        if value == "":
            return default
        # int() would take 1_000 and the digits of other scripts as well.
        number = int(value) if _is_integer(value) else low - 1
        if not low <= number <= high:
            self.refuse(
                name,
                f"{name} is {value[:40]!r}; "
                f"it must be a whole number from {low} to {high}.",
            )
            return default
        return number

    def number(self, name: str, default: float, *, low: float) -> float:
        """Return a finite number that is not below a bound."""
        value = self._take(name)
        if value == "":
            return default
        try:
            number = float(value)
        except ValueError:
            number = math.nan
        if not low <= number < math.inf:
            self.refuse(
                name, f"{name} is {value[:40]!r}; it must be a number from {low:g}."
            )
            return default
        return number

    def choice(self, name: str, default: str, options: Collection[str]) -> str:
        """Return one of a closed set of texts."""
        value = self._take(name) or default
        if value in options:
            return value
        self.refuse(name, wrong_choice(name, value, options))
        return default

    def metrics(self, name: str, default: tuple[str, ...]) -> tuple[str, ...]:
        """Return metric names written with commas, each once."""
        return self.names(name, default, METRIC_OF)

    def names(
        self, name: str, default: tuple[str, ...], options: Collection[str]
    ) -> tuple[str, ...]:
        """Return some of a closed set of names, written with commas, each once."""
        value = self._take(name)
        if not value:
            return default
        names = tuple(dict.fromkeys(part.strip() for part in value.split(",")))
        for part in names:
            if part not in options:
                self.refuse(name, wrong_choice(name, part, options))
                return default
        return names

    def bounds(self) -> tuple[tuple[str, float, float], ...]:
        """Return the filters ``METRIC_min`` and ``METRIC_max``."""
        found: dict[str, list[float]] = {}
        for name in self._given:
            metric, side = name[:-4], _BOUNDS.get(name[-4:])
            if side is None or metric not in METRIC_OF:
                continue
            value = self._take(name)
            try:
                number = float(value)
            except ValueError:
                number = float("nan")
            if math.isnan(number):
                self.refuse(name, f"{name} is {value[:40]!r}; it must be a number.")
                continue
            found.setdefault(metric, [float("-inf"), float("inf")])[side] = number
        return tuple((metric, low, high) for metric, (low, high) in found.items())

    def condition(self, name: str) -> Condition | None:
        """Return a condition, None where none is given."""
        self._known.add(name)
        # Not stripped: the places of problems are those of the text as given.
        text = self._given.get(name, "")
        if not text.strip():
            return None
        try:
            return read_condition(text)
        except ExpressionError as error:
            for problem in error.problems:
                self.refuse(name, str(problem))
            return None

    def symbols(self, name: str, *, most: int) -> tuple[str, ...]:
        """Return symbols written with commas, each once."""
        value = self._take(name)
        parts = (one.strip() for one in value.split(","))
        found = tuple(dict.fromkeys(one for one in parts if one))
        if len(found) > most:
            self.refuse(name, f"{name} has {len(found)} pairs; at most {most}.")
            return ()
        return found

    def refuse(self, name: str, sentence: str) -> None:
        """Note what is wrong with a parameter."""
        self._wrong.setdefault(name, []).append(sentence)

    def done(self) -> None:
        """Raise a ValidationError naming everything that is wrong."""
        for name in self._given:
            if name not in self._known:
                self.refuse(name, wrong_choice("The parameter", name, self._known))
        if self._wrong:
            raise ValidationError(self._wrong)

    def _take(self, name: str) -> str:
        self._known.add(name)
        return self._given.get(name, "").strip()


def coins_question(given: Mapping[str, str]) -> CoinsQuestion:
    """Read the parameters of the coins list; raises ValidationError."""
    read = Parameters(given)
    question = CoinsQuestion(
        **table_part(read),
        page=read.integer("page", 1, low=1, high=1_000_000),
        limit=read.integer("limit", 50, low=1, high=MAX_LIMIT),
        bounds=read.bounds(),
    )
    read.done()
    return question


class TablePart(TypedDict):
    """Which rows of the table, which columns, in which order."""

    clock: str
    sort: str
    descending: bool
    search: str
    columns: tuple[str, ...]
    where: str


def table_part(read: Parameters) -> TablePart:
    """Read what the list, a screen and a file have in common."""
    sort = read.text("sort", DEFAULT_SORT)
    descending, name = sort.startswith("-"), sort.removeprefix("-")
    if name != "symbol" and name not in METRIC_OF:
        read.refuse("sort", wrong_choice("sort", name, ("symbol", *METRIC_OF)))
    condition = read.condition("where")
    return {
        "clock": read.choice("clock", "live", CLOCKS),
        "sort": name,
        "descending": descending,
        "search": read.text("search", longest=40).upper(),
        "columns": read.metrics("columns", DEFAULT_COLUMNS),
        "where": condition.expression.text if condition else "",
    }


def clock_question(given: Mapping[str, str]) -> str:
    """Read which clock is asked for; raises ValidationError."""
    read = Parameters(given)
    clock = read.choice("clock", "live", CLOCKS)
    read.done()
    return clock


def limit_question(given: Mapping[str, str], *, default: int, high: int) -> int:
    """Read how many rows are asked for; raises ValidationError."""
    read = Parameters(given)
    limit = read.integer("limit", default, low=1, high=high)
    read.done()
    return limit


def window_question(
    given: Mapping[str, str], *, default: int | None = None, high: int = 1
) -> tuple[str, int]:
    """
    Read a sliding window, and how many rows where the list has a default.

    Raises
    ------
    ValidationError
        If one of them is wrong, or something else is asked for.
    """
    read = Parameters(given)
    window = read.choice("window", DEFAULT_WINDOW, WINDOWS)
    limit = (
        read.integer("limit", default, low=1, high=high) if default is not None else 0
    )
    read.done()
    return window, limit


def no_question(given: Mapping[str, str]) -> None:
    """Refuse every parameter; raises ValidationError."""
    Parameters(given).done()


def ledger_question(given: Mapping[str, str], *, now_ms: int) -> tuple[int, str]:
    """Read day (its first UTC ms) and symbol, ``""`` for all."""
    read = Parameters(given)
    today = datetime.fromtimestamp(now_ms / 1_000, tz=UTC).date().isoformat()
    day = read.text("day", today, longest=40)
    symbol = read.text("symbol", longest=40).upper()
    try:
        parsed = datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        parsed = datetime.fromtimestamp(0, tz=UTC)
        read.refuse("day", f"day is {day!r}; it must be a date such as {today}.")
    read.done()
    return int(parsed.timestamp()) * 1_000, symbol


def wrong_choice(name: str, value: str, options: Collection[str]) -> str:
    """Return the sentence that says what would have been right."""
    close = get_close_matches(value, options, n=1)
    if close:
        return f"{name} is {value[:80]!r}; did you mean {close[0]!r}?"
    shown = ", ".join(sorted(options)[:8]) or "nothing here"
    more = ", …" if len(options) > 8 else ""
    return f"{name} is {value[:80]!r}; it must be one of {shown}{more}."


def _is_integer(value: str) -> bool:
    digits = value.removeprefix("-")
    return digits.isascii() and digits.isdecimal() and len(digits) < 19
