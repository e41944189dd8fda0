"""What the answers about order books and trades hold."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from decimal import Decimal
from typing import Any, Final

import numpy as np

from markets.engine import books
from markets.engine.table import Floats
from markets.engine.tape import LARGE_QUANTILE, large_value
from markets.types import BookSnapshot, Trade

_QUANTITY_PLACES: Final = 8


def order_book(book: BookSnapshot, *, limit: int) -> dict[str, Any]:
    """Return an order book, best prices first."""
    return {
        "symbol": book.symbol,
        "last_update_id": book.last_update_id,
        "bids": book.bids[:limit],
        "asks": book.asks[:limit],
    }


def bucketed_book(
    book: BookSnapshot, *, source: str, tick_size: Decimal, bucket: Decimal, limit: int
) -> dict[str, Any]:
    """Return a book in price steps, with the pressure of both sides."""
    bids, asks = _levels(book.bids), _levels(book.asks)
    step = bucket or books.nice_step(bids, asks, tick_size)
    mid = books.mid_price(bids, asks)
    places = _places(tick_size) + 1  # the mean of two prices may need one more
    return {
        "symbol": book.symbol,
        "last_update_id": book.last_update_id,
        "source": source,
        "bucket": f"{step.normalize():f}",
        "tick_size": f"{tick_size.normalize():f}",
        "mid": None if np.isnan(mid) else f"{mid:.{places}f}",
        "spread_bps": books.spread_bps(bids, asks),
        "pressure": [asdict(one) for one in books.pressure(bids, asks)],
        "bids": _texts(books.in_buckets(bids, float(step), is_bid=True)[:limit], step),
        "asks": _texts(books.in_buckets(asks, float(step), is_bid=False)[:limit], step),
    }


def trades(symbol: str, found: Iterable[Trade]) -> dict[str, Any]:
    """Return trades, oldest first."""
    return {"symbol": symbol, "trades": [_trade(one) for one in found]}


def large_trades(symbol: str, found: Sequence[Trade], *, limit: int) -> dict[str, Any]:
    """Return the trades that are large among those found, oldest first."""
    values = [quote_value(one) for one in found]
    threshold = large_value(values)
    rows = [
        {**_trade(one), "quote_value": value}
        for one, value in zip(found, values, strict=True)
        if threshold is not None and value >= threshold
    ]
    return {
        "symbol": symbol,
        "large_quote": threshold,
        "quantile": LARGE_QUANTILE,
        "sample": len(found),
        "since": found[0].time_ms if found else None,
        "trades": rows[-limit:],
    }


def quote_value(trade: Trade) -> float:
    """Return the value of a trade in the quote asset."""
    return float(trade.price) * float(trade.quantity)


def _trade(one: Trade) -> dict[str, Any]:
    return {
        "trade_id": one.trade_id,
        "time": one.time_ms,
        "price": one.price,
        "quantity": one.quantity,
        "taker_side": one.taker_side,
    }


def _levels(side: Sequence[tuple[str, str]]) -> Floats:
    return np.array(side, np.float64).reshape(-1, 2)


def _texts(levels: Floats, step: Decimal) -> list[tuple[str, str]]:
    places = _places(step)
    return [(f"{price:.{places}f}", _plain(size)) for price, size in levels.tolist()]


# Sums of decimal quantities carry a rounding error far behind what they have.
def _plain(quantity: float) -> str:
    return f"{quantity:.{_QUANTITY_PLACES}f}".rstrip("0").rstrip(".")


def _places(step: Decimal) -> int:
    return len(f"{step.normalize():f}".partition(".")[2])
