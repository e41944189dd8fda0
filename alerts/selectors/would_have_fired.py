"""When a signal would have fired in the last 24 hours that are stored."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, NamedTuple

import numpy as np
from django.conf import settings

from alerts.models import Signal
from alerts.rules.conditions import read_rule
from alerts.rules.openings import Asked, Pace, openings
from markets.engine.expressions.history import History
from markets.engine.expressions.labels import Labels
from markets.engine.expressions.market import Market, TableMarket, Truths
from markets.engine.expressions.plan import Plan
from markets.feature_shelf import store_of
from markets.features.columns import DAY_MINUTES, KNOWN
from markets.features.day import StoredDay
from markets.features.market import PastMarket
from markets.replay import Replay
from markets.selectors.minute_log import StoredMarket, stored_market, stored_range
from markets.types import DAY_MS, MINUTE_MS, Venue

MOST_PAIRS_TOLD: Final = 10
HOUR_MS: Final = 3_600_000
_CELLS_AT_A_TIME: Final = 1 << 17
"""Pairs times minutes of one step over a stored day."""

OnProgress = Callable[[float], None]
"""Hears which share is done, 0 to 1."""


class Hour(NamedTuple):
    """How often it fired in an hour that began at `start_ms`."""

    start_ms: int
    fires: int


@dataclass(frozen=True, slots=True)
class Preview:
    """
    What a signal would have fired in a stretch of time, UTC ms.

    `pairs` are those it fired on most, with how often; `pairs_total` is on how
    many it fired.
    """

    start_ms: int
    end_ms: int
    fires: int
    hours: tuple[Hour, ...]
    pairs: tuple[tuple[str, int], ...]
    pairs_total: int


def would_have_fired(
    signal: Signal, *, on_progress: OnProgress = lambda _share: None
) -> Preview:
    """
    Ask the last 24 stored hours of the market.

    Whole days come from the feature store where they are there, the rest from
    a replay of the stored candles.

    Raises
    ------
    NotStoredError
        If nothing is stored.
    """
    market = stored_market(Venue(settings.VENUE))
    first_ms, end_ms = stored_range(market)
    span = _Span(market, max(end_ms - DAY_MS, first_ms), end_ms)
    asked = _Asking(signal, span)
    asked.run(on_progress)
    return asked.preview()


@dataclass(frozen=True)
class _Span:
    """A stretch of a market, in parts that are read in one way each."""

    market: StoredMarket
    start_ms: int
    end_ms: int

    @cached_property
    def minutes(self) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        """Numbers of the minutes that began when each close was."""
        first = self.start_ms // MINUTE_MS + 1
        return np.arange(first, self.end_ms // MINUTE_MS + 1, dtype=np.int64)

    @cached_property
    def days(self) -> Mapping[int, StoredDay]:
        found = store_of(self.market.venue, self.market.key).days()
        return {day.manifest.day: day for day in found if day.manifest.is_current}

    def parts(self, *, from_store: bool) -> Iterator[tuple[int, int, StoredDay | None]]:
        """Yield start and end, with the stored day that holds them; joined without."""
        start_ms = at_ms = self.start_ms
        while at_ms < self.end_ms:
            stop_ms = min((at_ms // DAY_MS + 1) * DAY_MS, self.end_ms)
            day = self.days.get(at_ms // DAY_MS) if from_store else None
            if day is not None:
                if start_ms < at_ms:
                    yield start_ms, at_ms, None
                yield at_ms, stop_ms, day
                start_ms = stop_ms
            at_ms = stop_ms
        if start_ms < self.end_ms:
            yield start_ms, self.end_ms, None


@dataclass
class _Asking:
    """The truths of every pair at every close, and what follows from them."""

    signal: Signal
    span: _Span
    truths: dict[str, list[Truths]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        texts = [one for one in (self.signal.watched, self.signal.closes_when) if one]
        self.count = len(texts)
        self.plan = Plan.of(read_rule(one) for one in texts)

    def run(self, on_progress: OnProgress) -> None:
        span = self.span
        from_store = set(self.plan.columns) <= KNOWN
        for start_ms, end_ms, day in span.parts(from_store=from_store):
            before = (start_ms - span.start_ms) / (span.end_ms - span.start_ms)
            share = (end_ms - start_ms) / (span.end_ms - span.start_ms)

            def say(part: float, before: float = before, share: float = share) -> None:
                on_progress(before + part * share)

            if day is None:
                self._replay(start_ms, end_ms, say)
            else:
                self._read(day, start_ms, end_ms, say)

    def preview(self) -> Preview:
        span = self.span
        hours: Counter[int] = Counter()
        pairs: Counter[str] = Counter()
        pace = Pace(self.signal.cool_down_minutes, self.signal.false_closes)
        blocks = np.zeros(len(span.minutes), np.int64)
        for symbol, (truths, *ends) in self.truths.items():
            asked = Asked(truths, span.minutes, blocks, ends[0] if ends else None)
            for place in openings(asked, pace).tolist():
                # A close belongs to the hour in which its minute opened.
                opened_ms = (int(span.minutes[place]) - 1) * MINUTE_MS
                hours[opened_ms // HOUR_MS * HOUR_MS] += 1
                pairs[symbol] += 1
        every = range(span.start_ms // HOUR_MS * HOUR_MS, span.end_ms, HOUR_MS)
        return Preview(
            span.start_ms,
            span.end_ms,
            pairs.total(),
            tuple(Hour(at, hours[at]) for at in every),
            tuple(pairs.most_common(MOST_PAIRS_TOLD)),
            len(pairs),
        )

    def _read(
        self, day: StoredDay, start_ms: int, end_ms: int, say: OnProgress
    ) -> None:
        ends = np.arange(start_ms // MINUTE_MS + 1, end_ms // MINUTE_MS + 1)
        count = len(day.manifest.symbols)
        size = max(1, _CELLS_AT_A_TIME // DAY_MINUTES)
        for start in range(0, count, size):
            rows = np.arange(start, min(start + size, count), dtype=np.intp)
            market = PastMarket(self.span.days, day.manifest.day, rows, ends)
            self._take(market, market.symbols, start_ms)
            say(min(start + size, count) / count)

    def _replay(self, start_ms: int, end_ms: int, say: OnProgress) -> None:
        run = Replay(
            self.span.market,
            start_ms=start_ms,
            end_ms=end_ms,
            on_progress=lambda done, total: say(done / total),
        )
        history = History()
        history.keep(self.plan.depths)
        labels = Labels.of(run.instruments)
        for table in run.tables():
            history.push(table)
            market = TableMarket(table, history, labels)
            self._take(market, table.symbols, table.as_of_ms - MINUTE_MS)

    # A row a pair: one close of a table, or all closes of a stored day.
    def _take(self, market: Market, symbols: tuple[str, ...], start_ms: int) -> None:
        place = (start_ms - self.span.start_ms) // MINUTE_MS
        for number, answer in enumerate(self.plan.run(market)):
            rows = answer.reshape(len(symbols), -1)
            stop = place + rows.shape[1]
            for row, symbol in enumerate(symbols):
                self._of(symbol)[number][place:stop] = rows[row]

    def _of(self, symbol: str) -> list[Truths]:
        if symbol not in self.truths:
            made = [
                np.zeros(len(self.span.minutes), np.int8) for _ in range(self.count)
            ]
            self.truths[symbol] = made
        return self.truths[symbol]
