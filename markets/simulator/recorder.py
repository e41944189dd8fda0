"""Writes a recording of a market while it happens."""

import asyncio
import csv
import gzip
from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from typing import Final, Self

from markets.errors import ExchangeError
from markets.exchanges.base import ClockMs, Exchange
from markets.types import (
    MINUTE_MS,
    Candle,
    InstrumentStatus,
    MarketEvent,
    Symbol,
)

COLUMNS: Final = (
    "symbol",
    "open_time",
    "open",
    "high",
    "low",
    "close",
    "volume",
    "close_time",
    "quote_volume",
    "trades",
    "taker_buy_base",
    "taker_buy_quote",
)
GRACE_MS: Final = 5_000
"""How long after its end a minute is written; what came later is asked for."""
_STEP_S: Final = 0.1

Progress = Callable[[int, int], None]


class CandleFile:
    """A gzipped CSV of candles, whole after every minute."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> Self:
        """Open the file; raises FileExistsError rather than overwrite."""
        self._text = gzip.open(self._path, "xt", newline="", encoding="utf-8")
        self._rows = csv.writer(self._text)
        self._rows.writerow(COLUMNS)
        return self

    def __exit__(self, *_: object) -> None:
        self._text.close()

    def write(self, candles: Iterable[Candle]) -> None:
        """Add candles; doubles are written so that they read back the same."""
        for candle in candles:
            self._rows.writerow(
                (
                    candle.symbol,
                    candle.open_time_ms,
                    candle.open,
                    candle.high,
                    candle.low,
                    candle.close,
                    candle.volume,
                    candle.open_time_ms + MINUTE_MS - 1,
                    candle.quote_volume,
                    candle.trade_count,
                    candle.taker_buy_volume,
                    candle.taker_buy_quote_volume,
                )
            )
        self._text.flush()


class Recorder:
    """
    Records whole minutes of every trading pair of an exchange.

    Candles that the live stream did not bring are asked for by REST, so a
    short cut of the line leaves no hole in the recording.
    """

    def __init__(self, exchange: Exchange, *, clock: ClockMs) -> None:
        self._exchange = exchange
        self._clock = clock
        self._closed: dict[int, dict[Symbol, Candle]] = {}

    async def record(
        self,
        file: CandleFile,
        *,
        minutes: int,
        stop: asyncio.Event,
        on_progress: Progress = lambda _done, _total: None,
    ) -> int:
        """Write the next `minutes` whole minutes; returns how many were written."""
        symbols = [
            instrument.symbol
            for instrument in await self._exchange.list_instruments()
            if instrument.status is InstrumentStatus.TRADING
        ]
        stream = self._exchange.open_stream(self._take)
        await stream.start(symbols)
        written = 0
        try:
            first = (self._clock() // MINUTE_MS + 1) * MINUTE_MS
            for number in range(minutes):
                open_time_ms = first + number * MINUTE_MS
                if await self._wait(open_time_ms + MINUTE_MS + GRACE_MS, stop):
                    break
                file.write(await self._minute(open_time_ms, symbols))
                written += 1
                on_progress(written, minutes)
        finally:
            await stream.stop()
        return written

    def _take(self, event: MarketEvent, _received_at_ms: int) -> None:
        if isinstance(event, Candle) and event.is_closed:
            self._closed.setdefault(event.open_time_ms, {})[event.symbol] = event

    # In short steps, for the exchange's clock may run faster than the machine's.
    async def _wait(self, until_ms: int, stop: asyncio.Event) -> bool:
        """Wait for a moment; returns True where `stop` came first."""
        while (left_ms := until_ms - self._clock()) > 0:
            try:
                await asyncio.wait_for(stop.wait(), min(left_ms / 1_000, _STEP_S))
            except TimeoutError:
                continue
            return True
        return stop.is_set()

    async def _minute(
        self, open_time_ms: int, symbols: Collection[Symbol]
    ) -> list[Candle]:
        candles = self._closed.pop(open_time_ms, {})
        for symbol in symbols:
            if symbol not in candles:
                await self._ask_for(symbol, open_time_ms, candles)
        for earlier in [time for time in self._closed if time < open_time_ms]:
            del self._closed[earlier]
        return [candles[symbol] for symbol in sorted(candles)]

    async def _ask_for(
        self, symbol: Symbol, open_time_ms: int, candles: dict[Symbol, Candle]
    ) -> None:
        end_ms = open_time_ms + MINUTE_MS
        try:
            found = await self._exchange.fetch_candles(
                symbol, start_ms=open_time_ms, end_ms=end_ms
            )
        except ExchangeError:
            return  # a minute without this pair is honest, a made-up one is not
        candles.update((candle.symbol, candle) for candle in found)
