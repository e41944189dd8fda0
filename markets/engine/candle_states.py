"""The indicators of all timeframes, brought on with the window and mended."""

from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np

from markets.engine.candles import CandleColumns, Rows
from markets.engine.indicators.family import NAMES
from markets.engine.indicators.states import IndicatorStates, copy_rows
from markets.engine.older import OlderMinutes
from markets.engine.recent import RecentValues, advance
from markets.engine.table import Floats
from markets.engine.timeframes import LENGTHS, Timeframes
from markets.engine.warming import over
from markets.engine.window import Minutes, Window

RECENT: Final = "recent"
"""Among a checkpoint's arrays, the candles' part of `RecentValues`."""

LAG: Final = 1_423
"""Minutes from the states of the eve to those of now: the window still holds the
candle of 15 minutes that ends then, and long candles never end for both at once."""

_MARK_EVERY: Final = 480
_MINUTES_AT_A_TIME: Final = 60
_ROWS_AT_A_TIME: Final = 32
_DAY: Final = 1_440
_SETTLED: Final = 450
_EMA_9: Final = NAMES.index("ema_9")
_EMA_9_FROM: Final = 9
"""It is NaN from there on only where a candle was unknown."""


class CandleStates:
    """
    Indicator states of now, of the window's eve, and of the marks between.

    A late minute is mended from the last mark before it, or from the eve, with
    the candles that the window holds. What is older than the eve is in the
    states for good.

    Parameters
    ----------
    window, timeframes
        Where the candles come from.
    """

    def __init__(self, window: Window, timeframes: Timeframes) -> None:
        self._window = window
        self._timeframes = timeframes
        self._older = OlderMinutes(window)
        self.recent = RecentValues(window.n_symbols)
        self._now = self._empty()
        self._eve = self._empty()
        self._marks: dict[int, dict[str, Floats]] = {}
        self._base: tuple[int, Mapping[str, Floats]] | None = None
        self._end: int | None = None
        self._eve_end = 0

    @property
    def now(self) -> IndicatorStates:
        """The states with every candle that has closed."""
        return self._now

    @property
    def memory_bytes(self) -> int:
        """Bytes of the arrays."""
        marks = [array.nbytes for one in self._marks.values() for array in one.values()]
        states = self._now.memory_bytes + self._eve.memory_bytes
        return states + self.recent.memory_bytes + sum(marks)

    def remember(
        self, row: int, minutes: Minutes, candles: Floats, halted: Minutes
    ) -> None:
        """Take minutes before the eve from a history, unless the row has some."""
        if not self._eve.lanes[0, :, row].any():
            self._older.put(row, minutes, candles, halted, self._eve_end)

    def skip_to(self, end: int) -> None:
        """Hear that the window will move to `end`; call `catch_up` afterwards."""
        if self._end is None or end - LAG > self._end:
            self._now, self._eve = self._empty(), self._empty()
            self._marks.clear()
            self.recent.clear()
            self._end, self._eve_end = end, end - LAG
            self._take_base()
            # A mend fills them with the states of their minutes.
            first = self._eve_end // _MARK_EVERY + 1
            for minute in range(first * _MARK_EVERY, end, _MARK_EVERY):
                self._marks[minute] = _copy(self._eve.arrays())
        else:
            # While the window still has the minutes.
            self._bring_eve(end - LAG)

    def catch_up(self, end: int) -> None:
        """Take the hole that the window has moved over."""
        if self._end is not None and self._end < end:
            for start, stop in _pieces(self._end, end):
                self._advance_and_keep(self._now, start, stop, slice(None))
            self._end = end

    def move_on(self) -> None:
        """Take the candles that end with the minute by which the window moved."""
        self._mark()
        self._end = end = (self._end or 0) + 1
        self._now.update(self._timeframes.closing(end))
        self.recent.close_candles(end, self._now)
        if self._eve_end + 1 == end - LAG:
            self._eve_end += 1
            self._eve.update(self._timeframes.closing(self._eve_end))
            self._forget_marks()
        else:
            self._bring_eve(end - LAG)

    def mend(self, changed: Mapping[int, int]) -> None:
        """
        Compute some rows anew.

        Parameters
        ----------
        changed
            The earliest minute that changed, by row.
        """
        if self._end is None:
            return
        begun = set(self._older.rows)
        self._older.settle(self._eve, self._eve_end, self._base, self.recent)
        since = {row: 0 if row in begun else at for row, at in changed.items()}
        rows = np.array(sorted(changed), np.intp)
        for start in range(0, len(rows), _ROWS_AT_A_TIME):
            some = rows[start : start + _ROWS_AT_A_TIME]
            self._mend(some, min(since[row] for row in some.tolist()))

    def cold(self, place: int) -> Rows:
        """
        Return the rows whose states of one timeframe know too little.

        They have seen fewer candles than an average of 200 needs to settle,
        though the pair is old enough for more, or one was unknown so long ago
        that it cannot be mended.
        """
        if self._end is None:
            return np.empty(0, np.intp)
        age = self._end - np.minimum(self._window.listed_minutes, self._end)
        possible = age // LENGTHS[place] - 1
        is_short = self._now.lanes[0, place] < np.minimum(_SETTLED, possible)
        seen, average = self._eve.lanes[0, place], self._eve.values[_EMA_9, place]
        return np.flatnonzero(is_short | ((seen >= _EMA_9_FROM) & np.isnan(average)))

    def warm(self, place: int, rows: Rows, first: int, page: CandleColumns) -> None:
        """
        Begin one timeframe of some rows anew; `mend` must follow.

        Parameters
        ----------
        place
            Which of the timeframes.
        rows
            Which rows.
        first
            Number of the first candle since 1970.
        page
            Shape ``(5, len(rows), n_candles)``. What the window and the hours
            know themselves wins.
        """
        length = LENGTHS[place]
        own = self._timeframes.between(place, first * length, self._eve_end, rows)
        part = IndicatorStates(len(LENGTHS), len(rows))
        candles = over(page, own, self._eve_end // length - first)
        tail = advance(part, place, candles)
        self.recent.put(place, self._eve_end, rows, tail)
        self._eve.put_timeframe(place, rows, part)

    def keep_rows(self, kept: Rows, rows: Rows, source: "CandleStates") -> None:
        """Take over rows `kept` of other states as this one's `rows`."""
        self._end, self._eve_end = source._end, source._eve_end  # noqa: SLF001 - its own kind
        self._now.put_rows(rows, source._now.arrays(), kept)  # noqa: SLF001
        self._eve.put_rows(rows, source._eve.arrays(), kept)  # noqa: SLF001
        self.recent.keep_rows(kept, rows, source.recent)
        for minute, arrays in source._marks.items():  # noqa: SLF001
            self._marks[minute] = self._empty().arrays()
            copy_rows(self._marks[minute], rows, arrays, kept)
        if source._base is not None:  # noqa: SLF001
            base = empty_arrays(self._window.n_symbols)
            copy_rows(base, rows, source._base[1], kept)  # noqa: SLF001
            self._base = source._base[0], base  # noqa: SLF001

    def at_midnight(self) -> tuple[int, Mapping[str, Floats]] | None:
        """
        Return the last UTC midnight's minute and arrays, None if not known.

        They are those of the states, and `RECENT`, the values closed by then.
        """
        self._mark()
        midnights = [minute for minute in self._marks if minute % _DAY == 0]
        if midnights:
            minute, arrays = max(midnights), self._marks[max(midnights)]
        elif self._end is not None and self._eve_end % _DAY == 0:
            minute, arrays = self._eve_end, self._eve.arrays()
        else:
            return None
        recent = self.recent.candles_until(minute, self._end or minute)
        return minute, {**arrays, RECENT: recent}

    def begin(self, end: int, base: Mapping[str, Floats]) -> None:
        """
        Start from states that hold every candle that ended by `end`.

        To be called before the first minute. What lies between them and the
        eve must come with a history; its row begins anew without.
        """
        self._base = end, base

    def _take_base(self) -> None:
        if self._base is not None and self._base[0] > (self._end or 0):
            # It holds candles that would come once more.
            self._base = None
        if self._base is None:
            return
        self.recent.candles[...] = self._base[1][RECENT]
        if self._base[0] < self._eve_end:
            return
        # It is newer than the eve would be, and so the eve itself.
        self._eve_end, base = self._base
        everyone = np.arange(self._window.n_symbols)
        self._eve.put_rows(everyone, base, everyone)
        self._now.put_rows(everyone, base, everyone)
        self._base = None

    def _empty(self) -> IndicatorStates:
        return IndicatorStates(len(LENGTHS), self._window.n_symbols)

    def _mark(self) -> None:
        end = self._end
        if end is not None and end % _MARK_EVERY == 0 and end not in self._marks:
            self._base = None
            self._marks[end] = _copy(self._now.arrays())

    def _bring_eve(self, end: int) -> None:
        if self._eve_end < end:
            for start, stop in _pieces(self._eve_end, end):
                self._advance(self._eve, start, stop, slice(None))
            self._eve_end = end
            self._forget_marks()

    def _forget_marks(self) -> None:
        for minute in [minute for minute in self._marks if minute < self._eve_end]:
            del self._marks[minute]

    def _mend(self, rows: Rows, since: int) -> None:
        start, base = self._eve_end, self._eve.arrays()
        for minute, arrays in sorted(self._marks.items(), key=lambda mark: mark[0]):
            if minute <= since:
                start, base = minute, arrays
        part, own = self._part(rows, base), np.arange(len(rows))
        for minute in sorted(self._marks):
            if minute > start:
                self._advance_and_keep(part, start, minute, rows)
                copy_rows(self._marks[minute], rows, part.arrays(), own)
                start = minute
        self._advance_and_keep(part, start, self._end or 0, rows)
        self._now.put_rows(rows, part.arrays(), own)

    def _part(self, rows: Rows, source: Mapping[str, Floats]) -> IndicatorStates:
        part = IndicatorStates(len(LENGTHS), len(rows))
        part.put_rows(np.arange(len(rows)), source, rows)
        return part

    def _advance(
        self, states: IndicatorStates, start: int, stop: int, rows: Rows | slice
    ) -> None:
        for place in range(len(LENGTHS)):
            states.advance(place, self._timeframes.between(place, start, stop, rows))

    def _advance_and_keep(
        self, states: IndicatorStates, start: int, stop: int, rows: Rows | slice
    ) -> None:
        for place in range(len(LENGTHS)):
            candles = self._timeframes.between(place, start, stop, rows)
            self.recent.put(place, stop, rows, advance(states, place, candles))


def empty_arrays(n_symbols: int) -> dict[str, Floats]:
    """Return the arrays of a checkpoint of which nothing is known."""
    states = IndicatorStates(len(LENGTHS), n_symbols)
    return {**states.arrays(), RECENT: RecentValues(n_symbols).candles}


# A hole of a day would be many candles at once.
def _pieces(start: int, stop: int) -> Iterator[tuple[int, int]]:
    for piece in range(start, stop, _MINUTES_AT_A_TIME):
        yield piece, min(piece + _MINUTES_AT_A_TIME, stop)


def _copy(arrays: Mapping[str, Floats]) -> dict[str, Floats]:
    return {name: array.copy() for name, array in arrays.items()}
