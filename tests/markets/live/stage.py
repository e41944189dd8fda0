"""A simulated exchange, a feed and a hub, joined by the bus and the leases."""

import asyncio
import dataclasses
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from markets.demand import Demand
from markets.exchanges.connect import connect
from markets.feed.config import FeedConfig
from markets.feed.feed import Feed, Surroundings
from markets.live import bus
from markets.live.hub import LiveHub
from markets.live.topics import parse_topic
from markets.simulator.generated import GeneratedMarket
from markets.simulator.server import Simulator, serve
from markets.sinks.audience import BoardAudience
from markets.types import Venue
from scalpaiboard.lib.clock import now_ms
from tests.markets.feed.doubles import MemoryEngine, MemoryPublisher, MemoryStore
from tests.markets.live.page import WAIT_S, Page
from tests.markets.live.tables import HeldReader, table


@dataclasses.dataclass
class Stage:
    """What a test can see and turn."""

    simulator: Simulator
    feed: Feed
    hub: LiveHub

    @property
    def upstream(self) -> set[str]:
        """The simulator's own list of streams on demand."""
        names = self.simulator.hub.names.values()
        return {one.text for one in names if one.kind in {"depth", "aggTrade"}}

    @property
    def watched(self) -> dict[str, int]:
        counts: dict[str, int] = self.feed.report.state()["watched"]
        return counts

    @property
    def opened(self) -> Counter[str]:
        connections = self.feed.report.stream.connections
        return Counter(one.name.partition("-")[0] for one in connections)

    def go_wrong(self, **faults: Any) -> None:
        hub = self.simulator.hub
        hub.faults = dataclasses.replace(hub.faults, **faults)

    async def open(self, topic: str) -> Page:
        mailbox = self.hub.open_mailbox()
        await self.hub.subscribe(mailbox, parse_topic(topic))
        return Page(mailbox, topic)

    async def until(self, is_true: Callable[[], bool]) -> None:
        async with asyncio.timeout(WAIT_S):
            while not is_true():  # noqa: ASYNC110 - many things may come true
                await asyncio.sleep(0.02)


@asynccontextmanager
async def a_stage(
    demand: Demand, *, pairs: int = 4, venue: Venue = Venue.BINANCE_USDM
) -> AsyncIterator[Stage]:
    """Run all of it in this loop until the block ends."""
    market = GeneratedMarket(venue=venue, count=pairs)
    bus.serve_on(asyncio.get_running_loop())
    async with serve(market) as simulator:
        exchange = await connect(market.venue, simulator.addresses)
        store = MemoryStore()
        audience = BoardAudience(
            venue, is_simulated=True, demand=demand, announce=bus.announce
        )
        around = Surroundings(
            market.source,
            exchange,
            MemoryEngine(),
            store,
            MemoryPublisher(store),
            audience,
            now_ms,
        )
        config = FeedConfig(silence_ms=2_000, let_go_ms=300)
        feed = Feed(around, config=config)
        stop = asyncio.Event()
        running = asyncio.create_task(feed.run(stop))
        symbols = {pair.symbol: 1.0 for pair in market.pairs}
        hub = LiveHub(venue, reader=HeldReader(live=table(symbols)), demand=demand)
        hub.start()
        await hub.is_listening.wait()
        try:
            yield Stage(simulator, feed, hub)
        finally:
            await hub.stop()
            stop.set()
            await running
            await audience.close()
            await exchange.close()
            bus.leave(asyncio.get_running_loop())
