"""The first content of the Dashboard, before its socket speaks."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

import orjson
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from orjson import Fragment

from markets.dashboard_layout import Chart, Layout, charts_of
from markets.engine.overview import column_of, spark
from markets.engine.table import Table
from markets.figures import NO_VALUE, change, compact, direction, figure
from markets.live.candles import CandleRows, row_of, rows_of
from markets.overview import LISTS, SHOWN, movers, overview, symbols_in
from markets.selectors.candles import recent_candles
from markets.selectors.pairs import DEFAULT_DECIMALS, Pair, known_pairs
from markets.selectors.sparks import sparks_of
from markets.types import MINUTE_MS, TIMEFRAMES, WINDOWS, Symbol
from scalpaiboard.lib.newest import Newest

SIZED_FROM: Final = 3
"""Pairs that make a category worth to be called the strongest."""
FILLING: Final = ("starting", "filling")
_HEADS: Final[Mapping[str, tuple[str, str]]] = {
    "gainers": ("Gainers", "Risen most in {}"),
    "losers": ("Losers", "Fallen most in {}"),
    "volume": ("Volume", "Traded most in {}, in the quote asset"),
    "unusual": ("Unusual volume", "Against the rest of the day, {}"),
}


_CANDLES: Final = 120
"""As many as the charts of `frontend/src/dashboard/cell.ts` listen to."""

_bodies: Final[Newest[SafeString]] = Newest()
_histories: Final[Newest[CandleRows]] = Newest()


def dashboard_body(
    layout: Layout, table: Table | None, state: Mapping[str, Any] | None
) -> SafeString:
    """
    Return the content of the page, built once a change of the market.

    Everyone with the same choices sees the same; before the first table, and
    while it fills, it shows how far that is.
    """
    is_filling = table is None or (state or {}).get("phase") in FILLING
    fill = (state or {}).get("fill", {}) if is_filling else {}

    def build() -> SafeString:
        content = _frame(layout) | {"is_filling": is_filling, "fill": fill}
        if table is not None:
            content |= _market(table, known_pairs(table), layout)
        return render_to_string("markets/_dashboard.html", content)

    version = (table and table.version, is_filling, *fill.values())
    return _bodies.get(layout, version, build)


def _frame(layout: Layout) -> dict[str, Any]:
    return {
        "layout": layout,
        "timeframes": tuple(TIMEFRAMES),
        "windows": tuple(WINDOWS),
        "lists": [_listed(name, layout.window, ()) for name in LISTS],
    }


def _market(table: Table, pairs: Mapping[str, Pair], layout: Layout) -> dict[str, Any]:
    window = layout.window
    whole = overview(table, pairs, window)
    lists = movers(table, pairs, window, limit=SHOWN)
    lines = sparks_of(table, symbols_in(lists))
    charts = charts_of(layout, table)
    return {
        "charts": [_head(table, pairs, chart) for chart in charts],
        "pairs": [_known(pairs, chart.symbol) for chart in charts],
        "candles": _candles_of(table, charts, layout.timeframe),
        "strip": _strip(whole),
        "lists": [
            _listed(
                name,
                lists["unusual_window"] if name == "unusual" else window,
                [_mover(row, name, lines) for row in lists[name]],
            )
            for name in LISTS
        ],
        "categories": [
            {
                **one,
                "mean": _moved(one["mean_change"]),
                "median": _moved(one["median_change"]),
            }
            for one in whole["categories"]
        ],
    }


# Nothing in it may end the element that it stands in.
def _candles_of(
    table: Table, charts: Sequence[Chart], timeframe_of_all: str
) -> SafeString:
    shown = [(chart.symbol, chart.timeframe or timeframe_of_all) for chart in charts]
    block = {
        f"{symbol}.{name}": Fragment(_rows(table, symbol, name))
        for symbol, name in shown
    }
    return SafeString(orjson.dumps(block).decode().replace("<", "\\u003c"))


# Closed candles are read once a minute; the one being formed is laid over them.
def _rows(table: Table, symbol: str, timeframe: str) -> bytes:
    minute = table.market_key, table.as_of_ms // MINUTE_MS

    def read() -> CandleRows:
        return rows_of(recent_candles(table, Symbol(symbol), timeframe, limit=_CANDLES))

    kept = _histories.get((symbol, timeframe), minute, read)
    rows = {**kept, **row_of(table, symbol, timeframe)}
    return b"[" + b",".join(rows[time] for time in sorted(rows)[-_CANDLES:]) + b"]"


# As `frontend/src/market/pairs.ts` reads it.
def _known(pairs: Mapping[str, Pair], symbol: str) -> tuple[str, str, str, int]:
    pair = pairs.get(symbol, Pair(symbol, symbol, "", DEFAULT_DECIMALS))
    return symbol, pair.base_asset, pair.quote_asset, pair.decimals


def _head(table: Table, pairs: Mapping[str, Pair], chart: Chart) -> dict[str, Any]:
    symbol, base, quote, decimals = _known(pairs, chart.symbol)
    row = table.row_of[symbol]
    day = float(column_of(table, "change_1d")[row])
    price = float(column_of(table, "price")[row])
    return {
        "symbol": symbol,
        "timeframe": chart.timeframe,
        "base": base,
        "quote": quote,
        "price": figure("price", price, decimals=decimals),
        "day": _moved(None if math.isnan(day) else day),
    }


def _listed(
    name: str, window: str, rows: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    label, meaning = _HEADS[name]
    return {
        "name": name,
        "label": label,
        "meaning": meaning.format(window),
        "window": window,
        # As many places as rows can come, so that nothing jumps when they do.
        "rows": [*rows, *[None] * (SHOWN - len(rows))],
    }


def _strip(whole: Mapping[str, Any]) -> dict[str, Any]:
    breadth = whole["breadth"]
    moving = breadth["advancing"] + breadth["declining"]
    pace = whole["relative_volume"]
    sized = [one for one in whole["categories"] if one["members"] >= SIZED_FROM]
    return {
        **breadth,
        "advancing_share": round(100 * breadth["advancing"] / moving) if moving else 50,
        "median": _moved(whole["median_change"]),
        "volume": compact(whole["quote_volume_1d"]),
        "pace": "" if pace is None else figure("ratio", pace, decimals=2),
        "leader": _named(whole["leader"]),
        "strongest": _named(whole["strongest"]),
        "most_active": _named(whole["most_active"]),
        "best": _category(sized[0]) if sized else None,
        "last": _category(sized[-1]) if sized else None,
    }


def _category(one: Mapping[str, Any]) -> dict[str, Any]:
    return {"name": one["name"], "moved": _moved(one["mean_change"])}


def _named(row: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if row is None:
        return None
    funding = row.get("funding_rate")
    return {
        **row,
        "price": _price(row["price"]),
        "mark": _price(row.get("mark_price")),
        "funding": NO_VALUE
        if funding is None
        else f"{figure('rate', funding, decimals=4)} %",
        "moved": _moved(row["change"]),
        "pace": _pace(row["relative_volume"]),
    }


def _mover(
    row: Mapping[str, Any], name: str, lines: Mapping[str, Sequence[float]]
) -> dict[str, Any]:
    volume = row["quote_volume"]
    if name == "volume":
        aside = NO_VALUE if volume is None else compact(volume)
    elif name == "unusual":
        aside = _pace(row["relative_volume"])
    else:
        aside = _price(row["price"])
    heights = spark(lines.get(row["symbol"], ()))
    return {
        **row,
        "aside": aside,
        "moved": _moved(row["change"]),
        "points": " ".join(f"{x},{100 - y}" for x, y in enumerate(heights)),
        "width": max(1, len(heights) - 1),
    }


def _moved(value: float | None) -> dict[str, str]:
    if value is None:
        return {"text": NO_VALUE, "tone": ""}
    return {"text": f"{change(value)} %", "tone": direction(value)}


def _pace(value: float | None) -> str:
    return NO_VALUE if value is None else figure("ratio", value, decimals=2)


# The price is decimal text with the pair's own decimals already.
def _price(text: str | None) -> str:
    if text is None:
        return NO_VALUE
    return figure("price", float(text), decimals=len(text.partition(".")[2]))
