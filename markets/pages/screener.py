"""What the Screener page shows before its rows come."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from markets.engine.catalogue import METRIC_OF, METRICS, Metric
from markets.screen_choice import CLOCKS, DEFAULT_SORT
from markets.types import TIMEFRAMES, WINDOWS

PAGE_SIZES: Final = (50, 100, 200)


@dataclass(frozen=True, slots=True)
class ColumnSet:
    """Columns that belong together, for one way to look at the market."""

    name: str
    label: str
    columns: tuple[str, ...]


def _named(*names: str) -> tuple[str, ...]:
    # A set stays whole while metrics come and go: what is not there is left out.
    return tuple(name for name in names if name in METRIC_OF)


SETS: Final = (
    ColumnSet(
        "overview",
        "Overview",
        _named(
            "price", "change_5m", "change_15m", "change_1h", "change_4h",
            "change_1d", "quote_volume_1d", "quote_volume_1h", "relative_volume_1h",
            "taker_buy_share_1h", "rsi_14_15m", "vwap_distance_1d", "natr_14_1h",
            "funding_rate",
        ),
    ),
    ColumnSet(
        "momentum",
        "Momentum",
        _named(
            "price", "change_5m", "change_15m", "change_1h", "rsi_14_5m", "rsi_14_15m",
            "rsi_14_1h", "rsi_14_4h", "macd_hist_15m", "stoch_k_15m", "stoch_d_15m",
            "adx_14_1h", "consecutive_up_15m", "consecutive_down_15m",
        ),
    ),
    ColumnSet(
        "volume",
        "Volume",
        _named(
            "price", "change_1h", "quote_volume_5m", "quote_volume_15m",
            "quote_volume_1h", "quote_volume_8h", "quote_volume_1d",
            "relative_volume_5m", "relative_volume_15m", "relative_volume_1h",
            "taker_buy_share_15m", "taker_buy_share_1h", "trades_1h", "mfi_14_1h",
        ),
    ),
    ColumnSet(
        "levels",
        "Levels",
        _named(
            "price", "change_1d", "range_position_1d", "low_1d", "s2_1d", "s1_1d",
            "pivot_1d", "r1_1d", "r2_1d", "high_1d", "vwap_1d", "bb_lower_1h",
            "bb_upper_1h", "ema_200_1h",
        ),
    ),
    ColumnSet(
        "funding",
        "Funding",
        _named(
            "price", "mark_price", "index_price", "funding_rate", "next_funding_in",
            "change_8h", "change_1d", "quote_volume_1d", "market_cap",
            "circulating_supply", "age_days",
        ),
    ),
)  # fmt: skip

EXAMPLES: Final = (
    "change_1h >= 1 and relative_volume_1h > 2",
    "rsi_14_15m < 30 and quote_volume_1d > 1e7",
    "range_position_1d > 0.95 and change_1d > 3",
)


def screener_page() -> dict[str, Any]:
    """Return what the template of the page shows."""
    return {
        "sets": SETS,
        "clocks": CLOCKS,
        "page_sizes": PAGE_SIZES,
        "examples": EXAMPLES,
        "board": {
            "sets": {one.name: one.columns for one in SETS},
            "sort": DEFAULT_SORT,
            "metrics": [_line(metric) for metric in METRICS],
            "spans": list(dict.fromkeys((*TIMEFRAMES, *WINDOWS))),
        },
    }


def _line(metric: Metric) -> Mapping[str, Any]:
    return {
        "name": metric.name,
        "label": metric.bare_label,
        "span": metric.span,
        "group": metric.group,
        "unit": metric.unit,
        "decimals": metric.decimals,
        "meaning": metric.meaning,
    }
