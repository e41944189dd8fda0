"""The form of candles and their analysis, for the OpenAPI document."""

from typing import Final

from drf_spectacular.types import OpenApiTypes

from markets.analysis.rules import Side
from markets.api.candle_questions import ANALYSED, DEFAULT_ANALYSED, REACHES
from markets.api.schema import (
    ASSETS,
    CELL,
    CLOCK,
    INTEGER,
    NUMBER,
    PRICE,
    STAMP,
    TEXT,
    TIME,
    TRUTH,
    a_list,
    an_object,
    nullable,
    parameter,
)
from markets.engine.indicators.along import GROUPS
from markets.types import TIMEFRAMES

CANDLE: Final = an_object(
    {
        "open_time": TIME,
        "open": PRICE,
        "high": PRICE,
        "low": PRICE,
        "close": PRICE,
        "volume": NUMBER,
        "quote_volume": nullable(NUMBER),
        "trade_count": nullable(INTEGER),
        "taker_buy_volume": nullable(NUMBER),
        "taker_buy_quote_volume": nullable(NUMBER),
        "is_closed": TRUTH,
    }
)
CANDLES: Final = an_object(
    {
        "symbol": TEXT,
        "timeframe": TEXT,
        "has_older": nullable(TRUTH),
        "candles": a_list(CANDLE),
        "indicators": {
            "type": "object",
            "description": "Values of each candle by the indicator's name, null "
            "where there is none; prices in the quote asset, at full precision.",
            "additionalProperties": a_list(nullable(NUMBER)),
        },
    }
)
CANDLES_PARAMETERS: Final = (
    parameter("timeframe", OpenApiTypes.STR, "Length of a candle.",
               default="1m", options=tuple(TIMEFRAMES)),
    parameter("limit", OpenApiTypes.INT, "At most 1,500.", default=500),
    parameter("start", OpenApiTypes.INT, "Earliest open time, UTC ms."),
    parameter("end", OpenApiTypes.INT, "Open times before this, UTC ms."),
    parameter("indicators", OpenApiTypes.STR,
               "Names with commas between, such as `ema_21,bb,rsi_14,macd`: metrics "
               "of candles without their timeframe, and the groups "
               f"{', '.join(f'`{name}`' for name in GROUPS)}. Earlier candles warm "
               "them up. The candle being formed is then among the candles."),
    parameter("reach", OpenApiTypes.STR,
               "`exchange` asks it for what the store lacks, back to the listing; "
               "only then `has_older` says whether there is more.",
               default="store", options=REACHES),
)  # fmt: skip
ANALYSIS_PARAMETERS: Final = (
    CLOCK,
    parameter("timeframes", OpenApiTypes.STR,
               f"With commas between, of {', '.join(ANALYSED)}.",
               default=",".join(DEFAULT_ANALYSED)),
)  # fmt: skip
_FINDING: Final = an_object(
    {
        "side": {"type": "string", "enum": [side.value for side in Side]},
        "sentence": TEXT,
        "metrics": {"type": "object", "additionalProperties": CELL},
        "source": TEXT,
    }
)
_SUMMARY: Final = an_object(
    {
        "up": INTEGER,
        "down": INTEGER,
        "neutral": INTEGER,
        "unknown": INTEGER | {"description": "Rules that lack a number."},
        "findings": a_list(_FINDING),
    }
)
ANALYSIS: Final = an_object(
    {
        **STAMP,
        **ASSETS,
        "price": CELL,
        "timeframes": {
            "type": "object",
            "additionalProperties": an_object(
                {
                    "metrics": {"type": "object", "additionalProperties": CELL},
                    "summary": _SUMMARY,
                }
            ),
        },
    }
)
