"""Rules on named pairs, those of one structure asked together."""

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from alerts.rules.compiled.recipes import Recipe, Structure
from alerts.rules.compiled.sources import Block, Codes, Places
from alerts.rules.compiled.truths import Edges, Integers, Named, settle
from markets.engine.expressions.limit_rows import Crossed
from markets.engine.expressions.market import UNKNOWN, Truths
from markets.engine.expressions.operations import Lookup, Operation, TextLookup
from markets.engine.expressions.plan import Plan
from markets.engine.table import Floats

Flags = NDArray[np.bool_]

_CELL: Final = "cell"
_NUMBER: Final = "number"


class Members(NamedTuple):
    """
    Rules of one structure as parallel arrays, a place for each of their pairs.

    `values` are the numbers of the structure, ``(n_numbers, n)``; `lookups` and
    `texts` the codes of what it reads, ``(n_lookups, n)`` and ``(n_texts, n)``.
    """

    numbers: Integers
    symbols: Codes
    truths: Truths
    values: Floats
    lookups: Codes
    texts: Codes

    def chosen(self, which: Flags | Places) -> "Members":
        """Return some of them."""
        return Members(
            self.numbers[which],
            self.symbols[which],
            self.truths[which],
            self.values[:, which],
            self.lookups[:, which],
            self.texts[:, which],
        )

    def joined(self, *others: "Members") -> "Members":
        """Return these and others."""
        every = (self, *others)
        return Members(
            np.concatenate([one.numbers for one in every]),
            np.concatenate([one.symbols for one in every]),
            np.concatenate([one.truths for one in every]),
            np.concatenate([one.values for one in every], axis=1),
            np.concatenate([one.lookups for one in every], axis=1),
            np.concatenate([one.texts for one in every], axis=1),
        )


@dataclass(frozen=True)
class _Placed:
    # Members with what they read of one block: a market of their own.
    members: Members
    cells: Places
    tests: Places
    block: Block

    @property
    def shape(self) -> tuple[int, ...]:
        return self.members.numbers.shape

    def values(self, lookup: Lookup) -> Floats:
        if lookup.metric == _NUMBER:
            number: Floats = self.members.values[lookup.steps]
            return number
        value: Floats = self.block.values[self.cells[lookup.steps]]
        return value

    def texts(self, lookup: TextLookup) -> Truths:
        truth: Truths = self.block.truths[self.tests[int(lookup.name)]]
        return truth


@dataclass(frozen=True)
class _Layout:
    # Where members stand in the blocks of tables of equal rows.
    rows: Codes
    cells: Places
    tests: Places


class Shape:
    """All rules of one structure, with the last known truth of each."""

    def __init__(self, recipe: Recipe) -> None:
        self._plan = _plan(recipe.structure)
        self._members = _nobody(recipe)
        self._waiting: list[Members] = []
        self._gone: list[int] = []
        self._layout: _Layout | None = None

    def __len__(self) -> int:
        """Return the number of rules, a rule counted for each of its pairs."""
        return len(self.members().numbers)

    @property
    def memory_bytes(self) -> int:
        """Bytes of the arrays."""
        own = sum(array.nbytes for array in self.members())
        if self._layout is None:
            return own
        places = (self._layout.rows, self._layout.cells, self._layout.tests)
        return own + sum(array.nbytes for array in places)

    def add(self, members: Members) -> None:
        """Add rules with the truths that are known of them."""
        self._waiting.append(members)

    def remove(self, number: int) -> None:
        """Remove a rule."""
        self._waiting = [
            members.chosen(members.numbers != number) for members in self._waiting
        ]
        self._gone.append(number)

    def members(self) -> Members:
        """Return all rules."""
        if self._gone:
            kept = ~np.isin(self._members.numbers, self._gone)
            self._members, self._gone = self._members.chosen(kept), []
            self._layout = None
        if self._waiting:
            self._members = self._members.joined(*self._waiting)
            self._waiting, self._layout = [], None
        return self._members

    def lay_out(self) -> None:
        """Forget where the rules stand: the rows of the tables have changed."""
        self._layout = None

    def truths(self, members: Members, rows: Codes, block: Block) -> Truths:
        """Return what is true of some rules; `rows` are those of symbols' codes."""
        layout = _laid_out(members, rows, block)
        return self._asked(members, layout, block)

    def step(self, rows: Codes, block: Block) -> Edges:
        """Take the next moment, and return what became true and what false."""
        members = self.members()
        if self._layout is None:
            self._layout = _laid_out(members, rows, block)
            members.truths[self._layout.rows < 0] = UNKNOWN
        now = self._asked(members, self._layout, block)
        fired, ended = (
            Crossed(members.numbers[places], self._layout.rows[places].astype(np.int64))
            for places in settle(members.truths, now)
        )
        return Edges(fired, ended)

    def known(self, rows: Codes) -> Named:
        """Return the truths that are known, of pairs that there are."""
        members = self.members()
        own = rows[members.symbols]
        chosen = np.flatnonzero((members.truths != UNKNOWN) & (own >= 0))
        return Named(
            members.numbers[chosen],
            own[chosen].astype(np.int64),
            members.truths[chosen],
        )

    def _asked(self, members: Members, layout: _Layout, block: Block) -> Truths:
        placed = _Placed(members, layout.cells, layout.tests, block)
        return self._plan.run(placed)[0].astype(np.int8, copy=False)


def _laid_out(members: Members, rows: Codes, block: Block) -> _Layout:
    own = rows[members.symbols]
    return _Layout(
        own, block.cells(members.lookups, own), block.cells(members.texts, own)
    )


def _nobody(recipe: Recipe) -> Members:
    return Members(
        np.empty(0, np.int64),
        np.empty(0, np.int32),
        np.empty(0, np.int8),
        np.empty((len(recipe.numbers), 0)),
        np.empty((len(recipe.lookups), 0), np.int32),
        np.empty((len(recipe.texts), 0), np.int32),
    )


# The plan reads numbers as it reads cells: each by its place in the structure.
def _plan(structure: Structure) -> Plan:
    counts = {"number": 0, "column": 0, "text": 0}
    operations = []
    for code, operands in structure.operations:
        place = counts.get(code, 0)
        counts[code] = place + 1
        operation = Operation(code, operands)
        match code:
            case "number":
                operation = Operation("column", (), Lookup(_NUMBER, 0, place))
            case "column":
                operation = Operation("column", (), Lookup(_CELL, 0, place))
            case "text":
                operation = Operation("text", (), TextLookup(str(place), ()))
        operations.append(operation)
    return Plan(operations, [structure.result])
