"""Metrics of the windows that slide with every minute."""

from collections.abc import Mapping
from typing import Final

import numpy as np

from markets.engine.candles import (
    CLOSE,
    QUOTE_VOLUME,
    TAKER_BUY_QUOTE_VOLUME,
    TRADE_COUNT,
    VOLUME,
)
from markets.engine.stretches import Stretch
from markets.engine.table import Floats
from markets.engine.window import Window
from markets.types import WINDOW_CANDLES, WINDOWS

_DAY: Final = "1d"
_RETRACEMENTS: Final = (("1", 0.382), ("2", 0.618), ("3", 1.0))


def window_metrics(
    window: Window,
    windows: Mapping[str, Stretch],
    price: Floats,
    forming: Stretch | None = None,
) -> dict[str, Floats]:
    """
    Return all sliding metrics by column name.

    Parameters
    ----------
    window
        Where the closes lie that changes are measured against.
    windows
        The windows that end with the last closed minute.
    price
        The price that windows end with: the last close, or the price now.
    forming
        The minute being formed, None for the closed clock. With it a window
        spans its closed minutes and what there is of this one; volatility has
        one log return more, and relative volume counts the minutes that have
        passed.
    """
    metrics: dict[str, Floats] = {}
    day = windows[_DAY]
    day = day if forming is None else day.joined(forming)
    with np.errstate(divide="ignore", invalid="ignore"):
        for name, closed in windows.items():
            stretch = closed if forming is None else closed.joined(forming)
            start = (window.last_minute or 0) - WINDOWS[name]
            own = _metrics_of(
                stretch, price, window.values[CLOSE, :, start % WINDOW_CANDLES]
            )
            if name != _DAY:
                own["relative_volume"] = _relative_volume(stretch, day)
            for metric, values in own.items():
                known = np.where(stretch.is_whole, values, np.nan)
                metrics[f"{metric}_{name}"] = known
    return metrics


def shape_metrics(
    price: Floats, high: Floats, low: Floats, volume: Floats, quote_volume: Floats
) -> dict[str, Floats]:
    """
    Return the metrics of a window that follow from five others, by bare name.

    All arrays have one shape; NaN where a metric has no meaning.
    """
    span = high - low
    vwap = np.where(volume > 0, quote_volume / volume, np.nan)
    place = np.where(span > 0, ((price - low) - (high - price)) / span, 0.0)
    pivot = (high + low + price) / 3
    metrics = {
        "range": 100 * span / low,
        "vwap": vwap,
        "vwap_distance": 100 * (price / vwap - 1),
        "vcp": price / vwap * place,
        "pivot": pivot,
        "range_position": np.where(span > 0, (price - low) / span, np.nan),
    }
    for number, part in _RETRACEMENTS:
        metrics[f"r{number}"] = pivot + part * span
        metrics[f"s{number}"] = pivot - part * span
    return metrics


def relative_volume(
    quote_volume: Floats, minutes: float, day_quote_volume: Floats, day_minutes: float
) -> Floats:
    """
    Return the quote volume of a window a minute against the rest of the day's.

    NaN where either is not known or nothing was traded in the rest.
    """
    rest = (day_quote_volume - quote_volume) / (day_minutes - minutes)
    ratio: Floats = quote_volume / minutes / np.where(rest > 0, rest, np.nan)
    return ratio


def _metrics_of(
    stretch: Stretch, price: Floats, start_close: Floats
) -> dict[str, Floats]:
    volume = stretch.sums[VOLUME - VOLUME]
    quote_volume = stretch.sums[QUOTE_VOLUME - VOLUME]
    taker_quote = stretch.sums[TAKER_BUY_QUOTE_VOLUME - VOLUME]
    spread = np.maximum(stretch.spread, 0.0)
    return {
        "change": 100 * (price / start_close - 1),
        "high": stretch.high,
        "low": stretch.low,
        "volume": volume,
        "quote_volume": quote_volume,
        "trades": stretch.sums[TRADE_COUNT - VOLUME],
        "taker_buy_share": np.where(
            quote_volume > 0, taker_quote / quote_volume, np.nan
        ),
        "volatility": 100 * np.sqrt(spread / (stretch.n_returns - 1)),
        **shape_metrics(price, stretch.high, stretch.low, volume, quote_volume),
    }


def _relative_volume(stretch: Stretch, day: Stretch) -> Floats:
    place = QUOTE_VOLUME - VOLUME
    whole_day = np.where(day.is_whole, day.sums[place], np.nan)
    return relative_volume(stretch.sums[place], stretch.minutes, whole_day, day.minutes)
