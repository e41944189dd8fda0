"""The latest trades of one symbol that someone looks at."""

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from typing import Final

from markets.engine.tape import large_value
from markets.errors import ExchangeError
from markets.feed.backoff import delay_s
from markets.types import Symbol, Trade

logger = logging.getLogger(__name__)

KEPT_TRADES: Final = 1_000
SAMPLE_TRADES: Final = 2_000
"""Trades whose values say what is large."""
RECOUNT_EVERY: Final = 100
"""Trades after which the threshold is worked out anew."""
_FIRST_TRADE_S: Final = 1.0
_FIRST_RETRY_S: Final = 1.0
_LONGEST_RETRY_S: Final = 60.0

FetchTrades = Callable[[Symbol], Awaitable[list[Trade]]]


class Tape:
    """
    Trades in the order of their ids, each once.

    It begins with the exchange's latest, and asks for them again where ids are
    missing: around a socket that was lost.

    Parameters
    ----------
    symbol
        Whose trades.
    fetch_trades
        Asks the exchange for the latest.
    """

    def __init__(self, symbol: Symbol, fetch_trades: FetchTrades) -> None:
        self.symbol = symbol
        self.large_quote: float | None = None
        self.streamed_id = -1
        """The newest that came by the stream."""
        self.is_begun = False
        """Whether the exchange was asked for what went before."""
        self.has_changed = False
        """Whether anything came since the tape was last kept."""
        self._fetch_trades = fetch_trades
        self._trades: dict[int, Trade] = {}
        self._newest_id = -1
        self._news: list[Trade] = []
        self._values: deque[float] = deque(maxlen=SAMPLE_TRADES)
        self._uncounted = 0
        self._has_begun = asyncio.Event()
        self._is_lacking = asyncio.Event()
        self._is_lacking.set()

    @property
    def newest_id(self) -> int:
        """The id of the newest trade, -1 before the first."""
        return self._newest_id

    def offer(self, trade: Trade) -> None:
        """Take a trade of the stream; one that is known already is left out."""
        self.streamed_id = max(self.streamed_id, trade.trade_id)
        if 0 <= self._newest_id < trade.trade_id - 1:
            self._is_lacking.set()
        self._has_begun.set()
        if trade.trade_id > self._newest_id:
            self._add(trade)
            self._news.append(trade)
            self._trim()

    def take_news(self) -> list[Trade]:
        """Return what came since the last call, oldest first."""
        news, self._news = self._news, []
        return news

    def latest(self, count: int) -> list[Trade]:
        """Return up to `count` trades, oldest first."""
        return list(self._trades.values())[-count:]

    def kept(self) -> list[Trade] | None:
        """Return the trades for the cache, None unless some came."""
        if not self.has_changed:
            return None
        self.has_changed = False
        return self.latest(KEPT_TRADES)

    def look_again(self) -> None:
        """Ask the exchange for the latest trades."""
        self._is_lacking.set()

    async def run(self) -> None:
        """Fetch what is lacking, at the start and after each gap, until cancelled."""
        # With the first trade of the stream known, what is fetched leaves no gap
        # before it; a quiet pair is not waited for.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_FIRST_TRADE_S):
                await self._has_begun.wait()
        attempt = 0
        while True:
            await self._is_lacking.wait()
            self._is_lacking.clear()
            try:
                self._fill(await self._fetch_trades(self.symbol))
            except ExchangeError as error:
                logger.info("The trades of %s lack some: %s", self.symbol, error)
                attempt += 1
                self._is_lacking.set()
            else:
                attempt = 0
            self.is_begun = True
            # A pause in either case: a stream that is bad throughout must not
            # make a request of each of its gaps.
            await asyncio.sleep(
                delay_s(
                    max(attempt, 1), first_s=_FIRST_RETRY_S, ceiling_s=_LONGEST_RETRY_S
                )
            )

    def _fill(self, fetched: Iterable[Trade]) -> None:
        known = {**self._trades, **{trade.trade_id: trade for trade in fetched}}
        if len(known) == len(self._trades):
            return
        for trade_id in known.keys() - self._trades.keys():
            self._sample(known[trade_id])
        self._trades = dict(sorted(known.items()))
        self._newest_id = next(reversed(self._trades))
        self.has_changed = True
        self._trim()
        self._recount()

    def _add(self, trade: Trade) -> None:
        self._trades[trade.trade_id] = trade
        self.has_changed = True
        self._newest_id = trade.trade_id
        self._sample(trade)
        self._uncounted += 1
        if self._uncounted >= RECOUNT_EVERY:
            self._recount()

    def _sample(self, trade: Trade) -> None:
        self._values.append(float(trade.price) * float(trade.quantity))

    def _recount(self) -> None:
        self._uncounted = 0
        self.large_quote = large_value(self._values)

    def _trim(self) -> None:
        while len(self._trades) > KEPT_TRADES:
            del self._trades[next(iter(self._trades))]
