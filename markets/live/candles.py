"""Candle rows of the live socket, taken from the tables."""

from collections.abc import Iterable
from typing import Final

import numpy as np
import orjson

from markets.engine.table import Table
from markets.types import MINUTE_MS, TIMEFRAMES, Candle

_FIELDS: Final = ("open", "high", "low", "close", "volume")

CandleRows = dict[int, bytes]
"""Encoded ``[open_time_ms, open, high, low, close, volume]`` by open time."""


def rows_of(candles: Iterable[Candle]) -> CandleRows:
    """Encode stored candles."""
    return {
        candle.open_time_ms: orjson.dumps(
            [
                candle.open_time_ms,
                candle.open,
                candle.high,
                candle.low,
                candle.close,
                candle.volume,
            ]
        )
        for candle in candles
    }


def row_of(table: Table, symbol: str, timeframe: str) -> CandleRows:
    """
    Encode the newest candle that a table has of a pair: one row, or none.

    That is the forming candle in the live table, and the last closed one in
    the closed table.
    """
    names = [f"candle_{field}_{timeframe}" for field in _FIELDS]
    if symbol not in table.row_of or names[0] not in table.column_of:
        return {}
    row = table.row_of[symbol]
    cells = [float(table.column(name)[row]) for name in names]
    if np.isnan(cells).any():
        return {}
    open_time_ms = open_time(table, row, timeframe)
    return {open_time_ms: orjson.dumps([open_time_ms, *cells])}


def open_time(table: Table, row: int, timeframe: str) -> int:
    """Return when the newest candle of a row opened, UTC ms."""
    length_ms = TIMEFRAMES[timeframe] * MINUTE_MS
    if table.clock == "closed":
        return table.as_of_ms // length_ms * length_ms - length_ms
    # A pair without a trade in the new minute still shows its candle of the
    # last, so its own newest event counts, not the market's.
    time_ms = float(table.as_of_ms)
    if "event_time" in table.column_of:
        time_ms = np.fmin(time_ms, table.column("event_time")[row])
    return int(time_ms) // length_ms * length_ms
