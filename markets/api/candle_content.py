"""What answers about candles and their analysis hold."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

import numpy as np

from markets.analysis.rules import Side
from markets.analysis.summary import Finding, Summary, summarise
from markets.api.coin_rows import assets
from markets.api.content import stamp
from markets.cells import cells
from markets.engine.table import Floats, Table
from markets.figures import price_text
from markets.selectors.pairs import Pair
from markets.types import Candle

ANALYSED: Final = (
    "ema_9", "ema_21", "ema_50", "ema_200", "rsi_14", "macd", "macd_signal",
    "macd_hist", "stoch_k", "stoch_d", "williams_r_14", "adx_14", "plus_di",
    "minus_di", "bb_percent", "natr_14", "mfi_14", "cci_20", "relative_volume",
    "vwap_distance", "pivot", "r1", "r2", "r3", "s1", "s2", "s3",
)  # fmt: skip
"""What an analysis tells of each timeframe."""


def candles(
    symbol: str,
    timeframe: str,
    decimals: int,
    found: Iterable[Candle],
    *,
    has_older: bool | None = None,
    indicators: Mapping[str, Floats] | None = None,
) -> dict[str, Any]:
    """Return candles, oldest first, prices as decimal text."""
    rows = [
        {
            "open_time": one.open_time_ms,
            "open": price_text(one.open, decimals),
            "high": price_text(one.high, decimals),
            "low": price_text(one.low, decimals),
            "close": price_text(one.close, decimals),
            "volume": one.volume,
            "quote_volume": one.quote_volume,
            "trade_count": one.trade_count,
            "taker_buy_volume": one.taker_buy_volume,
            "taker_buy_quote_volume": one.taker_buy_quote_volume,
            "is_closed": one.is_closed,
        }
        for one in found
    ]
    return {
        "symbol": symbol,
        "timeframe": timeframe,
        "has_older": has_older,
        "candles": rows,
        "indicators": {
            name: _numbers(values) for name, values in (indicators or {}).items()
        },
    }


def analysis(
    table: Table, pairs: Mapping[str, Pair], symbol: str, timeframes: Iterable[str]
) -> dict[str, Any]:
    """Return the main metrics of some timeframes, and what they say."""
    values = table.row(symbol)

    def cell(name: str) -> Any:
        if name not in values:
            return None
        return cells(name, np.array([values[name]]), [symbol], pairs)[0]

    def told(finding: Finding) -> dict[str, Any]:
        return {
            "side": finding.side.value,
            "sentence": finding.sentence,
            "metrics": {one.name: cell(one.name) for one in finding.readings},
            "source": finding.source,
        }

    def told_of(timeframe: str) -> dict[str, Any]:
        summary = summarise(values, timeframe)
        return {
            "metrics": {
                f"{name}_{timeframe}": cell(f"{name}_{timeframe}") for name in ANALYSED
            },
            "summary": {
                **_counts(summary),
                "findings": [told(finding) for finding in summary.findings],
            },
        }

    return {
        **stamp(table),
        **assets(symbol, pairs),
        "price": cell("price"),
        "timeframes": {timeframe: told_of(timeframe) for timeframe in timeframes},
    }


def _counts(summary: Summary) -> dict[str, int]:
    counts = {side.value: len(summary.of_side(side)) for side in Side}
    return {**counts, "unknown": summary.n_unknown}


def _numbers(values: Floats) -> list[float | None]:
    return [
        number if known else None
        for number, known in zip(
            values.tolist(), np.isfinite(values).tolist(), strict=True
        )
    ]
