"""Questions of the web process to the exchange, asked once for many callers."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from typing import Final

from django.conf import settings

from markets import snapshots
from markets.exchanges.base import Exchange
from markets.exchanges.connect import connect
from markets.types import BookSnapshot, Candle, Symbol, Trade, Venue
from markets.venues import venue_addresses
from scalpaiboard.lib.clock import now_ms
from scalpaiboard.lib.loops import LoopThread

WEIGHT_SHARE: Final = 0.15
"""Of the address's request weight; the rest is the feed's."""
FRESH_MS: Final = 1_000
FRESH_FEED_MS: Final = 2_000
"""The feed writes what it follows each second, where it changed."""
DEEP_LEVELS: Final = 1_000
_LIMIT_S: Final = 8.0
_KEPT: Final = 500


@dataclass(slots=True)
class _Asked[T]:
    at_ms: int
    answer: asyncio.Task[T]


class ExchangeDesk:
    """
    Asks the exchange for books, trades and old candles; an answer serves for a second.

    Sync code calls it from any thread; the work happens in one loop of its own.
    """

    def __init__(self) -> None:
        self._thread = LoopThread("exchange-desk")
        self._exchange: Exchange | None = None
        self._books: dict[Hashable, _Asked[BookSnapshot]] = {}
        self._trades: dict[Hashable, _Asked[list[Trade]]] = {}
        self._candles: dict[Hashable, _Asked[list[Candle]]] = {}

    def order_book(self, symbol: Symbol, *, limit: int) -> BookSnapshot:
        """Return the book as of now; raises ExchangeError, TimeoutError."""
        followed = _followed_book(symbol)
        if followed and limit <= min(len(followed.bids), len(followed.asks)):
            return followed
        return self._asked_book(symbol, limit=limit)

    def deep_book(self, symbol: Symbol) -> BookSnapshot:
        """Return as much of the book as there is; raises as `order_book`."""
        return _followed_book(symbol) or self._asked_book(symbol, limit=DEEP_LEVELS)

    def _asked_book(self, symbol: Symbol, *, limit: int) -> BookSnapshot:
        async def ask() -> BookSnapshot:
            exchange = await self._connected()
            return await exchange.fetch_order_book(symbol, limit=limit)

        asked = self._shared(self._books, (symbol, limit), ask)
        return self._thread.run(asked, limit_s=_LIMIT_S)

    def trades(self, symbol: Symbol, *, limit: int) -> list[Trade]:
        """Return the latest trades, oldest first; raises as `order_book`."""
        followed = _followed_trades(symbol)
        if followed and limit <= len(followed):
            return followed[-limit:]

        async def ask() -> list[Trade]:
            exchange = await self._connected()
            return await exchange.fetch_trades(symbol, limit=limit)

        asked = self._shared(self._trades, (symbol, limit), ask)
        return self._thread.run(asked, limit_s=_LIMIT_S)

    def candles(
        self, symbol: Symbol, timeframe: str, *, start_ms: int, end_ms: int
    ) -> list[Candle]:
        """Return the candles in ``[start_ms, end_ms)``; raises as `order_book`."""

        async def ask() -> list[Candle]:
            exchange = await self._connected()
            return await exchange.fetch_candles(
                symbol, start_ms=start_ms, end_ms=end_ms, timeframe=timeframe
            )

        key = (symbol, timeframe, start_ms, end_ms)
        asked = self._shared(self._candles, key, ask)
        return self._thread.run(asked, limit_s=_LIMIT_S)

    def close(self) -> None:
        """Let go of the exchange; the next question connects anew."""
        exchange, self._exchange = self._exchange, None
        if exchange is not None:
            self._thread.run(exchange.close(), limit_s=_LIMIT_S)

    async def _connected(self) -> Exchange:
        if self._exchange is None:
            venue = Venue(settings.VENUE)
            self._exchange = await connect(
                venue, venue_addresses(venue), weight_share=WEIGHT_SHARE
            )
        return self._exchange

    async def _shared[T](
        self,
        known: dict[Hashable, _Asked[T]],
        key: Hashable,
        ask: Callable[[], Awaitable[T]],
    ) -> T:
        now = now_ms()
        asked = known.get(key)
        if asked is None or now - asked.at_ms > FRESH_MS:
            for old in [one for one in known if now - known[one].at_ms > FRESH_MS]:
                del known[old]
            if len(known) >= _KEPT:
                known.clear()
            asked = _Asked(now, asyncio.ensure_future(ask()))
            known[key] = asked
        # A caller that gives up must not cancel what others wait for.
        return await asyncio.shield(asked.answer)


# What the feed follows, because somebody looks at it, need not be asked for.
def _followed_book(symbol: Symbol) -> BookSnapshot | None:
    since_ms = now_ms() - FRESH_FEED_MS
    return snapshots.read_book(settings.VENUE, symbol, since_ms=since_ms)


def _followed_trades(symbol: Symbol) -> list[Trade] | None:
    since_ms = now_ms() - FRESH_FEED_MS
    return snapshots.read_trades(settings.VENUE, symbol, since_ms=since_ms)


desk = ExchangeDesk()
