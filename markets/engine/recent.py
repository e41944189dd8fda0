"""The last closed values of every metric, which expressions look back at."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

import numpy as np

from markets.engine.candle_metrics import N_COLUMNS, bound_runs
from markets.engine.candles import ABSENT, CandleColumns, Rows
from markets.engine.catalogue import COLUMNS, METRIC_OF
from markets.engine.expressions.history import Track
from markets.engine.indicators.family import NAMES
from markets.engine.indicators.states import IndicatorStates
from markets.engine.table import Floats, Table
from markets.engine.timeframes import LENGTHS, closing_at
from markets.types import MINUTE_MS, TIMEFRAMES

SLOTS: Final = 8
"""Closed steps that are kept of each metric."""
STEPS_BACK: Final = SLOTS - 1
"""How far back is always known: on the closed clock the newest step is the present."""

_N_SLIDING: Final = len(COLUMNS) - N_COLUMNS


def step_minutes(metric: str) -> int:
    """Return how many minutes one step of a metric of the catalogue takes."""
    timeframe = METRIC_OF[metric].timeframe
    return TIMEFRAMES[timeframe] if timeframe else 1


class RecentValues:
    """
    A ring of closed steps for every metric of every instrument.

    A candle's metric steps with its candles, everything else with the minutes.
    A step is numbered by its end, so one of an hour that ends at 10:00 UTC is
    the number of hours from 1970 until then.

    Parameters
    ----------
    n_symbols
        Number of rows.

    Attributes
    ----------
    candles
        The part of the candles' metrics, shape ``(SLOTS, n_names,
        n_timeframes, n_symbols)``.
    end
        Number of the minute that began when the last closed table was made.
    """

    def __init__(self, n_symbols: int) -> None:
        self._values = np.full((SLOTS, len(COLUMNS), n_symbols), np.nan)
        shape = (SLOTS, len(NAMES), len(LENGTHS), n_symbols)
        self.candles = self._values[:, _N_SLIDING:].reshape(shape)
        self._sliding = self._values[:, :_N_SLIDING]
        self.end = 0

    @property
    def memory_bytes(self) -> int:
        """Bytes of the array."""
        return self._values.nbytes

    def clear(self) -> None:
        """Forget everything."""
        self._values[:] = np.nan

    def close_candles(self, end: int, states: IndicatorStates) -> None:
        """Keep the values of the candles that end at this minute."""
        for place in range(closing_at(end)):
            slot = end // LENGTHS[place] % SLOTS
            self.candles[slot, :, place] = states.values[:, place]

    def close_minute(self, end: int, values: Floats) -> None:
        """Keep a closed table's ``(n_metrics, n_symbols)``, but for the candles'."""
        # Of minutes that were passed over nothing is known.
        for skipped in range(max(self.end + 1, end - STEPS_BACK), end):
            self._sliding[skipped % SLOTS] = np.nan
        self.end = end
        self._sliding[end % SLOTS] = values[:_N_SLIDING]

    def put(self, place: int, end: int, rows: Rows | slice, tail: Floats) -> None:
        """
        Set the last steps up to a minute.

        Parameters
        ----------
        place
            Which of the timeframes.
        end
            The minute; the last step is the one that ended then or before.
        rows
            Which rows.
        tail
            Shape ``(n_steps, n_values, n_rows)``, at most `SLOTS` steps.
        """
        last = end // LENGTHS[place]
        for back, values in enumerate(tail[::-1]):
            step = self.candles[(last - back) % SLOTS, :, place]
            step[:, rows] = values

    def keep_rows(self, kept: Rows, rows: Rows, source: "RecentValues") -> None:
        """Take over rows `kept` of another ring as this one's `rows`."""
        self.end = source.end
        self._values[..., rows] = source._values[..., kept]  # noqa: SLF001 - its own kind

    def candles_until(self, end: int, now: int) -> Floats:
        """
        Return the candles' part as it was at a minute, as far as it is known.

        Parameters
        ----------
        end
            The minute.
        now
            The minute until which candles were taken: what is newer is NaN.
        """
        found = self.candles.copy()
        for place, length in enumerate(LENGTHS):
            newer = range(end // length + 1, now // length + 1)
            found[[step % SLOTS for step in newer[:SLOTS]], :, place] = np.nan
        return found

    def snapshot(self, venue: str, market_key: str, symbols: Sequence[str]) -> "Recent":
        """Return a copy to be published, as of the last closed table."""
        values = self._values.copy()
        for slot in values[:, _N_SLIDING:]:
            bound_runs(slot.reshape(len(NAMES), len(LENGTHS), -1))
        return Recent(venue, market_key, tuple(symbols), COLUMNS, self.end, values)


def advance(states: IndicatorStates, place: int, candles: CandleColumns) -> Floats:
    """
    Take a history of one timeframe, and return the values at its end.

    Parameters
    ----------
    states
        They are brought on.
    place
        Which of the timeframes.
    candles
        Shape ``(5, n_rows, n_candles)``, oldest first.

    Returns
    -------
    Floats
        Shape ``(n_steps, n_values, n_rows)``: the values after each of the last
        `SLOTS` candles. After one that there was not they are those of before.
    """
    cut = max(candles.presence.shape[1] - SLOTS, 0)
    states.advance(place, _part(candles, slice(None, cut)))
    last = _part(candles, slice(cut, None))
    before = states.values[:, place].copy()
    tail = np.ascontiguousarray(np.moveaxis(states.run(place, last), 2, 0))
    for step, presence in zip(tail, last.presence.T, strict=True):
        np.copyto(step, before, where=presence == ABSENT)
        before = step
    return tail


@dataclass(frozen=True)
class Recent:
    """
    What `RecentValues` held when a minute had closed.

    `end` is the number of the minute that began then; `values` are `SLOTS` blocks
    ``(n_columns, n_symbols)``, a step at its number modulo `SLOTS`.
    """

    venue: str
    market_key: str
    symbols: tuple[str, ...]
    columns: tuple[str, ...]
    end: int
    values: Sequence[Floats] | Floats = field(repr=False)

    @cached_property
    def _column_of(self) -> dict[str, int]:
        return {name: number for number, name in enumerate(self.columns)}

    def value(self, track: Track, steps: int, table: Table) -> Floats:
        """
        Return a metric as it was before a table, NaN where that is not known.

        Parameters
        ----------
        track
            The metric, and minutes of a step: at most those of its own.
        steps
            How many; for a closed table 1 is the step before the one that it
            ended, for a live table the last that has closed.
        table
            The present.
        """
        unknown = np.full(len(table.symbols), np.nan)
        metric, clock = track
        column = self._column_of.get(metric)
        if column is None or not self._has_rows_of(table):
            return unknown
        if table.clock == "closed":
            moment = (table.as_of_ms // MINUTE_MS // clock - steps) * clock
        else:
            moment = (self.end // clock + 1 - steps) * clock
        own = step_minutes(metric)
        step, newest = moment // own, self.end // own
        if not 0 <= newest - step < len(self.values):
            return unknown
        found: Floats = self.values[step % len(self.values)][column]
        return found

    def table(self, end: int) -> Table | None:
        """
        Return the closed table of a minute as it was made then.

        `end` is the number of the minute that began when it was made; None where
        that is too long ago, or to come. It has no label, and no sequence.
        """
        if not 0 <= self.end - end < len(self.values):
            return None
        own = np.array([step_minutes(name) for name in self.columns])
        slots = end // own % len(self.values)
        values = np.empty((len(self.columns), len(self.symbols)))
        for slot, block in enumerate(self.values):
            values[slots == slot] = block[slots == slot]
        return Table(
            self.venue,
            self.market_key,
            "",
            "closed",
            0,
            end * MINUTE_MS,
            self.symbols,
            self.columns,
            values,
        )

    def _has_rows_of(self, table: Table) -> bool:
        return table.market_key == self.market_key and table.symbols == self.symbols


def _part(candles: CandleColumns, part: slice) -> CandleColumns:
    return CandleColumns(candles.values[..., part], candles.presence[:, part])
