"""The live stream of one venue: many connections seen as one."""

import itertools
import logging
from collections.abc import Collection, Iterable, Sequence
from typing import Final

from markets.errors import BadAnswerError
from markets.exchanges.base import (
    Addresses,
    ClockMs,
    ConnectionState,
    EventSink,
    StreamCounters,
)
from markets.exchanges.binance.connection import (
    DEFAULT_TIMINGS,
    Connection,
    Timings,
)
from markets.exchanges.binance.decode import FrameDecoder, Reply
from markets.exchanges.binance.rules import RULES, stream_name
from markets.exchanges.binance.socket import SocketAddress
from markets.types import ServerShutdown, StreamKind, Symbol, Venue

logger = logging.getLogger(__name__)

ALL_MARKET_KINDS: Final = frozenset(
    {
        StreamKind.TICKER,
        StreamKind.MARK_PRICE,
        StreamKind.LIQUIDATION,
        StreamKind.CONTRACT,
    }
)


class BinanceStream:
    """
    Implements `markets.exchanges.base.MarketStream`.

    Candles have connections of their own, each within the allowed number of
    streams, so that restarting one kind leaves the others alone. A book or a
    tape that is watched goes over its own connection too; on futures the book
    is on another route.

    Parameters
    ----------
    venue
        Which market.
    addresses
        Base URLs.
    sink
        Takes every event.
    clock
        Current time in UTC ms.
    timings
        Waits and ages of the connections.
    """

    def __init__(
        self,
        venue: Venue,
        addresses: Addresses,
        sink: EventSink,
        *,
        clock: ClockMs,
        timings: Timings = DEFAULT_TIMINGS,
    ) -> None:
        self.counters = StreamCounters()
        self._rules = RULES[venue]
        self._root = addresses.stream
        self._sink = sink
        self._clock = clock
        self._timings = timings
        self._decoder = FrameDecoder()
        self._numbers = itertools.count(1)
        self._kline: list[Connection] = []
        self._watch: dict[StreamKind, list[Connection]] = {
            StreamKind.BOOK: [],
            StreamKind.TRADE: [],
        }
        self._all_market: list[Connection] = []

    @property
    def connections(self) -> Sequence[ConnectionState]:
        """The state of each socket."""
        return [connection.state for connection in self._all()]

    async def start(self, symbols: Collection[Symbol]) -> None:
        """
        Open the sockets of every core stream of `symbols`.

        Returns at once; `connections` tells how far they are.
        """
        self._spread(self._all_market, self._rules.all_market_streams, "all-market")
        await self.set_symbols(symbols)

    async def set_symbols(self, symbols: Collection[Symbol]) -> None:
        """Subscribe to the candles of new symbols, drop those that went."""
        wanted = {stream_name(StreamKind.KLINE, symbol): None for symbol in symbols}
        for connection in self._kline:
            gone = [name for name in connection.streams if name not in wanted]
            connection.remove(gone)
            for name in connection.streams:
                wanted.pop(name)
        self._spread(self._kline, wanted, "kline")
        await self._drop_idle(self._kline)

    async def watch(self, kind: StreamKind, symbol: Symbol) -> None:
        """Subscribe to the book or the trades of one symbol."""
        name = stream_name(kind, symbol)
        carriers = self._carriers_to_watch(kind)
        if not any(name in connection.streams for connection in carriers):
            self._spread(carriers, [name], kind.value)

    async def unwatch(self, kind: StreamKind, symbol: Symbol) -> None:
        """Undo `watch`; the last one closes the socket."""
        name = stream_name(kind, symbol)
        carriers = self._carriers_to_watch(kind)
        for connection in carriers:
            connection.remove([name])
        await self._drop_idle(carriers)

    async def restart(self, kind: StreamKind) -> None:
        """Replace the sockets that carry `kind`, each by overlap."""
        for connection in self._carriers(kind):
            connection.replace()

    async def stop(self) -> None:
        """Close every socket."""
        for carriers in (self._kline, self._all_market, *self._watch.values()):
            for connection in carriers:
                await connection.close()
            carriers.clear()

    def _all(self) -> Iterable[Connection]:
        return itertools.chain(self._kline, self._all_market, *self._watch.values())

    def _carriers(self, kind: StreamKind) -> list[Connection]:
        if kind is StreamKind.KLINE:
            return self._kline
        return self._all_market if kind in ALL_MARKET_KINDS else self._watch[kind]

    def _carriers_to_watch(self, kind: StreamKind) -> list[Connection]:
        if kind not in self._watch:
            raise ValueError(
                f"The stream kind is {kind.value!r}; only a book or trades are "
                "watched at run time."
            )
        return self._watch[kind]

    def _spread(
        self, carriers: list[Connection], names: Iterable[str], label: str
    ) -> None:
        # Fills the connections that have room, then opens others.
        left = list(names)
        for connection in carriers:
            room = self._rules.streams_per_connection - len(connection.streams)
            connection.add(left[:room])
            left = left[room:]
        for chunk in itertools.batched(left, self._rules.streams_per_connection):
            connection = self._new_connection(label)
            carriers.append(connection)
            connection.add(chunk)

    def _new_connection(self, label: str) -> Connection:
        is_book = label == StreamKind.BOOK.value
        return Connection(
            f"{label}-{next(self._numbers)}",
            SocketAddress(
                root=self._root,
                route=self._rules.public_route if is_book else self._rules.market_route,
                messages_per_second=self._rules.messages_per_second,
            ),
            self._receive,
            clock=self._clock,
            timings=self._timings,
        )

    async def _drop_idle(self, carriers: list[Connection]) -> None:
        for connection in [one for one in carriers if not one.streams]:
            carriers.remove(connection)
            await connection.close()

    def _receive(self, connection: Connection, data: bytes) -> None:
        try:
            frame = self._decoder.decode(data)
        except BadAnswerError as error:
            self.counters.malformed += 1
            connection.state.last_error = str(error)
            return
        if isinstance(frame, Reply):
            self._note_reply(connection, frame)
            return
        now_ms = self._clock()
        self._count(frame.kind, frame.foreign, now_ms)
        for event in frame.events:
            if isinstance(event, ServerShutdown):
                logger.info("%s was told to reconnect", connection.state.name)
                connection.replace()
            self._sink(event, now_ms)

    def _count(self, kind: StreamKind | None, foreign: int, now_ms: int) -> None:
        self.counters.foreign += foreign
        if kind is not None:
            frames = self.counters.frames
            frames[kind] = frames.get(kind, 0) + 1
            self.counters.last_frame_at_ms[kind] = now_ms

    def _note_reply(self, connection: Connection, reply: Reply) -> None:
        if reply.error:
            connection.state.last_error = reply.error
            logger.warning("%s was refused: %s", connection.state.name, reply.error)
