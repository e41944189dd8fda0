"""Every metric, declared once: columns, expressions, API and pages read it here."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from markets.engine.candle_catalogue import CANDLE_METRICS
from markets.types import TIMEFRAMES, WINDOWS


@dataclass(frozen=True, slots=True)
class Metric:
    """
    One column of the market table.

    `decimals` is how many are shown, None where the pair's own tick size says
    it. `window` and `timeframe` are None unless the name ends with one.
    `warm_up` is the number of candles with the first value.
    """

    name: str
    label: str
    group: str
    unit: str
    decimals: int | None
    meaning: str
    source: str
    window: str | None = None
    timeframe: str | None = None
    warm_up: int | None = None

    @property
    def span(self) -> str:
        """Its window or timeframe, empty where it has none."""
        return self.window or self.timeframe or ""

    @property
    def bare_name(self) -> str:
        """Its name without the span: ``rsi_14``."""
        return self.name.removesuffix(f"_{self.span}")

    @property
    def bare_label(self) -> str:
        """Its label without the span: ``RSI 14``."""
        return self.label.removesuffix(f" {self.span}")


_EXCHANGE: Final = "Binance API documentation, WebSocket market streams"
_OWN: Final = "docs/metrics.md"
_PIVOT: Final = "Fibonacci pivot points: P = (H + L + C) / 3, P ± ratio × (H − L)"
_PRICE: Final = "quote asset"

_PRICES: Final = (
    Metric("price", "Price", "price", _PRICE, None,
           "Newest price known of the pair.", _EXCHANGE),
    Metric("event_time", "Updated", "price", "UTC ms", 0,
           "Time of the newest exchange event of the pair.", _EXCHANGE),
    Metric("mark_price", "Mark price", "price", _PRICE, None,
           "Price by which the exchange values positions.", _EXCHANGE),
    Metric("index_price", "Index price", "price", _PRICE, None,
           "Mean price of the asset on several spot exchanges.", _EXCHANGE),
    Metric("funding_rate", "Funding rate", "price", "fraction", 6,
           "Paid by longs to shorts at the next funding, as a fraction.", _EXCHANGE),
    Metric("next_funding_in", "Next funding", "price", "min", 0,
           "Minutes until the next funding.", _EXCHANGE),
    Metric("high_24h", "24h high", "price", _PRICE, None,
           "Highest price of the rolling 24 hours, as the exchange states it.",
           _EXCHANGE),
    Metric("low_24h", "24h low", "price", _PRICE, None,
           "Lowest price of the rolling 24 hours, as the exchange states it.",
           _EXCHANGE),
    Metric("tick_size", "Tick size", "price", _PRICE, None,
           "Smallest step of the price.", _EXCHANGE),
    Metric("age_days", "Age", "price", "days", 1,
           "Days since the listing.", _EXCHANGE),
    Metric("circulating_supply", "Supply", "price", "base asset", 0,
           "Coins in circulation.", "CoinGecko API, /coins/markets"),
    Metric("market_cap", "Market cap", "price", _PRICE, 0,
           "Price times circulating supply.", _OWN),
)  # fmt: skip

# Name, label, unit, decimals, meaning, source; the window is added.
_SLIDING: Final = (
    ("change", "Change", "%", 2, "Price now against the close {} ago.", _OWN),
    ("range", "Range", "%", 2, "High less low of the last {}, against the low.", _OWN),
    ("high", "High", _PRICE, None, "Highest price of the last {}.", _OWN),
    ("low", "Low", _PRICE, None, "Lowest price of the last {}.", _OWN),
    ("volume", "Volume", "base asset", 2, "Traded in the last {}.", _EXCHANGE),
    ("quote_volume", "Quote volume", _PRICE, 0, "Value traded in the last {}.",
     _EXCHANGE),
    ("trades", "Trades", "trades", 0, "Number of trades in the last {}.", _EXCHANGE),
    ("taker_buy_share", "Taker-buy share", "0–1", 2,
     "Share of the value of the last {} in which buyers crossed the spread.", _OWN),
    ("vwap", "VWAP", _PRICE, None, "Mean price of the last {}, by volume.", _OWN),
    ("vwap_distance", "VWAP distance", "%", 2, "Price against the VWAP of the last {}.",
     _OWN),
    ("vcp", "VCP", "ratio", 3,
     "Price over the {} VWAP, times the place of the price in the range (−1 to 1).",
     _OWN),
    ("volatility", "Volatility", "%", 3,
     "Standard deviation of the 1m log returns of the last {}.", _OWN),
    ("relative_volume", "Relative volume", "× usual", 2,
     "Quote volume a minute of the last {} against the rest of the day.", _OWN),
    ("pivot", "Pivot", _PRICE, None, "Pivot of the last {}.", _PIVOT),
    ("r1", "R1", _PRICE, None, "First resistance of the last {}.", _PIVOT),
    ("r2", "R2", _PRICE, None, "Second resistance of the last {}.", _PIVOT),
    ("r3", "R3", _PRICE, None, "Third resistance of the last {}.", _PIVOT),
    ("s1", "S1", _PRICE, None, "First support of the last {}.", _PIVOT),
    ("s2", "S2", _PRICE, None, "Second support of the last {}.", _PIVOT),
    ("s3", "S3", _PRICE, None, "Third support of the last {}.", _PIVOT),
    ("range_position", "Range position", "0–1", 2,
     "Place of the price in the range of the last {}.", _OWN),
)  # fmt: skip


def is_price_sized(metric: Metric) -> bool:
    """Return whether its values are as large or small as the pair's price."""
    return metric.unit == _PRICE and metric.decimals != 0


def _all_metrics() -> Iterator[Metric]:
    yield from _PRICES
    for name, label, unit, decimals, meaning, source in _SLIDING:
        for window in WINDOWS:
            if (name, window) == ("relative_volume", "1d"):
                continue  # there is no rest of the day to compare it with
            yield Metric(
                f"{name}_{window}",
                f"{label} {window}",
                "window",
                unit,
                decimals,
                meaning.format(window),
                source,
                window=window,
            )
    for one in CANDLE_METRICS:
        for timeframe in TIMEFRAMES:
            yield Metric(
                f"{one.name}_{timeframe}",
                f"{one.label} {timeframe}",
                "candle",
                one.unit,
                one.decimals,
                one.meaning.format(timeframe),
                one.source,
                timeframe=timeframe,
                warm_up=one.warm_up,
            )


METRICS: Final = tuple(_all_metrics())
"""All metrics in the order of the table's columns."""

METRIC_OF: Final[Mapping[str, Metric]] = {metric.name: metric for metric in METRICS}

COLUMNS: Final = tuple(METRIC_OF)
