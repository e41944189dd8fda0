"""REST answers to market facts; the only place with their keys."""

import math
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from markets.errors import BadAnswerError
from markets.exchanges.binance.wire import Amount, Level
from markets.types import BookSnapshot, Candle, MarkPrice, Symbol, Ticker, Trade


class _KlineRow(Struct, array_like=True, gc=False):
    open_time_ms: int
    open: Amount
    high: Amount
    low: Amount
    close: Amount
    volume: Amount
    close_time_ms: int
    quote_volume: Amount
    trade_count: int
    taker_buy_volume: Amount
    taker_buy_quote_volume: Amount


class _Depth(Struct, rename="camel"):
    last_update_id: int
    bids: tuple[Level, ...]
    asks: tuple[Level, ...]
    event_time_ms: int = msgspec.field(default=0, name="E")


class _AggTrade(Struct, gc=False):
    trade_id: int = msgspec.field(name="a")
    price: str = msgspec.field(name="p")
    quantity: str = msgspec.field(name="q")
    time_ms: int = msgspec.field(name="T")
    buyer_is_maker: bool = msgspec.field(name="m")


class _Ticker(Struct, rename="camel", gc=False):
    symbol: str
    last_price: Amount
    open_price: Amount
    high_price: Amount
    low_price: Amount
    volume: Amount
    quote_volume: Amount
    close_time: int


class _PremiumIndex(Struct, rename="camel", gc=False):
    symbol: str
    mark_price: Amount
    index_price: Amount
    last_funding_rate: str
    next_funding_time: int
    time: int


class _Time(Struct, rename="camel"):
    server_time: Annotated[int, Meta(gt=0)]


class Refusal(Struct):
    """The body of an error answer."""

    code: int = 0
    msg: str = ""


def parse_candles(body: bytes, symbol: Symbol, *, now_ms: int) -> list[Candle]:
    """
    Return the closed candles of a ``klines`` answer.

    The exchange sends the forming candle too; a candle is final only after its
    close time, so what is not over at `now_ms` is left out.
    """
    return [
        Candle(
            symbol=symbol,
            open_time_ms=row.open_time_ms,
            open=row.open,
            high=row.high,
            low=row.low,
            close=row.close,
            volume=row.volume,
            quote_volume=row.quote_volume,
            trade_count=row.trade_count,
            taker_buy_volume=row.taker_buy_volume,
            taker_buy_quote_volume=row.taker_buy_quote_volume,
        )
        for row in parse(body, list[_KlineRow])
        if row.close_time_ms < now_ms
    ]


def parse_book(body: bytes, symbol: Symbol) -> BookSnapshot:
    """Return the order book of a ``depth`` answer."""
    depth = parse(body, _Depth)
    return BookSnapshot(
        symbol=symbol,
        last_update_id=depth.last_update_id,
        bids=depth.bids,
        asks=depth.asks,
        event_time_ms=depth.event_time_ms,
    )


def parse_trades(body: bytes, symbol: Symbol) -> list[Trade]:
    """Return the trades of an ``aggTrades`` answer, oldest first."""
    return [
        Trade(
            symbol=symbol,
            trade_id=row.trade_id,
            time_ms=row.time_ms,
            price=row.price,
            quantity=row.quantity,
            taker_side="sell" if row.buyer_is_maker else "buy",
        )
        for row in parse(body, list[_AggTrade])
    ]


def parse_tickers(body: bytes) -> list[Ticker]:
    """Return the rolling 24 h figures of a ``ticker/24hr`` answer."""
    return [
        Ticker(
            symbol=Symbol(row.symbol),
            event_time_ms=row.close_time,
            last_price=row.last_price,
            open=row.open_price,
            high=row.high_price,
            low=row.low_price,
            volume=row.volume,
            quote_volume=row.quote_volume,
        )
        for row in parse(body, list[_Ticker])
    ]


def parse_mark_prices(body: bytes) -> list[MarkPrice]:
    """Return the mark prices of a ``premiumIndex`` answer."""
    return [
        MarkPrice(
            symbol=Symbol(row.symbol),
            event_time_ms=row.time,
            mark_price=row.mark_price,
            index_price=row.index_price,
            # Delivery contracts have no funding rate.
            funding_rate=float(row.last_funding_rate or math.nan),
            next_funding_time_ms=row.next_funding_time,
        )
        for row in parse(body, list[_PremiumIndex])
    ]


def parse_time(body: bytes) -> int:
    """Return the exchange's clock in UTC ms."""
    return parse(body, _Time).server_time


def parse_refusal(body: bytes) -> Refusal:
    """Return what an error answer says; empty where it is not the exchange's."""
    try:
        return parse(body, Refusal)
    except BadAnswerError:
        return Refusal()


def parse[T](body: bytes, shape: type[T]) -> T:
    """
    Return an answer's body as `shape`.

    Raises
    ------
    BadAnswerError
        If it is cut off, is a page of HTML, or is of another form.
    """
    try:
        answer = msgspec.json.decode(body, type=shape, strict=False)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise BadAnswerError(
            f"An answer of {len(body)} bytes is not of the documented form "
            f"({error}): {body[:80]!r}."
        ) from error
    return answer
