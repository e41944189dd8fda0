"""The first content of a pair's own page, before its socket speaks."""

from collections.abc import Mapping
from decimal import Decimal
from difflib import get_close_matches
from typing import Any, Final

import numpy as np
from django.template.loader import render_to_string

from markets.engine.table import Table
from markets.pages.chart_indicators import OVERLAYS, PANES, chart_indicators
from markets.pages.measure import Measure, cell_of, value_of
from markets.pages.technical_summary import technical_summary
from markets.pages.timeframe_table import timeframe_table
from markets.selectors.pairs import Pair, tick_size_of
from markets.types import MINUTE_MS, TIMEFRAMES, WINDOWS
from scalpaiboard.lib.newest import Newest

DEFAULT_TIMEFRAME: Final = "15m"
BUCKET_TICKS: Final = (1, 2, 5, 10, 20, 50, 100, 500, 1_000)
_NEAR_NAMES: Final = 8


FACTS: Final = (
    Measure("mark_price", "Mark price", "price", "Price that positions are valued by"),
    Measure("funding_rate", "Funding", "rate", "Percent that longs pay to shorts"),
    Measure("high_1d", "24h high", "price"),
    Measure("low_1d", "24h low", "price"),
    Measure("quote_volume_1d", "24h volume", "compact", "In the quote asset"),
    Measure("market_cap", "Market cap", "compact", "Price times circulating supply"),
)
WINDOW_MEASURES: Final = (
    Measure("change", "Change %", "change", "Against the price a window ago"),
    Measure("range", "Range %", "percent", "High less low, against the low"),
    Measure("quote_volume", "Volume", "compact", "Traded, in the quote asset"),
    Measure("relative_volume", "Rel. vol", "ratio", "Volume against its usual"),
    Measure("taker_buy_share", "Buy share", "share", "Share that buyers took"),
    Measure("vwap_distance", "VWAP dist %", "change", "Price against the VWAP"),
    Measure("volatility", "Volatility %", "percent", "Of one-minute returns"),
)


_pages: Final[Newest[dict[str, Any]]] = Newest()


def shared_page(
    table: Table, pairs: Mapping[str, Pair], symbol: str, timeframe: str
) -> dict[str, Any]:
    """Return `symbol_page` with its `body` written, once a change for everyone."""

    def build() -> dict[str, Any]:
        content = symbol_page(table, pairs, symbol, timeframe)
        return content | {"body": render_to_string("markets/_symbol.html", content)}

    if timeframe not in TIMEFRAMES:
        timeframe = DEFAULT_TIMEFRAME
    return _pages.get((symbol, timeframe), table.version, build)


def symbol_page(
    table: Table, pairs: Mapping[str, Pair], symbol: str, timeframe: str
) -> dict[str, Any]:
    """
    Return what the template of a pair's page shows.

    Parameters
    ----------
    table
        The live table; it has the symbol.
    pairs
        What is known of the market's pairs besides their numbers.
    symbol, timeframe
        What to show; an unknown timeframe gives the default.
    """
    pair = pairs.get(symbol, Pair(symbol, symbol, "", 8))
    if timeframe not in TIMEFRAMES:
        timeframe = DEFAULT_TIMEFRAME
    before, after = neighbours(table, symbol)
    return {
        "pair": pair,
        "tick": f"{tick_size_of(symbol, pairs):f}",
        "buckets": price_steps(tick_size_of(symbol, pairs)),
        "timeframe": timeframe,
        "timeframes": tuple(TIMEFRAMES),
        "price": cell_of(table, pair, Measure("price", "Price", "price")),
        "day": cell_of(table, pair, Measure("change_1d", "24h", "change")),
        "facts": [
            cell_of(table, pair, fact)
            for fact in FACTS
            if not np.isnan(value_of(table, fact.name, symbol))
        ],
        "next_funding_ms": _next_funding_ms(table, symbol),
        "measures": WINDOW_MEASURES,
        "windows": [
            {
                "name": window,
                "cells": [
                    cell_of(table, pair, _of_window(measure, window))
                    for measure in WINDOW_MEASURES
                ],
            }
            for window in WINDOWS
        ],
        "summary": technical_summary(table, pair, timeframe),
        "lines": timeframe_table(table, pair),
        "overlays": OVERLAYS,
        "panes": PANES,
        "indicators": chart_indicators(),
        "before": before,
        "after": after,
        "pairs": [(pair.symbol, pair.base_asset, pair.quote_asset, pair.decimals)],
    }


def price_steps(tick_size: Decimal) -> list[dict[str, Any]]:
    """Return the steps that a book can be summed by: ticks, and as a price."""
    return [
        {"ticks": ticks, "price": f"{ticks * tick_size:f}"} for ticks in BUCKET_TICKS
    ]


def neighbours(table: Table, symbol: str) -> tuple[str, str]:
    """Return the pairs before and after one, by the volume of the day."""
    if "quote_volume_1d" in table.column_of:
        volume = table.column("quote_volume_1d")
    else:
        volume = np.full(len(table.symbols), np.nan)
    order = [table.symbols[row] for row in np.argsort(-volume, kind="stable").tolist()]
    place = order.index(symbol)
    return order[place - 1], order[(place + 1) % len(order)]


def near_names(symbol: str, table: Table) -> list[str]:
    """Return symbols that a person who wrote an unknown one may have meant."""
    wanted = symbol.upper()
    parts = [one for one in table.symbols if wanted and wanted in one]
    alike = get_close_matches(wanted, table.symbols, n=_NEAR_NAMES, cutoff=0.5)
    quoted = get_close_matches(
        f"{wanted}USDT", table.symbols, n=_NEAR_NAMES, cutoff=0.75
    )
    return list(dict.fromkeys([*parts, *quoted, *alike]))[:_NEAR_NAMES]


def _of_window(measure: Measure, window: str) -> Measure:
    return Measure(
        f"{measure.name}_{window}", measure.label, measure.kind, measure.meaning
    )


# The moment itself, to the minute: what is left of it is counted on the page.
def _next_funding_ms(table: Table, symbol: str) -> int | None:
    minutes = value_of(table, "next_funding_in", symbol)
    if np.isnan(minutes):
        return None
    return round((table.as_of_ms + minutes * MINUTE_MS) / MINUTE_MS) * MINUTE_MS
