"""The place where every event of the stream comes in."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from markets.feed.clock import ExchangeClock
from markets.feed.liveness import Liveness
from markets.feed.minutes import Arrival, MinuteCollector
from markets.feed.ports import Engine, QuarantinedCandle
from markets.feed.validation import find_fault, is_plausible
from markets.types import (
    BookUpdate,
    Candle,
    ContractChange,
    Liquidation,
    MarketEvent,
    MarkPrice,
    ServerShutdown,
    StreamKind,
    Ticker,
    Trade,
)

_DELAY_SAMPLE_EVERY: Final = 8
_DELAY_SAMPLES: Final = 2_000
_MOST_QUARANTINED: Final = 1_000

_Stamped = Candle | Ticker | MarkPrice | Liquidation | ContractChange | BookUpdate
_KIND_OF: Final = {
    Candle: StreamKind.KLINE,
    Ticker: StreamKind.TICKER,
    MarkPrice: StreamKind.MARK_PRICE,
    Liquidation: StreamKind.LIQUIDATION,
    ContractChange: StreamKind.CONTRACT,
    BookUpdate: StreamKind.BOOK,
}


@dataclass(slots=True)
class IntakeCounters:
    """What the intake saw since the start."""

    frames: int = 0
    quarantined: int = 0
    foreign: int = 0


class Intake:
    """
    Sorts events: forming candles to the engine, closed ones to the collector.

    It is called thousands of times a second and never waits.

    Parameters
    ----------
    engine
        Takes forming candles, tickers and mark prices.
    clock
        Learns the exchange time from the events.
    liveness
        Told of every frame by kind.
    on_late
        Called with a good closed candle whose minute is closed already.
    on_watched
        Called with an update of a book or a trade, and the time of its arrival.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        clock: ExchangeClock,
        liveness: Liveness,
        on_late: Callable[[Candle], None],
        on_watched: Callable[[BookUpdate | Trade, int], None],
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._liveness = liveness
        self._on_late = on_late
        self._on_watched = on_watched
        self._known: frozenset[str] = frozenset()
        self.collector: MinuteCollector | None = None
        self.counters = IntakeCounters()
        self.delays_ms: deque[int] = deque(maxlen=_DELAY_SAMPLES)
        self.quarantined: deque[QuarantinedCandle] = deque(maxlen=_MOST_QUARANTINED)
        self.has_news = False
        self.wants_instruments = False
        self.on_complete: Callable[[], None] = lambda: None

    def know(self, symbols: frozenset[str]) -> None:
        """Set the symbols that belong here; others are counted and ignored."""
        self._known = symbols

    def __call__(self, event: MarketEvent, received_at_ms: int, /) -> None:
        """Take one event of the stream."""
        self.counters.frames += 1
        if isinstance(event, ServerShutdown):
            return
        if event.symbol not in self._known and not isinstance(event, ContractChange):
            self.counters.foreign += 1
            return
        if isinstance(event, Trade):
            self._liveness.note(StreamKind.TRADE, event.time_ms, received_at_ms)
            self._on_watched(event, received_at_ms)
            return
        event_time_ms = event.event_time_ms
        self._liveness.note(_KIND_OF[type(event)], event_time_ms, received_at_ms)
        self._clock.observe(event_time_ms, received_at_ms)
        self._hand_on(event, received_at_ms)

    def quarantine(self, candle: Candle, reason: str) -> None:
        """Put a candle aside: it is counted and kept to be looked at."""
        self.counters.quarantined += 1
        self.quarantined.append(QuarantinedCandle(candle, reason, self._clock.now_ms()))

    def _hand_on(self, event: _Stamped, received_at_ms: int) -> None:
        if isinstance(event, Candle):
            self._take_candle(event, received_at_ms)
        elif isinstance(event, Ticker):
            self._engine.apply_ticker(event)
            self.has_news = True
        elif isinstance(event, MarkPrice):
            self._engine.apply_mark_price(event)
            self.has_news = True
        elif isinstance(event, BookUpdate):
            self._on_watched(event, received_at_ms)
        elif isinstance(event, ContractChange):
            self.wants_instruments = True

    def _take_candle(self, candle: Candle, received_at_ms: int) -> None:
        if self.counters.frames % _DELAY_SAMPLE_EVERY == 0:
            delay_ms = self._clock.at(received_at_ms) - candle.event_time_ms
            self.delays_ms.append(delay_ms)
        if candle.is_closed:
            self._take_closed(candle)
        elif is_plausible(candle):
            self._engine.apply_forming(candle)
            self.has_news = True
        else:
            self.counters.quarantined += 1

    def _take_closed(self, candle: Candle) -> None:
        fault = find_fault(candle, now_ms=self._clock.now_ms())
        if fault:
            self.quarantine(candle, fault)
            return
        if self.collector is None:
            return
        match self.collector.add(candle):
            case Arrival.AWAITED:
                self._engine.apply_forming(candle)
                self.has_news = True
                if self.collector.is_complete:
                    self.on_complete()
            case Arrival.LATE:
                self._on_late(candle)
            case Arrival.REPEAT:
                pass
