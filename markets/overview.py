"""The market in a few answers, for pages, REST and the live socket alike."""

import math
from collections.abc import Iterable, Mapping
from typing import Any, Final

import numpy as np

from markets.engine import overview as arithmetic
from markets.engine.overview import column_of
from markets.engine.table import Floats, Table
from markets.figures import price_text
from markets.selectors.pairs import Pair, decimals_of

DEFAULT_WINDOW: Final = "1h"
DEFAULT_LIMIT: Final = 10
SHOWN: Final = 8
"""Rows of each list on the dashboard."""
LEADER: Final = "BTCUSDT"
LISTS: Final = ("gainers", "losers", "volume", "unusual")
# Numbers are told with a decimal more than pages show: what nobody can see is
# not a change, and is not sent.
_PLACES: Final = 3


def overview(table: Table, pairs: Mapping[str, Pair], window: str) -> dict[str, Any]:
    """Return breadth, volume, leader, strongest, most active and categories."""
    change = column_of(table, f"change_{window}")
    breadth = arithmetic.breadth(change)
    volume = float(np.nansum(column_of(table, "quote_volume_1d")))
    return {
        "window": window,
        "breadth": {
            "advancing": breadth.advancing,
            "declining": breadth.declining,
            "unchanged": breadth.unchanged,
        },
        "median_change": _number(
            float(np.nanmedian(change)) if not np.isnan(change).all() else math.nan
        ),
        "quote_volume_1d": round(volume),
        "relative_volume": _number(arithmetic.market_pace(table, window)),
        "leader": _leader(table, pairs, window),
        "strongest": _first(table, pairs, "15m", column_of(table, "change_15m")),
        "most_active": _first(table, pairs, "1h", arithmetic.activity(table)),
        "categories": [
            {
                "name": one.name,
                "members": one.members,
                "mean_change": _number(one.mean_change),
                "median_change": _number(one.median_change),
                "quote_volume_1d": round(one.quote_volume),
            }
            for one in arithmetic.categories(table, window, members_of(table, pairs))
        ],
    }


def movers(
    table: Table, pairs: Mapping[str, Pair], window: str, *, limit: int
) -> dict[str, Any]:
    """Return gainers, losers, volume leaders and unusual volume of a window."""
    found = arithmetic.movers(table, window, limit=limit)
    return {
        "window": window,
        "unusual_window": arithmetic.unusual_window(window),
        "gainers": _rows(table, pairs, window, found.gainers),
        "losers": _rows(table, pairs, window, found.losers),
        "volume": _rows(table, pairs, window, found.volume),
        "unusual": _rows(table, pairs, window, found.unusual),
    }


def popular(
    table: Table, pairs: Mapping[str, Pair], *, limit: int
) -> list[dict[str, Any]]:
    """Return the pairs most active in the last hour against their usual."""
    activity = arithmetic.activity(table)
    rows = arithmetic.highest(activity, limit)
    return [
        {**row, "activity": _number(activity[number])}
        for row, number in zip(_rows(table, pairs, "1h", rows), rows, strict=True)
    ]


def members_of(table: Table, pairs: Mapping[str, Pair]) -> dict[str, list[int]]:
    """Return the rows of the table in each category."""
    members: dict[str, list[int]] = {}
    for row, symbol in enumerate(table.symbols):
        pair = pairs.get(symbol)
        for category in pair.categories if pair else ():
            members.setdefault(category, []).append(row)
    return members


def symbols_in(lists: Mapping[str, Any]) -> list[str]:
    """Return every symbol that stands in the lists of movers, each once."""
    return list(dict.fromkeys(row["symbol"] for name in LISTS for row in lists[name]))


def _leader(table: Table, pairs: Mapping[str, Pair], window: str) -> Any:
    if not table.symbols:
        return None
    row = table.row_of.get(LEADER)
    if row is None:
        found = arithmetic.highest(column_of(table, "quote_volume_1d"), 1)
        row = int(found[0]) if len(found) else 0
    symbol = table.symbols[row]
    mark = float(column_of(table, "mark_price")[row])
    funding = float(column_of(table, "funding_rate")[row])
    return {
        **_row(table, pairs, window, row),
        "change_1d": _number(column_of(table, "change_1d")[row]),
        "mark_price": _price(mark, symbol, pairs),
        "funding_rate": None if math.isnan(funding) else funding,
    }


def _first(
    table: Table, pairs: Mapping[str, Pair], window: str, values: Floats
) -> dict[str, Any] | None:
    rows = arithmetic.highest(values, 1)
    return _row(table, pairs, window, int(rows[0])) if len(rows) else None


def _rows(
    table: Table, pairs: Mapping[str, Pair], window: str, rows: Iterable[int]
) -> list[dict[str, Any]]:
    return [_row(table, pairs, window, int(row)) for row in rows]


def _row(
    table: Table, pairs: Mapping[str, Pair], window: str, row: int
) -> dict[str, Any]:
    symbol = table.symbols[row]
    pair = pairs.get(symbol)
    usual = arithmetic.unusual_window(window)
    volume = float(column_of(table, f"quote_volume_{window}")[row])
    return {
        "symbol": symbol,
        "base_asset": pair.base_asset if pair else symbol,
        "quote_asset": pair.quote_asset if pair else "",
        "price": _price(float(column_of(table, "price")[row]), symbol, pairs),
        "change": _number(column_of(table, f"change_{window}")[row]),
        "quote_volume": None if math.isnan(volume) else round(volume),
        "relative_volume": _number(column_of(table, f"relative_volume_{usual}")[row]),
    }


def _price(price: float, symbol: str, pairs: Mapping[str, Pair]) -> str | None:
    if math.isnan(price):
        return None
    return price_text(price, decimals_of(symbol, pairs))


def _number(value: float) -> float | None:
    return round(float(value), _PLACES) if math.isfinite(value) else None
