"""What callers ask about order books and trades, checked."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final

from markets.api.flow_schema import BOOK_ROWS, DEFAULT_ROWS, TRADE_ROWS
from markets.api.questions import Parameters

AUTO: Final = "auto"
_WIDEST: Final = Decimal(10) ** 12


@dataclass(frozen=True, slots=True)
class BookQuestion:
    """How much of a book; `bucket` is a price step, 0 where we choose it."""

    limit: int
    bucket: Decimal | None


@dataclass(frozen=True, slots=True)
class TradesQuestion:
    """How many trades, and from which value in the quote asset."""

    limit: int
    min_quote: float


def book_question(given: Mapping[str, str], *, tick_size: Decimal) -> BookQuestion:
    """Read the parameters of an order book; raises ValidationError."""
    read = Parameters(given)
    limit = read.integer("limit", DEFAULT_ROWS, low=1, high=BOOK_ROWS)
    text = read.text("bucket", longest=40)
    bucket = None
    if text == AUTO:
        bucket = Decimal(0)
    elif text:
        bucket = _multiple(text, tick_size)
        if bucket is None:
            read.refuse(
                "bucket",
                f"bucket is {text!r}; it must be auto or a multiple of the tick size, "
                f"{tick_size:f}.",
            )
    read.done()
    return BookQuestion(limit, bucket)


def trades_question(given: Mapping[str, str]) -> TradesQuestion:
    """Read the parameters of a list of trades; raises ValidationError."""
    read = Parameters(given)
    question = TradesQuestion(
        limit=read.integer("limit", DEFAULT_ROWS, low=1, high=TRADE_ROWS),
        min_quote=read.number("min_quote", 0.0, low=0.0),
    )
    read.done()
    return question


def _multiple(text: str, tick_size: Decimal) -> Decimal | None:
    try:
        step = Decimal(text)
    except InvalidOperation:
        return None
    is_sound = step.is_finite() and tick_size <= step <= _WIDEST
    return step.normalize() if is_sound and step % tick_size == 0 else None
