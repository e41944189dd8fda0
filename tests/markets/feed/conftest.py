"""A feed in memory, running, with everything around it in a test's hands."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from markets.feed.config import FeedConfig
from markets.feed.feed import Feed, Surroundings
from markets.types import MINUTE_MS, WINDOW_CANDLES, MarketKind, MarketSource, Symbol
from tests.markets.feed.doubles import (
    BTC,
    ETH,
    START_MS,
    HandClock,
    MemoryEngine,
    MemoryExchange,
    MemoryPublisher,
    MemoryStore,
    MemoryStream,
    a_candle,
)
from tests.markets.feed.memory_audience import MemoryAudience

WAIT_S = 10.0
WINDOW = range(START_MS - WINDOW_CANDLES * MINUTE_MS, START_MS, MINUTE_MS)


@dataclass
class RunningFeed:
    clock: HandClock = field(default_factory=lambda: HandClock(START_MS + 5_000))
    engine: MemoryEngine = field(default_factory=MemoryEngine)
    store: MemoryStore = field(default_factory=MemoryStore)
    audience: MemoryAudience = field(default_factory=MemoryAudience)
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    config: FeedConfig = field(
        default_factory=lambda: FeedConfig(
            live_step_ms=10, store_wait_s=0.2, doubt_instruments_s=1.0
        )
    )
    task: asyncio.Task[None] | None = None
    feed: Feed | None = None

    def __post_init__(self) -> None:
        self.exchange = MemoryExchange(self.clock)
        self.publisher = MemoryPublisher(self.store)

    @property
    def stream(self) -> MemoryStream:
        assert self.exchange.stream
        return self.exchange.stream

    @property
    def state(self) -> dict[str, Any]:
        assert self.feed
        return self.feed.report.state()

    async def start(self) -> None:
        """Start it and wait until it has filled its window."""
        self.exchange.have([BTC, ETH], WINDOW)
        around = Surroundings(
            MarketSource(MarketKind.LIVE, "live"),
            self.exchange,
            self.engine,
            self.store,
            self.publisher,
            self.audience,
            self.clock,
        )
        self.feed = Feed(around, config=self.config)
        self.task = asyncio.create_task(self.feed.run(self.stop))
        await self.until(lambda: self.state["phase"] in {"live", "degraded"})

    async def end(self) -> None:
        self.stop.set()
        if self.task:
            await self.task

    def send(self, symbol: Symbol, minute: int, **changes: Any) -> None:
        candle = a_candle(symbol, minute, **changes)
        self.stream.sink(candle, self.clock())

    def move_to(self, minute: int, *, after_ms: int = 0) -> None:
        """Move time to the end of a minute, and some further."""
        self.clock.now_ms = minute + MINUTE_MS + after_ms

    async def until(self, is_true: Callable[[], bool]) -> None:
        async with asyncio.timeout(WAIT_S):
            while not is_true():
                if self.task and self.task.done():
                    await self.task
                await asyncio.sleep(0.005)


@pytest.fixture
async def running() -> AsyncIterator[RunningFeed]:
    feed = RunningFeed()
    yield feed
    await feed.end()
