"""Stored candles of one pair, joined to the timeframe that is asked for."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Final

from markets import models
from markets.engine.table import Table
from markets.types import MINUTE_MS, TIMEFRAMES, Candle, Symbol

MAX_MINUTES: Final = 120_000
"""Stored minutes that one question may read: about a quarter of a second."""

_FIELDS: Final = (
    "open_time_ms",
    "open",
    "high",
    "low",
    "close",
    "volume",
    "quote_volume",
    "trade_count",
    "taker_buy_volume",
    "taker_buy_quote_volume",
)


def recent_candles(
    table: Table,
    symbol: Symbol,
    timeframe: str,
    *,
    limit: int,
    start_ms: int | None = None,
    end_ms: int | None = None,
) -> list[Candle]:
    """
    Return the newest stored candles of a pair, oldest first.

    A longer candle is made of those of its minutes that exist, as the
    exchange's own is. The last one is not closed where its time is not over.

    Parameters
    ----------
    table
        The market's table: it says whose candles, and what time it is there.
    symbol, timeframe
        Which candles.
    limit
        At most so many; fewer where they would take `MAX_MINUTES` to read.
    start_ms, end_ms
        Open times in ``[start_ms, end_ms)``, UTC ms; None leaves a side open.
    """
    joined = _newest(
        table, symbol, timeframe, limit=limit, start_ms=start_ms, end_ms=end_ms
    )
    return [candle for candle, _ in joined]


def unbroken_candles(
    table: Table,
    symbol: Symbol,
    timeframe: str,
    *,
    limit: int,
    start_ms: int | None = None,
    end_ms: int | None = None,
) -> list[Candle]:
    """
    Return those of `recent_candles` that nothing lacks, back to the first hole.

    Whole candles, each beginning where the one before it ended; the last of
    them may still be forming.
    """
    length_ms = TIMEFRAMES[timeframe] * MINUTE_MS
    joined = _newest(
        table, symbol, timeframe, limit=limit, start_ms=start_ms, end_ms=end_ms
    )
    found: list[Candle] = []
    for candle, minutes in reversed(list(joined)):
        is_whole = minutes == TIMEFRAMES[timeframe] or not candle.is_closed
        follows = not found or found[-1].open_time_ms == candle.open_time_ms + length_ms
        if not (is_whole and follows):
            break
        found.append(candle)
    return found[::-1]


# Candles, oldest first, each with the number of its minutes that are stored.
def _newest(
    table: Table,
    symbol: Symbol,
    timeframe: str,
    *,
    limit: int,
    start_ms: int | None,
    end_ms: int | None,
) -> Iterator[tuple[Candle, int]]:
    minutes = TIMEFRAMES[timeframe]
    length_ms = minutes * MINUTE_MS
    end = table.as_of_ms + MINUTE_MS if end_ms is None else end_ms
    last_open_ms = (end - 1) // length_ms * length_ms
    first_ms = last_open_ms - (min(limit, MAX_MINUTES // minutes) - 1) * length_ms
    if start_ms is not None:
        first_ms = max(first_ms, -(-start_ms // length_ms) * length_ms)
    rows = models.Candle.objects.filter(
        instrument__market__venue=table.venue,
        instrument__market__key=table.market_key,
        instrument__symbol=symbol,
        open_time_ms__gte=first_ms,
        open_time_ms__lt=last_open_ms + length_ms,
    ).order_by("open_time_ms")
    candles = (Candle(symbol, *row) for row in rows.values_list(*_FIELDS).iterator())
    for open_ms, group in groupby(
        candles, key=lambda candle: candle.open_time_ms // length_ms * length_ms
    ):
        parts = list(group)
        is_closed = open_ms + length_ms <= table.as_of_ms
        yield _join(parts, open_ms, is_closed=is_closed), len(parts)


def _join(parts: list[Candle], open_time_ms: int, *, is_closed: bool) -> Candle:
    return Candle(
        parts[0].symbol,
        open_time_ms,
        parts[0].open,
        max(part.high for part in parts),
        min(part.low for part in parts),
        parts[-1].close,
        sum(part.volume for part in parts),
        _sum(part.quote_volume for part in parts),
        _sum(part.trade_count for part in parts),
        _sum(part.taker_buy_volume for part in parts),
        _sum(part.taker_buy_quote_volume for part in parts),
        is_closed=is_closed,
    )


# One unknown part makes the sum unknown.
def _sum[N: (int, float)](parts: Iterable[N | None]) -> N | None:
    known = list(parts)
    values = [part for part in known if part is not None]
    return sum(values[1:], start=values[0]) if len(values) == len(known) else None
