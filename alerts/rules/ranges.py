"""Which values a metric can have at all."""

import math
from collections.abc import Mapping
from typing import Final, NamedTuple

from markets.engine.catalogue import METRIC_OF, Metric, is_price_sized
from markets.engine.expressions.wording import amount_in_words


class Range(NamedTuple):
    """From `low` to `high`, both included but where `is_open`: then not `low`."""

    low: float = -math.inf
    high: float = math.inf
    is_open: bool = False

    def holds(self, value: float) -> bool:
        """Return whether a metric of this range can have a value."""
        above = value > self.low if self.is_open else value >= self.low
        return above and value <= self.high

    def in_words(self) -> str:
        """Return what follows "it is always …"."""
        low, high = (
            amount_in_words(one) if math.isfinite(one) else "" for one in self[:2]
        )
        if low and high:
            return f"from {low} to {high}"
        if low:
            return f"more than {low}" if self.is_open else f"{low} or more"
        return f"{high} or less" if high else "a number"


_ANY: Final = Range()
_POSITIVE: Final = Range(0.0, is_open=True)
_NOT_NEGATIVE: Final = Range(0.0)
_OF_UNIT: Final[Mapping[str, Range]] = {
    "0–100": Range(0.0, 100.0),
    "0–1": Range(0.0, 1.0),
    "−100–0": Range(-100.0, 0.0),
    **dict.fromkeys(("× usual", "trades", "candles", "days", "min"), _NOT_NEGATIVE),
}
_OF_NAME: Final[Mapping[str, Range]] = {
    **dict.fromkeys(("change", "vwap_distance", "vroc_14"), Range(-100.0)),
    **dict.fromkeys(
        ("range", "volatility", "natr_14", "atr_14", "bb_width", "volume",
         "quote_volume", "candle_volume", "circulating_supply"),
        _NOT_NEGATIVE,
    ),
    "funding_rate": Range(-1.0, 1.0),
    "market_cap": _POSITIVE,
    # Prices that are reckoned, and may fall below zero where a pair is wild.
    **dict.fromkeys(
        ("macd", "macd_signal", "macd_hist", "tema_20", "bb_lower", "s1", "s2", "s3"),
        _ANY,
    ),
}  # fmt: skip


def range_of(name: str) -> Range:
    """Return the range of a metric of the catalogue."""
    metric = METRIC_OF[name]
    known = _OF_NAME.get(metric.bare_name) or _OF_UNIT.get(metric.unit)
    return known or _of_kind(metric)


def _of_kind(metric: Metric) -> Range:
    return _POSITIVE if is_price_sized(metric) else _ANY
