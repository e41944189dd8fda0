"""Minutes older than the window's eve, of which an indicator's state begins."""

from collections.abc import Collection, Mapping
from typing import Final

import numpy as np

from markets.engine.candles import (
    ABSENT,
    MISSING,
    PRESENT,
    VOLUME,
    CandleColumns,
    Presences,
    Rows,
    join,
)
from markets.engine.hours import HOUR
from markets.engine.indicators.states import IndicatorStates
from markets.engine.minutes import fold
from markets.engine.recent import RecentValues, advance
from markets.engine.table import Floats
from markets.engine.timeframes import LENGTHS
from markets.engine.window import Minutes, Window

_DAY: Final = 1_440
_ROWS_AT_A_TIME: Final = 32


class OlderMinutes:
    """
    Histories that reach back before the eve, until the states have run them.

    Parameters
    ----------
    window
        Holds the newest part of them, and says when each pair was listed.
    """

    def __init__(self, window: Window) -> None:
        self._window = window
        self._parts: dict[int, list[tuple[Minutes, Floats, Minutes]]] = {}

    @property
    def rows(self) -> Collection[int]:
        """The rows that have some."""
        return self._parts.keys()

    def put(
        self, row: int, minutes: Minutes, candles: Floats, halted: Minutes, end: int
    ) -> None:
        """Take the minutes before `end`; shapes as in `Window.write`."""
        old, absent = minutes < end, halted < end
        if old.any() or absent.any():
            values = candles[: VOLUME + 1, old]
            part = (minutes[old], values, halted[absent])
            self._parts.setdefault(row, []).append(part)

    def settle(
        self,
        states: IndicatorStates,
        end: int,
        base: tuple[int, Mapping[str, Floats]] | None,
        recent: RecentValues,
    ) -> None:
        """
        Run what was put through the states of these rows, up to `end`.

        From `base`, a UTC midnight and the arrays of states then, for rows that
        have begun by it. The last values go to `recent`.
        """
        rows = sorted(self._parts)
        for start in range(0, len(rows), _ROWS_AT_A_TIME):
            some = np.array(rows[start : start + _ROWS_AT_A_TIME], np.intp)
            reach = end if base is None else base[0]
            minutes, first = self._minutes(some, end, reach)
            part = IndicatorStates(len(LENGTHS), len(some))
            own = np.arange(len(some))
            if base is not None:
                midnight, arrays = base
                begun = np.flatnonzero(arrays["lanes"][0][:, some].any(axis=0))
                part.put_rows(begun, arrays, some[begun])
                _blot(minutes, begun, midnight - first)
            for place, length in enumerate(LENGTHS):
                tail = advance(part, place, _folded(minutes, length))
                recent.put(place, end, some, tail)
            states.put_rows(some, part.arrays(), own)
        self._parts.clear()

    # From a midnight on, so that every candle is whole.
    def _minutes(self, rows: Rows, end: int, reach: int) -> tuple[CandleColumns, int]:
        parts = {row: self._parts[row] for row in rows.tolist()}
        known = [times for some in parts.values() for one in some for times in one[::2]]
        first = int(min(times.min(initial=reach) for times in known)) // _DAY * _DAY
        size = end - first
        values = np.full((VOLUME + 1, len(rows), size), np.nan)
        presence: Presences = np.full((len(rows), size), MISSING, "u1")
        for place, row in enumerate(rows.tolist()):
            listed = int(self._window.listed_minutes[row])
            presence[place, : max(0, listed - first)] = ABSENT
            for _, _, halted in parts[row]:
                presence[place, halted - first] = ABSENT
            for minutes, candles, _ in parts[row]:
                values[:, place, minutes - first] = candles
                presence[place, minutes - first] = PRESENT
        held = max(self._window.first_minute, first)
        if held < end:
            now = self._window.candles_of(np.arange(held, end), rows)
            values[:, :, held - first :] = now.values
            presence[:, held - first :] = now.presence
        return CandleColumns(values, presence), first


# What the base holds already is not there a second time.
def _blot(minutes: CandleColumns, rows: Rows, count: int) -> None:
    held = slice(0, max(count, 0))
    minutes.values[:, rows, held] = np.nan
    minutes.presence[rows, held] = ABSENT


# Longer candles are joined from hours, hour by hour, as `Hours` does: volumes are
# added in the same order.
def _folded(minutes: CandleColumns, length: int) -> CandleColumns:
    if length <= HOUR:
        return fold(_grouped(minutes, length))
    hours = _grouped(_folded(minutes, HOUR), length // HOUR)
    whole = CandleColumns(hours.values[..., 0], hours.presence[..., 0])
    for place in range(1, length // HOUR):
        hour = CandleColumns(hours.values[..., place], hours.presence[..., place])
        whole = join(whole, hour)
    return whole


def _grouped(parts: CandleColumns, size: int) -> CandleColumns:
    count = parts.presence.shape[1] // size
    values, presence = parts.values[..., : count * size], parts.presence
    shape = (len(presence), count, size)
    return CandleColumns(
        values.reshape(len(values), *shape), presence[:, : count * size].reshape(shape)
    )
