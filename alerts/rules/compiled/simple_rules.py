"""Rules that compare one metric with one number: only those crossed cost."""

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from alerts.rules.compiled.memory import Memory
from alerts.rules.compiled.truths import NOTHING, Edges, Integers, Named, Wide
from markets.engine.expressions.limit_rows import Conditions, Crossed
from markets.engine.expressions.market import (
    FALSE,
    TRUE,
    UNKNOWN,
    TableMarket,
    Truths,
)
from markets.engine.expressions.nodes import (
    Comparison,
    Expression,
    Kind,
    MetricName,
    Number,
)
from markets.engine.expressions.operations import Lookup
from markets.engine.expressions.thresholds import (
    Known,
    Threshold,
    ThresholdIndex,
    Watched,
)
from markets.engine.table import Floats, Table

MOST_PAIRS: Final = 8_192
"""Pairs that one rule may name; each is a condition of its own."""

_EVERY_PAIR: Final = -1


class Stray(NamedTuple):
    """A rule that is not kept here any longer; `symbols` is None for every pair."""

    number: int
    threshold: Threshold
    symbols: tuple[str, ...] | None

    @property
    def expression(self) -> Expression:
        """The threshold as an expression."""
        metric, operator, value, _ = self.threshold
        operands = (MetricName(metric), Number(value))
        return Expression(Comparison((operator,), operands), Kind.CONDITION)

    @property
    def like(self) -> str:
        """The text of the threshold, with 1 for its number."""
        return f"{self.threshold.metric} {self.threshold.operator} 1"


class _Lost(NamedTuple):
    # Cells of which the last known value is not that of the last table.
    cells: NDArray[np.bool_]
    is_any: bool
    column_of: Mapping[str, int]
    row_of: Mapping[str, int]


class SimpleRules:
    """
    Thresholds in an index that keeps values, not truths.

    All rules on one cell share its last known value. So a rule that comes while
    the cell is unknown has no place here: it would begin with a value that it
    did not see. `is_lost` tells.
    """

    def __init__(self) -> None:
        self._index = ThresholdIndex(across_unknown=True)
        self._table: Table | None = None
        self._lost: _Lost | None = None
        self._is_behind = False

    @property
    def memory_bytes(self) -> int:
        """Bytes of the arrays."""
        return self._index.memory_bytes

    def is_lost(self, metric: str, symbols: Iterable[str] | None) -> bool:
        """Whether a metric of some pairs, or of any, was known but is not now."""
        lost = self._lost = self._lost or self._compared()
        if not lost.is_any or metric not in lost.column_of:
            return False
        column = lost.column_of[metric]
        if symbols is None:
            return bool(lost.cells[column].any())
        rows = [lost.row_of[one] for one in symbols if one in lost.row_of]
        return bool(lost.cells[column, rows].any())

    def load(self, conditions: Iterable[tuple[int, Threshold]]) -> None:
        """Add many conditions under ids of `ids_of`."""
        self._catch_up()
        self._index.load(conditions)

    def add(self, conditions: Iterable[tuple[int, Threshold]]) -> None:
        """Add a few conditions under ids of `ids_of`."""
        self._catch_up()
        for condition in conditions:
            self._index.add(*condition)

    def remove(self, number: int) -> None:
        """Remove a rule."""
        for one in ids_of(number):
            if not self._index.remove(one):
                return

    def step(self, table: Table) -> Edges:
        """Take the next table, and return what became true and what false."""
        self._table, self._lost = table, None
        if not len(self._index):
            self._is_behind = True
            return Edges(NOTHING, NOTHING)
        fired, ended = (
            Crossed(ids // MOST_PAIRS, rows) for ids, rows in self._index.step(table)
        )
        return Edges(fired, ended)

    def now(self, number: int, row: int, market: TableMarket) -> int:
        """Return what is true of a rule at a row of a market."""
        symbol = market.table.symbols[row]
        found, metrics, symbols = self._index.watched(ids_of(number))
        for place, code in enumerate(found.symbol.tolist()):
            if code == _EVERY_PAIR or symbols[code] == symbol:
                metric = metrics[found.metric[place]]
                value = market.values(Lookup(metric, 0, 0))[row : row + 1]
                return int(_truths(found.chosen(np.array([place])), value)[0])
        return FALSE

    def true_rows(self, number: int) -> Integers:
        """Return the rows at which a rule was last known to be true."""
        named, wide = self.known(ids_of(number))
        rows = named.rows[named.truths == TRUE]
        every = np.flatnonzero((wide.truths == TRUE).any(axis=0))
        return np.sort(np.concatenate((rows, every)))

    def known(self, ids: range | None = None) -> tuple[Named, Wide]:
        """Return the last known truths, of all rules or of those of some ids."""
        self._catch_up()
        watched, known = self._index.watched(ids), self._index.known
        metrics = _places(watched.metrics, known.columns)
        rows = _places(watched.symbols, known.symbols)
        found = watched.conditions
        is_there = metrics[found.metric] >= 0
        named = found.chosen(is_there & (found.symbol != _EVERY_PAIR))
        row = rows[named.symbol]
        named, row = named.chosen(row >= 0), row[row >= 0]
        truths = _truths(named, known.values[metrics[named.metric], row])
        is_known = truths != UNKNOWN
        wide = found.chosen(is_there & (found.symbol == _EVERY_PAIR))
        return (
            Named(named.ids[is_known] // MOST_PAIRS, row[is_known], truths[is_known]),
            Wide(
                wide.ids // MOST_PAIRS,
                _truths(wide, known.values[metrics[wide.metric]]),
            ),
        )

    def recall(self, memory: Memory) -> list[Stray]:
        """
        Set the last known truths, and return the rules that cannot stay.

        Of a cell only the truths are remembered. Any value that makes them true
        will do, and the rules of which less is known than the cell has go.
        """
        watched = self._index.watched()
        found = watched.conditions
        rows = _places(watched.symbols, memory.symbols)
        is_wide = found.symbol == _EVERY_PAIR
        named, wide = found.chosen(~is_wide), found.chosen(is_wide)
        row = rows[named.symbol]
        truths = memory.named_truths(named.ids // MOST_PAIRS, row)
        wide_truths = memory.wide_truths((wide.ids // MOST_PAIRS).tolist())
        cells = _Cells((len(watched.metrics), len(memory.symbols)))
        cells.take(named, (named.metric, row), truths)
        for place, of_one in enumerate(wide_truths):
            every = np.full(len(of_one), place)
            there = (wide.metric[every], np.arange(len(of_one)))
            cells.take(wide.chosen(every), there, of_one)
        values = cells.values()
        self._index.restore(Known(watched.metrics, memory.symbols, values))
        self._table, self._lost, self._is_behind = None, None, False
        is_there = row >= 0
        differs = np.zeros(len(row), np.bool_)
        known = values[named.metric[is_there], row[is_there]]
        differs[is_there] = _truths(named.chosen(is_there), known) != truths[is_there]
        differ_wide = (_truths(wide, values[wide.metric]) != wide_truths).any(axis=1)
        ids = np.concatenate((named.ids[differs], wide.ids[differ_wide]))
        return self._take_out(watched, np.unique(ids // MOST_PAIRS))

    def _take_out(self, watched: Watched, numbers: Integers) -> list[Stray]:
        found, metrics, symbols = watched
        chosen = found.chosen(np.isin(found.ids // MOST_PAIRS, numbers))
        strays: dict[int, Stray] = {}
        for one, metric, symbol, limit, rises in zip(
            *(column.tolist() for column in chosen), strict=True
        ):
            number = one // MOST_PAIRS
            threshold = Threshold(metrics[metric], ">=" if rises else "<", limit)
            named = () if symbol != _EVERY_PAIR else None
            stray = strays.setdefault(number, Stray(number, threshold, named))
            if stray.symbols is not None:
                more = (*stray.symbols, symbols[symbol])
                strays[number] = stray._replace(symbols=more)
        for number in strays:
            self.remove(number)
        return list(strays.values())

    # An index without conditions is not asked; it takes the last table when the
    # first one comes.
    def _catch_up(self) -> None:
        if self._is_behind and self._table is not None:
            self._index.step(self._table)
        self._is_behind = False

    def _compared(self) -> _Lost:
        self._catch_up()
        columns, symbols, values = self._index.known
        cells = ~np.isnan(values)
        if self._table is not None:
            cells &= np.isnan(self._table.values)
        return _Lost(
            cells,
            bool(cells.any()),
            {name: place for place, name in enumerate(columns)},
            {name: place for place, name in enumerate(symbols)},
        )


def ids_of(number: int) -> range:
    """Return the ids that a rule's conditions may have, the first ones first."""
    return range(number * MOST_PAIRS, (number + 1) * MOST_PAIRS)


class _Cells:
    # Between which limits the value of each cell lies.
    def __init__(self, shape: tuple[int, int]) -> None:
        self._low = np.full(shape, -np.inf)
        self._high = np.full(shape, np.inf)

    def take(
        self, found: Conditions, there: tuple[Integers, Integers], truths: Truths
    ) -> None:
        is_above = (truths == TRUE) == found.rises
        is_known = truths != UNKNOWN
        for chosen, bound, ufunc in (
            (is_known & is_above, self._low, np.maximum),
            (is_known & ~is_above, self._high, np.minimum),
        ):
            place = there[0][chosen], there[1][chosen]
            ufunc.at(bound, place, found.limit[chosen])

    def values(self) -> Floats:
        below = np.where(
            np.isinf(self._high), np.nan, np.nextafter(self._high, -np.inf)
        )
        return np.where(np.isinf(self._low), below, self._low)


# A value for each condition, or a row of values.
def _truths(found: Conditions, values: Floats) -> Truths:
    limit, rises = found.limit, found.rises
    if values.ndim > 1:
        limit, rises = limit[:, np.newaxis], rises[:, np.newaxis]
    truths = np.where((values >= limit) == rises, TRUE, FALSE)
    return np.where(np.isnan(values), UNKNOWN, truths).astype(np.int8)


def _places(names: Iterable[str], others: Iterable[str]) -> Integers:
    place_of = {name: place for place, name in enumerate(others)}
    return np.array([place_of.get(name, -1) for name in names], np.int64)
