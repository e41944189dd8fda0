"""A stretch of stored days as one: pairs down, all its minutes across."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from markets.engine.expressions.market import UNKNOWN, Truths
from markets.engine.expressions.plan import Plan
from markets.engine.table import Floats
from markets.errors import NotStoredError
from markets.features.columns import DAY_MINUTES, KNOWN
from markets.features.day import Minutes, Rows, StoredDay
from markets.features.market import PastMarket, as_slice
from markets.types import MINUTE_MS


class Prices(NamedTuple):
    """
    Close, high and low of each minute, of the shape ``(n_pairs, n_minutes)``.

    NaN where a minute is not known.
    """

    close: Floats
    high: Floats
    low: Floats


@dataclass(frozen=True)
class Span:
    """
    The closes of the minutes that open in a stretch of time, stored or not.

    Parameters
    ----------
    held
        Every day held, by its number: what looks back may reach into them.
    first, last
        Numbers of the minutes that began at the first and the last close.
    """

    held: Mapping[int, StoredDay]
    first: int
    last: int

    @classmethod
    def of(cls, days: Sequence[StoredDay], start_ms: int, end_ms: int) -> "Span":
        """Take the minutes that open in ``[start_ms, end_ms)``."""
        held = {day.manifest.day: day for day in days}
        return cls(held, start_ms // MINUTE_MS + 1, end_ms // MINUTE_MS)

    def with_minutes_after(self, minutes: int) -> "Span":
        """Return the span with some minutes more; it ends with the last day held."""
        end = (max(self.held) + 1) * DAY_MINUTES
        return Span(self.held, self.first, min(self.last + minutes, end))

    @property
    def days(self) -> range:
        """Numbers of the days that it touches."""
        return range(
            (self.first - 1) // DAY_MINUTES, (self.last - 1) // DAY_MINUTES + 1
        )

    @property
    def missing_days(self) -> list[int]:
        """Which of its days are not held."""
        return [day for day in self.days if day not in self.held]

    @property
    def outdated_days(self) -> list[int]:
        """Which of its days were written by other formulas."""
        stored = (day for day in self.days if day in self.held)
        return [day for day in stored if not self.held[day].manifest.is_current]

    @cached_property
    def symbols(self) -> tuple[str, ...]:
        """Every pair of its days, sorted."""
        stored = (self.held[day] for day in self.days if day in self.held)
        return tuple(sorted({one for day in stored for one in day.manifest.symbols}))

    def closes(self, step: int = 1) -> Minutes:
        """Return its closes that a candle of `step` minutes shares."""
        return np.arange(-(-self.first // step) * step, self.last + 1, step)

    def closes_of(self, number: int) -> Minutes:
        """Return its closes of one day."""
        begin = max(self.first, number * DAY_MINUTES + 1)
        return np.arange(begin, min(self.last, (number + 1) * DAY_MINUTES) + 1)

    def require_stored(self) -> None:
        """
        Make sure that something of it is held.

        Raises
        ------
        NotStoredError
            If no day is.
        """
        if len(self.missing_days) == len(self.days):
            raise NotStoredError("No day of this range is in the feature store.")

    def has_day(self, symbols: Sequence[str]) -> NDArray[np.bool_]:
        """Return which pairs each day has, shape ``(n_pairs, n_days)``."""
        found = np.zeros((len(symbols), len(self.days)), np.bool_)
        for place, number in enumerate(self.days):
            if number in self.held:
                row_of = self.held[number].row_of
                found[:, place] = [symbol in row_of for symbol in symbols]
        return found

    def values(self, metric: str, symbols: Sequence[str]) -> Floats:
        """Return a metric at all closes; NaN where it is not stored."""
        ends = self.closes()
        found = np.full((len(symbols), len(ends)), np.nan)
        for number, part, rows, places in self._parts(symbols, ends):
            day = self.held[number]
            found[as_slice(places), part] = day.values(
                metric, as_slice(rows), ends[part]
            )
        return found

    def truths(self, plan: Plan, symbols: Sequence[str], ends: Minutes) -> list[Truths]:
        """Return what a plan of conditions says at some closes, in order."""
        shape = (len(symbols), len(ends))
        found = [np.full(shape, UNKNOWN, np.int8) for _ in range(plan.n_results)]
        for number, part, rows, places in self._parts(symbols, ends):
            answers = plan.run(PastMarket(self.held, number, rows, ends[part]))
            for whole, answer in zip(found, answers, strict=True):
                whole[as_slice(places), part] = answer
        return found

    def prices(self, symbols: Sequence[str]) -> Prices:
        """
        Return the candles of all minutes.

        While the exchange halts a pair, the columns repeat its last candle: of
        such a minute nothing but the close is taken.
        """
        close, high, low, volume = (
            self.values(f"candle_{name}_1m", symbols)
            for name in ("close", "high", "low", "volume")
        )
        repeated = np.ones((len(symbols), max(0, close.shape[1] - 1)), np.bool_)
        for column in (volume, close, high, low):
            repeated &= column[:, 1:] == column[:, :-1]
        for column in (high, low):
            np.copyto(column[:, 1:], close[:, 1:], where=repeated)
        return Prices(close, high, low)

    # Of each day that is held: its number, its part of `ends`, the rows of the
    # pairs that it has, and their places among `symbols`.
    def _parts(
        self, symbols: Sequence[str], ends: Minutes
    ) -> Iterator[tuple[int, slice, Rows, Rows]]:
        for number in self.days:
            if number not in self.held:
                continue
            borders = (number * DAY_MINUTES + 1, (number + 1) * DAY_MINUTES + 1)
            start, stop = np.searchsorted(ends, borders).tolist()
            row_of = self.held[number].row_of
            rows = np.array([row_of.get(symbol, -1) for symbol in symbols], np.intp)
            places = np.flatnonzero(rows >= 0)
            if start < stop and len(places):
                yield number, slice(start, stop), rows[places], places


def require_kept(plan: Plan) -> None:
    """
    Make sure that days keep every metric of a plan.

    Raises
    ------
    NotStoredError
        If they do not.
    """
    lost = sorted(set(plan.columns) - KNOWN)
    if lost:
        raise NotStoredError(
            f"{', '.join(lost)} cannot be asked of the past: it comes with the live "
            "stream and is not kept."
        )
