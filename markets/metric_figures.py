"""How the metrics of the catalogue are shown of one pair."""

from dataclasses import dataclass
from typing import Final

from markets.engine.catalogue import Metric, is_price_sized
from markets.figures import figure

SIGNED: Final = frozenset(
    {"change", "vwap_distance", "macd", "macd_signal", "macd_hist"}
)
"""Of these a sign says something, and zero is the middle."""


@dataclass(frozen=True, slots=True)
class Shown:
    """
    A metric without its span, as a page writes it.

    `kind` and `decimals` are those of `figure`; `unit` stands after the figure
    where it needs one; `warm_up` is the number of candles with the first value,
    None for what is not of candles.
    """

    label: str
    kind: str
    decimals: int
    unit: str
    warm_up: int | None

    @property
    def head(self) -> str:
        """Its label with its unit, for the head of a row."""
        return f"{self.label} {self.unit}".rstrip()

    def text(self, value: float) -> str:
        """Return a value as the page shows it."""
        return figure(self.kind, value, decimals=self.decimals)


def shown(metric: Metric, price_decimals: int) -> Shown:
    """Return how a metric is shown of a pair whose price has so many decimals."""
    return Shown(
        metric.bare_label,
        _kind(metric),
        _decimals(metric, price_decimals),
        "%" if metric.unit == "%" else "",
        metric.warm_up,
    )


def _kind(metric: Metric) -> str:
    if metric.bare_name in SIGNED:
        return "change" if metric.unit == "%" else "signed"
    return "ratio" if metric.unit == "× usual" else "price"


# A difference of prices is as fine as the pair's own price: the catalogue's six
# decimals are too many for one pair and too few for another.
def _decimals(metric: Metric, price_decimals: int) -> int:
    if metric.decimals is None:
        return price_decimals
    return price_decimals + 1 if is_price_sized(metric) else metric.decimals
