"""Fetching what the stream did not bring: gaps, and the fill at the start."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass

from markets.errors import ExchangeError, RateLimitedError, UnknownSymbolError
from markets.exchanges.base import Exchange
from markets.feed.backoff import delay_s
from markets.feed.clock import ExchangeClock
from markets.feed.gaps import Repair, RepairQueue, Run
from markets.feed.problems import Problems
from markets.feed.roster import Roster
from markets.feed.validation import find_fault
from markets.types import MINUTE_MS, Candle, Symbol

logger = logging.getLogger(__name__)

_EVIDENCE_MS = 2 * MINUTE_MS
_MOST_DOUBLINGS = 8
_SETTLED_AFTER_MS = 2 * MINUTE_MS
_FIRST_RETRY_S = 1.0
_LONGEST_RETRY_S = 60.0
_IDLE_WAIT_S = 30.0
_FAILURES_BEFORE_REST = 10
_FILL_ATTEMPTS = 4
_ATTEMPTS_BEFORE_DOUBT = 3
_REST_S = 30.0
PROBLEM = "repair_failing"


@dataclass(frozen=True, slots=True)
class Repaired:
    """What a repair found out about the minutes that were wanted."""

    symbol: Symbol
    candles: Sequence[Candle]
    halted: Collection[int]
    """Minutes that the exchange does not have either."""


class Repairer:
    """
    Asks the exchange for candles, a bounded number of requests at once.

    A minute that the answer lacks is taken for halted only on evidence: the
    answer holds a later candle, or the exchange does not list the symbol as
    trading and the minute is no longer fresh. Otherwise it is asked for again,
    together with ever more of the time after it, and the list is asked for too.

    Parameters
    ----------
    exchange
        Paces the requests by their weight.
    clock
        Exchange time; local time for waiting.
    roster
        Knows whom the exchange lists as halted.
    problems
        Told while requests fail.
    on_repaired
        Awaited with every finished answer.
    on_fault
        Called with a candle that failed its checks and the reason.
    on_absent
        Called where the exchange keeps answering without the minutes: it may
        have stopped trading the symbol.
    """

    def __init__(  # noqa: PLR0913 - it joins the parts of the feed
        self,
        exchange: Exchange,
        *,
        clock: ExchangeClock,
        roster: Roster,
        problems: Problems,
        on_repaired: Callable[[Repaired], Awaitable[None]],
        on_fault: Callable[[Candle, str], None],
        on_absent: Callable[[], None],
    ) -> None:
        self._exchange = exchange
        self._clock = clock
        self._roster = roster
        self._problems = problems
        self._on_repaired = on_repaired
        self._on_fault = on_fault
        self._on_absent = on_absent
        self._queue = RepairQueue()
        self._wake = asyncio.Event()
        self._failures = 0
        self._rest_until_ms = 0
        self._filling = 0

    @property
    def fill_left(self) -> int:
        """
        Number of symbols that the fill at the start has still to fetch.

        One that failed several times is still tried, but no longer waited for.
        """
        return self._filling + self._queue.count_fill(tried_less_than=_FILL_ATTEMPTS)

    @property
    def is_behind(self) -> bool:
        """Whether repairs wait for a request whose time has come."""
        next_ms = self._queue.next_ms()
        return next_ms is not None and next_ms <= self._clock.local_ms()

    def want(
        self,
        symbol: Symbol,
        runs: Sequence[Run],
        *,
        priority: int = 0,
        is_fill: bool = False,
    ) -> None:
        """Have minutes fetched; the lowest priority goes first."""
        if runs:
            self._queue.add(Repair(symbol, list(runs), priority, is_fill=is_fill))
            self._wake.set()

    async def run(self) -> None:
        """Work through the queue, for ever; run several at once."""
        while True:
            repair = self._next()
            if repair is None:
                await self._wait()
                continue
            self._filling += repair.is_fill
            try:
                await self._carry_out(repair)
            except ExchangeError as error:
                self._postpone(repair, error)
            except UnknownSymbolError:
                await self._settle_unknown(repair)
            finally:
                self._filling -= repair.is_fill

    def _next(self) -> Repair | None:
        now_ms = self._clock.local_ms()
        if now_ms < self._rest_until_ms:
            return None
        return self._queue.take(now_ms)

    async def _wait(self) -> None:
        self._wake.clear()
        next_ms = self._queue.next_ms()
        wait_s = _IDLE_WAIT_S
        if next_ms is not None:
            ready_ms = max(next_ms, self._rest_until_ms)
            wait_s = max(0.01, (ready_ms - self._clock.local_ms()) / 1_000)
        try:
            async with asyncio.timeout(min(wait_s, _IDLE_WAIT_S)):
                await self._wake.wait()
        except TimeoutError:
            return

    async def _carry_out(self, repair: Repair) -> None:
        wanted = repair.minutes()
        found: dict[int, Candle] = {}
        halted: set[int] = set()
        faulty = False
        for run in repair.requests():
            answer = await self._fetch(repair, run)
            sound = [candle for candle in answer if self._is_sound(candle)]
            faulty |= len(sound) < len(answer)
            found |= {c.open_time_ms: c for c in sound if c.open_time_ms in wanted}
            seen = {candle.open_time_ms for candle in answer}
            absent = [m for m in run.minutes() if m in wanted and m not in seen]
            newest_ms = max(seen, default=0)
            halted.update(self._proven(repair.symbol, absent, newest_ms=newest_ms))
        self._succeeded()
        await self._on_repaired(Repaired(repair.symbol, tuple(found.values()), halted))
        left = wanted - found.keys() - halted
        if left:
            repair.runs = [Run(minute, minute + MINUTE_MS) for minute in sorted(left)]
            self._again(repair, faulty=faulty)

    # The exchange took the symbol off its books: nothing of it can be fetched.
    async def _settle_unknown(self, repair: Repair) -> None:
        logger.info("The exchange no longer knows %s.", repair.symbol)
        self._on_absent()
        if repair.symbol in self._roster.trading:
            self._again(repair, faulty=False)
            return
        await self._on_repaired(Repaired(repair.symbol, (), repair.minutes()))

    async def _fetch(self, repair: Repair, run: Run) -> list[Candle]:
        over_ms = self._clock.now_ms() // MINUTE_MS * MINUTE_MS
        evidence_ms = _EVIDENCE_MS << min(repair.attempts, _MOST_DOUBLINGS)
        end_ms = min(run.end_ms + evidence_ms, max(over_ms, run.end_ms))
        return await self._exchange.fetch_candles(
            repair.symbol, start_ms=run.start_ms, end_ms=end_ms
        )

    def _is_sound(self, candle: Candle) -> bool:
        fault = find_fault(candle, now_ms=self._clock.now_ms())
        if fault:
            self._on_fault(candle, fault)
        return fault is None

    # Age proves nothing: an answer may be short for reasons of its own.
    def _proven(
        self, symbol: Symbol, absent: Sequence[int], *, newest_ms: int
    ) -> list[int]:
        before_ms = newest_ms
        if symbol not in self._roster.trading:
            settled_ms = self._clock.now_ms() - MINUTE_MS - _SETTLED_AFTER_MS
            before_ms = max(newest_ms, settled_ms)
        return [minute for minute in absent if minute < before_ms]

    # The exchange answered, but not (well) enough: ask again, ever less often.
    def _again(self, repair: Repair, *, faulty: bool) -> None:
        repair.attempts += 1
        if repair.attempts == _ATTEMPTS_BEFORE_DOUBT:
            self._on_absent()
        ceiling_s = _LONGEST_RETRY_S * (10 if faulty else 1)
        wait_s = delay_s(repair.attempts, first_s=_FIRST_RETRY_S, ceiling_s=ceiling_s)
        repair.not_before_ms = self._clock.local_ms() + round(wait_s * 1_000)
        self._queue.add(repair)

    def _postpone(self, repair: Repair, error: ExchangeError) -> None:
        logger.info("Repair of %s was postponed: %s", repair.symbol, error)
        now_ms = self._clock.local_ms()
        if isinstance(error, RateLimitedError):
            self._rest_until_ms = now_ms + round(error.retry_after_s * 1_000)
        else:
            self._failures += 1
            if self._failures % _FAILURES_BEFORE_REST == 0:
                self._rest_until_ms = now_ms + round(_REST_S * 1_000)
            self._problems.raise_(
                PROBLEM, f"Candles could not be fetched: {error}", at_ms=now_ms
            )
        self._again(repair, faulty=False)

    def _succeeded(self) -> None:
        self._failures = 0
        self._problems.clear(PROBLEM)
