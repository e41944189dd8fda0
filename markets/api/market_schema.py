"""The form of the answers about the market as a whole."""

from typing import Final

from drf_spectacular.types import OpenApiTypes

from markets.api.schema import (
    ASSETS,
    INTEGER,
    NUMBER,
    PRICE,
    STAMP,
    TEXT,
    a_list,
    an_object,
    nullable,
    parameter,
)
from markets.overview import DEFAULT_LIMIT, DEFAULT_WINDOW
from markets.types import WINDOWS

MAX_MOVERS: Final = 100

_ROW: Final = {
    **ASSETS,
    "price": nullable(PRICE),
    "change": nullable(NUMBER),
    "quote_volume": nullable(INTEGER),
    "relative_volume": nullable(NUMBER),
}
_MOVER: Final = an_object(_ROW)
_LEADER: Final = an_object(
    {
        **_ROW,
        "change_1d": nullable(NUMBER),
        "mark_price": nullable(PRICE),
        "funding_rate": nullable(NUMBER),
    }
)
_CATEGORY: Final = an_object(
    {
        "name": TEXT,
        "members": INTEGER,
        "mean_change": nullable(NUMBER),
        "median_change": nullable(NUMBER),
        "quote_volume_1d": INTEGER,
    }
)
OVERVIEW: Final = an_object(
    {
        **STAMP,
        "window": TEXT,
        "breadth": an_object(
            {"advancing": INTEGER, "declining": INTEGER, "unchanged": INTEGER}
        ),
        "median_change": nullable(NUMBER),
        "quote_volume_1d": INTEGER,
        "relative_volume": nullable(NUMBER),
        "leader": nullable(_LEADER),
        "strongest": nullable(_MOVER),
        "most_active": nullable(_MOVER),
        "categories": a_list(_CATEGORY),
    }
)
MOVERS: Final = an_object(
    {
        **STAMP,
        "window": TEXT,
        "unusual_window": TEXT,
        "gainers": a_list(_MOVER),
        "losers": a_list(_MOVER),
        "volume": a_list(_MOVER),
        "unusual": a_list(_MOVER),
    }
)
POPULAR: Final = an_object(
    {**STAMP, "pairs": a_list(an_object({**_ROW, "activity": NUMBER}))}
)
WINDOW: Final = parameter(
    "window",
    OpenApiTypes.STR,
    "Sliding window of the changes and volumes.",
    default=DEFAULT_WINDOW,
    options=tuple(WINDOWS),
)
LIMIT: Final = parameter(
    "limit",
    OpenApiTypes.INT,
    f"Rows of each list, at most {MAX_MOVERS}.",
    default=DEFAULT_LIMIT,
)
