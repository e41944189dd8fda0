"""Times, stretches and figures as messages say them."""

import math
from collections.abc import Sequence
from datetime import datetime, tzinfo
from typing import Final

from markets.engine.catalogue import METRIC_OF, Metric
from markets.engine.expressions.wording import unit_in_words
from markets.figures import NO_VALUE, compact, figure
from markets.metric_figures import shown
from markets.types import DAY_MS, MINUTE_MS

_HOUR_MS: Final = 3_600_000
_SECOND_MS: Final = 1_000
_UNITS: Final = ((DAY_MS, "d"), (_HOUR_MS, "h"), (MINUTE_MS, "min"), (_SECOND_MS, "s"))


def moment(
    at_ms: int, zone: tzinfo, *, beside_ms: int | None = None, to_second: bool = False
) -> str:
    """Return a time as ``2026-11-21 14:05 UTC``, without the date of another's day."""
    at = datetime.fromtimestamp(at_ms / _SECOND_MS, zone)
    clock = f"{at:%H:%M:%S}" if to_second else f"{at:%H:%M}"
    name = at.tzname() or ""
    # Many zones have no letters of their own, only "+0545".
    text = f"{clock} {name if name[:1].isalpha() else f'UTC{name}'}"
    if beside_ms is not None:
        beside = datetime.fromtimestamp(beside_ms / _SECOND_MS, zone)
        if beside.date() == at.date():
            return text
    return f"{at:%Y-%m-%d} {text}"


def duration(length_ms: int) -> str:
    """Return a stretch of time in its two largest units: ``2 h 5 min``."""
    rest = max(length_ms, _SECOND_MS)
    parts: list[str] = []
    for unit_ms, name in _UNITS:
        count, rest = divmod(rest, unit_ms)
        if count or parts:
            parts.append(f"{count} {name}" if count else "")
    return " ".join(filter(None, parts[:2]))


def listed(words: Sequence[str]) -> str:
    """Return words with commas between, and an "and" before the last."""
    *others, last = words
    return f"{', '.join(others)} and {last}" if others else last


def counted(count: int, noun: str) -> str:
    """Return a number of things: ``1 pair``, ``1,200 pairs``."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def metric_text(name: str, value: float, *, price_decimals: int, zone: tzinfo) -> str:
    """Return a metric's value as the pages show it, with its unit."""
    metric = METRIC_OF[name]
    if math.isnan(value):
        return NO_VALUE
    if metric.unit == "UTC ms":
        return moment(int(value), zone, to_second=True)
    if metric.unit == "fraction":
        return f"{figure('rate', value, decimals=0)} %"
    if _is_large(metric):
        return compact(value)
    form = shown(metric, price_decimals)
    unit = "" if form.kind == "ratio" else unit_in_words(metric)
    return f"{form.text(value)} {unit}".rstrip()


# What is traded, and what it is all worth: three figures of it say enough.
def _is_large(metric: Metric) -> bool:
    return metric.unit == "base asset" or (
        metric.unit == "quote asset" and metric.decimals == 0
    )
