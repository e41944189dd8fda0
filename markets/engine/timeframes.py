"""Candles of every timeframe, aligned to UTC, made of the minutes held."""

from typing import Final

import numpy as np

from markets.engine.candles import CandleColumns, Rows, join
from markets.engine.hours import HOUR, Hours
from markets.engine.minutes import fold, joined
from markets.engine.window import Window
from markets.types import TIMEFRAMES

LENGTHS: Final = tuple(TIMEFRAMES.values())
"""Minutes of a candle, each a multiple of the one before."""


def closing_at(end: int) -> int:
    """Return of how many timeframes, the shortest first, a candle ends then."""
    return sum(end % minutes == 0 for minutes in LENGTHS)


class Timeframes:
    """
    Candles up to 15 minutes of the window's minutes, longer ones of `Hours`.

    Parameters
    ----------
    window, hours
        What they are made of.
    """

    def __init__(self, window: Window, hours: Hours) -> None:
        self._window = window
        self._hours = hours
        self._begun: CandleColumns | None = None
        self._end = 0

    @property
    def memory_bytes(self) -> int:
        """Bytes of the arrays."""
        kept = self._begun
        return 0 if kept is None else kept.values.nbytes + kept.presence.nbytes

    def forget(self) -> None:
        """Make everything anew the next time."""
        self._begun = None

    def mend(self, rows: Rows, part: "Timeframes") -> None:
        """Set some rows to what these rows alone have."""
        if self._begun is not None and self._end == self._now():
            new = part.begun()
            self._begun.values[..., rows] = new.values
            self._begun.presence[..., rows] = new.presence

    def begun(self) -> CandleColumns:
        """
        Return the minutes since the last boundary of each timeframe.

        Shape ``(5, n_timeframes, n_symbols)``; ABSENT right after a boundary.
        """
        end = self._now()
        if self._begun is None or self._end != end:
            hour = joined(self._window, end - end % HOUR, end)
            self._begun = _stacked([self._since(end, m, hour) for m in LENGTHS])
            self._end = end
        return self._begun

    def closing(self, end: int) -> CandleColumns:
        """
        Return the candles that end at this minute.

        Of the first `closing_at` timeframes, shape ``(5, n, n_symbols)``. The
        window must hold the minutes of those up to 15 minutes.
        """
        return _stacked(
            [
                joined(self._window, end - minutes, end)
                if minutes < HOUR
                else self._hours.candle((end - minutes) // HOUR, end // HOUR)
                for minutes in LENGTHS[: closing_at(end)]
            ]
        )

    def between(
        self, place: int, start: int, stop: int, rows: Rows | slice
    ) -> CandleColumns:
        """
        Return the candles of one timeframe that end after `start`, up to `stop`.

        Shape ``(5, n_rows, n_candles)``, oldest first; those of which the
        window or the hours do not hold the beginning are left out.
        """
        minutes = LENGTHS[place]
        held = self._window.first_minute if minutes < HOUR else self._hours.first_minute
        first = max(start // minutes, -(-held // minutes))
        last = stop // minutes
        if minutes < HOUR:
            numbers = np.arange(first * minutes, last * minutes).reshape(-1, minutes)
            return fold(self._window.candles_of(numbers, rows))
        step = minutes // HOUR
        return self._hours.candles(first * step, last * step, step).of_rows(rows)

    def _now(self) -> int:
        return (self._window.last_minute or 0) + 1

    # `hour` is the hour begun, of which all longer candles have the minutes.
    def _since(self, end: int, minutes: int, hour: CandleColumns) -> CandleColumns:
        boundary = end - end % minutes
        if minutes < HOUR:
            return joined(self._window, boundary, end)
        if boundary // HOUR < end // HOUR:
            return join(self._hours.candle(boundary // HOUR, end // HOUR), hour)
        return hour


def _stacked(candles: list[CandleColumns]) -> CandleColumns:
    return CandleColumns(
        np.stack([one.values for one in candles], axis=1),
        np.stack([one.presence for one in candles]),
    )
