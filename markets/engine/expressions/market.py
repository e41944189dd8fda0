"""What a plan asks of the market, and the market of one table that answers."""

from dataclasses import dataclass, field
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from markets.engine.expressions.history import Track
from markets.engine.expressions.labels import Labels
from markets.engine.expressions.operations import Lookup, TextLookup
from markets.engine.table import Floats, Table

Truths = NDArray[np.int8]

TRUE: Final = 1
UNKNOWN: Final = 0
FALSE: Final = -1


class Market(Protocol):
    """
    Where a plan finds its values.

    All arrays have `shape`: ``(n_symbols,)`` for one moment, and whatever a
    back-test likes, since a plan looks at each place by itself.
    """

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of every answer."""
        ...

    def values(self, lookup: Lookup) -> Floats:
        """Return a metric, now or some steps ago; NaN where unknown."""
        ...

    def texts(self, lookup: TextLookup) -> Truths:
        """Return whether the instruments' text is one of some."""
        ...


class Past(Protocol):
    """Where a table's market finds what was before: `History`, or `Recent`."""

    def value(self, track: Track, steps: int, table: Table) -> Floats:
        """Return a metric some steps before a table; NaN where unknown."""
        ...


@dataclass(frozen=True)
class TableMarket:
    """
    One table, with the past that is known of it.

    A metric that the table lacks is unknown, and so is what was before without
    a `past` and a base or category without `labels`.
    """

    table: Table
    past: Past | None = None
    labels: Labels = field(default_factory=Labels)

    @property
    def shape(self) -> tuple[int, ...]:
        """One value a symbol."""
        return (len(self.table.symbols),)

    def values(self, lookup: Lookup) -> Floats:
        """Return a column of the table, or of the past for earlier steps."""
        if lookup.steps and self.past is not None:
            track = Track(lookup.metric, lookup.clock)
            return self.past.value(track, lookup.steps, self.table)
        if lookup.steps or lookup.metric not in self.table.column_of:
            return np.full(self.shape, np.nan)
        return self.table.column(lookup.metric)

    def texts(self, lookup: TextLookup) -> Truths:
        """Return whether the instruments' text is one of some."""
        symbols = self.table.symbols
        truths = np.full(self.shape, FALSE, np.int8)
        for text in lookup.texts:
            truths[self.labels.rows(lookup.name, text, symbols)] = TRUE
        truths[self.labels.unknown_rows(lookup.name, symbols)] = UNKNOWN
        return truths
