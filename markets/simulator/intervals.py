"""Candle lengths of the exchange, made from minutes."""

from collections.abc import Mapping
from typing import Final

import numpy as np

from markets.simulator.market import (
    ABSENT,
    CLOSE,
    COLUMNS,
    FIRST_ID,
    HIGH,
    LOW,
    OPEN,
    QUOTE_VOLUME,
    TAKER_QUOTE_VOLUME,
    TAKER_VOLUME,
    TRADES,
    VOLUME,
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

_SUMS: Final = (VOLUME, QUOTE_VOLUME, TRADES, TAKER_VOLUME, TAKER_QUOTE_VOLUME)
_MONDAY: Final = 4 * 1_440  # 1970 began on a Thursday


def open_minute(minute: int, interval: str) -> int:
    """Return the minute in which the candle around `minute` opens."""
    length = INTERVALS[interval]
    offset = _MONDAY if interval == "1w" else 0
    return minute - (minute - offset) % length


def merge(bars: Ints) -> Ints | None:
    """Return one candle of consecutive minutes, None where no minute exists."""
    there = bars[bars[:, TRADES] != ABSENT]
    if not len(there):
        return None
    candle = np.empty(COLUMNS, np.int64)
    candle[OPEN], candle[CLOSE] = there[0, OPEN], there[-1, CLOSE]
    candle[HIGH], candle[LOW] = there[:, HIGH].max(), there[:, LOW].min()
    candle[list(_SUMS)] = there[:, list(_SUMS)].sum(axis=0)
    candle[FIRST_ID] = there[0, FIRST_ID]
    return candle
