"""Rows of the coins list, each encoded once a table whatever their order."""

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import orjson
from numpy.typing import NDArray

from markets.cells import cells
from markets.engine.table import Table
from markets.selectors.pairs import Pair

_KEPT: Final = 16
"""Sets of columns, of the newest tables."""

_Key = tuple[object, ...]
_Rows = list[orjson.Fragment | None]
_known: OrderedDict[_Key, _Rows] = OrderedDict()
_lock = threading.Lock()


def coin_rows(
    table: Table,
    pairs: Mapping[str, Pair],
    columns: Sequence[str],
    rows: NDArray[np.intp],
) -> list[orjson.Fragment | None]:
    """Return the JSON objects of some rows of a table, in the order asked for."""
    known = _rows_of(table, tuple(columns))
    lacking = [row for row in rows.tolist() if known[row] is None]
    if lacking:
        symbols = [table.symbols[row] for row in lacking]
        values = [
            cells(name, table.column(name)[lacking], symbols, pairs) for name in columns
        ]
        for row, symbol, *numbers in zip(lacking, symbols, *values, strict=True):
            coin = {
                **assets(symbol, pairs),
                **dict(zip(columns, numbers, strict=True)),
            }
            known[row] = orjson.Fragment(orjson.dumps(coin))
    return [known[row] for row in rows.tolist()]


def assets(symbol: str, pairs: Mapping[str, Pair]) -> dict[str, str]:
    """Return what every answer says of a pair."""
    pair = pairs.get(symbol)
    return {
        "symbol": symbol,
        "base_asset": pair.base_asset if pair else "",
        "quote_asset": pair.quote_asset if pair else "",
    }


def _rows_of(table: Table, columns: tuple[str, ...]) -> _Rows:
    key = (table.venue, table.market_key, table.clock, table.sequence, table.as_of_ms)
    with _lock:
        rows = _known.setdefault((*key, columns), [None] * len(table.symbols))
        _known.move_to_end((*key, columns))
        while len(_known) > _KEPT:
            _known.popitem(last=False)
    return rows
