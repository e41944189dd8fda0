"""Sorted limits, and for each value that is watched its place among them."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from markets.engine.table import Floats

Integers = NDArray[np.int64]
Places = NDArray[np.intp]
Flags = NDArray[np.bool_]

_NO_PLACE = -1


class Conditions(NamedTuple):
    """
    Conditions as parallel arrays, one place each.

    A condition with `rises` is true where the value is at or above its `limit`,
    one without where it is below. `symbol` is a code, -1 for every pair.
    """

    ids: Integers
    metric: Integers
    symbol: Integers
    limit: Floats
    rises: Flags

    def chosen(self, which: Flags | Places) -> "Conditions":
        """Return some of them; these where all are."""
        if which.dtype == np.bool_ and which.all():
            return self
        return Conditions(
            self.ids[which],
            self.metric[which],
            self.symbol[which],
            self.limit[which],
            self.rises[which],
        )

    def joined(self, other: "Conditions") -> "Conditions":
        """Return these and others."""
        if not len(other.ids):
            return self
        return Conditions(
            np.concatenate((self.ids, other.ids)),
            np.concatenate((self.metric, other.metric)),
            np.concatenate((self.symbol, other.symbol)),
            np.concatenate((self.limit, other.limit)),
            np.concatenate((self.rises, other.rises)),
        )


class Layout(NamedTuple):
    """
    Where a table has the column of a metric's code and the row of a symbol's.

    What it lacks is at -1, and so is the last row, that of every pair.
    """

    n_columns: int
    n_rows: int
    column_of: Integers
    row_of: Integers

    @property
    def nowhere(self) -> int:
        """Cell of what the table lacks: one past its last, always NaN."""
        return self.n_columns * self.n_rows


class Crossed(NamedTuple):
    """Conditions that became true, or false, with the table's rows."""

    ids: Integers
    rows: Integers


class LimitRows:
    """
    Conditions grouped by metric and pair, each group with its limits in order.

    A watched value knows the limit next below and next above it. A step touches
    only those that have left this interval, and of these only the limits in
    between.
    """

    def __init__(self, conditions: Conditions, layout: Layout) -> None:
        order = np.lexsort((conditions.limit, conditions.symbol, conditions.metric))
        self.conditions = conditions.chosen(order)
        self.is_alive = np.ones(len(order), np.bool_)
        self.lay_out(layout)

    @property
    def memory_bytes(self) -> int:
        """Bytes of all arrays."""
        own = (self.is_alive, self._start, self._stop, self._row, self._cell)
        arrays = (*self.conditions, *own, self._place, self._low, self._high)
        return sum(array.nbytes for array in arrays)

    def lay_out(self, layout: Layout) -> None:
        """Point the groups at the cells of a table; all values are unknown then."""
        start, stop = _groups(self.conditions)
        column = layout.column_of[self.conditions.metric[start]]
        symbol = self.conditions.symbol[start]
        # A group for every pair is watched in each row, with the same limits.
        times = np.where(symbol < 0, layout.n_rows, 1)
        self._start, self._stop = np.repeat(start, times), np.repeat(stop, times)
        first = np.repeat(np.cumsum(times) - times, times)
        within = np.arange(len(first)) - first
        own = np.where(symbol < 0, 0, layout.row_of[symbol])
        self._row = np.repeat(own, times) + within
        column = np.repeat(column, times)
        is_there = (column >= 0) & (self._row >= 0)
        cell = column * layout.n_rows + self._row
        self._cell = np.where(is_there, cell, layout.nowhere).astype(np.intp)
        self._place = np.full(len(self._cell), _NO_PLACE, np.intp)
        # Nothing lies within, so the first known value is looked at.
        self._low = np.full(len(self._cell), np.inf)
        self._high = np.full(len(self._cell), -np.inf)

    def step(self, cells: Floats, *, across_unknown: bool) -> tuple[Crossed, Crossed]:
        """
        Take the values of a table, and return what became true and what false.

        Parameters
        ----------
        cells
            All values of the table, column after column, and a NaN at the end.
        across_unknown
            Whether a value that comes back is compared with the last known one.
        """
        values = cells[self._cell]
        moved = np.flatnonzero(~((values >= self._low) & (values < self._high)))
        values = values[moved]
        is_lost = np.isnan(values)
        if not across_unknown:
            self._forget(moved[is_lost])
        moved, values = moved[~is_lost], values[~is_lost]
        before = self._place[moved]
        self._settle(moved, values)
        is_known = before != _NO_PLACE
        return self._between(moved[is_known], before[is_known])

    def _forget(self, groups: Places) -> None:
        self._place[groups] = _NO_PLACE
        self._low[groups], self._high[groups] = np.inf, -np.inf

    def _settle(self, groups: Places, values: Floats) -> None:
        limit = self.conditions.limit
        start, stop = self._start[groups], self._stop[groups]
        place = _first_above(limit, start, stop, values)
        self._place[groups] = place
        below = limit[np.maximum(place - 1, 0)]
        above = limit[np.minimum(place, len(limit) - 1)] if len(limit) else below
        self._low[groups] = np.where(place > start, below, -np.inf)
        self._high[groups] = np.where(place < stop, above, np.inf)

    # The limits that were passed on the way from the earlier place.
    def _between(self, groups: Places, before: Places) -> tuple[Crossed, Crossed]:
        now = self._place[groups]
        first, count = np.minimum(before, now), np.abs(now - before)
        offset = np.repeat(first - (np.cumsum(count) - count), count)
        passed = offset + np.arange(len(offset))
        went_up = np.repeat(now > before, count)
        rows = np.repeat(self._row[groups], count)
        alive = self.is_alive[passed]
        became_true = self.conditions.rises[passed] == went_up
        ids = self.conditions.ids[passed]
        fired, ended = alive & became_true, alive & ~became_true
        return Crossed(ids[fired], rows[fired]), Crossed(ids[ended], rows[ended])


def _groups(conditions: Conditions) -> tuple[Places, Places]:
    metric, symbol = conditions.metric, conditions.symbol
    is_first = np.ones(len(metric), np.bool_)
    is_first[1:] = (metric[1:] != metric[:-1]) | (symbol[1:] != symbol[:-1])
    start = np.flatnonzero(is_first)
    return start, np.append(start[1:], len(metric)).astype(np.intp)[: len(start)]


# Halves all stretches at once until none is left.
def _first_above(limit: Floats, start: Places, stop: Places, values: Floats) -> Places:
    low, high = start.copy(), stop.copy()
    searching = np.flatnonzero(low < high)
    while len(searching):
        middle = (low[searching] + high[searching]) >> 1
        is_below = limit[middle] <= values[searching]
        low[searching[is_below]] = middle[is_below] + 1
        high[searching[~is_below]] = middle[~is_below]
        searching = searching[low[searching] < high[searching]]
    return low
