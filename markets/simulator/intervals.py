"""Candle lengths of the exchange, made from minutes."""

from collections.abc import Mapping
from typing import Final

import numpy as np

from markets.simulator.market import (
    ABSENT,
    CLOSE,
    FIRST_ID,
    HIGH,
    LOW,
    OPEN,
    TRADES,
    Ints,
)

INTERVALS: Final[Mapping[str, int]] = {
    "1m": 1,
    "3m": 3,
    "5m": 5,
    "15m": 15,
    "30m": 30,
    "1h": 60,
    "2h": 120,
    "4h": 240,
    "6h": 360,
    "8h": 480,
    "12h": 720,
    "1d": 1_440,
    "3d": 4_320,
    "1w": 10_080,
}
"""Minutes of each interval; ``1s`` and ``1M`` are not simulated."""

_FAR: Final = np.iinfo(np.int64).max
_MONDAY: Final = 4 * 1_440  # 1970 began on a Thursday


def open_minute(minute: int, interval: str) -> int:
    """Return the minute in which the candle around `minute` opens."""
    length = INTERVALS[interval]
    offset = _MONDAY if interval == "1w" else 0
    return minute - (minute - offset) % length


def merge(bars: Ints) -> Ints:
    """
    Return each row's minutes as one candle.

    Parameters
    ----------
    bars
        Shape ``(rows, minutes, COLUMNS)``.

    Returns
    -------
    Ints
        Shape ``(rows, COLUMNS)``; ABSENT where a row has no minute.
    """
    there = bars[:, :, TRADES] != ABSENT
    rows = np.arange(len(bars))
    first, last = there.argmax(axis=1), -1 - there[:, ::-1].argmax(axis=1)
    candles: Ints = np.where(there[:, :, None], bars, 0).sum(axis=1)
    candles[:, OPEN] = bars[rows, first, OPEN]
    candles[:, CLOSE] = bars[rows, last, CLOSE]
    candles[:, HIGH] = np.where(there, bars[:, :, HIGH], 0).max(axis=1)
    candles[:, LOW] = np.where(there, bars[:, :, LOW], _FAR).min(axis=1)
    candles[:, FIRST_ID] = bars[rows, first, FIRST_ID]
    candles[~there.any(axis=1), TRADES] = ABSENT
    return candles
