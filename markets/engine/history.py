"""Candles of one instrument in a row, as a chart draws them."""

from collections.abc import Sequence

import numpy as np

from markets.engine.candles import PRESENT, CandleColumns, join
from markets.engine.minutes import fold
from markets.engine.window import Window
from markets.types import MINUTE_MS, Candle, Symbol


def candles_of_row(
    window: Window,
    row: int,
    symbol: Symbol,
    minutes: int,
    forming: Sequence[CandleColumns],
) -> list[Candle]:
    """
    Return the candles of one row, oldest first, of `minutes` minutes each.

    `forming` gives the minutes after the last closed one, shape ``(1,)`` each.
    Candles with an unknown minute are left out, those that are not over have
    `is_closed` false.
    """
    end = (window.last_minute or 0) + 1
    first = -(-window.first_minute // minutes) * minutes
    boundary = end - end % minutes
    rows = np.array([row])
    closed = np.arange(first, boundary).reshape(-1, minutes)
    parts = fold(window.candles_of(closed, rows))
    times = closed[:, 0].tolist()
    candles = [
        _candle(symbol, time, parts, (0, place), is_closed=True)
        for place, time in enumerate(times)
        if parts.presence[0, place] == PRESENT
    ]
    begun = np.arange(boundary, end)
    now = fold(window.candles_of(begun, rows))
    for ahead, part in enumerate(forming):
        starts = (end + ahead) % minutes == 0
        if starts and ahead and now.presence[0] == PRESENT:
            candles.append(_candle(symbol, boundary, now, (0,), is_closed=False))
        if starts:
            boundary, now = end + ahead, part
        else:
            now = join(now, part)
    if now.presence[0] == PRESENT:
        candles.append(_candle(symbol, boundary, now, (0,), is_closed=False))
    return candles


def _candle(
    symbol: Symbol,
    minute: int,
    columns: CandleColumns,
    place: tuple[int, ...],
    *,
    is_closed: bool,
) -> Candle:
    opening, high, low, close, volume = (
        float(field[place]) for field in columns.values[:5]
    )
    return Candle(
        symbol,
        minute * MINUTE_MS,
        opening,
        high,
        low,
        close,
        volume,
        quote_volume=None,
        trade_count=None,
        taker_buy_volume=None,
        taker_buy_quote_volume=None,
        is_closed=is_closed,
    )
