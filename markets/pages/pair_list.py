"""Every pair in a line, for the quick search and for the page without a network."""

from collections.abc import Mapping
from itertools import islice

import numpy as np

from markets.engine.table import Table
from markets.figures import change, direction, figure
from markets.selectors.pairs import Pair

PairLine = tuple[str, str, str, str, str, str]


def pair_list(table: Table, pairs: Mapping[str, Pair], *, limit: int) -> list[PairLine]:
    """
    Return the most traded pairs of the last day, at most `limit` of them.

    Each is symbol, base and quote asset, price and change over 24 hours as they
    are shown, and the direction of that change.
    """
    known = (pairs[symbol] for symbol in _by_volume(table) if symbol in pairs)
    return [_line(table, pair) for pair in islice(known, limit)]


def _by_volume(table: Table) -> list[str]:
    # NaN sorts last.
    places = np.argsort(-table.column("quote_volume_1d"), kind="stable")
    return [table.symbols[place] for place in places]


def _line(table: Table, pair: Pair) -> PairLine:
    row = table.row_of[pair.symbol]
    price = float(table.column("price")[row])
    day = float(table.column("change_1d")[row])
    return (
        pair.symbol,
        pair.base_asset,
        pair.quote_asset,
        figure("price", price, decimals=pair.decimals),
        "" if np.isnan(day) else f"{change(day)} %",
        direction(day),
    )
