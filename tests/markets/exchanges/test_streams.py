import asyncio
import itertools
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

import pytest

from markets.exchanges.binance.connection import Timings
from markets.exchanges.binance.rules import RULES
from markets.exchanges.binance.streams import BinanceStream
from markets.types import (
    BookUpdate,
    Candle,
    MarketEvent,
    StreamKind,
    Symbol,
    Venue,
)
from tests.fakes.venue import FakeVenue, VenueSocket, eventually, fake_venue
from tests.markets.exchanges.frames import depth, kline, ticker

BTC, ETH = Symbol("BTCUSDT"), Symbol("ETHUSDT")
QUICK = Timings(first_backoff_s=0.01, longest_backoff_s=0.02, takeover_s=0.2)


@dataclass
class Inbox:
    """A sink that can be waited on."""

    events: list[MarketEvent] = field(default_factory=list)
    _came: asyncio.Event = field(default_factory=asyncio.Event)

    def __call__(self, event: MarketEvent, received_at_ms: int, /) -> None:
        assert received_at_ms > 0
        self.events.append(event)
        self._came.set()

    async def until(self, count: int) -> list[MarketEvent]:
        async with asyncio.timeout(5):
            while len(self.events) < count:
                self._came.clear()
                await self._came.wait()
        return self.events


@pytest.fixture
async def venue() -> AsyncIterator[FakeVenue]:
    async with fake_venue() as served:
        yield served


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


Open = Callable[..., BinanceStream]


@pytest.fixture
async def open_stream(venue: FakeVenue, inbox: Inbox) -> AsyncIterator[Open]:
    opened: list[BinanceStream] = []
    ticks = itertools.count(1_700_000_000_000)

    def build(
        market: Venue = Venue.BINANCE_USDM, timings: Timings = QUICK
    ) -> BinanceStream:
        stream = BinanceStream(
            market, venue.addresses, inbox, clock=lambda: next(ticks), timings=timings
        )
        opened.append(stream)
        return stream

    yield build
    for stream in opened:
        await stream.stop()


async def find(venue: FakeVenue, part: str, number: int = 0) -> VenueSocket:
    """Return the socket that carries a stream, the oldest first."""

    def matching() -> list[VenueSocket]:
        return [one for one in venue.sockets if part in one.path]

    await venue.until(lambda: len(matching()) > number)
    return matching()[number]


async def test_futures_core_streams_go_over_the_market_route(
    open_stream: Open, venue: FakeVenue
) -> None:
    await open_stream().start([BTC, ETH])

    klines = await find(venue, "@kline_1m")
    whole = await find(venue, "!miniTicker@arr")

    assert klines.path == "/market/stream?streams=btcusdt@kline_1m/ethusdt@kline_1m"
    assert whole.path == (
        "/market/stream?streams=!miniTicker@arr/!markPrice@arr@1s/"
        "!forceOrder@arr/!contractInfo"
    )


async def test_spot_is_not_routed_and_has_fewer_streams(
    open_stream: Open, venue: FakeVenue
) -> None:
    await open_stream(Venue.BINANCE_SPOT).start([BTC])

    klines = await find(venue, "@kline_1m")
    whole = await find(venue, "!miniTicker@arr")

    assert klines.path == "/stream?streams=btcusdt@kline_1m"
    assert whole.path == "/stream?streams=!miniTicker@arr"


async def test_futures_book_is_public_and_trades_are_market(
    open_stream: Open, venue: FakeVenue
) -> None:
    stream = open_stream()

    await stream.watch(StreamKind.BOOK, BTC)
    await stream.watch(StreamKind.TRADE, BTC)

    assert (await find(venue, "@depth")).path == (
        "/public/stream?streams=btcusdt@depth@100ms"
    )
    assert (await find(venue, "@aggTrade")).path == (
        "/market/stream?streams=btcusdt@aggTrade"
    )


def test_retired_streams_are_never_subscribed() -> None:
    names = {name for rules in RULES.values() for name in rules.all_market_streams}

    assert names.isdisjoint({"!ticker@arr", "!bookTicker"})


async def test_symbol_outside_ascii_is_subscribed(
    open_stream: Open, venue: FakeVenue
) -> None:
    await open_stream().start([Symbol("币安人生USDT")])

    socket = await find(venue, "@kline_1m")

    assert socket.path.endswith("streams=币安人生usdt@kline_1m")


async def test_futures_candles_are_spread_over_connections_of_200(
    open_stream: Open, venue: FakeVenue
) -> None:
    stream = open_stream()

    await stream.start([Symbol(f"C{number}USDT") for number in range(450)])

    streams = [
        one.streams for one in stream.connections if one.name.startswith("kline")
    ]
    assert streams == [200, 200, 50]
    first = await find(venue, "c0usdt@kline_1m")
    await venue.until(lambda: first.messages)
    assert first.path.count("@kline_1m") + len(first.messages[0]["params"]) == 200


async def test_frames_become_events_and_are_counted_by_kind(
    open_stream: Open, venue: FakeVenue, inbox: Inbox
) -> None:
    stream = open_stream()
    await stream.start([BTC])
    klines, whole = await find(venue, "@kline_1m"), await find(venue, "!mini")

    await klines.send("btcusdt@kline_1m", kline(x=True))
    await whole.send("!miniTicker@arr", [ticker("BTCUSDT"), ticker("X_PERP", st=2)])
    events = await inbox.until(2)

    assert sorted(type(event).__name__ for event in events) == ["Candle", "Ticker"]
    assert stream.counters.frames == {StreamKind.KLINE: 1, StreamKind.TICKER: 1}
    assert stream.counters.foreign == 1
    assert set(stream.counters.last_frame_at_ms) == set(stream.counters.frames)


async def test_malformed_frame_is_counted_and_the_next_one_read(
    open_stream: Open, venue: FakeVenue, inbox: Inbox
) -> None:
    stream = open_stream()
    await stream.start([BTC])
    klines = await find(venue, "@kline_1m")

    await klines.peer.send('{"stream":"btcusdt@kline_1m","data":{"e":"kli')
    await klines.send("btcusdt@kline_1m", kline(v="NaN"))
    await klines.send("btcusdt@kline_1m", kline())
    await inbox.until(1)

    assert stream.counters.malformed == 2
    assert stream.counters.frames == {StreamKind.KLINE: 1}


async def test_acknowledged_wrong_route_counts_no_frame(
    open_stream: Open, venue: FakeVenue
) -> None:
    stream = open_stream()
    await stream.start([BTC])
    klines = await find(venue, "@kline_1m")

    await stream.set_symbols([BTC, ETH])
    await venue.until(lambda: klines.messages)
    await asyncio.sleep(0.01)

    assert stream.counters.frames == {}
    assert all(one.last_error == "" for one in stream.connections)


async def test_new_symbols_are_subscribed_and_old_ones_dropped(
    open_stream: Open, venue: FakeVenue
) -> None:
    stream = open_stream()
    await stream.start([BTC])
    klines = await find(venue, "@kline_1m")

    await stream.set_symbols([ETH])
    await venue.until(lambda: len(klines.messages) == 2)

    assert [(one["method"], one["params"]) for one in klines.messages] == [
        ("UNSUBSCRIBE", ["btcusdt@kline_1m"]),
        ("SUBSCRIBE", ["ethusdt@kline_1m"]),
    ]


async def test_last_unwatch_closes_the_socket(
    open_stream: Open, venue: FakeVenue
) -> None:
    stream = open_stream()
    await stream.watch(StreamKind.BOOK, BTC)
    await stream.watch(StreamKind.BOOK, BTC)
    book = await find(venue, "@depth")

    await stream.unwatch(StreamKind.BOOK, BTC)
    await venue.until(lambda: book.is_closed)

    assert list(stream.connections) == []


async def test_watched_book_sends_its_updates(
    open_stream: Open, venue: FakeVenue, inbox: Inbox
) -> None:
    await open_stream().watch(StreamKind.BOOK, BTC)
    book = await find(venue, "@depth")

    await book.send("btcusdt@depth@100ms", depth(1, 2, 0))

    assert isinstance((await inbox.until(1))[0], BookUpdate)


async def test_only_books_and_trades_are_watched(open_stream: Open) -> None:
    with pytest.raises(ValueError, match="kline"):
        await open_stream().watch(StreamKind.KLINE, BTC)


async def test_dropped_socket_is_opened_again_with_its_streams(
    open_stream: Open, venue: FakeVenue, inbox: Inbox
) -> None:
    stream = open_stream()
    await stream.start([BTC])
    first = await find(venue, "@kline_1m")

    first.peer.transport.abort()
    second = await find(venue, "@kline_1m", 1)
    await second.send("btcusdt@kline_1m", kline())

    await inbox.until(1)
    state = next(one for one in stream.connections if one.name.startswith("kline"))
    assert second.path == first.path
    assert state.reconnects == 1
    assert state.is_open


async def test_aged_socket_is_replaced_by_overlap(
    open_stream: Open, venue: FakeVenue, inbox: Inbox
) -> None:
    timings = Timings(lifetime_s=0.05, lifetime_spread_s=0.0, takeover_s=30.0)
    stream = open_stream(timings=timings)
    await stream.watch(StreamKind.BOOK, BTC)
    old, new = await find(venue, "@depth"), await find(venue, "@depth", 1)

    await old.send("btcusdt@depth@100ms", depth(1, 2, 0))
    await inbox.until(1)
    was_closed_early = old.is_closed
    await new.send("btcusdt@depth@100ms", depth(3, 4, 2))
    await venue.until(lambda: old.is_closed)

    await inbox.until(2)
    assert was_closed_early is False


async def test_server_shutdown_reconnects_at_once_by_overlap(
    open_stream: Open, venue: FakeVenue, inbox: Inbox
) -> None:
    await open_stream(Venue.BINANCE_SPOT).start([BTC])
    old = await find(venue, "@kline_1m")

    await old.peer.send('{"e":"serverShutdown","E":1700000000000}')
    new = await find(venue, "@kline_1m", 1)
    await old.send("btcusdt@kline_1m", kline())
    await new.send("btcusdt@kline_1m", kline())
    await venue.until(lambda: old.is_closed)

    candles = [one for one in await inbox.until(3) if isinstance(one, Candle)]
    assert len(candles) == 2


async def test_restart_replaces_the_sockets_of_that_kind_alone(
    open_stream: Open, venue: FakeVenue
) -> None:
    stream = open_stream()
    await stream.start([BTC])
    old, whole = await find(venue, "@kline_1m"), await find(venue, "!mini")

    await stream.restart(StreamKind.KLINE)
    await find(venue, "@kline_1m", 1)
    await venue.until(lambda: old.is_closed)

    assert not whole.is_closed
    assert len(venue.sockets) == 3


async def test_ping_is_answered_with_its_payload(
    open_stream: Open, venue: FakeVenue
) -> None:
    await open_stream().start([BTC])
    klines = await find(venue, "@kline_1m")

    answered = await klines.peer.ping(b"1700000000000")

    assert await asyncio.wait_for(answered, 5) >= 0


async def test_client_messages_stay_within_the_allowed_rate(
    open_stream: Open, venue: FakeVenue
) -> None:
    stream = open_stream(Venue.BINANCE_SPOT)
    loop = asyncio.get_running_loop()
    await stream.start([BTC])
    klines = await find(venue, "@kline_1m")
    started = loop.time()

    await stream.set_symbols([Symbol(f"C{number}USDT") for number in range(250)])
    await venue.until(lambda: len(klines.messages) == 4)

    assert 4 / (loop.time() - started) <= 5


async def test_ten_failures_in_a_row_rest_and_then_try_again(
    open_stream: Open, venue: FakeVenue
) -> None:
    venue.refuse_sockets = True
    timings = Timings(first_backoff_s=0.001, longest_backoff_s=0.001, rest_s=0.3)
    stream = open_stream(timings=timings)
    await stream.watch(StreamKind.BOOK, BTC)
    state = stream.connections[0]

    await eventually(lambda: "resting for" in state.last_error)
    failed = state.reconnects
    venue.refuse_sockets = False
    await find(venue, "@depth")

    assert failed == 9
    assert state.reconnects == 10


async def test_stop_closes_every_socket(open_stream: Open, venue: FakeVenue) -> None:
    stream = open_stream()
    await stream.start([BTC])
    await find(venue, "@kline_1m")
    await find(venue, "!mini")

    await stream.stop()
    await venue.until(lambda: all(one.is_closed for one in venue.sockets))

    assert list(stream.connections) == []
