"""The process that `bench.close` measures: engine, store, publisher and hub."""

import asyncio
import json
import math
import sys
import time
from collections import defaultdict
from decimal import Decimal
from typing import Final

from django.core.cache import cache

from markets.engine.market import MarketEngine
from markets.feed.ports import LedgerEntry, MinuteBatch
from markets.live import bus
from markets.live.hub import LiveHub
from markets.live.mailbox import Mailbox
from markets.live.topics import Topic, TopicKind
from markets.sinks.publisher import SnapshotPublisher
from markets.sinks.store import DatabaseStore
from markets.types import (
    MINUTE_MS,
    WINDOW_CANDLES,
    Candle,
    Instrument,
    InstrumentStatus,
    LedgerState,
    MarketKind,
    MarketSource,
    Symbol,
    Venue,
)
from scalpaiboard.lib.clock import now_ms

PAIRS: Final = 700
MINUTES: Final = 60
WARM_UP: Final = 5
VENUE: Final = Venue.BINANCE_USDM
SOURCE: Final = MarketSource(MarketKind.GENERATED, "bench", "Benchmark")
SYMBOLS: Final = [Symbol(f"COIN{number:03d}USDT") for number in range(PAIRS)]
TOLD_LIMIT_S: Final = 10.0


class _Market:
    """The parts of a feed that a closed minute goes through, in its order."""

    def __init__(self) -> None:
        self.engine = MarketEngine(venue=VENUE, market_key=SOURCE.key)
        self.store = DatabaseStore(VENUE, SOURCE)
        self.publisher = SnapshotPublisher(bus.announce)
        self.hub = LiveHub(VENUE)
        self.mailbox: Mailbox = self.hub.open_mailbox()

    async def open(self, next_ms: int) -> None:
        """Fill the window, and listen as a browser does."""
        instruments = [_instrument(symbol) for symbol in SYMBOLS]
        self.engine.set_instruments(instruments)
        await self.store.save_instruments(SOURCE, instruments)
        window = range(next_ms - WINDOW_CANDLES * MINUTE_MS, next_ms, MINUTE_MS)
        for row, symbol in enumerate(SYMBOLS):
            self.engine.load({symbol: [_candle(row, minute) for minute in window]})
        await self.publisher.publish_live(self.engine.live_table(as_of_ms=next_ms))
        bus.serve_on(asyncio.get_running_loop())
        self.hub.start()
        await self.hub.is_listening.wait()
        await self.hub.subscribe(
            self.mailbox, Topic(TopicKind.CANDLES, SYMBOLS[0], "1m")
        )

    async def close_minute(
        self, minute: int, candles: list[Candle]
    ) -> dict[str, float]:
        """Close one minute; return the milliseconds of each part."""
        came = LedgerEntry(LedgerState.STREAM)
        batch = MinuteBatch(minute, candles, dict.fromkeys(SYMBOLS, came), now_ms())
        began = time.perf_counter()
        self.engine.close_minute(minute, candles)
        table = self.engine.closed_table()
        computed = time.perf_counter()
        await self.store.save_minutes([batch])
        stored = time.perf_counter()
        await self.publisher.publish_closed(table, open_time_ms=minute)
        async with asyncio.timeout(TOLD_LIMIT_S):
            while str(minute) not in (await self.mailbox.take() or ""):
                pass
        told = time.perf_counter()
        spans = {
            "engine": computed - began,
            "store": stored - computed,
            "snapshot and hub": told - stored,
            "all": told - began,
        }
        return {part: span * 1_000 for part, span in spans.items()}

    async def close(self) -> None:
        """End in order."""
        await self.hub.stop()
        await self.store.close()
        await self.publisher.close()


def main() -> None:
    """Measure, and print the milliseconds of each part as JSON."""
    json.dump(asyncio.run(_measure()), sys.stdout)
    cache.clear()


async def _measure() -> dict[str, list[float]]:
    first_ms = now_ms() // MINUTE_MS * MINUTE_MS - MINUTES * MINUTE_MS
    market = _Market()
    spans_ms: dict[str, list[float]] = defaultdict(list)
    await market.open(first_ms)
    for number in range(MINUTES):
        minute = first_ms + number * MINUTE_MS
        candles = [_candle(row, minute) for row in range(PAIRS)]
        spans = await market.close_minute(minute, candles)
        if number >= WARM_UP:
            for part, span in spans.items():
                spans_ms[part].append(span)
    await market.close()
    return spans_ms


def _instrument(symbol: Symbol) -> Instrument:
    return Instrument(
        venue=VENUE,
        symbol=symbol,
        base_asset=symbol.removesuffix("USDT"),
        quote_asset="USDT",
        status=InstrumentStatus.TRADING,
        contract_type="PERPETUAL",
        tick_size=Decimal("0.01"),
        step_size=Decimal("0.001"),
    )


def _candle(row: int, minute: int) -> Candle:
    number = minute // MINUTE_MS
    before, close = _price(row, number - 1), _price(row, number)
    volume = 10.0 + row % 7
    return Candle(
        SYMBOLS[row],
        minute,
        open=before,
        high=max(before, close) + 0.3,
        low=min(before, close) - 0.4,
        close=close,
        volume=volume,
        quote_volume=volume * close,
        trade_count=10,
        taker_buy_volume=volume / 2,
        taker_buy_quote_volume=volume * close / 2,
        first_trade_id=number * 10,
        last_trade_id=number * 10 + 9,
    )


# A wave of its own for each pair, so that no figure stays the same, and a quick
# one on it: candles rise and fall in turns, as those of a market do.
def _price(row: int, number: int) -> float:
    slow, quick = math.sin(number / 50 + row), math.sin(number * 2.1 + row)
    return 100.0 + row + 5.0 * slow + 0.5 * quick
