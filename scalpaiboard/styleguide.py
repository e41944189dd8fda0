"""What the style guide shows: a small market, at rest, in the real templates."""

from typing import Any, Final

import numpy as np

from markets.engine.table import Table
from markets.pages.market import market_page, read_choice
from markets.selectors.pairs import Pair

LOOKS: Final = (
    ("dark", "green-red", "Dark"),
    ("light", "green-red", "Light"),
    ("dark", "blue-orange", "Dark, blue and orange"),
    ("light", "blue-orange", "Light, blue and orange"),
)
COLOURS: Final = (
    "bg", "surface", "raised", "hover", "line", "line-soft",
    "text", "muted", "faint", "quiet", "accent", "accent-bg",
    "up", "up-bg", "down", "down-bg", "warn", "warn-bg",
    "series-1", "series-2", "series-3", "series-4", "series-5", "series-6",
)  # fmt: skip
CONNECTIONS: Final = (
    ("connecting", "connecting"),
    ("live", "live · 0.2 s"),
    ("degraded", "degraded · 0.4 s"),
    ("stale", "stale · 12 s"),
    ("offline", "offline · 48 s · again in 3 s"),
)
_PAIRS: Final = {
    pair.symbol: pair
    for pair in (
        Pair("BTCUSDT", "BTC", "USDT", 1),
        Pair("ETHUSDT", "ETH", "USDT", 2),
        Pair("ADAUSDT", "ADA", "USDT", 4),
        Pair("1000BONKUSDT", "1000BONK", "USDT", 7),
    )
}
_FIGURES: Final = {
    "price": (65_432.1, 1_948.2, 0.6812, 0.0123456),
    "change_5m": (0.12, -0.31, 0.0, 2.41),
    "change_15m": (0.44, -0.62, 0.001, 6.82),
    "change_1h": (1.24, -1.12, 0.22, 18.42),
    "change_4h": (2.05, -2.4, 0.9, np.nan),
    "change_1d": (3.31, -4.08, 1.9, 41.07),
    "quote_volume_1d": (24.2e9, 11.9e9, 412e6, 33.6e6),
    "quote_volume_1h": (1.1e9, 640e6, 9.8e6, 4.1e6),
    "relative_volume_1h": (1.31, 0.82, 1.02, 4.12),
    "taker_buy_share_1h": (0.52, 0.44, 0.5, 0.71),
    "range_1h": (1.6, 1.9, 0.8, 21.3),
    "high_1d": (65_900.0, 2_050.1, 0.69, 0.013),
    "low_1d": (63_100.4, 1_930.0, 0.66, 0.0087),
    "trades_1d": (4.1e6, 2.2e6, 190e3, 61e3),
    "volatility_1h": (0.05, 0.06, 0.04, 0.61),
}


def content() -> dict[str, Any]:
    """Return what the template shows; the same at every call."""
    table = Table(
        venue="sample",
        market_key="sample",
        market_label="",
        clock="live",
        sequence=1,
        as_of_ms=0,
        symbols=tuple(_PAIRS),
        columns=tuple(_FIGURES),
        values=np.array(list(_FIGURES.values())),
    )
    page = market_page(table, _PAIRS, read_choice({}, table))
    return {**page, "looks": LOOKS, "colours": COLOURS, "connections": CONNECTIONS}
