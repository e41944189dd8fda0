"""The adapter against the product's own exchange, over the real protocol."""

import asyncio
import dataclasses
from collections.abc import AsyncIterator

import pytest

from markets.errors import RateLimitedError
from markets.exchanges.base import Exchange
from markets.exchanges.binance.book_keeper import BookKeeper
from markets.exchanges.binance.connection import Connection
from markets.exchanges.binance.socket import SocketAddress
from markets.exchanges.connect import connect
from markets.simulator.generated import GeneratedMarket
from markets.simulator.server import Simulator, serve
from markets.types import (
    MINUTE_MS,
    BookSnapshot,
    BookUpdate,
    Candle,
    InstrumentStatus,
    MarketEvent,
    StreamKind,
    Symbol,
    Ticker,
    Venue,
)
from scalpaiboard.lib.clock import now_ms
from tests.fakes.venue import eventually


@pytest.fixture(params=list(Venue))
async def simulator(request: pytest.FixtureRequest) -> AsyncIterator[Simulator]:
    async with serve(GeneratedMarket(venue=request.param, count=4)) as running:
        yield running


@pytest.fixture
async def exchange(simulator: Simulator) -> AsyncIterator[Exchange]:
    connected = await connect(simulator.market.venue, simulator.addresses)
    yield connected
    await connected.close()


@pytest.fixture
def symbol(simulator: Simulator) -> Symbol:
    return Symbol(simulator.market.pairs[0].symbol)


def set_faults(simulator: Simulator, **faults: object) -> None:
    simulator.hub.faults = dataclasses.replace(
        simulator.hub.faults,
        **faults,  # type: ignore[arg-type]  # each test names its own
    )


async def test_instruments_and_a_day_of_candles_are_read(
    exchange: Exchange, symbol: Symbol
) -> None:
    end = now_ms() // MINUTE_MS * MINUTE_MS
    start = end - 1_441 * MINUTE_MS

    instruments = await exchange.list_instruments()
    candles = await exchange.fetch_candles(symbol, start_ms=start, end_ms=end)

    assert symbol in {
        one.symbol for one in instruments if one.status is InstrumentStatus.TRADING
    }
    opened = [candle.open_time_ms for candle in candles]
    assert opened == list(range(start, end, MINUTE_MS))
    listing, pages = (1, 6) if exchange.venue is Venue.BINANCE_USDM else (20, 4)
    assert exchange.weight.used == listing + pages


async def test_core_streams_flow(exchange: Exchange, symbol: Symbol) -> None:
    events: list[MarketEvent] = []
    stream = exchange.open_stream(lambda event, _: events.append(event))

    await stream.start([symbol])
    await eventually(lambda: {Candle, Ticker} <= {type(one) for one in events})
    await stream.stop()

    assert stream.counters.malformed == 0
    forming = next(one for one in events if isinstance(one, Candle))
    assert forming.symbol == symbol
    assert forming.low <= min(forming.open, forming.close)


async def test_book_is_brought_into_step(exchange: Exchange, symbol: Symbol) -> None:
    async def fetch(wanted: Symbol) -> BookSnapshot:
        return await exchange.fetch_order_book(wanted, limit=1_000)

    keeper = BookKeeper(symbol, exchange.venue, fetch)
    updates: list[BookUpdate] = []

    def sink(event: MarketEvent, _: int) -> None:
        if isinstance(event, BookUpdate):
            updates.append(event)
            keeper.offer(event)

    stream = exchange.open_stream(sink)
    running = asyncio.create_task(keeper.run())
    await stream.watch(StreamKind.BOOK, symbol)

    await eventually(lambda: keeper.is_synced)
    seen = len(updates)
    await eventually(lambda: len(updates) > seen + 5)

    assert keeper.is_synced
    assert keeper.book.last_update_id == updates[-1].final_update_id
    assert not keeper.book.is_crossed
    await stream.stop()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_many_wishes_at_once_stay_within_the_exchanges_limit(
    simulator: Simulator, exchange: Exchange
) -> None:
    symbols = [Symbol(pair.symbol) for pair in simulator.market.pairs]
    stream = exchange.open_stream(lambda _event, _at: None)
    await stream.watch(StreamKind.BOOK, symbols[0])
    await eventually(lambda: bool(simulator.hub.streams("depth")))

    for symbol in symbols[1:] * 4:
        await stream.watch(StreamKind.BOOK, symbol)
        await asyncio.sleep(0)
        await stream.unwatch(StreamKind.BOOK, symbol)
    for symbol in symbols:
        await stream.watch(StreamKind.BOOK, symbol)
    await eventually(lambda: len(simulator.hub.streams("depth")) == len(symbols))

    assert [one.reconnects for one in stream.connections] == [0]
    await stream.stop()


@pytest.mark.parametrize("simulator", [Venue.BINANCE_USDM], indirect=True)
async def test_wrong_route_is_acknowledged_and_silent(
    simulator: Simulator, symbol: Symbol
) -> None:
    counts = {"/market": 0, "/public": 0}

    def count(connection: Connection, frame: bytes) -> None:
        counts[connection.state.route] += b"@kline_1m" in frame

    connections = [
        Connection(
            route,
            SocketAddress(simulator.addresses.stream, route, 10),
            count,
            clock=now_ms,
        )
        for route in counts
    ]
    for connection in connections:
        connection.add([f"{symbol.lower()}@kline_1m"])

    await eventually(lambda: connections[1].state.is_open)
    already = counts["/market"]
    await eventually(lambda: counts["/market"] > already + 2)

    assert counts["/public"] == 0
    assert connections[1].state.is_open
    for connection in connections:
        await connection.close()


@pytest.mark.parametrize("simulator", [Venue.BINANCE_USDM], indirect=True)
async def test_foreign_and_broken_frames_are_counted_and_left_out(
    simulator: Simulator, exchange: Exchange, symbol: Symbol
) -> None:
    set_faults(simulator, foreign=True, malformed_every=3, truncated_every=4)
    known = {pair.symbol for pair in simulator.market.pairs}
    symbols: set[str] = set()
    stream = exchange.open_stream(
        lambda event, _: symbols.add(getattr(event, "symbol", ""))
    )

    await stream.start([symbol])
    await eventually(
        lambda: stream.counters.foreign > 0 and stream.counters.malformed > 2
    )
    await stream.stop()

    assert symbols <= known


@pytest.mark.parametrize("simulator", [Venue.BINANCE_SPOT], indirect=True)
async def test_cut_socket_is_opened_again(
    simulator: Simulator, exchange: Exchange, symbol: Symbol
) -> None:
    set_faults(simulator, cut_after_s=0.3)
    stream = exchange.open_stream(lambda _event, _at: None)

    await stream.start([symbol])

    await eventually(lambda: all(one.reconnects > 0 for one in stream.connections))
    await stream.stop()


@pytest.mark.parametrize("fault", ["429", "418"])
async def test_limit_answer_stops_the_exchange_for_all(
    simulator: Simulator, exchange: Exchange, fault: str
) -> None:
    set_faults(simulator, rest=fault, rest_count=1)

    with pytest.raises(RateLimitedError) as refused:
        await exchange.server_time_ms()
    with pytest.raises(RateLimitedError):
        await exchange.server_time_ms()

    assert refused.value.retry_after_s > 0
    assert exchange.weight.blocked_until_ms is not None
