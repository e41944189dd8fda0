"""Frames of the live stream to market events."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple

import msgspec

from markets.errors import BadAnswerError
from markets.exchanges.binance.wire import (
    USDM_SYMBOL_TYPE,
    AggTradeShape,
    ContractInfoShape,
    DepthShape,
    EnvelopeShape,
    ForceOrderShape,
    KlineEventShape,
    MarkPriceShape,
    MiniTickerShape,
)
from markets.types import (
    BookUpdate,
    Candle,
    ContractChange,
    Liquidation,
    MarketEvent,
    MarkPrice,
    ServerShutdown,
    StreamKind,
    Symbol,
    Ticker,
    Trade,
)

_NAME_STARTS: Final = len(b'{"stream":"')
_MAX_KNOWN_NAMES: Final = 20_000
_MALFORMED: Final = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)


class Frame(NamedTuple):
    """Events of one frame; `kind` is None for what concerns the socket alone."""

    kind: StreamKind | None
    events: Sequence[MarketEvent]
    foreign: int = 0
    """Rows of another market, left out."""


class Reply(NamedTuple):
    """The answer to one of our own messages; `error` is empty when accepted."""

    error: str


Payload = Callable[[bytes | msgspec.Raw], Frame]


class FrameDecoder:
    """
    Decodes the frames of one socket.

    The first bytes of a combined frame name its stream. They are looked up as
    they stand, so that a frame of a known stream is decoded once and straight
    into its type.
    """

    def __init__(self) -> None:
        self._known: dict[bytes, Payload] = {}

    def decode(self, frame: bytes) -> Frame | Reply:
        """
        Return the events of one frame, or the answer to one of our messages.

        Parameters
        ----------
        frame
            The text of one frame, combined (``{"stream": …, "data": …}``) or raw.

        Raises
        ------
        BadAnswerError
            If the frame is cut off, is not of the documented form, or holds a
            number that is negative, infinite or not a number.
        """
        head = frame[: frame.find(b'"', _NAME_STARTS)]
        known = self._known.get(head)
        try:
            if known is not None:
                return known(frame)
            return self._decode_unknown(head, frame)
        except _MALFORMED as error:
            raise BadAnswerError(
                f"A frame of {len(frame)} bytes is not of the documented form "
                f"({error}): {frame[:80]!r}."
            ) from error

    def _decode_unknown(self, head: bytes, frame: bytes) -> Frame | Reply:
        if frame.lstrip()[:1] == b"[":
            return _raw_array(frame)
        envelope = _ENVELOPE.decode(frame)
        if envelope.stream:
            shape = _shape_of_stream(envelope.stream)
            if len(self._known) < _MAX_KNOWN_NAMES and head.endswith(
                envelope.stream.encode()
            ):
                self._known[head] = shape.combined
            return shape.raw(envelope.data)
        if envelope.event:
            return _shape_of_event(_BY_EVENT, envelope.event).raw(frame)
        return _reply(envelope)


class _Shape(NamedTuple):
    # One kind of message, inside a combined frame and by itself.
    combined: Payload
    raw: Payload


def _shape(of: Any, build: Callable[[Any], Frame]) -> _Shape:
    # `Any` because mypy cannot carry the shape through a generic Struct made at
    # run time; both functions return a typed Frame.
    combined: Any = msgspec.json.Decoder(
        msgspec.defstruct("Combined", [("data", of)], gc=False), strict=False
    )
    raw = msgspec.json.Decoder(of, strict=False)
    return _Shape(
        lambda frame: build(combined.decode(frame).data),
        lambda frame: build(raw.decode(frame)),
    )


def _build_kline(event: KlineEventShape) -> Frame:
    kline = event.kline
    kline.event_time_ms = event.event_time_ms
    # One call in C; a frozen dataclass built in Python costs twice as much.
    candle = msgspec.convert(kline, Candle, from_attributes=True)
    return Frame(StreamKind.KLINE, (candle,))


def _build_tickers(rows: list[MiniTickerShape]) -> Frame:
    own = [row for row in rows if row.symbol_type == USDM_SYMBOL_TYPE]
    tickers = [msgspec.convert(row, Ticker, from_attributes=True) for row in own]
    return Frame(StreamKind.TICKER, tickers, len(rows) - len(own))


def _build_mark_prices(rows: list[MarkPriceShape]) -> Frame:
    own = [row for row in rows if row.symbol_type == USDM_SYMBOL_TYPE]
    marks = [
        MarkPrice(
            symbol=Symbol(row.symbol),
            event_time_ms=row.event_time_ms,
            mark_price=row.mark_price,
            index_price=row.index_price,
            funding_rate=_funding_rate(row.funding_rate),
            next_funding_time_ms=row.next_funding_time_ms,
        )
        for row in own
    ]
    return Frame(StreamKind.MARK_PRICE, marks, len(rows) - len(own))


def _funding_rate(text: str) -> float:
    # Delivery contracts have none.
    if not text:
        return math.nan
    return _finite(text)


def _finite(text: str) -> float:
    try:
        number = float(text)
    except ValueError as error:
        raise msgspec.ValidationError(f"{text!r} is not a number") from error
    if not math.isfinite(number):
        raise msgspec.ValidationError(f"{text!r} is not finite")
    return number


def _build_liquidation(event: ForceOrderShape) -> Frame:
    if event.symbol_type != USDM_SYMBOL_TYPE:
        return Frame(StreamKind.LIQUIDATION, (), 1)
    order = event.order
    liquidation = Liquidation(
        symbol=Symbol(order.symbol),
        event_time_ms=event.event_time_ms,
        side=order.side.lower(),
        # What was paid; the order's own price is the bankruptcy price.
        price=order.average_price or order.price,
        quantity=order.quantity,
    )
    return Frame(StreamKind.LIQUIDATION, (liquidation,))


def _build_contract(event: ContractInfoShape) -> Frame:
    if event.symbol_type != USDM_SYMBOL_TYPE:
        return Frame(StreamKind.CONTRACT, (), 1)
    change = ContractChange(Symbol(event.symbol), event.event_time_ms, event.status)
    return Frame(StreamKind.CONTRACT, (change,))


def _build_trade(event: AggTradeShape) -> Frame:
    if _finite(event.price) <= 0 or _finite(event.quantity) < 0:
        raise msgspec.ValidationError(
            f"a trade of {event.quantity!r} at {event.price!r}"
        )
    trade = Trade(
        symbol=Symbol(event.symbol),
        trade_id=event.trade_id,
        time_ms=event.time_ms,
        price=event.price,
        quantity=event.quantity,
        taker_side="sell" if event.buyer_is_maker else "buy",
    )
    return Frame(StreamKind.TRADE, (trade,))


def _build_book(event: DepthShape) -> Frame:
    update = msgspec.convert(event, BookUpdate, from_attributes=True)
    return Frame(StreamKind.BOOK, (update,))


def _reply(envelope: EnvelopeShape) -> Reply:
    refusal = envelope.error
    if refusal is not None:
        return Reply(f"{refusal.msg} (code {refusal.code})")
    if envelope.code is not None:
        return Reply(f"{envelope.msg} (code {envelope.code})")
    if envelope.id is None:
        raise msgspec.ValidationError("neither an event nor an answer")
    return Reply("")


def _build_shutdown(event: EnvelopeShape) -> Frame:
    return Frame(None, (ServerShutdown(event.event_time_ms),))


_ENVELOPE: Final = msgspec.json.Decoder(EnvelopeShape, strict=False)
_ARRAYS: Final = msgspec.json.Decoder(list[EnvelopeShape], strict=False)

_KLINE: Final = _shape(KlineEventShape, _build_kline)
_TICKERS: Final = _shape(list[MiniTickerShape], _build_tickers)
_MARK_PRICES: Final = _shape(list[MarkPriceShape], _build_mark_prices)
_LIQUIDATION: Final = _shape(ForceOrderShape, _build_liquidation)
_CONTRACT: Final = _shape(ContractInfoShape, _build_contract)
_TRADE: Final = _shape(AggTradeShape, _build_trade)
_BOOK: Final = _shape(DepthShape, _build_book)
_SHUTDOWN: Final = _shape(EnvelopeShape, _build_shutdown)

_BY_STREAM: Final = {
    "!miniTicker@arr": _TICKERS,
    "!markPrice@arr": _MARK_PRICES,
    "!markPrice@arr@1s": _MARK_PRICES,
    "!forceOrder@arr": _LIQUIDATION,
    "!contractInfo": _CONTRACT,
    "!serverShutdown": _SHUTDOWN,
}
_BY_SUFFIX: Final = {
    "kline_1m": _KLINE,
    "depth": _BOOK,
    "depth@100ms": _BOOK,
    "aggTrade": _TRADE,
}
_BY_EVENT: Final = {
    "kline": _KLINE,
    "forceOrder": _LIQUIDATION,
    "contractInfo": _CONTRACT,
    "aggTrade": _TRADE,
    "depthUpdate": _BOOK,
    "serverShutdown": _SHUTDOWN,
}
_BY_ROW_EVENT: Final = {
    "24hrMiniTicker": _TICKERS,
    "markPriceUpdate": _MARK_PRICES,
}


def _shape_of_stream(name: str) -> _Shape:
    shape = _BY_STREAM.get(name) or _BY_SUFFIX.get(name.partition("@")[2])
    if shape is None:
        raise msgspec.ValidationError(f"nobody subscribes to the stream {name!r}")
    return shape


def _raw_array(frame: bytes) -> Frame:
    rows = _ARRAYS.decode(frame)
    if not rows:
        return Frame(None, ())
    return _shape_of_event(_BY_ROW_EVENT, rows[0].event).raw(frame)


def _shape_of_event(shapes: Mapping[str, _Shape], event: str) -> _Shape:
    shape = shapes.get(event)
    if shape is None:
        raise msgspec.ValidationError(f"the event {event!r} is not known")
    return shape
