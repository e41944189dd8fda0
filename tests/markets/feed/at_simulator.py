"""A feed in memory with the production adapter, at the product's own exchange."""

import asyncio
import contextlib
import dataclasses
from collections.abc import AsyncIterator, Callable
from typing import Any

from markets.exchanges.connect import connect
from markets.feed.config import FeedConfig
from markets.feed.feed import Feed, Surroundings
from markets.simulator.clock import start_clock
from markets.simulator.market import CLOSE, HIGH, LOW, OPEN, TRADES, VOLUME, Market
from markets.simulator.server import Options, Simulator, serve
from markets.types import MINUTE_MS, LedgerState
from scalpaiboard.lib.clock import now_ms
from tests.markets.feed.doubles import (
    MemoryEngine,
    MemoryPublisher,
    MemoryStore,
)
from tests.markets.feed.memory_audience import MemoryAudience

SPEED = 30
WAIT_S = 40.0
RECEIVED = {LedgerState.STREAM, LedgerState.REST}


@dataclasses.dataclass
class Board:
    simulator: Simulator
    store: MemoryStore
    publisher: MemoryPublisher
    feed: Feed

    @property
    def state(self) -> dict[str, Any]:
        return self.feed.report.state()

    @property
    def counters(self) -> dict[str, int]:
        counters: dict[str, int] = self.state["counters"]
        return counters

    def go_wrong(self, **faults: object) -> None:
        self.simulator.hub.faults = dataclasses.replace(
            self.simulator.hub.faults,
            **faults,  # type: ignore[arg-type]  # each test names its own
        )

    async def until(self, is_true: Callable[[], bool], step_s: float = 0.02) -> None:
        async with asyncio.timeout(WAIT_S):
            while not is_true():  # noqa: ASYNC110 - many things may come true
                await asyncio.sleep(step_s)

    async def close_minutes(self, count: int) -> None:
        wanted = len(self.publisher.closed) + count
        await self.until(lambda: len(self.publisher.closed) >= wanted)

    async def be_whole(self) -> None:
        """Wait until each pair and closed minute has a candle; compare them all."""
        closed = list(self.publisher.closed)
        pairs = self.simulator.market.pairs
        keys = [(pair, minute) for pair in pairs for minute in closed]
        await self.until(lambda: all(self._state_of(*key) in RECEIVED for key in keys))
        for pair, minute in keys:
            stored = self.store.candles[pair.symbol, minute]  # type: ignore[index]  # symbols of the simulator are plain text
            number = minute // MINUTE_MS
            bar = self.simulator.market.history(pair.row, number, number + 1)[0]
            prices = [pair.price.value(int(bar[at])) for at in (OPEN, HIGH, LOW, CLOSE)]
            assert [stored.open, stored.high, stored.low, stored.close] == prices
            assert stored.volume == pair.volume.value(int(bar[VOLUME]))
            assert stored.trade_count == bar[TRADES]
        assert closed == list(range(closed[0], closed[-1] + 1, MINUTE_MS))

    def _state_of(self, pair: Any, minute: int) -> LedgerState | None:
        entry = self.store.ledger.get((pair.symbol, minute))
        return entry.state if entry else None


@contextlib.asynccontextmanager
async def running_at_simulator(market: Market) -> AsyncIterator[Board]:
    """Run a feed at a simulator of its own, from when it has filled its window."""
    options = Options(clock=start_clock(speed=SPEED))
    async with serve(market, options=options) as simulator:
        exchange = await connect(market.venue, simulator.addresses)
        store = MemoryStore()
        publisher = MemoryPublisher(store)
        around = Surroundings(
            market.source,
            exchange,
            MemoryEngine(),
            store,
            publisher,
            MemoryAudience(),
            now_ms,
        )
        config = FeedConfig(live_step_ms=100, silence_ms=2_000)
        board = Board(simulator, store, publisher, Feed(around, config=config))
        stop = asyncio.Event()
        running = asyncio.create_task(board.feed.run(stop))
        try:
            await board.until(lambda: board.state["phase"] == "live")
            yield board
        finally:
            stop.set()
            await running
            await exchange.close()
