"""The end of a minute: check, compute, store, publish, tell; then repair."""

import asyncio
import logging
from collections.abc import Collection, Iterable

from markets.feed.clock import ExchangeClock
from markets.feed.config import FeedConfig
from markets.feed.gaps import Run
from markets.feed.minutes import CollectedMinute, MinuteCollector, TradeChain
from markets.feed.ports import Engine, LedgerEntry, MinuteBatch
from markets.feed.publishing import Publishing
from markets.feed.repair import Repaired, Repairer
from markets.feed.roster import Roster
from markets.feed.writer import CandleWriter
from markets.types import MINUTE_MS, Candle, LedgerState, Symbol

logger = logging.getLogger(__name__)

_FEW_CANDLES = 30
_LONGEST_NAP_S = 0.25


class MinuteCloser:
    """
    Closes minutes one after the other and takes in what is repaired later.

    Parameters
    ----------
    engine, clock, config, roster
        The feed's own parts.
    collector
        Holds the minute that is to close next.
    writer
        Stores the batch before anyone hears of it.
    publishing
        Publishes the closed table, then tells that the minute has closed.
    """

    def __init__(  # noqa: PLR0913 - it joins the parts of the feed
        self,
        *,
        engine: Engine,
        clock: ExchangeClock,
        config: FeedConfig,
        roster: Roster,
        collector: MinuteCollector,
        writer: CandleWriter,
        publishing: Publishing,
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._config = config
        self._roster = roster
        self._collector = collector
        self._writer = writer
        self._publishing = publishing
        self._chain = TradeChain()
        self._complete = asyncio.Event()
        self._absent: dict[int, set[Symbol]] = {}
        self._whole: set[int] = set()
        self.owed_from_ms = collector.next_open_ms
        """Minutes from here on were awaited; earlier ones are mere history."""
        self.last_closed_ms: int | None = None
        self.late = 0
        self.repaired = 0

    def on_complete(self) -> None:
        """Hear that every expected candle of the minute is there."""
        self._complete.set()

    async def run(self, repairer: Repairer) -> None:
        """Close every minute when it is due, for ever."""
        while True:
            await self._until_due()
            await self.close_next(repairer)

    async def close_if_over(self, repairer: Repairer) -> None:
        """Close the minute that is over without any grace: the feed stops."""
        if self._over_ms() >= 0 or self._collector.is_complete:
            await self.close_next(repairer)

    async def close_next(self, repairer: Repairer) -> None:
        """
        Close the next minute with what is there.

        The order is a promise: whoever hears that a minute has closed finds
        its snapshot published, and its candles stored unless the store is away.
        """
        collected = self._collector.take()
        minute = collected.open_time_ms
        halted = self._roster.halted - collected.candles.keys()
        self._engine.close_minute(
            minute, collected.candles.values(), halted=sorted(halted)
        )
        self._await_repair(collected.missing, minute)
        for symbol in collected.missing:
            repairer.want(symbol, [Run(minute, minute + MINUTE_MS)])
        self._writer.put([self._batch(collected, halted)])
        self.last_closed_ms = minute
        await self._writer.settled(minute, timeout_s=self._config.store_wait_s)
        await self._publishing.closed(self._engine.closed_table(), minute)
        await self._publishing.recent(self._engine.recent())
        if collected.missing:
            logger.info(
                "Minute %d closed with %d candles, %d missing.",
                minute,
                len(collected.candles),
                len(collected.missing),
            )

    async def take_repaired(self, repaired: Repaired) -> None:
        """Take in what the exchange's REST side had, or has not either."""
        symbol, halted = repaired.symbol, repaired.halted
        if len(repaired.candles) > _FEW_CANDLES:
            await self._writer.room()
            self._engine.load({symbol: repaired.candles}, halted={symbol: halted})
        else:
            self._engine.repair(repaired.candles, halted={symbol: halted})
        self._put(symbol, repaired.candles, LedgerState.REST)
        self._put_halted(symbol, halted)
        self.repaired += len(repaired.candles)
        self._found(symbol, [c.open_time_ms for c in repaired.candles])
        self._found(symbol, halted)

    def take_late(self, candle: Candle) -> None:
        """Take in a candle that the stream brought after its minute closed."""
        self._engine.repair([candle])
        self._put(candle.symbol, [candle], LedgerState.STREAM)
        self._found(candle.symbol, [candle.open_time_ms])

    def await_missed(self, symbol: Symbol, runs: Iterable[Run]) -> None:
        """Note minutes that passed while no feed ran: they are told when whole."""
        for run in runs:
            for minute in run.minutes():
                if minute >= self.owed_from_ms:
                    self._absent.setdefault(minute, set()).add(symbol)

    def forget(self, symbols: Collection[Symbol]) -> None:
        """Wait no longer for symbols that left the market."""
        for symbol in symbols:
            self._found(symbol, list(self._absent))

    async def announce_whole(self) -> None:
        """Tell which earlier minutes became whole since the last call."""
        if self._whole:
            whole, self._whole = self._whole, set()
            await self._publishing.late(self._engine.closed_table(), whole)

    def _over_ms(self) -> int:
        close_ms = self._collector.next_open_ms + MINUTE_MS
        return self._clock.now_ms() - close_ms

    def _is_due(self) -> bool:
        if self._collector.is_complete:
            return True
        return self._clock.real_ms(self._over_ms()) >= self._config.grace_ms

    # The clock may move in leaps, so the nap is short rather than exact.
    async def _until_due(self) -> None:
        while not self._is_due():
            self._complete.clear()
            try:
                async with asyncio.timeout(_LONGEST_NAP_S):
                    await self._complete.wait()
            except TimeoutError:
                continue

    def _batch(
        self, collected: CollectedMinute, halted: Collection[Symbol]
    ) -> MinuteBatch:
        now_ms = self._clock.now_ms()
        is_late = self._is_late(collected.open_time_ms, now_ms)
        entries = {symbol: LedgerEntry(LedgerState.HALTED) for symbol in halted}
        entries |= {
            symbol: LedgerEntry(LedgerState.MISSING) for symbol in collected.missing
        }
        entries |= {
            symbol: LedgerEntry(LedgerState.STREAM, is_late, self._chain.judge(candle))
            for symbol, candle in collected.candles.items()
        }
        return MinuteBatch(
            collected.open_time_ms,
            tuple(collected.candles.values()),
            entries,
            now_ms,
        )

    def _put(
        self, symbol: Symbol, candles: Collection[Candle], state: LedgerState
    ) -> None:
        now_ms = self._clock.now_ms()
        on_time, late = LedgerEntry(state), LedgerEntry(state, is_late=True)
        batches = []
        for candle in candles:
            is_late = self._is_late(candle.open_time_ms, now_ms)
            self.late += is_late
            entries = {symbol: late if is_late else on_time}
            batches.append(MinuteBatch(candle.open_time_ms, (candle,), entries, now_ms))
        self._writer.put(batches)

    def _put_halted(self, symbol: Symbol, minutes: Collection[int]) -> None:
        now_ms = self._clock.now_ms()
        entries = {symbol: LedgerEntry(LedgerState.HALTED)}
        self._writer.put(MinuteBatch(m, (), entries, now_ms) for m in minutes)

    def _is_late(self, minute: int, now_ms: int) -> bool:
        if minute < self.owed_from_ms:
            return False
        since_close_ms = now_ms - minute - MINUTE_MS
        return self._clock.real_ms(since_close_ms) > self._config.late_after_ms

    def _await_repair(self, missing: Collection[Symbol], minute: int) -> None:
        if missing:
            self._absent[minute] = set(missing)

    def _found(self, symbol: Symbol, minutes: Iterable[int]) -> None:
        for minute in minutes:
            absent = self._absent.get(minute)
            if absent is None:
                continue
            absent.discard(symbol)
            if not absent:
                del self._absent[minute]
                self._whole.add(minute)
