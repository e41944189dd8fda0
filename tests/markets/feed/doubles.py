"""A market, an exchange and ports in memory, for the feed's own tests."""

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import product
from typing import Any

import numpy as np

from markets.engine.checkpoint import Checkpoint
from markets.engine.recent import Recent
from markets.engine.table import Table
from markets.errors import (
    DataRefusedError,
    ExchangeUnavailableError,
    StoreUnavailableError,
)
from markets.exchanges.base import (
    ConnectionState,
    EventSink,
    FetchBook,
    StreamCounters,
    WeightState,
)
from markets.exchanges.binance.book_keeper import BookKeeper
from markets.feed.ports import LedgerEntry, MinuteBatch, QuarantinedCandle
from markets.types import (
    MINUTE_MS,
    BookSnapshot,
    Candle,
    Instrument,
    InstrumentStatus,
    MarketSource,
    MarkPrice,
    StreamKind,
    Symbol,
    Ticker,
    Trade,
    Venue,
)

START_MS = 1_700_000_040_000 // MINUTE_MS * MINUTE_MS
BTC, ETH, XRP = Symbol("BTCUSDT"), Symbol("ETHUSDT"), Symbol("XRPUSDT")


def a_candle(symbol: Symbol = BTC, minute: int = START_MS, **changes: Any) -> Candle:
    """Return a sound closed candle whose trade ids follow the minute's number."""
    number = minute // MINUTE_MS
    candle = Candle(
        symbol=symbol,
        open_time_ms=minute,
        open=100.0,
        high=102.0,
        low=99.0,
        close=101.0,
        volume=7.5,
        quote_volume=750.0,
        trade_count=10,
        taker_buy_volume=3.0,
        taker_buy_quote_volume=300.0,
        first_trade_id=number * 10,
        last_trade_id=number * 10 + 9,
        event_time_ms=minute + MINUTE_MS + 20,
    )
    return replace(candle, **changes)


def an_instrument(
    symbol: Symbol = BTC, status: InstrumentStatus = InstrumentStatus.TRADING
) -> Instrument:
    return Instrument(
        venue=Venue.BINANCE_USDM,
        symbol=symbol,
        base_asset=symbol.removesuffix("USDT"),
        quote_asset="USDT",
        status=status,
        contract_type="PERPETUAL",
        tick_size=Decimal("0.01"),
        step_size=Decimal("0.001"),
    )


class HandClock:
    """Local time that moves when a test says so."""

    def __init__(self, now_ms: int = START_MS) -> None:
        self.now_ms = now_ms

    def __call__(self) -> int:
        return self.now_ms


class MemoryStream:
    def __init__(self, sink: EventSink) -> None:
        self.sink = sink
        self.counters = StreamCounters()
        self.connections: Sequence[ConnectionState] = ()
        self.symbols: frozenset[Symbol] = frozenset()
        self.restarted: list[StreamKind] = []
        self.is_open = False

    async def start(self, symbols: Collection[Symbol]) -> None:
        self.symbols = frozenset(symbols)
        self.is_open = True

    async def set_symbols(self, symbols: Collection[Symbol]) -> None:
        self.symbols = frozenset(symbols)

    async def watch(self, kind: StreamKind, symbol: Symbol) -> None: ...

    async def unwatch(self, kind: StreamKind, symbol: Symbol) -> None: ...

    async def restart(self, kind: StreamKind) -> None:
        self.restarted.append(kind)

    async def stop(self) -> None:
        self.is_open = False


class MemoryExchange:
    """Answers from a dictionary of candles; `is_down` makes every call fail."""

    venue = Venue.BINANCE_USDM
    weight = WeightState(0, 2_400)

    def __init__(
        self, clock: HandClock, symbols: Iterable[Symbol] = (BTC, ETH)
    ) -> None:
        self.clock = clock
        self.instruments = [an_instrument(symbol) for symbol in symbols]
        self.candles: dict[tuple[Symbol, int], Candle] = {}
        self.asked: list[tuple[Symbol, int, int]] = []
        self.is_down = False
        self.stream: MemoryStream | None = None

    def have(self, symbols: Iterable[Symbol], minutes: Iterable[int]) -> None:
        for symbol, minute in product(symbols, minutes):
            self.candles[symbol, minute] = a_candle(
                symbol, minute, first_trade_id=None, last_trade_id=None
            )

    async def server_time_ms(self) -> int:
        return self.clock()

    async def list_instruments(self) -> list[Instrument]:
        self._refuse()
        return list(self.instruments)

    async def fetch_candles(
        self, symbol: Symbol, *, start_ms: int, end_ms: int, timeframe: str = "1m"
    ) -> list[Candle]:
        self._refuse()
        self.asked.append((symbol, start_ms, end_ms))
        minutes = range(start_ms, end_ms, MINUTE_MS)
        found = (self.candles.get((symbol, minute)) for minute in minutes)
        return [candle for candle in found if candle]

    async def fetch_order_book(self, symbol: Symbol, *, limit: int) -> BookSnapshot:
        return BookSnapshot(symbol, 0, (), ())

    def open_book(self, symbol: Symbol, fetch: FetchBook) -> BookKeeper:
        return BookKeeper(symbol, self.venue, fetch)

    async def fetch_trades(self, symbol: Symbol, *, limit: int) -> list[Trade]:
        return []

    async def fetch_tickers(self) -> list[Ticker]:
        self._refuse()
        return []

    async def fetch_mark_prices(self) -> list[MarkPrice]:
        return []

    def open_stream(self, sink: EventSink) -> MemoryStream:
        self.stream = MemoryStream(sink)
        return self.stream

    async def close(self) -> None: ...

    def _refuse(self) -> None:
        if self.is_down:
            raise ExchangeUnavailableError("The exchange is away.")


class MemoryEngine:
    """Remembers what it was told, in order."""

    def __init__(self) -> None:
        self.rows: set[Symbol] = set()
        self.closed: list[int] = []
        self.loaded: dict[Symbol, set[int]] = {}
        self.repaired: list[Candle] = []
        self.halted: set[tuple[Symbol, int]] = set()
        self.forming: list[Candle] = []
        self.sequence = 0

    def set_instruments(
        self,
        instruments: Sequence[Instrument],
        *,
        circulating_supply: Mapping[Symbol, float] = {},
    ) -> None:
        self.rows = {one.symbol for one in instruments}

    def load(
        self,
        candles: Mapping[Symbol, Sequence[Candle]],
        *,
        halted: Mapping[Symbol, Collection[int]] = {},
    ) -> None:
        for symbol, known in candles.items():
            self.loaded.setdefault(symbol, set()).update(c.open_time_ms for c in known)

    def close_minute(
        self,
        open_time_ms: int,
        candles: Iterable[Candle],
        *,
        halted: Collection[Symbol] = (),
    ) -> None:
        self.closed.append(open_time_ms)

    def repair(
        self,
        candles: Iterable[Candle],
        *,
        halted: Mapping[Symbol, Collection[int]] = {},
    ) -> None:
        self.repaired.extend(candles)
        self.halted.update((symbol, m) for symbol in halted for m in halted[symbol])

    def cold(self, timeframe: str) -> list[Symbol]:
        return []

    def warm(
        self, timeframe: str, candles: Mapping[Symbol, Sequence[Candle]]
    ) -> None: ...

    def checkpoint(self) -> Checkpoint | None:
        return None

    def restore(self, checkpoint: Checkpoint) -> None: ...

    def apply_forming(self, candle: Candle) -> None:
        self.forming.append(candle)

    def apply_ticker(self, ticker: Ticker) -> None: ...

    def apply_mark_price(self, mark: MarkPrice) -> None: ...

    def closed_table(self) -> Table:
        return self._table("closed")

    def recent(self) -> Recent:
        return Recent("binanceusdm", "hand", (), (), 0, np.empty((1, 0, 0)))

    def live_table(self, *, as_of_ms: int) -> Table:
        return self._table("live")

    def _table(self, clock: str) -> Table:
        self.sequence += 1
        return Table(
            "binanceusdm", "live", "", clock, self.sequence, 0, (), (), np.zeros((0, 0))
        )


class MemoryStore:
    """Stores in dictionaries; `is_down` makes every call fail."""

    def __init__(self) -> None:
        self.candles: dict[tuple[Symbol, int], Candle] = {}
        self.ledger: dict[tuple[Symbol, int], LedgerEntry] = {}
        self.instruments: list[Instrument] = []
        self.checkpoints: dict[int, Checkpoint] = {}
        self.quarantined: list[QuarantinedCandle] = []
        self.is_down = False
        self.refused: set[Symbol] = set()

    async def save_instruments(
        self, source: MarketSource, instruments: Sequence[Instrument]
    ) -> None:
        self._refuse()
        self.instruments = list(instruments)

    async def load_circulating_supply(self) -> Mapping[Symbol, float]:
        return {}

    async def save_minutes(self, batches: Sequence[MinuteBatch]) -> None:
        await asyncio.sleep(0)
        self._refuse()
        owners = {candle.symbol for batch in batches for candle in batch.candles}
        if not self.refused.isdisjoint(owners):
            raise DataRefusedError("A value is out of range.")
        for batch in batches:
            for candle in batch.candles:
                self.candles[candle.symbol, batch.open_time_ms] = candle
            for symbol, entry in batch.entries.items():
                self.ledger[symbol, batch.open_time_ms] = entry

    async def load_candles(
        self, symbols: Collection[Symbol], *, start_ms: int, end_ms: int
    ) -> Mapping[Symbol, Sequence[Candle]]:
        self._refuse()
        return {
            symbol: [
                self.candles[symbol, minute]
                for minute in range(start_ms, end_ms, MINUTE_MS)
                if (symbol, minute) in self.candles
            ]
            for symbol in symbols
        }

    async def load_ledger(
        self, *, start_ms: int, end_ms: int
    ) -> Mapping[Symbol, Mapping[int, LedgerEntry]]:
        self._refuse()
        entries: dict[Symbol, dict[int, LedgerEntry]] = {}
        for (symbol, minute), entry in self.ledger.items():
            if start_ms <= minute < end_ms:
                entries.setdefault(symbol, {})[minute] = entry
        return entries

    async def save_checkpoint(self, checkpoint: Checkpoint) -> None:
        self._refuse()
        self.checkpoints[checkpoint.end_ms] = checkpoint

    async def load_checkpoint(self, *, start_ms: int, end_ms: int) -> Checkpoint | None:
        self._refuse()
        ends = [end for end in self.checkpoints if start_ms <= end <= end_ms]
        return self.checkpoints[max(ends)] if ends else None

    async def quarantine(self, candles: Sequence[QuarantinedCandle]) -> None:
        self._refuse()
        self.quarantined.extend(candles)

    def _refuse(self) -> None:
        if self.is_down:
            raise StoreUnavailableError("The disk is full.")


class MemoryPublisher:
    """Remembers what was published, in order."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store
        self.closed: list[int] = []
        self.late: list[int] = []
        self.states: list[Mapping[str, Any]] = []
        self.live = 0
        self.recent: Recent | None = None
        self.stored_at_close: dict[int, int] = {}
        self.is_down = False

    async def publish_closed(self, table: Table, *, open_time_ms: int) -> None:
        self._refuse()
        self.closed.append(open_time_ms)
        stored = sum(minute == open_time_ms for _, minute in self._store.candles)
        self.stored_at_close[open_time_ms] = stored

    async def publish_late(
        self, table: Table, *, open_times_ms: Collection[int]
    ) -> None:
        self._refuse()
        self.late.extend(sorted(open_times_ms))

    async def publish_recent(self, recent: Recent) -> None:
        self._refuse()
        self.recent = recent

    async def publish_live(self, table: Table) -> None:
        self._refuse()
        self.live += 1

    async def publish_state(self, state: Mapping[str, Any]) -> None:
        self._refuse()
        self.states.append(state)

    def _refuse(self) -> None:
        if self.is_down:
            raise StoreUnavailableError("Redis is gone.")
