"""What is known of the minute being formed, and the newest prices."""

from collections.abc import Callable, Iterable, Sequence
from operator import attrgetter
from typing import Any, Final

import numpy as np

from markets.engine.candles import (
    ABSENT,
    CLOSE,
    N_FIELDS,
    PRESENT,
    CandleColumns,
)
from markets.engine.table import Floats
from markets.types import MINUTE_MS, Candle, MarkPrice, Ticker

_NUMBERS: Final = (
    "open",
    "high",
    "low",
    "close",
    "volume",
    "quote_volume",
    "trade_count",
    "taker_buy_quote_volume",
)
_fields = attrgetter(*_NUMBERS)
_OPEN_TIME: Final = N_FIELDS
_EVENT_TIME: Final = N_FIELDS + 1


def columns_of(candles: Iterable[Candle]) -> Floats:
    """Return candles in the order of the window's fields, shape ``(8, n)``."""
    # NumPy reads None as NaN.
    cells = np.array(list(map(_fields, candles)), np.float64)
    return cells.reshape(-1, N_FIELDS).T


class Newest[Event]:
    """
    The newest event of each row, made into columns only when they are read.

    Events come by the thousand a second, tables are drawn once: putting one
    away is two small steps, and only what came since is read again.

    Parameters
    ----------
    n_symbols
        Number of rows.
    fields
        Names of the attributes that become columns.
    """

    def __init__(self, n_symbols: int, fields: Sequence[str]) -> None:
        self.events: list[Event | None] = [None] * n_symbols
        self._fields: Callable[[Any], tuple[float, ...]] = attrgetter(*fields)
        self._changed: dict[int, Event] = {}
        self._columns: Floats = np.full((len(fields), n_symbols), np.nan)

    def put(self, row: int, event: Event) -> None:
        """Replace the event of a row."""
        self.events[row] = self._changed[row] = event

    def columns(self) -> Floats:
        """Return the fields, shape ``(n_fields, n_symbols)``; NaN where none came."""
        if self._changed:
            cells = np.array(list(map(self._fields, self._changed.values())), "f8")
            self._columns[:, list(self._changed)] = cells.T
            self._changed.clear()
        return self._columns

    def keep_rows(
        self, kept: Sequence[int], rows: Sequence[int], old: "Newest[Event]"
    ) -> None:
        """Take over rows `kept` of another one as this one's `rows`."""
        for source, target in zip(kept, rows, strict=True):
            event = old.events[source]
            if event is not None:
                self.put(target, event)


class Forming:
    """
    The newest candle, ticker and mark price of each row.

    Two minutes are kept a row: around a close the next minute's candle may come
    before the last one's batch is applied, and neither may be lost meanwhile.
    """

    def __init__(self, n_symbols: int) -> None:
        self._newest = Newest[Candle](
            n_symbols, (*_NUMBERS, "open_time_ms", "event_time_ms")
        )
        self._before: list[Candle | None] = [None] * n_symbols
        self._tickers = Newest[Ticker](
            n_symbols, ("last_price", "event_time_ms", "high", "low")
        )
        self._marks = Newest[MarkPrice](
            n_symbols,
            ("mark_price", "index_price", "funding_rate", "next_funding_time_ms"),
        )

    def apply_candle(self, row: int, candle: Candle) -> None:
        """Take a candle; an older one than known changes nothing."""
        newest = self._newest.events[row]
        if newest is None or candle.open_time_ms > newest.open_time_ms:
            self._before[row] = newest
            self._newest.put(row, candle)
        elif candle.open_time_ms < newest.open_time_ms:
            before = self._before[row]
            if before is None or candle.open_time_ms >= before.open_time_ms:
                self._before[row] = candle
        elif candle.event_time_ms >= newest.event_time_ms:
            self._newest.put(row, candle)

    def apply_ticker(self, row: int, ticker: Ticker) -> None:
        """Take a ticker unless it is older than the one known."""
        known = self._tickers.events[row]
        if known is None or ticker.event_time_ms >= known.event_time_ms:
            self._tickers.put(row, ticker)

    def apply_mark_price(self, row: int, mark: MarkPrice) -> None:
        """Take a mark price unless it is older than the one known."""
        known = self._marks.events[row]
        if known is None or mark.event_time_ms >= known.event_time_ms:
            self._marks.put(row, mark)

    def keep_rows(
        self, kept: Sequence[int], rows: Sequence[int], old: "Forming"
    ) -> None:
        """Take over rows `kept` of another one as this one's `rows`."""
        self._newest.keep_rows(kept, rows, old._newest)  # noqa: SLF001 - its own kind
        self._tickers.keep_rows(kept, rows, old._tickers)  # noqa: SLF001
        self._marks.keep_rows(kept, rows, old._marks)  # noqa: SLF001
        for source, target in zip(kept, rows, strict=True):
            self._before[target] = old._before[source]  # noqa: SLF001

    def minutes(self, number: int) -> tuple[CandleColumns, CandleColumns]:
        """
        Return the candles of a minute, counted from the epoch, and of the next.

        Values have the shape ``(8, n_symbols)``; ABSENT where none is known.
        """
        start_ms = number * MINUTE_MS
        first, second = self._newest_of(start_ms), self._newest_of(start_ms + MINUTE_MS)
        waiting = {
            row: candle
            for row, candle in enumerate(self._before)
            if candle is not None and candle.open_time_ms == start_ms
        }
        if waiting:
            rows = list(waiting)
            first.values[:, rows] = columns_of(waiting.values())
            first.presence[rows] = PRESENT
        return first, second

    def prices(self) -> Floats:
        """Return the newest price and its event time (ms), shape ``(2, n)``."""
        candles = self._newest.columns()[[CLOSE, _EVENT_TIME]]
        tickers = self._tickers.columns()[:2]
        is_ticker = np.isnan(candles[1]) | (tickers[1] > candles[1])
        newest: Floats = np.where(is_ticker, tickers, candles)
        return newest

    def day_range(self) -> Floats:
        """Return the exchange's 24 h high and low, shape ``(2, n)``."""
        return self._tickers.columns()[2:]

    def marks(self) -> Floats:
        """Return mark, index, funding rate, next funding (ms), shape ``(4, n)``."""
        marks = self._marks.columns().copy()
        marks[3, marks[3] == 0] = np.nan
        return marks

    def _newest_of(self, open_time_ms: int) -> CandleColumns:
        columns = self._newest.columns()
        exists = columns[_OPEN_TIME] == open_time_ms
        return CandleColumns(
            np.where(exists, columns[:N_FIELDS], np.nan),
            np.where(exists, np.uint8(PRESENT), np.uint8(ABSENT)),
        )
