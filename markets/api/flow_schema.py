"""The form of the answers about order books and trades."""

from typing import Final

from drf_spectacular.types import OpenApiTypes

from markets.api.schema import (
    INTEGER,
    NUMBER,
    PRICE,
    TEXT,
    TIME,
    TRUTH,
    Schema,
    a_list,
    an_object,
    nullable,
    parameter,
)
from markets.engine.books import BUCKETS_A_SIDE, WITHIN_PCT
from markets.engine.tape import LARGE_QUANTILE, LEAST_TRADES

BOOK_ROWS: Final = 1_000
TRADE_ROWS: Final = 1_000
DEFAULT_ROWS: Final = 100

_LEVELS: Final = a_list({"type": "array", "items": PRICE, "minItems": 2, "maxItems": 2})
_PRESSURE: Final = an_object(
    {
        "within_pct": NUMBER,
        "bid_value": NUMBER,
        "ask_value": NUMBER,
        "imbalance": nullable(NUMBER),
        "is_whole": TRUTH,
    }
) | {
    "description": "Value in the quote asset that waits within so many percent of "
    "the mid price; imbalance is (bids − asks) / (bids + asks). Where is_whole is "
    "false the book that is known ends nearer, and there may be more."
}
_BOOK: Final = an_object(
    {"symbol": TEXT, "last_update_id": INTEGER, "bids": _LEVELS, "asks": _LEVELS}
)
_BUCKETS: Final = an_object(
    {
        "symbol": TEXT,
        "last_update_id": INTEGER,
        "source": {"type": "string", "enum": ["exchange", "simulated"]},
        "bucket": PRICE,
        "tick_size": PRICE,
        "mid": nullable(PRICE),
        "spread_bps": nullable(NUMBER),
        "pressure": a_list(_PRESSURE),
        "bids": _LEVELS,
        "asks": _LEVELS,
    }
)
ORDER_BOOK: Final[Schema] = {"oneOf": [_BOOK, _BUCKETS]}

_TRADE: Final = {
    "trade_id": INTEGER,
    "time": TIME,
    "price": PRICE,
    "quantity": PRICE,
    "taker_side": {"type": "string", "enum": ["buy", "sell"]},
}
TRADES: Final = an_object({"symbol": TEXT, "trades": a_list(an_object(_TRADE))})
LARGE_TRADES: Final = an_object(
    {
        "symbol": TEXT,
        "large_quote": nullable(NUMBER),
        "quantile": NUMBER,
        "sample": INTEGER,
        "since": nullable(TIME),
        "trades": a_list(an_object({**_TRADE, "quote_value": NUMBER})),
    }
) | {
    "description": f"large_quote is the {LARGE_QUANTILE:.0%} quantile of the values of "
    f"the sample, the latest {TRADE_ROWS} trades; null with fewer than {LEAST_TRADES}."
}

LIMIT: Final = parameter(
    "limit",
    OpenApiTypes.INT,
    f"Levels or buckets a side, at most {BOOK_ROWS}.",
    default=DEFAULT_ROWS,
)
BUCKET: Final = parameter(
    "bucket",
    OpenApiTypes.STR,
    "Sum the levels into price steps: a multiple of the tick size, or `auto` for one "
    f"that makes about {BUCKETS_A_SIDE} a side. The pressure of both sides within "
    f"{', '.join(f'{one:g}' for one in WITHIN_PCT)} % of the mid price comes with it.",
)
TRADE_LIMIT: Final = parameter(
    "limit", OpenApiTypes.INT, f"At most {TRADE_ROWS}.", default=DEFAULT_ROWS
)
MIN_QUOTE: Final = parameter(
    "min_quote",
    OpenApiTypes.DOUBLE,
    f"Only trades of this value or more, of the latest {TRADE_ROWS}.",
)
