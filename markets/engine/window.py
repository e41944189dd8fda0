"""The last 1,441 closed minutes of every instrument."""

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from markets.engine.candles import (
    ABSENT,
    CLOSE,
    MISSING,
    N_FIELDS,
    PRESENT,
    VOLUME,
    CandleColumns,
    Presences,
    Rows,
)
from markets.engine.logarithm import natural_log
from markets.engine.table import Floats
from markets.types import WINDOW_CANDLES

Minutes = NDArray[np.int64]

LOG_RETURN: Final = N_FIELDS
"""The field after a candle's own: log return against the minute before."""

UNKNOWN_LISTING: Final = -(2**62)
_ROWS_AT_A_TIME: Final = 64


class Window:
    """
    A ring of one-minute candles; a minute's slot follows from its number.

    Minutes are numbered from the epoch. A slot depends on the minute alone, so
    that the same candles lie in the same places however they came: one by one,
    from a history, or as a late repair.

    In `values`, of shape ``(9, n_symbols, 1441)``, a minute in which the
    exchange itself has no candle (`presence` ABSENT) is flat at the last close
    with no volume, and a MISSING one is NaN. `eve_close` is the close carried
    into the oldest minute, which a halt there is flat at.

    Parameters
    ----------
    listed_minutes
        First minute of each instrument, `UNKNOWN_LISTING` where unknown. Before
        it, candles are absent rather than missing.
    """

    def __init__(self, listed_minutes: Minutes) -> None:
        n_symbols = len(listed_minutes)
        self.listed_minutes = listed_minutes
        self.last_minute: int | None = None
        self.values: Floats = np.full((N_FIELDS + 1, n_symbols, WINDOW_CANDLES), np.nan)
        self.presence: Presences = np.full((n_symbols, WINDOW_CANDLES), MISSING, "u1")
        self.eve_close: Floats = np.full(n_symbols, np.nan)

    @property
    def n_symbols(self) -> int:
        """Number of rows."""
        return len(self.eve_close)

    @property
    def first_minute(self) -> int:
        """The oldest minute held; meaningless before the first candle."""
        return (self.last_minute or 0) - WINDOW_CANDLES + 1

    @property
    def memory_bytes(self) -> int:
        """Bytes of the arrays."""
        arrays = (self.values, self.presence, self.eve_close, self.listed_minutes)
        return sum(array.nbytes for array in arrays)

    def keep_rows(self, kept: Rows, rows: Rows, source: "Window") -> None:
        """Take over rows `kept` of another window as this one's `rows`."""
        self.last_minute = source.last_minute
        self.values[:, rows] = source.values[:, kept]
        self.presence[rows] = source.presence[kept]
        self.eve_close[rows] = source.eve_close[kept]

    def of_rows(self, rows: Rows) -> "Window":
        """Return a window of its own with a copy of these rows."""
        part = Window(self.listed_minutes[rows])
        part.keep_rows(rows, np.arange(len(rows)), self)
        return part

    def push(self, rows: Rows, candles: Floats, halted: Rows) -> None:
        """
        Move on by one minute.

        Parameters
        ----------
        rows
            Instruments that have a candle, each once.
        candles
            Their candles, shape ``(8, len(rows))``.
        halted
            Instruments for which the exchange has no candle; a candle wins.
        """
        self.skip_to((self.last_minute or 0) + 1)
        minute = self.last_minute or 0
        slot, before = minute % WINDOW_CANDLES, (minute - 1) % WINDOW_CANDLES
        closes = self.values[CLOSE, :, before]
        halted = halted[~np.isin(halted, rows)]
        self.values[:VOLUME, halted, slot] = closes[halted]
        self.values[VOLUME:LOG_RETURN, halted, slot] = 0.0
        self.presence[halted, slot] = ABSENT
        self.values[:LOG_RETURN, rows, slot] = candles
        self.presence[rows, slot] = PRESENT
        returns = natural_log(self.values[CLOSE, :, slot] / closes)
        self.values[LOG_RETURN, :, slot] = returns

    def skip_to(self, minute: int) -> None:
        """Move on to a later minute; those on the way become missing."""
        gap = WINDOW_CANDLES if self.last_minute is None else minute - self.last_minute
        if gap < WINDOW_CANDLES:
            self.eve_close = self.values[CLOSE, :, minute % WINDOW_CANDLES].copy()
        else:
            gap = WINDOW_CANDLES
            self.eve_close = np.full(self.n_symbols, np.nan)
        for part in slots_of(minute - gap + 1, minute):
            self.values[:, :, part] = np.nan
            self.presence[:, part] = MISSING
        self.last_minute = minute

    def write(
        self, row: int, minutes: Minutes, candles: Floats, halted: Minutes
    ) -> None:
        """
        Set minutes of one instrument; `settle` its row afterwards.

        Minutes outside the window are left out. A candle wins over a halt, and
        the last of several candles of a minute wins.

        Parameters
        ----------
        row
            The instrument.
        minutes
            Minutes of `candles`, in any order.
        candles
            Shape ``(8, len(minutes))``.
        halted
            Minutes for which the exchange has no candle.
        """
        halted_slots = halted[self._holds(halted)] % WINDOW_CANDLES
        is_free = self.presence[row, halted_slots] != PRESENT
        self.presence[row, halted_slots[is_free]] = ABSENT
        held = self._holds(minutes)
        newest_first = minutes[held][::-1]
        unique, places = np.unique(newest_first, return_index=True)
        slots = unique % WINDOW_CANDLES
        self.values[:LOG_RETURN, row, slots] = candles[:, held][:, ::-1][:, places]
        self.presence[row, slots] = PRESENT

    def settle(self, rows: Rows) -> None:
        """Make halts flat and the log returns right again after `write`."""
        for start in range(0, len(rows), _ROWS_AT_A_TIME):
            self._settle(rows[start : start + _ROWS_AT_A_TIME])

    def candles_of(self, minutes: Minutes, rows: Rows | slice) -> CandleColumns:
        """
        Return candles as the exchange's own chart has them.

        Parameters
        ----------
        minutes
            Minutes in the window, of shape ``(...)``.
        rows
            The instruments, n of them.

        Returns
        -------
        CandleColumns
            Open, high, low, close and volume of shape ``(5, n, ...)``; ABSENT
            in a halt and before the listing.
        """
        slots = minutes % WINDOW_CANDLES
        values = self.values[: VOLUME + 1, rows][..., slots]
        presence = self.presence[rows][..., slots]
        listed = self.listed_minutes[rows].reshape(-1, *[1] * minutes.ndim)
        presence[(presence == MISSING) & (minutes < listed)] = ABSENT
        values[:, presence != PRESENT] = np.nan
        return CandleColumns(values, presence)

    def _holds(self, minutes: Minutes) -> NDArray[np.bool_]:
        newest = self.last_minute or 0
        held: NDArray[np.bool_] = (self.first_minute <= minutes) & (minutes <= newest)
        return held

    def _settle(self, rows: Rows) -> None:
        slots = np.arange(self.first_minute, self.first_minute + WINDOW_CANDLES)
        slots %= WINDOW_CANDLES
        block = self.values[:, rows[:, None], slots]
        halted = self.presence[rows[:, None], slots] == ABSENT
        # Column 0 is the eve; a halted minute points back to the last other one.
        closes = np.concatenate([self.eve_close[rows, None], block[CLOSE]], axis=1)
        places = np.where(halted, 0, np.arange(1, WINDOW_CANDLES + 1))
        sources = np.maximum.accumulate(places, axis=1)
        closes[:, 1:] = np.take_along_axis(closes, sources, axis=1)
        block[:VOLUME] = np.where(halted, closes[:, 1:], block[:VOLUME])
        block[VOLUME:LOG_RETURN, halted] = 0.0
        block[LOG_RETURN] = natural_log(closes[:, 1:] / closes[:, :-1])
        self.values[:, rows[:, None], slots] = block


def slots_of(first_minute: int, last_minute: int) -> Iterator[slice]:
    """Yield the one or two stretches of the ring that hold these minutes."""
    first = first_minute % WINDOW_CANDLES
    size = last_minute - first_minute + 1
    if first + size <= WINDOW_CANDLES:
        yield slice(first, first + size)
        return
    yield slice(first, WINDOW_CANDLES)
    yield slice(0, first + size - WINDOW_CANDLES)
