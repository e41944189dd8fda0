"""All that rules on named pairs read of a market, gathered once a step."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from markets.engine.expressions.labels import Labels
from markets.engine.expressions.market import UNKNOWN, TableMarket, Truths
from markets.engine.expressions.operations import Lookup, TextLookup
from markets.engine.table import Floats

Codes = NDArray[np.int32]
Places = NDArray[np.intp]


class Sources:
    """Codes of lookups, texts and symbols, in the order they were first met."""

    def __init__(self) -> None:
        self.lookups: dict[Lookup, int] = {}
        self.texts: dict[TextLookup, int] = {}
        self.symbols: dict[str, int] = {}

    def lookup(self, lookup: Lookup) -> int:
        """Return the code of a lookup."""
        return self.lookups.setdefault(lookup, len(self.lookups))

    def text(self, lookup: TextLookup) -> int:
        """Return the code of a text's lookup."""
        return self.texts.setdefault(lookup, len(self.texts))

    def symbol(self, symbol: str) -> int:
        """Return the code of a symbol."""
        return self.symbols.setdefault(symbol, len(self.symbols))

    def rows(self, symbols: Sequence[str]) -> Codes:
        """Return the row of each symbol's code among `symbols`, -1 for none."""
        row_of = {symbol: row for row, symbol in enumerate(symbols)}
        return np.array([row_of.get(one, -1) for one in self.symbols], np.int32)


@dataclass(frozen=True)
class Block:
    """
    One moment of a market, as far as it is looked at.

    `values` and `truths` are flat: the row of a code's lookup after another,
    each of `n_rows`, and at the end what nothing is known of. `widths` counts
    the lookups and the texts.
    """

    n_rows: int
    widths: tuple[int, int]
    values: Floats = field(repr=False)
    truths: Truths = field(repr=False)

    def cells(self, codes: Codes, rows: Codes) -> Places:
        """Return the flat places of codes at rows, which are -1 for nowhere."""
        return np.where(rows < 0, -1, codes.astype(np.intp) * self.n_rows + rows)


class Texts:
    """
    Whether texts of the pairs are some, found once and kept.

    They change when a pair is listed, and are many: each is a test of its own.
    """

    def __init__(self) -> None:
        self._labels: Labels | None = None
        self._symbols: tuple[str, ...] = ()
        self._truths: dict[TextLookup, Truths] = {}

    def of(self, market: TableMarket, lookup: TextLookup) -> Truths:
        """Return the truths of a market's rows."""
        symbols = market.table.symbols
        if market.labels is not self._labels or symbols != self._symbols:
            self._labels, self._symbols, self._truths = market.labels, symbols, {}
        truths = self._truths.get(lookup)
        if truths is None:
            truths = self._truths[lookup] = market.texts(lookup)
        return truths


class Gatherer:
    """Makes the blocks of one market after another."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._texts = Texts()

    def block(self, market: TableMarket) -> Block:
        """Look everything up."""
        lookups, n_rows = self._sources.lookups, len(market.table.symbols)
        values = np.full(len(lookups) * n_rows + 1, np.nan)
        for row, lookup in zip(
            values[:-1].reshape(len(lookups), n_rows), lookups, strict=True
        ):
            row[:] = market.values(lookup)
        tests = [self._texts.of(market, lookup) for lookup in self._sources.texts]
        truths = np.concatenate((*tests, [UNKNOWN]), dtype=np.int8)
        widths = (len(lookups), len(self._sources.texts))
        return Block(n_rows, widths, values, truths)

    def suffices(self, block: Block) -> bool:
        """Whether all that is looked up now is in a block that was made before."""
        wanted = (len(self._sources.lookups), len(self._sources.texts))
        return block.widths == wanted
