"""The simulated exchange as a server: one port for REST and WebSocket."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from aiohttp import web

from markets.exchanges.base import Addresses
from markets.simulator.answers import Answers
from markets.simulator.books import Books
from markets.simulator.bookstreams import BookStreams
from markets.simulator.clock import SimulatedClock, start_clock
from markets.simulator.control import Control
from markets.simulator.faults import Faults
from markets.simulator.hub import StreamHub
from markets.simulator.market import Market
from markets.simulator.moment import Moment
from markets.simulator.pulse import Pulse
from markets.simulator.rest import RestDoor
from markets.simulator.sockets import SocketDoor
from markets.simulator.weights import WeightCounter, default_limit


@dataclass(frozen=True, slots=True)
class Options:
    """How a simulated exchange behaves; None means as the real one."""

    clock: SimulatedClock = field(default_factory=start_clock)
    faults: Faults = field(default_factory=Faults)
    weight_limit: int | None = None
    ping_s: float | None = None
    full_rate: bool = False


@dataclass(frozen=True, slots=True)
class Simulator:
    """A running simulated exchange."""

    market: Market
    clock: SimulatedClock
    hub: StreamHub
    books: Books
    addresses: Addresses


@contextlib.asynccontextmanager
async def serve(
    market: Market,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    options: Options | None = None,
) -> AsyncIterator[Simulator]:
    """
    Serve a market until the block ends.

    Parameters
    ----------
    market
        What is played.
    host, port
        Where to listen; port 0 takes a free one.
    options
        Clock, faults and limits.
    """
    options = options or Options()
    moment, hub = Moment(market, options.clock), StreamHub()
    hub.faults = options.faults
    books = Books(moment)
    weights = WeightCounter(options.weight_limit or default_limit(market.venue))
    application = web.Application()
    answers = Answers(moment, books, weights.limit)
    RestDoor(answers, hub, weights, market.venue, options.clock).add_routes(
        application.router
    )
    symbols = frozenset(pair.stream_name for pair in market.pairs)
    SocketDoor(hub, market.venue, symbols, options.ping_s).add_routes(
        application.router
    )
    Control(moment, hub, weights).add_routes(application.router)
    # The first page must not wait for the first day to be made.
    moment.day(options.clock.now_ms())
    streams = BookStreams(books, hub, market.pairs, market.venue)
    pulse = Pulse(moment, hub, streams, full_rate=options.full_rate)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.5)
    await runner.setup()
    await web.TCPSite(runner, host, port).start()
    bound = runner.addresses[0][1]
    name = f"[{host}]" if ":" in host else host
    beating = asyncio.create_task(pulse.run())
    try:
        yield Simulator(
            market,
            options.clock,
            hub,
            books,
            Addresses(f"http://{name}:{bound}", f"ws://{name}:{bound}"),
        )
    finally:
        beating.cancel()
        for session in list(hub.sessions):
            session.drop()
        await runner.cleanup()
        with contextlib.suppress(asyncio.CancelledError):
            await beating
