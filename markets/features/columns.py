"""Which metrics are kept of past days, how often, and which follow from others."""

from collections.abc import Callable, Mapping
from hashlib import blake2b
from typing import Final

import numpy as np

from markets.engine.catalogue import METRICS
from markets.engine.replay import STREAMED
from markets.engine.sliding import relative_volume, shape_metrics
from markets.engine.table import Floats
from markets.types import DAY_MS, TIMEFRAMES, WINDOWS

VERSION: Final = 1
"""Grows when a metric means another number though its name and words stay."""

DAY_MINUTES: Final = 1_440

_SHAPES: Final = frozenset(
    {
        "range",
        "vwap",
        "vwap_distance",
        "vcp",
        "pivot",
        "range_position",
        *(f"{side}{number}" for side in "rs" for number in (1, 2, 3)),
    }
)
_OF_A_DAY: Final = frozenset({"tick_size", "circulating_supply"})

LISTED_AT: Final = "listed_at_ms"
AS_OF: Final = "as_of_ms"

Read = Callable[[str], Floats]
"""Returns a stored metric, or LISTED_AT or AS_OF, in one shape."""


def derived_metric(name: str, read: Read) -> Floats | None:
    """Compute a metric that is not kept from those that are; None if it is none."""
    if name in _FROM_PRICE:
        return _FROM_PRICE[name](read)
    metric, _, window = name.rpartition("_")
    if window not in WINDOWS or metric not in {*_SHAPES, "relative_volume"}:
        return None
    with np.errstate(divide="ignore", invalid="ignore"):
        quote_volume = read(f"quote_volume_{window}")
        if metric == "relative_volume":
            day = read("quote_volume_1d")
            return relative_volume(quote_volume, WINDOWS[window], day, DAY_MINUTES)
        high, low = read(f"high_{window}"), read(f"low_{window}")
        volume = read(f"volume_{window}")
        return shape_metrics(read("price"), high, low, volume, quote_volume)[metric]


def catalogue_digest() -> str:
    """Return what changes with every change of the catalogue's metrics."""
    made = blake2b(digest_size=8)
    for metric in METRICS:
        words = (metric.name, metric.unit, metric.meaning, metric.source)
        made.update("\t".join(words).encode() + b"\n")
    return made.hexdigest()


def slots_of(step: int) -> int:
    """Return how many values a day has of a metric that stays for `step` minutes."""
    return DAY_MINUTES // step + 1


def _event_time(read: Read) -> Floats:
    return np.where(np.isnan(read("price")), np.nan, read(AS_OF) - 1)


def _age_days(read: Read) -> Floats:
    return (read(AS_OF) - read(LISTED_AT)) / DAY_MS


def _market_cap(read: Read) -> Floats:
    return read("price") * read("circulating_supply")


_FROM_PRICE: Final[Mapping[str, Callable[[Read], Floats]]] = {
    "event_time": _event_time,
    "age_days": _age_days,
    "market_cap": _market_cap,
}


def _steps() -> Mapping[str, int]:
    def nothing(name: str) -> Floats:
        return np.full(1, np.nan)

    steps = {}
    for metric in METRICS:
        if metric.name in STREAMED or derived_metric(metric.name, nothing) is not None:
            continue
        if metric.timeframe is not None:
            steps[metric.name] = TIMEFRAMES[metric.timeframe]
        else:
            steps[metric.name] = DAY_MINUTES if metric.name in _OF_A_DAY else 1
    return steps


STEPS: Final = _steps()
"""The metrics that are kept, and for how many minutes each value stays: a candle's
until the next one closes, one of a sliding window for one."""

KNOWN: Final = frozenset(metric.name for metric in METRICS) - STREAMED
"""Every metric that can be asked of past days."""
