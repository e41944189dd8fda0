"""A feed with the real engine and database, at an exchange of a test's own."""

import asyncio
import math
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

import numpy as np

from markets.engine.market import MarketEngine
from markets.engine.replay import digest_of
from markets.engine.table import Table
from markets.feed.config import FeedConfig
from markets.feed.feed import Feed, Surroundings
from markets.sinks.store import DatabaseStore
from markets.types import (
    MINUTE_MS,
    Candle,
    MarketKind,
    MarketSource,
    Symbol,
    Venue,
)
from tests.markets.feed.doubles import (
    BTC,
    ETH,
    HandClock,
    MemoryExchange,
    MemoryPublisher,
    MemoryStore,
)
from tests.markets.feed.memory_audience import MemoryAudience

SOURCE = MarketSource(MarketKind.GENERATED, "generated:replay", "Generated")
MIDNIGHT_MS = 1_700_006_400_000
WAIT_S = 20.0
# The clock leaps from minute to minute, in which a stream seems silent; and this
# exchange has no candles but those of a minute to warm long indicators with.
CONFIG = FeedConfig(live_step_ms=200, silence_ms=10 * MINUTE_MS, warm_weight_share=0.0)


def wandering_log(
    symbols: Sequence[Symbol], *, start_ms: int, minutes: int
) -> dict[tuple[Symbol, int], Candle]:
    """Make candles of random walks, as REST would tell them."""
    log = {}
    for symbol in symbols:
        rng = np.random.default_rng(sum(symbol.encode()))
        price = 100.0
        for minute in range(start_ms, start_ms + minutes * MINUTE_MS, MINUTE_MS):
            close = price * math.exp(rng.normal(0, 0.002))
            high = max(price, close) * (1 + abs(rng.normal(0, 0.001)))
            low = min(price, close) * (1 - abs(rng.normal(0, 0.001)))
            volume, share = float(rng.exponential(5)), float(rng.random())
            value = volume * (high + low) / 2
            log[symbol, minute] = Candle(
                symbol, minute, price, high, low, close, volume, value,
                int(rng.integers(1, 90)), volume * share, value * share,
            )  # fmt: skip
            price = close
    return log


class DigestingPublisher(MemoryPublisher):
    """Remembers the digest of what it was given to publish."""

    def __init__(self) -> None:
        super().__init__(MemoryStore())
        self.digests: dict[int, str] = {}
        self.mended: dict[int, str] = {}

    async def publish_closed(self, table: Table, *, open_time_ms: int) -> None:
        await super().publish_closed(table, open_time_ms=open_time_ms)
        self.digests[open_time_ms] = digest_of(table)

    async def publish_late(
        self, table: Table, *, open_times_ms: Collection[int]
    ) -> None:
        await super().publish_late(table, open_times_ms=open_times_ms)
        if open_times_ms:  # else it is the past at the start, which nobody awaited
            self.mended[table.as_of_ms - MINUTE_MS] = digest_of(table)


class LiveMarket:
    """
    Closes the minutes of a log one after the other.

    Parameters
    ----------
    log
        Every candle that the exchange will ever have, from the listing on.
    next_ms
        The minute at which the first feed starts.
    """

    def __init__(self, log: dict[tuple[Symbol, int], Candle], *, next_ms: int) -> None:
        self._log = log
        self.next_ms = next_ms
        self._clock = HandClock(next_ms + 5_000)
        self.exchange = MemoryExchange(self._clock, (BTC, ETH))
        self.publisher = DigestingPublisher()
        listed_ms = min(minute for _, minute in log)
        self.exchange.instruments = [
            replace(one, listed_at_ms=listed_ms) for one in self.exchange.instruments
        ]
        self._tell({key for key in log if key[1] < next_ms})

    async def start(self) -> None:
        """Start a feed with an engine that knows nothing yet."""
        self._stop = asyncio.Event()
        self._store = DatabaseStore(Venue.BINANCE_USDM, SOURCE)
        engine = MarketEngine(venue=Venue.BINANCE_USDM, market_key=SOURCE.key)
        around = Surroundings(
            SOURCE, self.exchange, engine, self._store, self.publisher,
            MemoryAudience(), self._clock,
        )  # fmt: skip
        self._feed = Feed(around, config=CONFIG)
        self._running = asyncio.create_task(self._feed.run(self._stop))
        await self.until(lambda: self._feed.report.state()["phase"] == "live")

    async def end(self) -> None:
        """End it in order."""
        self._stop.set()
        await self._running
        await self._store.close()

    async def close_minutes(self, count: int, *, without: Symbol | None = None) -> None:
        """Stream the next minutes, leaving out a symbol; REST has it afterwards."""
        for _ in range(count):
            minute = self.next_ms
            self.next_ms += MINUTE_MS
            keys = {(symbol, minute) for symbol in (BTC, ETH)}
            told = {key for key in keys if key[0] != without}
            self._tell(told)
            self._clock.now_ms = self.next_ms + 10
            for key in sorted(told):
                candle = replace(self._log[key], event_time_ms=self.next_ms + 5)
                assert self.exchange.stream is not None
                self.exchange.stream.sink(candle, self._clock())
            if without is not None:
                self._clock.now_ms = self.next_ms + CONFIG.grace_ms + 1_000
            await self.until(lambda at=minute: at in self.publisher.digests)  # type: ignore[misc]  # mypy cannot infer a lambda with a default

    async def mend(self) -> None:
        """Let REST have everything, and wait until the repair is told."""
        self._tell({key for key in self._log if key[1] < self.next_ms})
        self._clock.now_ms += 20_000
        await self.until(lambda: bool(self.publisher.mended))

    async def until(self, is_true: Callable[[], bool]) -> None:
        async with asyncio.timeout(WAIT_S):
            while not is_true():
                if self._running.done():
                    await self._running
                await asyncio.sleep(0.005)

    def _tell(self, keys: Collection[tuple[Symbol, int]]) -> None:
        self.exchange.candles |= {key: self._log[key] for key in keys}
