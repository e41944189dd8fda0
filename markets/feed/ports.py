"""
What the feed needs from the world; `markets.sinks` implements it.

Every call may raise a StoreUnavailableError: the feed then keeps what it has
and tries again. Storing may raise a DataRefusedError, which would come again.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from markets.engine.checkpoint import Checkpoint
from markets.engine.recent import Recent
from markets.engine.table import Table
from markets.types import (
    BookDepth,
    BookSnapshot,
    Candle,
    Instrument,
    LedgerState,
    MarketSource,
    MarkPrice,
    Symbol,
    Ticker,
    Trade,
    Watched,
)


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """Where the candle of one pair and minute came from."""

    state: LedgerState
    is_late: bool = False
    is_continuous: bool | None = None
    """Whether its first trade follows the last one before; None if unknown."""


@dataclass(frozen=True, slots=True)
class MinuteBatch:
    """
    What became known about one minute, stored in one transaction.

    Storing the same batch twice changes nothing. An entry replaces an earlier
    one of the same pair and minute; a final candle wins over what was there.
    """

    open_time_ms: int
    candles: Sequence[Candle]
    entries: Mapping[Symbol, LedgerEntry]
    received_at_ms: int


@dataclass(frozen=True, slots=True)
class QuarantinedCandle:
    """A candle that failed its checks, with the sentence that says why."""

    candle: Candle
    reason: str
    received_at_ms: int


class Engine(Protocol):
    """What the feed asks of the market engine; no call waits or fails."""

    def set_instruments(
        self,
        instruments: Sequence[Instrument],
        *,
        circulating_supply: Mapping[Symbol, float] = ...,
    ) -> None:
        """Set the rows; those that stay keep their data."""

    def load(
        self,
        candles: Mapping[Symbol, Sequence[Candle]],
        *,
        halted: Mapping[Symbol, Collection[int]] = ...,
    ) -> None:
        """Take history, before or while running."""

    def cold(self, timeframe: str) -> list[Symbol]:
        """Return the symbols whose indicators of a timeframe know too little."""

    def warm(self, timeframe: str, candles: Mapping[Symbol, Sequence[Candle]]) -> None:
        """Begin the indicators of one timeframe anew, with candles of that length."""

    def checkpoint(self) -> Checkpoint | None:
        """Return what the indicators held at the last UTC midnight, if known."""

    def restore(self, checkpoint: Checkpoint) -> None:
        """Start from a checkpoint; raises ValueError where it does not fit."""

    def close_minute(
        self,
        open_time_ms: int,
        candles: Iterable[Candle],
        *,
        halted: Collection[Symbol] = ...,
    ) -> None:
        """Move the window on; a minute that was skipped becomes a hole."""

    def repair(
        self,
        candles: Iterable[Candle],
        *,
        halted: Mapping[Symbol, Collection[int]] = ...,
    ) -> None:
        """Take candles of earlier minutes, in any order."""

    def apply_forming(self, candle: Candle) -> None:
        """Take the candle of the running minute; the newest wins."""

    def apply_ticker(self, ticker: Ticker) -> None:
        """Take the rolling figures of a symbol."""

    def apply_mark_price(self, mark: MarkPrice) -> None:
        """Take mark price, index price and funding of a symbol."""

    def closed_table(self) -> Table:
        """Return the metrics as of the last closed minute."""

    def recent(self) -> Recent:
        """Return the last closed values of every metric."""

    def live_table(self, *, as_of_ms: int) -> Table:
        """Return the metrics with the price of now."""


class InstrumentStore(Protocol):
    """Keeps the instrument table with its dates."""

    async def save_instruments(
        self, source: MarketSource, instruments: Sequence[Instrument]
    ) -> None:
        """Insert and update; an instrument that is gone is marked delisted."""

    async def load_circulating_supply(self) -> Mapping[Symbol, float]:
        """Return the units in circulation where they are known."""


class CandleStore(Protocol):
    """Keeps candles and the ledger."""

    async def save_minutes(self, batches: Sequence[MinuteBatch]) -> None:
        """Store all batches in one transaction."""

    async def load_candles(
        self, symbols: Collection[Symbol], *, start_ms: int, end_ms: int
    ) -> Mapping[Symbol, Sequence[Candle]]:
        """Return the stored candles that open in ``[start_ms, end_ms)``, in order."""

    async def load_ledger(
        self, *, start_ms: int, end_ms: int
    ) -> Mapping[Symbol, Mapping[int, LedgerEntry]]:
        """Return the entries (not NONE) by symbol and open time."""

    async def quarantine(self, candles: Sequence[QuarantinedCandle]) -> None:
        """Keep candles that failed their checks, to be looked at."""


class CheckpointStore(Protocol):
    """Keeps what the indicators held at the last midnights."""

    async def save_checkpoint(self, checkpoint: Checkpoint) -> None:
        """Store one; the same again costs nothing."""

    async def load_checkpoint(self, *, start_ms: int, end_ms: int) -> Checkpoint | None:
        """
        Return the newest of a midnight in ``[start_ms, end_ms]``, if any.

        Raises ValueError where what was stored cannot be read.
        """


class Store(InstrumentStore, CandleStore, CheckpointStore, Protocol):
    """All three, as one database keeps them."""


class Publisher(Protocol):
    """Tells everyone else."""

    async def publish_closed(self, table: Table, *, open_time_ms: int) -> None:
        """Publish the closed table, then say that the minute has closed."""

    async def publish_late(
        self, table: Table, *, open_times_ms: Collection[int]
    ) -> None:
        """Publish the mended table, then say which minutes became whole late."""

    async def publish_recent(self, recent: Recent) -> None:
        """Publish the last closed values, for who looks back."""

    async def publish_live(self, table: Table) -> None:
        """Publish the live table."""

    async def publish_state(self, state: Mapping[str, Any]) -> None:
        """Publish the feed's state for the data-health page and the alarms."""


class Audience(Protocol):
    """Who looks at books and trades, and how they are told."""

    async def wanted(self) -> Collection[Watched]:
        """Return what somebody looks at now."""

    def tell_book(self, depth: BookDepth) -> None:
        """Tell a book; a newer one replaces one that waits. Never blocks or fails."""

    def tell_trades(
        self,
        symbol: Symbol,
        trades: Sequence[Trade],
        *,
        large_quote: float | None,
        is_whole: bool,
    ) -> None:
        """
        Tell trades, oldest first; none that waits is left out.

        `large_quote` is the value from which a trade is large, `is_whole` says
        that these are all that there is to be shown. Never blocks or fails.
        """

    async def keep(
        self, books: Sequence[BookSnapshot], tapes: Mapping[Symbol, Sequence[Trade]]
    ) -> None:
        """Keep the newest books and trades for those who ask but once."""
