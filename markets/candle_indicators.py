"""A pair's candles with the indicators of each, warm from the first one shown."""

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from markets.candle_history import CandleHistory, Stretch, candle_history
from markets.engine.indicators.along import RUNNING_SUMS, lead_of, values_along
from markets.engine.table import Floats, Table
from markets.exchange_desk import desk
from markets.live.candles import open_time
from markets.selectors.candles import recent_candles
from markets.types import MINUTE_MS, TIMEFRAMES, Candle, Symbol

_FIELDS: Final = ("open", "high", "low", "close", "volume")
_KEPT_HISTORIES: Final = 64


@dataclass(frozen=True, slots=True)
class IndicatedCandles:
    """
    Candles, oldest first, with the values of each by the indicator's name.

    The values are as long as the candles, NaN where there is none.
    `has_older` is None where nobody asked.
    """

    candles: list[Candle]
    values: Mapping[str, Floats]
    has_older: bool | None


def indicated_candles(
    tables: tuple[Table, Table],
    stretch: Stretch,
    names: Sequence[str],
    *,
    from_exchange: bool,
) -> IndicatedCandles:
    """
    Return candles with their indicators, the one being formed among them.

    Parameters
    ----------
    tables
        The market's closed and live table; both have the symbol.
    stretch
        Which candles.
    names
        Indicators, some of `CHARTED`.
    from_exchange
        Ask the exchange for what the store lacks, as `candle_history` does.

    Raises
    ------
    ExchangeError, TimeoutError
        If the exchange has to be asked and does not answer.
    """
    closed, live = tables
    found = _with_lead(closed, stretch, lead_of(names), from_exchange=from_exchange)
    candles = found.candles
    if stretch.end_ms is None:
        candles = _with_forming(candles, live, stretch)
    columns = np.array(
        [[getattr(one, name) for one in candles] for name in _FIELDS], np.float64
    ).reshape(len(_FIELDS), -1)
    values = values_along(names, columns)
    if stretch.end_ms is None and candles and not candles[-1].is_closed:
        _anchor(values, live, stretch)
    first = max(len(candles) - stretch.limit, 0)
    while first < len(candles) and candles[first].open_time_ms < (
        stretch.start_ms or 0
    ):
        first += 1
    return IndicatedCandles(
        candles[first:],
        {name: some[first:] for name, some in values.items()},
        (found.has_older or first > 0) if from_exchange else None,
    )


class KeptHistories:
    """
    What the exchange has told of the past, which does not change any more.

    A chart asks for its newest values every few seconds, and the candles that
    warm them up are the same each time.
    """

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, Symbol, str], list[Candle]] = OrderedDict()
        self._lock = threading.Lock()

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._kept.clear()

    def candles(
        self, key: tuple[str, Symbol, str], start_ms: int, end_ms: int
    ) -> list[Candle]:
        """
        Return the candles in ``[start_ms, end_ms)``; raises as the desk does.

        Parameters
        ----------
        key
            The market's key, the symbol and the timeframe.
        start_ms, end_ms
            Open times, UTC ms.
        """
        _, symbol, timeframe = key
        length_ms = TIMEFRAMES[timeframe] * MINUTE_MS
        with self._lock:
            kept = self._kept.get(key, [])
        is_there = (
            kept
            and kept[0].open_time_ms <= start_ms
            and kept[-1].open_time_ms + length_ms >= end_ms
        )
        if not is_there:
            kept = desk.candles(symbol, timeframe, start_ms=start_ms, end_ms=end_ms)
            self._keep(key, kept)
        return [one for one in kept if start_ms <= one.open_time_ms < end_ms]

    def _keep(self, key: tuple[str, Symbol, str], candles: list[Candle]) -> None:
        with self._lock:
            self._kept[key] = candles
            self._kept.move_to_end(key)
            while len(self._kept) > _KEPT_HISTORIES:
                self._kept.popitem(last=False)


kept_histories = KeptHistories()


def _with_lead(
    table: Table, asked: Stretch, lead: int, *, from_exchange: bool
) -> CandleHistory:
    start_ms = asked.start_ms
    if start_ms is not None:
        start_ms = max(start_ms - lead * asked.length_ms, 0)
    whole = replace(asked, limit=asked.limit + lead, start_ms=start_ms)
    if not from_exchange:
        stored = recent_candles(
            table,
            whole.symbol,
            whole.timeframe,
            limit=whole.limit,
            start_ms=whole.start_ms,
            end_ms=whole.end_ms,
        )
        return CandleHistory(stored, has_older=False)

    def kept(start_ms: int, end_ms: int) -> list[Candle]:
        key = table.market_key, whole.symbol, whole.timeframe
        return kept_histories.candles(key, start_ms, end_ms)

    # Only the newest stretch is asked for again and again.
    return candle_history(table, whole, before=kept if whole.end_ms is None else None)


# The live table knows the minute that is not over; the store does not. Around a
# close it may be a candle ahead of the store: then it is not told yet.
def _with_forming(candles: list[Candle], live: Table, stretch: Stretch) -> list[Candle]:
    row = live.row_of[stretch.symbol]
    cells = [
        float(live.column(f"candle_{name}_{stretch.timeframe}")[row])
        for name in _FIELDS
    ]
    if not candles or np.isnan(cells).any():
        return candles
    time = open_time(live, row, stretch.timeframe)
    last = candles[-1]
    is_next = last.is_closed and last.open_time_ms + stretch.length_ms == time
    is_same = not last.is_closed and last.open_time_ms == time
    if not (is_next or is_same):
        return candles
    opening, high, low, close, volume = cells
    forming = Candle(
        stretch.symbol,
        time,
        opening,
        high,
        low,
        close,
        volume,
        quote_volume=None,
        trade_count=None,
        taker_buy_volume=None,
        taker_buy_quote_volume=None,
        is_closed=False,
    )
    return [*(candles[:-1] if is_same else candles), forming]


# So that the newest value is the table's own.
def _anchor(values: dict[str, Floats], live: Table, stretch: Stretch) -> None:
    row = live.row_of[stretch.symbol]
    for name in RUNNING_SUMS:
        column = f"{name}_{stretch.timeframe}"
        if name not in values or column not in live.column_of:
            continue
        shift = live.column(column)[row] - values[name][-1]
        if np.isfinite(shift):
            values[name] = values[name] + shift
