"""What every venue offers; the feed knows an exchange only by this."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from markets.types import (
    BookDepth,
    BookSnapshot,
    BookUpdate,
    Candle,
    Instrument,
    MarketEvent,
    MarkPrice,
    StreamKind,
    Symbol,
    Ticker,
    Trade,
    Venue,
)


@dataclass(frozen=True, slots=True)
class Addresses:
    """
    Base URLs of one venue, without a trailing slash.

    `stream` is the WebSocket root: the routes ``/market`` and ``/public`` are
    added by the adapter where the venue has them.
    """

    rest: str
    stream: str


@dataclass(frozen=True, slots=True)
class WeightState:
    """Request weight of the current minute, as the data-health page shows it."""

    used: int
    limit: int
    blocked_until_ms: int | None = None


@dataclass(slots=True)
class ConnectionState:
    """One socket of the live stream, as the data-health page shows it."""

    name: str
    route: str
    is_open: bool = False
    streams: int = 0
    opened_at_ms: int | None = None
    last_frame_at_ms: int | None = None
    reconnects: int = 0
    last_error: str = ""


@dataclass(slots=True)
class StreamCounters:
    """What came in on the live stream since the start, by stream kind."""

    frames: dict[StreamKind, int] = field(default_factory=dict)
    last_frame_at_ms: dict[StreamKind, int] = field(default_factory=dict)
    malformed: int = 0
    foreign: int = 0


class EventSink(Protocol):
    """Takes typed events in the order of their arrival; must not block."""

    def __call__(self, event: MarketEvent, received_at_ms: int, /) -> None:
        """Take one event, received at `received_at_ms`."""


class MarketStream(Protocol):
    """The live stream of one venue: many sockets seen as one."""

    counters: StreamCounters

    @property
    def connections(self) -> Sequence[ConnectionState]:
        """The state of each socket."""

    async def start(self, symbols: Collection[Symbol]) -> None:
        """Open the sockets and subscribe to every core stream of `symbols`."""

    async def set_symbols(self, symbols: Collection[Symbol]) -> None:
        """Subscribe to new symbols and drop those that went."""

    async def watch(self, kind: StreamKind, symbol: Symbol) -> None:
        """Subscribe at run time to the book or the trades of one symbol."""

    async def unwatch(self, kind: StreamKind, symbol: Symbol) -> None:
        """Undo `watch`; harmless where nothing is watched."""

    async def restart(self, kind: StreamKind) -> None:
        """Reopen the sockets that carry `kind`: it was silent for too long."""

    async def stop(self) -> None:
        """Close every socket; returns when all are closed."""


FetchBook = Callable[[Symbol], Awaitable[BookSnapshot]]
"""Asks the exchange for a whole book; may raise an ExchangeError."""


class OrderBook(Protocol):
    """The book of one symbol, right or known to be out of step."""

    rebuilds: int

    @property
    def is_synced(self) -> bool:
        """Whether it follows the exchange's without a gap."""

    def offer(self, update: BookUpdate) -> None:
        """Take the next update; one that does not follow makes it begin again."""

    def lose(self) -> None:
        """Begin again: something says that updates are missing."""

    def depth(self, limit: int) -> BookDepth:
        """Return the best `limit` levels a side as numbers."""

    def snapshot(self, limit: int) -> BookSnapshot:
        """Return the best `limit` levels a side in the exchange's own texts."""

    async def run(self) -> None:
        """Bring it into step, and again after each gap, until cancelled."""


class Exchange(Protocol):
    """One venue. Every call may raise an ExchangeError."""

    venue: Venue

    @property
    def weight(self) -> WeightState:
        """Request weight of the current minute."""

    async def server_time_ms(self) -> int:
        """Return the exchange's clock in UTC ms."""

    async def list_instruments(self) -> list[Instrument]:
        """Return every USDT instrument, delisted ones included where told."""

    async def fetch_candles(
        self, symbol: Symbol, *, start_ms: int, end_ms: int, timeframe: str = "1m"
    ) -> list[Candle]:
        """
        Return the closed candles that open in ``[start_ms, end_ms)``, in order.

        Pages as the venue needs them, within the weight budget. Minutes that
        the exchange does not have are simply absent.
        """

    async def fetch_order_book(self, symbol: Symbol, *, limit: int) -> BookSnapshot:
        """Return at least the best `limit` levels a side, where there are any."""

    async def fetch_trades(self, symbol: Symbol, *, limit: int) -> list[Trade]:
        """Return the latest trades, oldest first."""

    async def fetch_tickers(self) -> list[Ticker]:
        """Return the rolling 24 h figures of every symbol."""

    async def fetch_mark_prices(self) -> list[MarkPrice]:
        """Return mark prices; an empty list on venues that have none."""

    def open_book(self, symbol: Symbol, fetch: FetchBook) -> OrderBook:
        """Return the book of a symbol, to be given the updates of the stream."""

    def open_stream(self, sink: EventSink) -> MarketStream:
        """Return the live stream; nothing is opened before its `start`."""

    async def close(self) -> None:
        """Close every connection that is open for requests."""


ClockMs = Callable[[], int]
"""Current time in UTC ms."""
