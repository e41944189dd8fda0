"""Shapes of the live stream's messages: the only place with its wire keys."""

from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta, Struct

# Texts of numbers become floats in the decoder; NaN and infinities pass no
# bound.
Amount = Annotated[float, Meta(ge=0.0, le=1e300)]
Level = tuple[str, str]

USDM_SYMBOL_TYPE: Final = 1
"""Since the merge with COIN-M all-market streams carry both; 1 is USDⓈ-M."""


class KlineShape(
    Struct,
    gc=False,
    rename={
        "symbol": "s",
        "open_time_ms": "t",
        "open": "o",
        "high": "h",
        "low": "l",
        "close": "c",
        "volume": "v",
        "quote_volume": "q",
        "trade_count": "n",
        "taker_buy_volume": "V",
        "taker_buy_quote_volume": "Q",
        "first_trade_id": "f",
        "last_trade_id": "L",
        "is_closed": "x",
        "interval": "i",
    },
):
    """The candle of a kline event; its attributes are named as those of Candle."""

    symbol: str
    open_time_ms: int
    open: Amount
    high: Amount
    low: Amount
    close: Amount
    volume: Amount
    quote_volume: Amount
    trade_count: int
    taker_buy_volume: Amount
    taker_buy_quote_volume: Amount
    first_trade_id: int
    last_trade_id: int
    is_closed: bool
    interval: Literal["1m"]
    event_time_ms: int = 0


class KlineEventShape(Struct, gc=False, rename={"event_time_ms": "E", "kline": "k"}):
    """One kline event."""

    event_time_ms: int
    kline: KlineShape


class MiniTickerShape(
    Struct,
    gc=False,
    rename={
        "symbol": "s",
        "event_time_ms": "E",
        "last_price": "c",
        "open": "o",
        "high": "h",
        "low": "l",
        "volume": "v",
        "quote_volume": "q",
        "symbol_type": "st",
    },
):
    """One row of the all-market mini tickers."""

    symbol: str
    event_time_ms: int
    last_price: Amount
    open: Amount
    high: Amount
    low: Amount
    volume: Amount
    quote_volume: Amount
    symbol_type: int = USDM_SYMBOL_TYPE


class MarkPriceShape(
    Struct,
    gc=False,
    rename={
        "symbol": "s",
        "event_time_ms": "E",
        "mark_price": "p",
        "index_price": "i",
        "funding_rate": "r",
        "next_funding_time_ms": "T",
        "symbol_type": "st",
    },
):
    """One row of the mark prices."""

    symbol: str
    event_time_ms: int
    mark_price: Amount
    # COIN-M rows have no index price, delivery contracts an empty funding rate.
    index_price: Amount = 0.0
    funding_rate: str = ""
    next_funding_time_ms: int = 0
    symbol_type: int = USDM_SYMBOL_TYPE


class OrderShape(
    Struct,
    gc=False,
    rename={
        "symbol": "s",
        "side": "S",
        "price": "p",
        "average_price": "ap",
        "quantity": "q",
    },
):
    """The order inside a liquidation."""

    symbol: str
    side: str
    price: Amount
    quantity: Amount
    average_price: Amount = 0.0


class ForceOrderShape(
    Struct,
    gc=False,
    rename={"event_time_ms": "E", "order": "o", "symbol_type": "st"},
):
    """One liquidation."""

    event_time_ms: int
    order: OrderShape
    symbol_type: int = USDM_SYMBOL_TYPE


class ContractInfoShape(
    Struct,
    gc=False,
    rename={
        "symbol": "s",
        "event_time_ms": "E",
        "status": "cs",
        "symbol_type": "st",
    },
):
    """One change of a contract."""

    symbol: str
    event_time_ms: int
    status: str
    symbol_type: int = USDM_SYMBOL_TYPE


class AggTradeShape(
    Struct,
    gc=False,
    rename={
        "symbol": "s",
        "trade_id": "a",
        "time_ms": "T",
        "price": "p",
        "quantity": "q",
        "buyer_is_maker": "m",
    },
):
    """One aggregate trade."""

    symbol: str
    trade_id: int
    time_ms: int
    price: str
    quantity: str
    buyer_is_maker: bool


class DepthShape(
    Struct,
    gc=False,
    rename={
        "symbol": "s",
        "event_time_ms": "E",
        "first_update_id": "U",
        "final_update_id": "u",
        "previous_final_update_id": "pu",
        "bids": "b",
        "asks": "a",
    },
):
    """One difference of the order book."""

    symbol: str
    event_time_ms: int
    first_update_id: int
    final_update_id: int
    bids: tuple[Level, ...]
    asks: tuple[Level, ...]
    previous_final_update_id: int | None = None


class RefusalShape(Struct, gc=False):
    """Why one of our messages was refused."""

    code: int = 0
    msg: str = ""


class EnvelopeShape(Struct, gc=False):
    """Everything that can stand at the top of a frame."""

    stream: str = ""
    data: msgspec.Raw = msgspec.Raw(b"")
    event: str = msgspec.field(default="", name="e")
    event_time_ms: int = msgspec.field(default=0, name="E")
    id: int | str | None = None
    error: RefusalShape | None = None
    code: int | None = None
    msg: str = ""
