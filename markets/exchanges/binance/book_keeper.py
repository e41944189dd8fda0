"""Keeps a local book in step: buffer, snapshot, bridge, rebuild on a gap."""

import asyncio
import contextlib
import logging
import random
from collections import deque
from typing import Final

from markets.errors import BookGapError, ExchangeError, RateLimitedError
from markets.exchanges.base import FetchBook
from markets.exchanges.binance.book import LocalBook
from markets.types import BookDepth, BookSnapshot, BookUpdate, Symbol, Venue

logger = logging.getLogger(__name__)

FIRST_UPDATE_S: Final = 2.0
FIRST_PAUSE_S: Final = 0.5
LONGEST_PAUSE_S: Final = 30.0

# Ten updates a second; more than this waits only while snapshots fail.
BUFFERED_UPDATES: Final = 1_000

SHOWN_LEVELS: Final = 500
"""As many levels a side are to be all that the exchange has."""
LOOK_S: Final = 5.0
RENEW_AFTER_S: Final = 60.0
"""A market that runs away wears its book out again and again; this often at most."""


class BookKeeper:
    """
    One symbol's book, right or known to be out of step.

    Implements `markets.exchanges.base.OrderBook`. Give it every update by
    `offer`, and let `run` go on beside it. While `is_synced` is False, `book`
    is not to be shown. A book that the price has left behind is renewed from
    another snapshot, without a pause.

    Parameters
    ----------
    symbol
        Whose book.
    venue
        Which rules link its updates.
    fetch_snapshot
        Asks the exchange for the whole book.
    """

    def __init__(self, symbol: Symbol, venue: Venue, fetch_snapshot: FetchBook) -> None:
        self.book = LocalBook(venue)
        self.is_synced = False
        self.rebuilds = 0
        self.renewals = 0
        self._symbol = symbol
        self._venue = venue
        self._fetch_snapshot = fetch_snapshot
        self._buffer: deque[BookUpdate] = deque(maxlen=BUFFERED_UPDATES)
        self._is_renewing = False
        self._is_doubted = False
        self._has_update = asyncio.Event()
        self._is_lost = asyncio.Event()

    def offer(self, update: BookUpdate) -> None:
        """Take the next update; a gap makes `run` begin again."""
        if self.is_synced:
            try:
                self.book.apply(update)
            except BookGapError as error:
                logger.info("Lost step: %s", error)
                self.lose()
        if not self.is_synced or self._is_renewing:
            self._buffer.append(update)
            self._has_update.set()

    def lose(self) -> None:
        """Begin again with the next update: something says that some are missing."""
        if self.is_synced:
            self.is_synced = False
            self._is_doubted = True
            self._buffer.clear()
            self._has_update.clear()
            self._is_lost.set()

    def depth(self, limit: int) -> BookDepth:
        """Return the best `limit` levels a side as numbers."""
        return BookDepth(
            symbol=self._symbol,
            is_live=self.is_synced,
            event_time_ms=self.book.event_time_ms,
            bids=self.book.bids.pack(limit),
            asks=self.book.asks.pack(limit),
        )

    def snapshot(self, limit: int) -> BookSnapshot:
        """Return the best `limit` levels a side in the exchange's own texts."""
        return self.book.snapshot(self._symbol, limit=limit)

    async def run(self) -> None:
        """Bring the book into step, and again after each gap, until cancelled."""
        while True:
            await self._synchronise()
            while not await _within(LOOK_S, self._is_lost):
                if self.book.is_worn(SHOWN_LEVELS):
                    await self._renew()
            self._is_lost.clear()
            self.rebuilds += 1

    async def _synchronise(self) -> None:
        pause_s = FIRST_PAUSE_S
        while True:
            # An update before the snapshot is what bridges it. A pair that is
            # merely quiet is not waited for, one that fell silent is.
            wait_s = None if self._is_doubted else FIRST_UPDATE_S
            await _within(wait_s, self._has_update)
            try:
                self.book = await self._fresh_book()
            except RateLimitedError as error:
                pause_s = max(pause_s, error.retry_after_s)
            except (BookGapError, ExchangeError) as error:
                logger.info("%s is not in step yet: %s", self._symbol, error)
            else:
                self.is_synced = True
                return
            await asyncio.sleep(pause_s * random.uniform(0.5, 1.0))  # noqa: S311 -- jitter
            pause_s = min(LONGEST_PAUSE_S, pause_s * 2)

    # The book that is there goes on until the new one has taken over.
    async def _renew(self) -> None:
        self._is_renewing = True
        try:
            fresh = await self._fresh_book()
            if self.is_synced:
                self.book = fresh
                self.renewals += 1
        except (BookGapError, ExchangeError) as error:
            logger.info("%s keeps its worn book: %s", self._symbol, error)
        finally:
            self._is_renewing = False
            if self.is_synced:
                self._buffer.clear()
                self._has_update.clear()
        await _within(RENEW_AFTER_S, self._is_lost)

    async def _fresh_book(self) -> LocalBook:
        snapshot = await self._fetch_snapshot(self._symbol)
        book = LocalBook(self._venue)
        book.reset(snapshot)
        # Updates from before the snapshot are left out by the book itself. A
        # snapshot older than the buffer's first update fails here.
        for update in self._buffer:
            book.apply(update)
        self._buffer.clear()
        self._has_update.clear()
        self._is_doubted = False
        return book


async def _within(seconds: float | None, event: asyncio.Event) -> bool:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
    return event.is_set()
