"""What callers ask of past days, checked."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from markets.api.questions import MAX_LIMIT, Parameters
from markets.engine.expressions.nodes import columns_of
from markets.engine.expressions.parser import parse
from markets.errors import ExpressionError
from markets.features.columns import KNOWN
from markets.types import DAY_MS, MINUTE_MS

MAX_DAYS: Final = 31
DEFAULT_DAYS: Final = 7
_LATEST_MS: Final = 253_402_300_800_000


@dataclass(frozen=True, slots=True)
class PastQuestion:
    """When `where` was true; times are UTC ms, None where a side is open."""

    where: str
    start_ms: int | None
    end_ms: int | None
    symbol: str
    page: int
    limit: int

    def span(self, stored: tuple[int, int]) -> tuple[int, int]:
        """Return the minutes asked for: by default the last days of those stored."""
        end_ms = stored[1] if self.end_ms is None else self.end_ms
        earliest_ms = min(max(stored[0], end_ms - DEFAULT_DAYS * DAY_MS), end_ms)
        start_ms = earliest_ms if self.start_ms is None else self.start_ms
        if self.end_ms is None:
            end_ms = min(end_ms, start_ms + MAX_DAYS * DAY_MS)
        return start_ms, end_ms


def past_question(given: Mapping[str, str]) -> PastQuestion:
    """Read an expression, a range and a page; raises ValidationError."""
    read = Parameters(given)
    start = read.integer("from", -1, low=0, high=_LATEST_MS)
    end = read.integer("to", -1, low=0, high=_LATEST_MS)
    start, end = (time if time < 0 else time // MINUTE_MS * MINUTE_MS
                  for time in (start, end))  # fmt: skip
    if -1 < end <= start:
        read.refuse("to", f"to is {end}; it must lie after from, {start}.")
    if min(start, end) >= 0 and end - start > MAX_DAYS * DAY_MS:
        read.refuse("to", f"from and to may lie {MAX_DAYS} days apart, not more.")
    question = PastQuestion(
        where=_where(read, given),
        start_ms=None if start < 0 else start,
        end_ms=None if end < 0 else end,
        symbol=read.text("symbol", longest=40).upper(),
        page=read.integer("page", 1, low=1, high=1_000_000),
        limit=read.integer("limit", 100, low=1, high=MAX_LIMIT),
    )
    read.done()
    return question


def _where(read: Parameters, given: Mapping[str, str]) -> str:
    read.text("where", longest=4_000)
    text = given.get("where", "")
    try:
        expression = parse(text)
    except ExpressionError as error:
        for problem in error.problems:
            read.refuse("where", str(problem))
        return ""
    lost = [name for name in columns_of(expression.root) if name not in KNOWN]
    for name in lost:
        read.refuse(
            "where", f"{name} comes with the live stream and is not kept of past days."
        )
    return text
