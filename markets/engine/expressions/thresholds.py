"""A million conditions ``metric operator number``, of which only those crossed cost."""

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Final, NamedTuple

import numpy as np

from markets.engine.expressions.limit_rows import (
    Conditions,
    Crossed,
    Layout,
    LimitRows,
)
from markets.engine.expressions.nodes import (
    Comparison,
    Expression,
    Logic,
    MetricName,
    Node,
    Number,
    TextTest,
)
from markets.engine.table import Floats, Table

OPERATORS: Final = frozenset({">", ">=", "<", "<="})
MOST_RECENT: Final = 50_000
"""Conditions kept apart after being added, before all are sorted anew."""

_MIRRORED: Final = {">": "<", ">=": "<=", "<": ">", "<=": ">="}
_EVERY_PAIR: Final = -1


class Threshold(NamedTuple):
    """``metric operator value`` of one pair, or of every pair."""

    metric: str
    operator: str
    value: float
    symbol: str | None = None


class Watched(NamedTuple):
    """
    Conditions of an index, with the names behind their codes.

    A condition's `limit` is at or above that of its threshold: see `Conditions`.
    """

    conditions: Conditions
    metrics: tuple[str, ...]
    symbols: tuple[str, ...]


class Known(NamedTuple):
    """The last known values, ``(n_columns, n_symbols)``; NaN where there was none."""

    columns: tuple[str, ...]
    symbols: tuple[str, ...]
    values: Floats


class Crossings(NamedTuple):
    """
    What changed between two steps.

    `fired` became true and `ended` became false; both hold the conditions' ids
    and the rows of the table, a row for each pair that crossed.
    """

    fired: Crossed
    ended: Crossed


def threshold_of(expression: Expression) -> Threshold | None:
    """
    Return the threshold that an expression is, None where it is more.

    Those are ``metric operator number``, either way round, alone or joined by
    ``and`` with ``symbol == "…"``.
    """
    match expression.root:
        case Logic("and", (TextTest("symbol", "==" | "in", (symbol,)), other)):
            found = _comparison(other)
        case Logic("and", (other, TextTest("symbol", "==" | "in", (symbol,)))):
            found = _comparison(other)
        case root:
            return _comparison(root)
    # Labels compare in any letters' case; the exchange writes capitals.
    return found and found._replace(symbol=symbol.upper())


class ThresholdIndex:
    """
    Simple conditions under ids, asked all at once at each step.

    A condition fires when it is true and was false at the step before. Where
    the value was unknown then, nothing fires; with `across_unknown` the last
    known value counts instead. A condition that is added takes part from the
    step before the next one on, so one that is already true does not fire.
    """

    def __init__(self, *, across_unknown: bool = False) -> None:
        self._across_unknown = across_unknown
        self._codes: tuple[dict[str, int], dict[str, int]] = ({}, {})
        self._names: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())
        self._cells: Floats = np.full(1, np.nan)
        self._recent: dict[int, Threshold] = {}
        self._settled = LimitRows(self._conditions(()), self._layout())
        self._fresh = self._settled
        self._is_fresh_current = True
        self._n_dead = 0
        self._order = np.empty(0, np.intp)

    def __len__(self) -> int:
        """Return the number of conditions."""
        return len(self._settled.conditions.ids) - self._n_dead + len(self._recent)

    @property
    def memory_bytes(self) -> int:
        """Bytes of the arrays."""
        kept = self._settled.memory_bytes + self._fresh.memory_bytes
        return kept + self._cells.nbytes + self._order.nbytes

    @property
    def known(self) -> Known:
        """What the next step is compared with; with `across_unknown` the last known."""
        columns, symbols = self._names
        return Known(columns, symbols, self._block())

    def watched(self, ids: range | None = None) -> Watched:
        """Return all conditions, or those whose ids lie in a range."""
        settled, recent = self._settled, self._recent
        places = self._order
        if ids is not None:
            ends = (ids.start, ids.stop)
            places = places[
                slice(*np.searchsorted(settled.conditions.ids, ends, sorter=places))
            ]
            recent = {one: recent[one] for one in recent if one in ids}
        alive = settled.conditions.chosen(places[settled.is_alive[places]])
        found = alive.joined(self._conditions(recent.items()))
        metrics, symbols = (tuple(codes) for codes in self._codes)
        return Watched(found, metrics, symbols)

    def restore(self, known: Known) -> None:
        """Go on from the values that were last known to another index."""
        self._names = (known.columns, known.symbols)
        self._cells = np.append(known.values, np.nan)
        self._arrange()

    def load(self, conditions: Iterable[tuple[int, Threshold]]) -> None:
        """Add many conditions at once; ValueError where an id is there already."""
        everything = self._settled.conditions.chosen(self._settled.is_alive)
        fresh = chain(self._recent.items(), conditions)
        settled = self._settled_on(everything.joined(self._conditions(fresh)))
        ids = settled.conditions.ids
        order = np.argsort(ids)
        twice = np.flatnonzero(np.diff(ids[order]) == 0)
        if len(twice):
            raise ValueError(f"There are two conditions {ids[order[twice[0]]]}.")
        self._settled, self._order = settled, order
        self._recent = {}
        self._n_dead = 0
        self._is_fresh_current = False

    def add(self, number: int, threshold: Threshold) -> None:
        """Add a condition, or change the one of this id. Raises ValueError."""
        _check(threshold)
        self.remove(number)
        self._recent[number] = threshold
        self._is_fresh_current = False
        if len(self._recent) > MOST_RECENT:
            self.load(())

    def remove(self, number: int) -> bool:
        """Remove a condition; return whether there was one."""
        if self._recent.pop(number, None) is not None:
            self._is_fresh_current = False
            return True
        ids = self._settled.conditions.ids
        rank = int(np.searchsorted(ids, number, sorter=self._order))
        if rank == len(ids) or ids[self._order[rank]] != number:
            return False
        place = self._order[rank]
        if not self._settled.is_alive[place]:
            return False
        self._settled.is_alive[place] = False
        self._n_dead += 1
        if 2 * self._n_dead > len(ids) > MOST_RECENT:
            self.load(())
        return True

    def step(self, table: Table) -> Crossings:
        """Take the next table of one clock and return what crossed since the last."""
        if (table.columns, table.symbols) != self._names:
            self._lay_out(table)
        if not self._is_fresh_current:
            self._fresh = self._settled_on(self._conditions(self._recent.items()))
            self._is_fresh_current = True
        cells = np.append(table.values, np.nan)
        sides = [
            rows.step(cells, across_unknown=self._across_unknown)
            for rows in (self._settled, self._fresh)
        ]
        if self._across_unknown:
            np.copyto(self._cells, cells, where=~np.isnan(cells))
        else:
            self._cells = cells
        fired, ended = (
            Crossed(*map(np.concatenate, zip(*side, strict=True)))
            for side in zip(*sides, strict=True)
        )
        return Crossings(fired, ended)

    def _settled_on(self, conditions: Conditions) -> LimitRows:
        rows = LimitRows(conditions, self._layout())
        rows.step(self._cells, across_unknown=self._across_unknown)
        return rows

    # Rows and columns change when a pair is listed or a metric is new.
    def _lay_out(self, table: Table) -> None:
        columns, symbols = self._names
        known = _moved(self._block(), columns, table.columns)
        known = _moved(known.T, symbols, table.symbols).T
        self._names = (table.columns, table.symbols)
        self._cells = np.append(known, np.nan)
        self._arrange()

    def _block(self) -> Floats:
        return self._cells[:-1].reshape([len(names) for names in self._names])

    def _arrange(self) -> None:
        self._settled.lay_out(self._layout())
        self._settled.step(self._cells, across_unknown=self._across_unknown)
        self._is_fresh_current = False

    def _layout(self) -> Layout:
        found = []
        for codes, names in zip(self._codes, self._names, strict=True):
            place_of = {name: place for place, name in enumerate(names)}
            found.append(np.array([place_of.get(name, -1) for name in codes], np.int64))
        columns, symbols = self._names
        return Layout(len(columns), len(symbols), found[0], np.append(found[1], -1))

    def _conditions(self, some: Iterable[tuple[int, Threshold]]) -> Conditions:
        rows = np.fromiter((self._coded(*one) for one in some), _ROW)
        above = (rows["operator"] == b">") | (rows["operator"] == b"<=")
        value = rows["value"]
        return Conditions(
            rows["id"].copy(),
            rows["metric"].astype(np.int64),
            rows["symbol"].astype(np.int64),
            # Above a number is at or above the next one that there is.
            np.where(above, np.nextafter(value, np.inf), value),
            (rows["operator"] == b">") | (rows["operator"] == b">="),
        )

    def _coded(
        self, number: int, threshold: Threshold
    ) -> tuple[int, int, int, float, str]:
        _check(threshold)
        metrics, symbols = self._codes
        metric = metrics.setdefault(threshold.metric, len(metrics))
        symbol = _EVERY_PAIR
        if threshold.symbol is not None:
            symbol = symbols.setdefault(threshold.symbol, len(symbols))
        return number, metric, symbol, threshold.value, threshold.operator


_ROW: Final = np.dtype(
    [
        ("id", "i8"),
        ("metric", "i4"),
        ("symbol", "i4"),
        ("value", "f8"),
        ("operator", "S2"),
    ]
)


# The rows of a block under other names; NaN for a name that is new.
def _moved(block: Floats, names: Sequence[str], others: Sequence[str]) -> Floats:
    place_of = {name: place for place, name in enumerate(names)}
    source = np.array([place_of.get(name, -1) for name in others], np.intp)
    moved = np.full((len(others), block.shape[1]), np.nan)
    moved[source >= 0] = block[source[source >= 0]]
    return moved


def _check(threshold: Threshold) -> None:
    if threshold.operator not in OPERATORS:
        known = " ".join(sorted(OPERATORS))
        raise ValueError(
            f"The operator is {threshold.operator!r}; it is one of {known}."
        )
    if not np.isfinite(threshold.value):
        raise ValueError(f"The threshold is {threshold.value}; it must be a number.")


def _comparison(node: Node) -> Threshold | None:
    match node:
        case Comparison((operator,), (MetricName(metric), Number(value))):
            pass
        case Comparison((operator,), (Number(value), MetricName(metric))):
            operator = _MIRRORED.get(operator, operator)
        case _:
            return None
    return Threshold(metric, operator, value) if operator in OPERATORS else None
