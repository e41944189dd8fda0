"""Facts of the market, as every room speaks of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final, NewType

Symbol = NewType("Symbol", str)

MINUTE_MS: Final = 60_000
DAY_MS: Final = 86_400_000
WINDOW_CANDLES: Final = 1_441

TIMEFRAMES: Final[Mapping[str, int]] = {
    "1m": 1,
    "5m": 5,
    "15m": 15,
    "1h": 60,
    "4h": 240,
    "8h": 480,
    "1d": 1_440,
}
"""Minutes of each candle length, aligned to 00:00 UTC."""

WINDOWS: Final[Mapping[str, int]] = {
    "5m": 5,
    "10m": 10,
    "15m": 15,
    "1h": 60,
    "4h": 240,
    "8h": 480,
    "1d": 1_440,
}
"""Minutes of each sliding window."""


class Venue(StrEnum):
    """An exchange's market."""

    BINANCE_USDM = "binanceusdm"
    BINANCE_SPOT = "binance"


class MarketKind(StrEnum):
    """Where the prices come from."""

    LIVE = "live"
    RECORDED = "recorded"
    GENERATED = "generated"


@dataclass(frozen=True, slots=True)
class MarketSource:
    """
    One source of prices; candles of two sources never mix.

    `key` is stable across restarts of the same market (``live``,
    ``generated:7``, ``recorded:NAME:ANCHOR``); `label` is the sentence that
    every page shows, empty for the live market.
    """

    kind: MarketKind
    key: str
    label: str = ""


class InstrumentStatus(StrEnum):
    """Whether an instrument trades now."""

    TRADING = "trading"
    PENDING = "pending"
    HALTED = "halted"
    DELISTED = "delisted"


@dataclass(frozen=True, slots=True)
class Instrument:
    """A contract or pair; times are UTC milliseconds, None where unknown."""

    venue: Venue
    symbol: Symbol
    base_asset: str
    quote_asset: str
    status: InstrumentStatus
    contract_type: str
    tick_size: Decimal
    step_size: Decimal
    min_notional: Decimal | None = None
    listed_at_ms: int | None = None
    delisted_at_ms: int | None = None
    categories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Candle:
    """
    One minute (or longer) of trading.

    Prices are in the quote asset, `volume` and `taker_buy_volume` in the base
    asset, the quote volumes in the quote asset. Fields that a source does not
    have are None, never invented. Trade ids are None where unknown and -1, as
    on the exchange, where there was no trade.
    """

    symbol: Symbol
    open_time_ms: int
    open: float
    high: float
    low: float
    close: float
    volume: float
    quote_volume: float | None
    trade_count: int | None
    taker_buy_volume: float | None
    taker_buy_quote_volume: float | None
    first_trade_id: int | None = None
    last_trade_id: int | None = None
    is_closed: bool = True
    event_time_ms: int = 0


@dataclass(frozen=True, slots=True)
class Ticker:
    """Rolling 24 h figures of one symbol, as the exchange states them."""

    symbol: Symbol
    event_time_ms: int
    last_price: float
    open: float
    high: float
    low: float
    volume: float
    quote_volume: float


@dataclass(frozen=True, slots=True)
class MarkPrice:
    """Mark and index price; `funding_rate` is a fraction per funding period."""

    symbol: Symbol
    event_time_ms: int
    mark_price: float
    index_price: float
    funding_rate: float
    next_funding_time_ms: int


@dataclass(frozen=True, slots=True)
class Trade:
    """One (aggregate) trade; `taker_side` is who crossed the spread."""

    symbol: Symbol
    trade_id: int
    time_ms: int
    price: str
    quantity: str
    taker_side: str


@dataclass(frozen=True, slots=True)
class Liquidation:
    """A forced order; `side` is the side of that order."""

    symbol: Symbol
    event_time_ms: int
    side: str
    price: float
    quantity: float


@dataclass(frozen=True, slots=True)
class BookSnapshot:
    """The order book of one moment: ``(price, quantity)`` texts, best first."""

    symbol: Symbol
    last_update_id: int
    bids: tuple[tuple[str, str], ...]
    asks: tuple[tuple[str, str], ...]
    event_time_ms: int = 0


@dataclass(frozen=True, slots=True)
class BookUpdate:
    """Changed levels; quantity ``"0"`` removes a level."""

    symbol: Symbol
    event_time_ms: int
    first_update_id: int
    final_update_id: int
    previous_final_update_id: int | None
    bids: tuple[tuple[str, str], ...]
    asks: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class BookDepth:
    """
    The best levels of a book that is followed, as numbers.

    Each side is a block of float64: all prices, best first, then as many
    quantities. While `is_live` is false the book is being rebuilt and the
    levels are the last that were known.
    """

    symbol: Symbol
    is_live: bool
    event_time_ms: int
    bids: bytes = b""
    asks: bytes = b""


@dataclass(frozen=True, slots=True)
class ContractChange:
    """The exchange listed, halted or settled an instrument: refresh the list."""

    symbol: Symbol
    event_time_ms: int
    status: str


@dataclass(frozen=True, slots=True)
class ServerShutdown:
    """The exchange is about to close this connection: reconnect at once."""

    event_time_ms: int


MarketEvent = (
    Candle
    | Ticker
    | MarkPrice
    | Trade
    | Liquidation
    | BookUpdate
    | ContractChange
    | ServerShutdown
)


class LedgerState(StrEnum):
    """Where the candle of one pair and minute came from."""

    NONE = "none"  # nothing was expected: not listed, or not yet over
    STREAM = "stream"
    REST = "rest"
    HALTED = "halted"
    MISSING = "missing"


class StreamKind(StrEnum):
    """Kinds of live stream; liveness is judged for each kind by itself."""

    KLINE = "kline"
    TICKER = "ticker"
    MARK_PRICE = "mark_price"
    LIQUIDATION = "liquidation"
    CONTRACT = "contract"
    BOOK = "book"
    TRADE = "trade"


@dataclass(frozen=True, slots=True)
class Watched:
    """What someone looks at: the book or the trades of one symbol."""

    kind: StreamKind
    symbol: Symbol
