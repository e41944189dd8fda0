"""What a person has chosen of the screener: question, columns, order, pinned pairs."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final, Self

from markets.engine.catalogue import METRIC_OF
from markets.errors import ExpressionError
from markets.screening import CoinsQuestion, read_condition
from scalpaiboard.lib.fields import BadFieldsError

CLOCKS: Final = ("live", "closed")
FORMATS: Final = ("csv", "json")
DEFAULT_SORT: Final = "-quote_volume_1d"
DEFAULT_COLUMNS: Final = (
    "price",
    "change_5m",
    "change_15m",
    "change_1h",
    "change_4h",
    "change_1d",
    "high_1d",
    "low_1d",
    "quote_volume_1h",
    "quote_volume_1d",
    "relative_volume_1h",
    "taker_buy_share_1h",
    "event_time",
)
MAX_PINNED: Final = 20
LONGEST_NAME: Final = 60
LONGEST_SYMBOL: Final = 40


class BadScreenError(BadFieldsError):
    """A screen is not what it should be."""


@dataclass(frozen=True, slots=True)
class ScreenChoice:
    """A screen as chosen; the expression is empty where every pair is shown."""

    expression: str = ""
    columns: tuple[str, ...] = DEFAULT_COLUMNS
    sort: str = DEFAULT_SORT
    clock: str = CLOCKS[0]
    pinned: tuple[str, ...] = ()

    @classmethod
    def of(cls, given: object) -> Self:
        """Read a choice from plain values; raises BadScreenError."""
        if not isinstance(given, dict):
            raise BadScreenError({"request": ["The screen must be an object."]})
        wrong: dict[str, list[str]] = {}
        for name, value in given.items():
            fault = _FAULT_OF.get(name)
            found = ["A screen has no such field."] if fault is None else fault(value)
            if found:
                wrong[str(name)[:40]] = found
        if wrong:
            raise BadScreenError(wrong)
        lists = {name: tuple(given[name]) for name in _LISTS if name in given}
        return cls(**(given | lists))

    def plain(self) -> dict[str, Any]:
        """Return plain values, which `of` reads."""
        return asdict(self) | {name: list(getattr(self, name)) for name in _LISTS}

    def question(self) -> CoinsQuestion:
        """Return what it asks the table."""
        return CoinsQuestion(
            clock=self.clock,
            sort=self.sort.removeprefix("-"),
            descending=self.sort.startswith("-"),
            columns=self.columns,
            where=self.expression,
            pinned=self.pinned,
        )


def read_name(given: object) -> str:
    """Read the name of a screen; raises BadScreenError."""
    name = " ".join(given.split()) if isinstance(given, str) else ""
    if not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
        raise BadScreenError(
            {"name": [f"A screen needs a name of at most {LONGEST_NAME} characters."]}
        )
    return name


def _fault_of_expression(value: object) -> list[str]:
    if not isinstance(value, str):
        return ["The expression must be a text."]
    if not value.strip():
        return []
    try:
        read_condition(value)
    except ExpressionError as error:
        return [str(problem) for problem in error.problems]
    return []


def _fault_of_columns(value: Any) -> list[str]:
    if not _is_list_of_texts(value) or not 0 < len(value) <= len(METRIC_OF):
        return ["The columns must be a list of metrics, one at least."]
    unknown = [name for name in value if name not in METRIC_OF]
    if unknown:
        return [f"There is no metric {unknown[0][:80]!r}."]
    return [] if len(set(value)) == len(value) else ["A column stands there twice."]


def _fault_of_sort(value: object) -> list[str]:
    if isinstance(value, str) and value.removeprefix("-") in {"symbol", *METRIC_OF}:
        return []
    return ["The sort must be `symbol` or a metric, falling with a minus before it."]


def _fault_of_clock(value: object) -> list[str]:
    if isinstance(value, str) and value in CLOCKS:
        return []
    return [f"The clock must be one of {', '.join(CLOCKS)}."]


def _fault_of_pinned(value: Any) -> list[str]:
    if not _is_list_of_texts(value) or len(value) > MAX_PINNED:
        return [f"The pinned pairs must be a list of at most {MAX_PINNED} symbols."]
    if any(not 0 < len(symbol) <= LONGEST_SYMBOL for symbol in value):
        return [f"A symbol has at most {LONGEST_SYMBOL} characters."]
    return [] if len(set(value)) == len(value) else ["A pair is pinned twice."]


def _is_list_of_texts(value: Any) -> bool:
    # What the database cannot keep is no text of ours.
    return isinstance(value, list) and all(
        isinstance(one, str) and "\x00" not in one for one in value
    )


_LISTS: Final[Collection[str]] = ("columns", "pinned")
_FAULT_OF: Final[Mapping[object, Callable[[Any], list[str]]]] = {
    "expression": _fault_of_expression,
    "columns": _fault_of_columns,
    "sort": _fault_of_sort,
    "clock": _fault_of_clock,
    "pinned": _fault_of_pinned,
}
