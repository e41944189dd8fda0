"""The feed: joins an exchange, the engine and the ports, and keeps them going."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass

from markets.errors import DataRefusedError, StoreUnavailableError
from markets.exchanges.base import ClockMs, Exchange
from markets.feed.attention import Attention, Scene
from markets.feed.checkpoints import CheckpointKeeper
from markets.feed.clock import ExchangeClock
from markets.feed.closing import MinuteCloser
from markets.feed.config import FeedConfig
from markets.feed.fill import OnProgress, StartFill
from markets.feed.gaps import Run
from markets.feed.intake import Intake
from markets.feed.liveness import Liveness
from markets.feed.minutes import MinuteCollector
from markets.feed.patience import Patience
from markets.feed.ports import Audience, Engine, Publisher, Store
from markets.feed.problems import Problems
from markets.feed.publishing import Publishing
from markets.feed.repair import Repairer
from markets.feed.report import FeedReport
from markets.feed.roster import Roster
from markets.feed.timekeeper import Timekeeper
from markets.feed.warm_up import WarmUp
from markets.feed.writer import CandleWriter
from markets.types import (
    MINUTE_MS,
    WINDOW_CANDLES,
    BookUpdate,
    Candle,
    LedgerState,
    MarketSource,
    Symbol,
    Trade,
)

logger = logging.getLogger(__name__)

_STATE_STEP_S = 1.0


_LEAST_KEPT = 100_000


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a feed is given: a market, an exchange, an engine and its ports."""

    source: MarketSource
    exchange: Exchange
    engine: Engine
    store: Store
    publisher: Publisher
    audience: Audience
    local_ms: ClockMs
    book: str = "live"
    """Where order books come from: live, recorded or simulated."""


class Feed:
    """
    One market, from its sockets to the store and the snapshot.

    Parameters
    ----------
    around
        The exchange, the engine and the ports.
    config
        Limits and paces.
    on_progress
        Called during the fill at the start with symbols done and total.
    """

    def __init__(
        self,
        around: Surroundings,
        *,
        config: FeedConfig,
        on_progress: OnProgress | None = None,
    ) -> None:
        self._around = around
        self._config = config
        self._on_progress = on_progress
        self._clock = ExchangeClock(around.local_ms)
        self._problems = Problems()
        self._patience = Patience(self._problems, around.local_ms)
        self._timekeeper = Timekeeper(around.exchange, self._clock)
        self._liveness = Liveness(
            around.exchange.venue,
            silence_ms=config.silence_ms,
            now_ms=around.local_ms(),
        )
        self._intake = Intake(
            around.engine,
            clock=self._clock,
            liveness=self._liveness,
            on_late=self._take_late,
            on_watched=self._take_watched,
        )
        self._stream = around.exchange.open_stream(self._intake)
        self._roster = Roster(
            around.source,
            exchange=around.exchange,
            store=around.store,
            engine=around.engine,
        )
        self._attention = Attention(
            Scene(
                around.exchange,
                self._stream,
                around.audience,
                around.local_ms,
                known=lambda: self._roster.symbols,
            ),
            let_go_ms=config.let_go_ms,
            silence_ms=config.silence_ms,
        )
        self._writer = CandleWriter(
            around.store,
            problems=self._problems,
            clock_ms=around.local_ms,
            keep=_LEAST_KEPT,
            on_dropped=self._fetch_again,
            on_refused=self._take_refused,
        )
        self._publishing = Publishing(
            around.publisher, problems=self._problems, clock_ms=around.local_ms
        )
        self._collector = MinuteCollector(0)
        self._closer = MinuteCloser(
            engine=around.engine,
            clock=self._clock,
            config=config,
            roster=self._roster,
            collector=self._collector,
            writer=self._writer,
            publishing=self._publishing,
        )
        self._repairer = Repairer(
            around.exchange,
            clock=self._clock,
            roster=self._roster,
            problems=self._problems,
            on_repaired=self._closer.take_repaired,
            on_fault=self._intake.quarantine,
            on_absent=self._doubt_roster,
        )
        self._checkpoints = CheckpointKeeper(around.engine, around.store, self._clock)
        self._warm_up = WarmUp(
            around.exchange,
            engine=around.engine,
            roster=self._roster,
            repairer=self._repairer,
            clock=self._clock,
            problems=self._problems,
            config=config,
        )
        self._doubts_roster = False
        self.report = FeedReport(
            source=around.source,
            book=around.book,
            exchange=around.exchange,
            clock=self._clock,
            liveness=self._liveness,
            intake=self._intake,
            roster=self._roster,
            writer=self._writer,
            problems=self._problems,
            stream=self._stream,
            attention=self._attention,
            warm_up=self._warm_up,
        )

    async def run(self, stop: asyncio.Event) -> None:
        """Run until `stop` is set; then store what is held and close down."""
        try:
            async with asyncio.TaskGroup() as tasks:
                service = [
                    tasks.create_task(self._writer.run()),
                    tasks.create_task(self._every(_STATE_STEP_S, self._tick)),
                ]
                work = tasks.create_task(self._work())
                await stop.wait()
                work.cancel()
                await asyncio.wait([work])
                await self._finish()
                for task in service:
                    task.cancel()
        finally:
            await self._stream.stop()

    async def _work(self) -> None:
        await self._patience.until_done("starting", self._begin)
        config = self._config
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._closer.run(self._repairer))
            tasks.create_task(self._every(config.live_step_ms / 1_000, self._step))
            tasks.create_task(self._timekeeper.keep())
            tasks.create_task(self._keep_roster())
            tasks.create_task(self._attention.run())
            tasks.create_task(self._checkpoints.keep())
            for _ in range(config.repair_workers):
                tasks.create_task(self._repairer.run())
            tasks.create_task(self._fill())

    # The stream opens before the fill, so that no minute falls between them.
    async def _begin(self) -> None:
        await self._timekeeper.begin()
        await self._roster.refresh()
        self._follow_roster()
        await self._checkpoints.take_up()
        await self._stream.start(self._roster.trading)
        self._collector.next_open_ms = self._clock.now_ms() // MINUTE_MS * MINUTE_MS
        self._closer.owed_from_ms = self._collector.next_open_ms
        self._collector.expect(self._roster.trading)
        self._intake.collector = self._collector
        self._intake.on_complete = self._closer.on_complete
        self.report.closer = self._closer

    async def _fill(self) -> None:
        fill = StartFill(
            exchange=self._around.exchange,
            store=self._around.store,
            engine=self._around.engine,
            roster=self._roster,
            closer=self._closer,
            repairer=self._repairer,
            on_progress=self._on_progress,
        )
        self.report.fill = fill
        end_ms = self._closer.owed_from_ms
        await self._patience.until_done("fill", lambda: fill.run(end_ms=end_ms))
        await self._writer.settled(timeout_s=self._config.store_wait_s)
        # Nobody has to wait for the end of the minute to read what was filled.
        await self._publishing.mended(self._around.engine.closed_table())
        self.report.whole_from_ms = self._collector.next_open_ms
        await self._publishing.recent(self._around.engine.recent())
        await self._warm_up.run(fill.order)
        await self._publishing.recent(self._around.engine.recent())

    async def _finish(self) -> None:
        if self.report.closer:
            await self._closer.close_if_over(self._repairer)
        if not await self._writer.settled(timeout_s=self._config.stop_wait_s):
            logger.error(
                "Stopped with %d minutes unsaved; the next start fetches them.",
                self._writer.unsaved_minutes,
            )
        await self._checkpoints.save()
        await self._publishing.state(self.report.state())

    async def _step(self) -> None:
        if self._intake.has_news:
            self._intake.has_news = False
            now_ms = self._clock.now_ms()
            await self._publishing.live(self._around.engine.live_table(as_of_ms=now_ms))

    async def _tick(self) -> None:
        await self._closer.announce_whole()
        await self._put_quarantined()
        if self.report.closer:
            await self._watch_streams()
        await self._publishing.state(self.report.state())

    async def _watch_streams(self) -> None:
        now_ms = self._clock.local_ms()
        silent = self._liveness.silent(now_ms)
        for kind in self._liveness.due_for_restart(now_ms):
            await self._stream.restart(kind)
        if silent:
            self._problems.raise_(
                "stream_silent",
                f"No news for {self._config.silence_ms / 1_000:g} s from: "
                f"{', '.join(silent)}. Its sockets are being opened again.",
                at_ms=now_ms,
            )
        else:
            self._problems.clear("stream_silent")

    async def _put_quarantined(self) -> None:
        quarantined = tuple(self._intake.quarantined)
        if not quarantined:
            return
        try:
            await self._around.store.quarantine(quarantined)
        except DataRefusedError as error:
            logger.warning("Quarantined candles were not kept: %s", error)
        except StoreUnavailableError:
            return
        for _ in quarantined:
            self._intake.quarantined.popleft()

    async def _keep_roster(self) -> None:
        waited_s = 0.0
        while True:
            await asyncio.sleep(_STATE_STEP_S)
            waited_s += _STATE_STEP_S
            limit_s = self._config.refresh_instruments_s
            if self._doubts_roster:
                limit_s = min(limit_s, self._config.doubt_instruments_s)
            if waited_s >= limit_s or self._intake.wants_instruments:
                waited_s = 0.0
                self._intake.wants_instruments = self._doubts_roster = False
                await self._patience.until_done("instruments", self._refresh_roster)

    async def _refresh_roster(self) -> None:
        before, listed = self._roster.trading, self._roster.symbols
        await self._roster.refresh()
        self._follow_roster()
        # What is still to be fetched of them is; only nobody waits for it.
        self._closer.forget(listed - self._roster.symbols)
        if before == self._roster.trading:
            return
        await self._stream.set_symbols(self._roster.trading)
        self._collector.expect(self._roster.trading)
        end_ms = self._collector.next_open_ms + MINUTE_MS
        start_ms = end_ms - WINDOW_CANDLES * MINUTE_MS
        for symbol in self._roster.trading - before:
            first_ms = self._roster.first_minute_ms(symbol, not_before_ms=start_ms)
            if first_ms < end_ms:
                self._repairer.want(symbol, [Run(first_ms, end_ms)])

    def _follow_roster(self) -> None:
        symbols = self._roster.symbols
        self._intake.know(symbols)
        self._writer.keep = max(
            _LEAST_KEPT, len(symbols) * self._config.unsaved_minutes
        )

    def _take_late(self, candle: Candle) -> None:
        self._closer.take_late(candle)

    # What the stream brought may be sound by REST; what REST brought is no better.
    def _take_refused(self, candle: Candle, state: LedgerState, reason: str) -> None:
        self._intake.quarantine(candle, reason)
        if state is LedgerState.STREAM:
            self._fetch_again(candle.open_time_ms, (candle.symbol,))

    def _doubt_roster(self) -> None:
        self._doubts_roster = True

    def _take_watched(self, event: BookUpdate | Trade, received_at_ms: int) -> None:
        self._attention.take(event, received_at_ms)

    def _fetch_again(self, minute: int, symbols: Collection[Symbol]) -> None:
        for symbol in symbols:
            self._repairer.want(symbol, [Run(minute, minute + MINUTE_MS)], priority=1)

    @staticmethod
    async def _every(step_s: float, action: Callable[[], Awaitable[None]]) -> None:
        while True:
            await asyncio.sleep(step_s)
            await action()
