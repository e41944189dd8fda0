"""Follows the books and trades that someone looks at, and only those."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from functools import partial
from typing import Final

from markets.errors import ExchangeError, StoreUnavailableError
from markets.exchanges.base import ClockMs, Exchange, MarketStream, OrderBook
from markets.feed.followed import FollowedBook
from markets.feed.pace import Pace
from markets.feed.ports import Audience
from markets.feed.silence import Silence
from markets.feed.tape import KEPT_TRADES, Tape
from markets.types import (
    BookSnapshot,
    BookUpdate,
    StreamKind,
    Symbol,
    Trade,
    Watched,
)

logger = logging.getLogger(__name__)

LOOK_S: Final = 0.25
TELL_S: Final = 0.1
REPEAT_S: Final = 1.0
"""Everything is told whole so often: a word that was lost costs no more."""
TOLD_TRADES: Final = 200
SNAPSHOT_LEVELS: Final = 1_000
MOST_FOLLOWED: Final = 200
"""Books and tapes at once; what is wanted beyond is counted and left."""
_RETRY_S: Final = 5.0
_CATCH_UP_S: Final = 2.0
"""How long a stream may be behind REST."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What the attention works with; `known` says which symbols are there."""

    exchange: Exchange
    stream: MarketStream
    audience: Audience
    local_ms: ClockMs
    known: Callable[[], Collection[Symbol]]


class Attention:
    """
    Subscribes while somebody looks, and lets go some seconds after the last.

    Whatever goes wrong here stays here: candles do not depend on it.

    Parameters
    ----------
    scene
        The exchange with its stream, and the audience.
    let_go_ms
        How long something is still followed after nobody wants it any more.
    silence_ms
        After how long a silent stream is compared with REST.
    """

    def __init__(self, scene: Scene, *, let_go_ms: int, silence_ms: int) -> None:
        self._scene = scene
        self._let_go_ms = let_go_ms
        self._books: dict[Symbol, FollowedBook] = {}
        self._tapes: dict[Symbol, Tape] = {}
        self._work: dict[Watched, asyncio.Task[None]] = {}
        self._unwanted_since_ms: dict[Watched, int] = {}
        self._silence = Silence(first_ms=silence_ms)
        # The first minute costs at most half of what futures allow (20 a book),
        # so that somebody who leafs through the market never starves a repair.
        self._book_pace = Pace(burst=25, a_minute=30)
        self._trade_pace = Pace(burst=10, a_minute=10)
        self._rebuilds_before = 0
        self.refused = 0

    def take(self, event: BookUpdate | Trade, received_at_ms: int) -> None:
        """Take an event of the stream; one that nobody looks at is left out."""
        if isinstance(event, Trade):
            if tape := self._tapes.get(event.symbol):
                tape.offer(event)
                one = Watched(StreamKind.TRADE, event.symbol)
                self._silence.note(one, received_at_ms)
        elif book := self._books.get(event.symbol):
            book.offer(event)
            one = Watched(StreamKind.BOOK, event.symbol)
            self._silence.note(one, received_at_ms)

    @property
    def state(self) -> dict[str, int]:
        """Counts for the feed's state."""
        books = self._books.values()
        return {
            "books": len(books),
            "trades": len(self._tapes),
            "rebuilding": sum(not one.book.is_synced for one in books),
            "rebuilds": self._rebuilds_before + sum(one.book.rebuilds for one in books),
            "refused": self.refused,
        }

    async def run(self) -> None:
        """Follow what is wanted until cancelled."""
        steps = (
            (LOOK_S, self._look),
            (TELL_S, self._tell),
            (REPEAT_S, self._repeat),
            (REPEAT_S, self._keep),
            (REPEAT_S, self._compare),
        )
        try:
            async with asyncio.TaskGroup() as tasks:
                for step_s, action in steps:
                    tasks.create_task(_keep_doing(partial(_every, step_s, action)))
        finally:
            for task in self._work.values():
                task.cancel()
            await asyncio.gather(*self._work.values(), return_exceptions=True)

    async def _look(self) -> None:
        try:
            wanted = set(await self._scene.audience.wanted())
        except StoreUnavailableError:
            return  # Nobody can be told now; they are asked again soon.
        known = self._scene.known()
        wanted = {one for one in wanted if one.symbol in known}
        for one in [one for one in self._work if self._is_over(one, wanted)]:
            await self._let_go(one)
        new = sorted(wanted - self._work.keys(), key=lambda one: (one.symbol, one.kind))
        room = max(0, MOST_FOLLOWED - len(self._work))
        self.refused = len(new[room:])
        for one in new[:room]:
            await self._follow(one)

    def _is_over(self, one: Watched, wanted: Collection[Watched]) -> bool:
        if one in wanted:
            self._unwanted_since_ms.pop(one, None)
            return False
        now_ms = self._scene.local_ms()
        since_ms = self._unwanted_since_ms.setdefault(one, now_ms)
        return now_ms - since_ms >= self._let_go_ms

    async def _follow(self, one: Watched) -> None:
        run: Callable[[], Awaitable[None]]
        if one.kind is StreamKind.BOOK:
            order_book = self._scene.exchange.open_book(one.symbol, self._fetch_book)
            followed = FollowedBook(one.symbol, order_book)
            self._books[one.symbol] = followed
            self._scene.audience.tell_book(followed.depth)
            run = order_book.run
        else:
            tape = self._tapes[one.symbol] = Tape(one.symbol, self._fetch_trades)
            run = tape.run
        self._silence.note(one, self._scene.local_ms())
        self._work[one] = asyncio.create_task(_keep_doing(run))
        await self._scene.stream.watch(one.kind, one.symbol)

    async def _let_go(self, one: Watched) -> None:
        del self._unwanted_since_ms[one]
        self._work.pop(one).cancel()
        self._silence.forget(one)
        if one.kind is StreamKind.BOOK:
            self._rebuilds_before += self._books.pop(one.symbol).book.rebuilds
        else:
            del self._tapes[one.symbol]
        await self._scene.stream.unwatch(one.kind, one.symbol)

    async def _tell(self) -> None:
        for book in self._books.values():
            if depth := book.news():
                self._scene.audience.tell_book(depth)
        for tape in self._tapes.values():
            if news := tape.take_news():
                self._tell_trades(tape, news, is_whole=False)

    async def _repeat(self) -> None:
        for book in self._books.values():
            self._scene.audience.tell_book(book.depth)
        for tape in self._tapes.values():
            if tape.is_begun:
                self._tell_trades(tape, tape.latest(TOLD_TRADES), is_whole=True)

    def _tell_trades(self, tape: Tape, trades: list[Trade], *, is_whole: bool) -> None:
        self._scene.audience.tell_trades(
            tape.symbol, trades, large_quote=tape.large_quote, is_whole=is_whole
        )

    async def _keep(self) -> None:
        books = [kept for one in self._books.values() if (kept := one.kept())]
        tapes = {
            symbol: trades
            for symbol, tape in self._tapes.items()
            if (trades := tape.kept())
        }
        if not books and not tapes:
            return
        try:
            await self._scene.audience.keep(books, tapes)
        except StoreUnavailableError:
            return  # The next second's are newer anyway.

    # A stream may be acknowledged and silent, or its pair may be quiet: only the
    # exchange's own answer tells which.
    async def _compare(self) -> None:
        due = self._silence.due(self._scene.local_ms())
        is_behind = await asyncio.gather(*map(self._is_behind, due))
        for kind in {
            one.kind for one, is_so in zip(due, is_behind, strict=True) if is_so
        }:
            logger.warning("A %s stream fell silent.", kind)
            await self._scene.stream.restart(kind)

    async def _is_behind(self, one: Watched) -> bool:
        if one.kind is StreamKind.BOOK:
            return await self._is_book_behind(self._books[one.symbol].book, one.symbol)
        tape = self._tapes[one.symbol]
        known_id = tape.newest_id
        tape.look_again()
        await asyncio.sleep(_CATCH_UP_S)
        return max(known_id, tape.streamed_id) < tape.newest_id

    async def _is_book_behind(self, book: OrderBook, symbol: Symbol) -> bool:
        if not book.is_synced:
            return True
        try:
            there = await self._scene.exchange.fetch_order_book(symbol, limit=5)
        except ExchangeError:
            # Nobody knows whether it is right: do not say that it is.
            book.lose()
            return False
        await asyncio.sleep(_CATCH_UP_S)
        if book.snapshot(0).last_update_id >= there.last_update_id:
            return False
        book.lose()
        return True

    async def _fetch_book(self, symbol: Symbol) -> BookSnapshot:
        await self._book_pace.take()
        return await self._scene.exchange.fetch_order_book(
            symbol, limit=SNAPSHOT_LEVELS
        )

    async def _fetch_trades(self, symbol: Symbol) -> list[Trade]:
        await self._trade_pace.take()
        return await self._scene.exchange.fetch_trades(symbol, limit=KEPT_TRADES)


async def _every(step_s: float, action: Callable[[], Awaitable[None]]) -> None:
    while True:
        await asyncio.sleep(step_s)
        await action()


# A fault of ours in what is only looked at must not end the whole feed.
async def _keep_doing(work: Callable[[], Awaitable[None]]) -> None:
    while True:
        try:
            await work()
        except Exception:
            logger.exception("Following books and trades failed; it goes on.")
        await asyncio.sleep(_RETRY_S)
