"""What instruments are called: the texts that expressions may ask for."""

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from markets.types import Instrument

Rows = NDArray[np.intp]
_NO_ROWS: Final = np.empty(0, np.intp)


class _Arranged(NamedTuple):
    symbols: tuple[str, ...]
    rows: Mapping[tuple[str, str], Rows]
    unknown: Mapping[str, Rows]


class Labels:
    """
    Base asset and categories by symbol, in any letters' case.

    A symbol that is not named has an unknown base. `categories` holds what is
    known to be sorted; a pair that it does not name is of unknown category,
    one with none of them is of no category.
    """

    def __init__(
        self,
        base: Mapping[str, str] | None = None,
        categories: Mapping[str, Iterable[str]] | None = None,
    ) -> None:
        self._base = dict(base or {})
        self._categories = {
            symbol: tuple(some) for symbol, some in (categories or {}).items()
        }
        self._arranged = self._arrange(())

    @classmethod
    def of(cls, instruments: Iterable[Instrument]) -> "Labels":
        """Take base and categories from instruments; no category is unknown."""
        some = list(instruments)
        return cls(
            {one.symbol: one.base_asset for one in some},
            {one.symbol: one.categories for one in some if one.categories},
        )

    def rows(self, name: str, text: str, symbols: tuple[str, ...]) -> Rows:
        """Return the rows whose text is this one, given in lower case."""
        return self._for(symbols).rows.get((name, text), _NO_ROWS)

    def unknown_rows(self, name: str, symbols: tuple[str, ...]) -> Rows:
        """Return the rows of which the text is not known."""
        return self._for(symbols).unknown.get(name, _NO_ROWS)

    # Arranged once for a table's rows, which change when a pair is listed. The
    # whole is replaced at once, so that threads with other rows do no harm.
    def _for(self, symbols: tuple[str, ...]) -> "_Arranged":
        arranged = self._arranged
        if symbols is not arranged.symbols and symbols != arranged.symbols:
            arranged = self._arrange(symbols)
            self._arranged = arranged
        return arranged

    def _arrange(self, symbols: tuple[str, ...]) -> "_Arranged":
        rows: dict[tuple[str, str], list[int]] = {}
        unknown: dict[str, list[int]] = {}
        for name in ("symbol", "base", "category"):
            for row, symbol in enumerate(symbols):
                texts = self._texts(name, symbol)
                if texts is None:
                    unknown.setdefault(name, []).append(row)
                for text in texts or ():
                    rows.setdefault((name, text.casefold()), []).append(row)
        return _Arranged(
            symbols,
            {key: np.array(some, np.intp) for key, some in rows.items()},
            {key: np.array(some, np.intp) for key, some in unknown.items()},
        )

    def _texts(self, name: str, symbol: str) -> Iterable[str] | None:
        if name == "symbol":
            return (symbol,)
        if name == "category":
            return self._categories.get(symbol)
        return (self._base[symbol],) if symbol in self._base else None
