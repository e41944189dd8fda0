"""The fill at the start: what the store has, and the rest from the exchange."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from itertools import batched

from markets.errors import ExchangeError
from markets.exchanges.base import Exchange
from markets.feed.closing import MinuteCloser
from markets.feed.gaps import missing_runs
from markets.feed.ports import CandleStore, Engine, LedgerEntry
from markets.feed.repair import Repairer
from markets.feed.roster import Roster
from markets.types import DAY_MS, MINUTE_MS, WINDOW_CANDLES, LedgerState, Symbol

logger = logging.getLogger(__name__)

_SYMBOLS_A_LOAD = 25
_PROGRESS_STEP_S = 0.2

OnProgress = Callable[[int, int], None]
Ledger = Mapping[Symbol, Mapping[int, LedgerEntry]]


class StartFill:
    """
    Makes the window of 1,441 minutes whole, most traded symbols first.

    Parameters
    ----------
    exchange
        Its tickers give the order.
    store
        Has what an earlier run stored.
    engine, roster, closer, repairer
        The feed's own parts.
    on_progress
        Called with the number of symbols done and their total.
    """

    def __init__(  # noqa: PLR0913 - it joins the parts of the feed
        self,
        *,
        exchange: Exchange,
        store: CandleStore,
        engine: Engine,
        roster: Roster,
        closer: MinuteCloser,
        repairer: Repairer,
        on_progress: OnProgress | None,
    ) -> None:
        self._exchange = exchange
        self._store = store
        self._engine = engine
        self._roster = roster
        self._closer = closer
        self._repairer = repairer
        self._on_progress = on_progress
        self._loaded = 0
        self.order: Sequence[Symbol] = ()
        """The symbols, most traded first."""
        self.total = 0

    @property
    def done(self) -> int:
        """Number of symbols whose window needs nothing more."""
        return max(0, self._loaded - self._repairer.fill_left)

    async def run(self, *, end_ms: int) -> None:
        """
        Fill the minutes before `end_ms`; returns when all were fetched.

        Raises
        ------
        StoreUnavailableError
            If the store cannot be read.
        """
        start_ms = end_ms - WINDOW_CANDLES * MINUTE_MS
        ledger = await self._store.load_ledger(start_ms=start_ms, end_ms=end_ms)
        newest_ms = max((m for entries in ledger.values() for m in entries), default=0)
        if newest_ms:
            self._closer.owed_from_ms = newest_ms + MINUTE_MS
        self.order = symbols = await self._by_volume()
        self.total = len(symbols)
        for group in batched(symbols, _SYMBOLS_A_LOAD):
            await self._load(group, ledger, start_ms=start_ms, end_ms=end_ms)
        while self.done < self.total:
            self._tell()
            await asyncio.sleep(_PROGRESS_STEP_S)
        self._tell()
        logger.info("Filled the window of %d symbols.", self.total)
        # Everything but yesterday's candle is whole without these: they come last.
        await self._load_yesterday(symbols, end_ms=start_ms)

    async def _load(
        self,
        symbols: Sequence[Symbol],
        ledger: Ledger,
        *,
        start_ms: int,
        end_ms: int,
    ) -> None:
        stored = await self._store.load_candles(
            symbols, start_ms=start_ms, end_ms=end_ms
        )
        halted = {symbol: _halted(ledger, symbol) for symbol in symbols}
        self._engine.load(stored, halted=halted)
        for symbol in symbols:
            known = {candle.open_time_ms for candle in stored.get(symbol, ())}
            runs = missing_runs(
                known.union(halted[symbol]),
                start_ms=self._roster.first_minute_ms(symbol, not_before_ms=start_ms),
                end_ms=end_ms,
            )
            self._loaded += 1
            self._closer.await_missed(symbol, runs)
            self._repairer.want(symbol, runs, priority=self._loaded, is_fill=True)
        self._tell()

    async def _load_yesterday(self, symbols: Sequence[Symbol], *, end_ms: int) -> None:
        start_ms = (end_ms + MINUTE_MS) // DAY_MS * DAY_MS
        if start_ms >= end_ms:
            return
        ledger = await self._store.load_ledger(start_ms=start_ms, end_ms=end_ms)
        for group in batched(symbols, _SYMBOLS_A_LOAD):
            stored = await self._store.load_candles(
                group, start_ms=start_ms, end_ms=end_ms
            )
            halted = {symbol: _halted(ledger, symbol) for symbol in group}
            self._engine.load(stored, halted=halted)

    async def _by_volume(self) -> list[Symbol]:
        try:
            tickers = await self._exchange.fetch_tickers()
        except ExchangeError as error:
            logger.info("The fill goes by name: no tickers: %s", error)
            tickers = []
        volume_of = {ticker.symbol: ticker.quote_volume for ticker in tickers}
        return sorted(
            self._roster.trading, key=lambda symbol: (-volume_of.get(symbol, 0), symbol)
        )

    def _tell(self) -> None:
        if self._on_progress:
            self._on_progress(self.done, self.total)


def _halted(ledger: Ledger, symbol: Symbol) -> list[int]:
    entries = ledger.get(symbol, {})
    return [minute for minute in entries if entries[minute].state is LedgerState.HALTED]
