"""The feed with this installation's exchange, database, cache and bus."""

import asyncio
import logging
from collections.abc import Callable

from django.conf import settings

from markets.demand import demand_for
from markets.engine.market import MarketEngine
from markets.errors import (
    ExchangeError,
    FeedTakenError,
    StoreUnavailableError,
)
from markets.exchanges.base import Exchange
from markets.exchanges.connect import connect
from markets.feed.backoff import delay_s
from markets.feed.config import FeedConfig
from markets.feed.feed import Feed, Surroundings
from markets.live.bus import announce
from markets.sinks.audience import BoardAudience
from markets.sinks.lease import FeedLease
from markets.sinks.publisher import SnapshotPublisher
from markets.sinks.store import DatabaseStore
from markets.types import Venue
from markets.venues import (
    KnownMarket,
    categories_for,
    learn_market,
    venue_addresses,
)
from scalpaiboard.lib.clock import now_ms

logger = logging.getLogger(__name__)

_LEASE_CHECK_S = 5.0
_FIRST_RETRY_S = 0.5
_LONGEST_RETRY_S = 30.0
_STEADY_AFTER_MS = 60_000

OnProgress = Callable[[int, int], None]


async def run_feed(*, on_progress: OnProgress | None, stop: asyncio.Event) -> None:
    """
    Run the feed of the configured venue until `stop` is set.

    A feed that breaks down is started again, ever less often; whatever it had
    stored is taken up where it was.

    Parameters
    ----------
    on_progress
        Called during the fill at the start with symbols done and total.
    stop
        Asks for an orderly end: candles stored, sockets closed.
    """
    venue = Venue(settings.VENUE)
    attempt = 0
    while not stop.is_set():
        began_ms = now_ms()
        try:
            await _run_once(venue, on_progress=on_progress, stop=stop)
        except* (ExchangeError, FeedTakenError, StoreUnavailableError) as group:
            for error in group.exceptions:
                logger.warning("The feed cannot run now: %s", error)
        except* Exception:
            logger.exception("The feed broke down and starts again.")
        if now_ms() - began_ms > _STEADY_AFTER_MS:
            attempt = 0
        attempt += 1
        wait_s = delay_s(attempt, first_s=_FIRST_RETRY_S, ceiling_s=_LONGEST_RETRY_S)
        await _wait(stop, wait_s)


async def _run_once(
    venue: Venue, *, on_progress: OnProgress | None, stop: asyncio.Event
) -> None:
    addresses = venue_addresses(venue)
    market = await learn_market(addresses)
    lease = FeedLease(venue, market.source, directory=settings.DATA_DIR)
    await asyncio.to_thread(lease.take)
    try:
        exchange = await connect(
            venue,
            addresses,
            clock=now_ms,
            categories=await categories_for(venue, market.source),
        )
        try:
            await _serve(exchange, market, lease, on_progress=on_progress, stop=stop)
        finally:
            await exchange.close()
    finally:
        await asyncio.to_thread(lease.release)


async def _serve(
    exchange: Exchange,
    market: KnownMarket,
    lease: FeedLease,
    *,
    on_progress: OnProgress | None,
    stop: asyncio.Event,
) -> None:
    source = market.source
    store = DatabaseStore(exchange.venue, source)
    publisher = SnapshotPublisher(announce)
    audience = BoardAudience(
        exchange.venue,
        is_simulated=market.book == "simulated",
        demand=demand_for(exchange.venue),
        announce=announce,
    )
    engine = MarketEngine(
        venue=exchange.venue, market_key=source.key, market_label=source.label
    )
    around = Surroundings(
        source, exchange, engine, store, publisher, audience, now_ms, market.book
    )
    feed = Feed(
        around,
        config=FeedConfig(live_step_ms=settings.LIVE_STEP_MS),
        on_progress=on_progress,
    )
    try:
        async with asyncio.TaskGroup() as tasks:
            watch = tasks.create_task(_watch(lease))
            await feed.run(stop)
            watch.cancel()
    finally:
        await store.close()
        await publisher.close()
        await audience.close()


# A lease that is lost ends the feed before it writes beside another one.
async def _watch(lease: FeedLease) -> None:
    while True:
        await asyncio.sleep(_LEASE_CHECK_S)
        if not await asyncio.to_thread(lease.is_held):
            raise StoreUnavailableError("The lease of this market was lost.")


async def _wait(stop: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return
