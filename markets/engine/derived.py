"""What follows from the closed minutes, kept from one table to the next."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from markets.engine.candle_states import CandleStates
from markets.engine.candles import CandleColumns, Rows
from markets.engine.hours import HOUR, Hours
from markets.engine.indicators.states import IndicatorStates
from markets.engine.recent import RecentValues
from markets.engine.stretches import Stretch, Stretches
from markets.engine.timeframes import LENGTHS, Timeframes
from markets.engine.warming import page_of
from markets.engine.window import Window
from markets.types import Candle

_FEW: Final = 4
"""Computing a row alone costs about so many times its share of the whole."""


class Derived:
    """
    The sliding windows and the candles of all timeframes of a window.

    A repair of few rows computes those rows alone: while the window is being
    filled, every live table comes after another repair.

    Parameters
    ----------
    window
        What they are computed from.
    """

    def __init__(self, window: Window) -> None:
        self._window = window
        self.hours = Hours(window)
        self._stretches = Stretches(window)
        self._timeframes = Timeframes(window, self.hours)
        self.states = CandleStates(window, self._timeframes)
        self._stale: dict[int, int] = {}

    @property
    def recent(self) -> RecentValues:
        """The last closed values of every metric."""
        return self.states.recent

    @property
    def memory_bytes(self) -> int:
        """Bytes of the arrays."""
        parts = (self.hours, self._stretches, self._timeframes, self.states)
        return sum(part.memory_bytes for part in parts)

    def skip_to(self, end: int) -> None:
        """Hear that the window will move to `end`; call `catch_up` afterwards."""
        self.settle()
        self.states.skip_to(end)

    def catch_up(self, end: int) -> None:
        """Hear that the window has moved to `end`, over a hole."""
        self._forget()
        self.states.catch_up(end)

    def move_on(self) -> None:
        """Hear that the window has moved by one minute."""
        self.hours.move_on()
        self._stretches.move_on()
        self.states.move_on()

    def mend(self, changed: Mapping[int, int]) -> None:
        """Hear of the earliest minute that has changed, by row."""
        for row, minute in changed.items():
            self._stale[row] = min(minute, self._stale.get(row, minute))

    def warm(
        self, place: int, rows: Rows, histories: Sequence[Sequence[Candle]]
    ) -> None:
        """Begin one timeframe's states anew, from candles made elsewhere."""
        self.settle()
        length = LENGTHS[place]
        first, page = page_of(histories, length=length)
        if length == HOUR:
            self.hours.take(rows, first, page)
        self.states.warm(place, rows, first, page)
        self.mend(dict.fromkeys(rows.tolist(), 0))

    def settle(self) -> None:
        """Take in what was mended; call it before the window moves."""
        if not self._stale:
            return
        if len(self._stale) * _FEW > self._window.n_symbols:
            self._forget()
        else:
            self._mend(np.array(sorted(self._stale), np.intp))
        self.states.mend(self._stale)
        self._stale = {}

    def windows(self) -> dict[str, Stretch]:
        """Return every sliding window, shortest first."""
        self.settle()
        return self._stretches.windows()

    def begun(self) -> CandleColumns:
        """Return the minutes since the last boundary of each timeframe."""
        self.settle()
        return self._timeframes.begun()

    def indicators(self) -> IndicatorStates:
        """Return the indicators with every candle that has closed."""
        self.settle()
        return self.states.now

    def settled_states(self) -> CandleStates:
        """Return the states with everything that was mended."""
        self.settle()
        return self.states

    # The windows and candles are made anew the next time.
    def _forget(self) -> None:
        self.hours.forget()
        self._stretches.forget()
        self._timeframes.forget()

    def _mend(self, rows: Rows) -> None:
        part = self._window.of_rows(rows)
        self._stretches.mend(rows, part)
        self.hours.mend(rows, part)
        hours = Hours(part)
        hours.keep_rows(rows, np.arange(len(rows)), self.hours)
        self._timeframes.mend(rows, Timeframes(part, hours))
