"""Past days as a market that a plan can ask: pairs down, minutes across."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from markets.engine.expressions.labels import Labels
from markets.engine.expressions.market import FALSE, TRUE, UNKNOWN, Truths
from markets.engine.expressions.operations import Lookup, TextLookup
from markets.engine.table import Floats
from markets.features.columns import DAY_MINUTES
from markets.features.day import Minutes, Rows, StoredDay


@dataclass(frozen=True)
class PastMarket:
    """
    Some pairs of one stored day at some of its minutes.

    Parameters
    ----------
    days
        Every day held, by its number: what looks back may reach into them.
    day
        The day whose pairs and minutes these are.
    rows
        The pairs, by their rows of that day.
    ends
        Numbers of the minutes that began when the tables were made, in order.
    """

    days: Mapping[int, StoredDay]
    day: int
    rows: Rows
    ends: Minutes

    @property
    def shape(self) -> tuple[int, ...]:
        """Pairs down, minutes across."""
        return len(self.rows), len(self.ends)

    def values(self, lookup: Lookup) -> Floats:
        """Return a metric, now or some steps of its clock ago."""
        if not lookup.steps:
            return self._own.values(lookup.metric, as_slice(self.rows), self.ends)
        # Within a step of the clock nothing that is asked for changes, and the
        # table at its beginning is the one that a live history would remember.
        ends = (self.ends // lookup.clock - lookup.steps) * lookup.clock
        found = np.full(self.shape, np.nan)
        for day, part in self._days_of(ends):
            rows, places = self._rows_of(day)
            found[places, part] = day.values(lookup.metric, as_slice(rows), ends[part])
        return found

    def texts(self, lookup: TextLookup) -> Truths:
        """Return whether the pairs' text is one of some."""
        truths = np.full(len(self.symbols), FALSE, np.int8)
        for text in lookup.texts:
            truths[self._labels.rows(lookup.name, text, self.symbols)] = TRUE
        truths[self._labels.unknown_rows(lookup.name, self.symbols)] = UNKNOWN
        return np.broadcast_to(truths[:, None], self.shape)

    @property
    def _own(self) -> StoredDay:
        return self.days[self.day]

    @cached_property
    def symbols(self) -> tuple[str, ...]:
        """The pairs, in the order of the rows."""
        symbols = self._own.manifest.symbols
        return tuple(symbols[row] for row in self.rows)

    @cached_property
    def _labels(self) -> Labels:
        manifest = self._own.manifest
        return Labels(
            dict(zip(manifest.symbols, manifest.base_assets, strict=True)),
            {
                symbol: some
                for symbol, some in zip(
                    manifest.symbols, manifest.categories, strict=True
                )
                if some
            },
        )

    # The first midnight of a day is the last of the one before: either will do.
    def _days_of(self, ends: Minutes) -> Iterator[tuple[StoredDay, slice]]:
        numbers = (ends - 1) // DAY_MINUTES
        borders = [0, *(np.flatnonzero(np.diff(numbers)) + 1).tolist(), len(ends)]
        for start, stop in pairwise(borders):
            number = int(numbers[start])
            day = self.days.get(number)
            after = self.days.get(number + 1)
            if day is not None:
                yield day, slice(start, stop)
            elif after is not None and ends[stop - 1] == (number + 1) * DAY_MINUTES:
                midnight = int(np.searchsorted(ends[start:stop], ends[stop - 1]))
                yield after, slice(start + midnight, stop)

    # The pairs that the other day has too: their rows there, and their places here.
    def _rows_of(self, day: StoredDay) -> tuple[Rows, Rows | slice]:
        if day.manifest.symbols == self._own.manifest.symbols:
            return self.rows, slice(None)
        found = [day.row_of.get(symbol, -1) for symbol in self.symbols]
        rows = np.array(found, np.intp)
        places = np.flatnonzero(rows >= 0)
        return rows[places], places


def as_slice(rows: Rows) -> Rows | slice:
    """Return rows that lie together as a slice: they are read in place."""
    if len(rows) and int(rows[-1]) - int(rows[0]) == len(rows) - 1:
        first = int(rows[0])
        if np.array_equal(rows, np.arange(first, first + len(rows))):
            return slice(first, first + len(rows))
    return rows
