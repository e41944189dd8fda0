"""The way of candles into the store, whatever the store is going through."""

import asyncio
import logging
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace

from markets.errors import DataRefusedError, StoreUnavailableError
from markets.feed.backoff import delay_s
from markets.feed.ports import CandleStore, LedgerEntry, MinuteBatch
from markets.feed.problems import Problems
from markets.types import MINUTE_MS, Candle, LedgerState, Symbol

logger = logging.getLogger(__name__)

_CANDLES_A_TRANSACTION = 20_000
_FIRST_RETRY_S = 0.5
_LONGEST_RETRY_S = 15.0
PROBLEM = "store_unavailable"
REFUSED = "candles_refused"
_REFUSAL_TOLD_MS = 60 * MINUTE_MS


class _PendingMinute:
    """What is still to be stored of one minute; what comes later wins."""

    def __init__(self) -> None:
        self.candles: dict[Symbol, Candle] = {}
        self.entries: dict[Symbol, LedgerEntry] = {}
        self.received_at_ms = 0

    def put(self, batch: MinuteBatch) -> None:
        self.candles.update((candle.symbol, candle) for candle in batch.candles)
        self.entries.update(batch.entries)
        self.received_at_ms = max(self.received_at_ms, batch.received_at_ms)

    def batch(self, open_time_ms: int) -> MinuteBatch:
        return MinuteBatch(
            open_time_ms,
            tuple(self.candles.values()),
            dict(self.entries),
            self.received_at_ms,
        )


class CandleWriter:
    """
    Keeps candles in memory until the store has them.

    Newest minutes are stored first, because someone waits for them. While the
    store is away they wait here; beyond `keep` entries the oldest minutes are
    let go and told to `on_dropped`, which has them fetched again later.

    Rows that the store refuses for good are looked for by halving the batch:
    all others are stored, the refused ones are entered as missing, named as a
    problem and told to `on_refused`. The problem is over once they are stored,
    or after an hour.

    Parameters
    ----------
    store
        Where the batches go.
    problems
        Told while the store is away.
    clock_ms
        Time for the problem's beginning, UTC ms.
    keep
        Largest number of ledger entries held back.
    on_dropped
        Called with a minute and its symbols when it had to be let go.
    on_refused
        Called with a candle that the store refused, where it had come from,
        and the reason.
    """

    def __init__(
        self,
        store: CandleStore,
        *,
        problems: Problems,
        clock_ms: Callable[[], int],
        keep: int,
        on_dropped: Callable[[int, Collection[Symbol]], None],
        on_refused: Callable[[Candle, LedgerState, str], None],
    ) -> None:
        self._store = store
        self._problems = problems
        self._clock_ms = clock_ms
        self.keep = keep
        self._on_dropped = on_dropped
        self._on_refused = on_refused
        self._refused: set[tuple[int, Symbol]] = set()
        self._pending: dict[int, _PendingMinute] = {}
        self._in_flight: Sequence[MinuteBatch] = ()
        self._held = 0
        self._wake = asyncio.Event()
        self._changed = asyncio.Condition()

    @property
    def unsaved_minutes(self) -> int:
        """Number of minutes with something that the store does not have yet."""
        return len(
            self._pending.keys() | {batch.open_time_ms for batch in self._in_flight}
        )

    def put(self, batches: Iterable[MinuteBatch]) -> None:
        """Take batches; returns at once."""
        for batch in batches:
            pending = self._pending.setdefault(batch.open_time_ms, _PendingMinute())
            before = len(pending.entries)
            pending.put(batch)
            self._held += len(pending.entries) - before
        self._let_go()
        self._wake.set()

    async def settled(
        self, open_time_ms: int | None = None, *, timeout_s: float
    ) -> bool:
        """Wait until a minute, or all, is stored; False if time runs out."""
        try:
            async with asyncio.timeout(timeout_s), self._changed:
                await self._changed.wait_for(lambda: self._is_settled(open_time_ms))
        except TimeoutError:
            return False
        return True

    async def room(self) -> None:
        """Wait until a bulk of earlier candles may be put without crowding."""
        async with self._changed:
            await self._changed.wait_for(
                lambda: self._held < min(self.keep, 3 * _CANDLES_A_TRANSACTION)
            )

    async def run(self) -> None:
        """Store what comes, for ever."""
        attempt = 0
        while True:
            await self._wake.wait()
            self._in_flight = self._take()
            if not self._in_flight:
                self._wake.clear()
                continue
            try:
                await self._save(self._in_flight)
            except StoreUnavailableError as error:
                attempt += 1
                self._put_back(error)
                await asyncio.sleep(
                    delay_s(attempt, first_s=_FIRST_RETRY_S, ceiling_s=_LONGEST_RETRY_S)
                )
                continue
            attempt = 0
            self._in_flight = ()
            self._problems.clear(PROBLEM)
            async with self._changed:
                self._changed.notify_all()

    async def _save(self, batches: Sequence[MinuteBatch]) -> None:
        try:
            await self._store.save_minutes(batches)
            self._forget_refused(batches)
        except DataRefusedError as error:
            halves = _halved(batches)
            if halves:
                for half in halves:
                    await self._save(half)
            else:
                self._name_refused(batches[0], error)

    def _name_refused(self, batch: MinuteBatch, error: DataRefusedError) -> None:
        symbol, entry = next(iter(batch.entries.items()))
        said = f"The store refused minute {batch.open_time_ms} of {symbol}: {error}"
        logger.error("%s", said)
        self._refused.add((batch.open_time_ms, symbol))
        self._problems.raise_(REFUSED, said, at_ms=self._clock_ms())
        for candle in batch.candles:
            missing = {symbol: LedgerEntry(LedgerState.MISSING)}
            self.put([replace(batch, candles=(), entries=missing)])
            self._on_refused(candle, entry.state, said)

    def _forget_refused(self, stored: Sequence[MinuteBatch]) -> None:
        if not self._refused:
            return
        newest_ms = max(batch.open_time_ms for batch in stored)
        self._refused -= {
            (batch.open_time_ms, candle.symbol)
            for batch in stored
            for candle in batch.candles
        }
        self._refused = {
            (minute, symbol)
            for minute, symbol in self._refused
            if minute >= newest_ms - _REFUSAL_TOLD_MS
        }
        if not self._refused:
            self._problems.clear(REFUSED)

    def _is_settled(self, open_time_ms: int | None) -> bool:
        if open_time_ms is None:
            return not self._pending and not self._in_flight
        return open_time_ms not in self._pending and all(
            batch.open_time_ms != open_time_ms for batch in self._in_flight
        )

    def _take(self) -> Sequence[MinuteBatch]:
        batches: list[MinuteBatch] = []
        taken = 0
        for minute in sorted(self._pending, reverse=True):
            if batches and taken >= _CANDLES_A_TRANSACTION:
                break
            pending = self._pending.pop(minute)
            taken += len(pending.entries)
            batches.append(pending.batch(minute))
        self._held -= taken
        return batches

    # What came in the meantime is newer than what comes back.
    def _put_back(self, error: StoreUnavailableError) -> None:
        in_flight, self._in_flight = self._in_flight, ()
        newer = [pending.batch(m) for m, pending in self._pending.items()]
        self._pending.clear()
        self._held = 0
        self.put([*in_flight, *newer])
        self._problems.raise_(
            PROBLEM,
            f"{len(self._pending)} minutes wait in memory to be stored: {error}",
            at_ms=self._clock_ms(),
        )

    def _let_go(self) -> None:
        while self._held > self.keep and len(self._pending) > 1:
            minute = min(self._pending)
            pending = self._pending.pop(minute)
            self._held -= len(pending.entries)
            logger.error("Let go of minute %d: the store is away too long.", minute)
            self._on_dropped(minute, tuple(pending.entries))


# Two halves of the same rows, one candle and its entry the least; none of that.
def _halved(batches: Sequence[MinuteBatch]) -> Sequence[Sequence[MinuteBatch]]:
    if len(batches) > 1:
        middle = len(batches) // 2
        return batches[:middle], batches[middle:]
    (batch,) = batches
    symbols = sorted(batch.entries)
    if len(symbols) < 2:
        return ()
    middle = len(symbols) // 2
    return [_part(batch, symbols[:middle])], [_part(batch, symbols[middle:])]


def _part(batch: MinuteBatch, symbols: Sequence[Symbol]) -> MinuteBatch:
    candles = tuple(c for c in batch.candles if c.symbol in symbols)
    entries = {symbol: batch.entries[symbol] for symbol in symbols}
    return replace(batch, candles=candles, entries=entries)
