"""The form of every answer and parameter, for the OpenAPI document."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema

from markets.api.errors import ERROR_SCHEMA
from markets.api.questions import MAX_LIMIT
from markets.engine.catalogue import METRIC_OF
from markets.screen_choice import DEFAULT_COLUMNS

Schema = dict[str, Any]

TEXT: Final[Schema] = {"type": "string"}
INTEGER: Final[Schema] = {"type": "integer"}
NUMBER: Final[Schema] = {"type": "number"}
TRUTH: Final[Schema] = {"type": "boolean"}
PRICE: Final[Schema] = {"type": "string", "description": "Decimal text."}
TIME: Final[Schema] = {"type": "integer", "description": "UTC milliseconds."}
CELL: Final[Schema] = {
    "description": "A number, a price as decimal text, or null where unknown.",
    "oneOf": [{"type": "number"}, {"type": "string"}, {"type": "null"}],
}


def an_object(
    properties: Mapping[str, Schema], *, more: Schema | None = None
) -> Schema:
    """Return the schema of an object whose named properties are all there."""
    schema: Schema = {
        "type": "object",
        "required": list(properties),
        "properties": dict(properties),
    }
    return schema | ({} if more is None else {"additionalProperties": more})


def a_list(items: Schema) -> Schema:
    """Return the schema of a list."""
    return {"type": "array", "items": items}


def nullable(schema: Schema) -> Schema:
    """Return a schema that allows null as well."""
    return {"oneOf": [schema, {"type": "null"}]}


MARKET: Final = an_object({"key": TEXT, "label": TEXT})
STAMP: Final[Mapping[str, Schema]] = {
    "venue": TEXT, "market": MARKET, "clock": TEXT, "as_of": TIME,
}  # fmt: skip
ASSETS: Final[Mapping[str, Schema]] = {
    "symbol": TEXT, "base_asset": TEXT, "quote_asset": TEXT,
}  # fmt: skip
COINS: Final = an_object(
    {
        **STAMP,
        "page": INTEGER,
        "limit": INTEGER,
        "total": INTEGER,
        "pages": INTEGER,
        "columns": a_list(TEXT),
        "coins": a_list(an_object(ASSETS, more=CELL)),
    }
)
COIN: Final = an_object(
    {
        **STAMP,
        **ASSETS,
        "metrics": {"type": "object", "additionalProperties": CELL},
    }
)
CATALOGUE: Final = an_object(
    {
        "metrics": a_list(
            an_object(
                {
                    "name": TEXT,
                    "label": TEXT,
                    "group": TEXT,
                    "unit": TEXT,
                    "decimals": nullable(INTEGER),
                    "meaning": TEXT,
                    "source": TEXT,
                    "window": nullable(TEXT),
                    "timeframe": nullable(TEXT),
                    "warm_up": nullable(INTEGER),
                }
            )
        )
    }
)
SYMBOLS: Final = an_object(
    {
        "venue": TEXT,
        "market": MARKET,
        "symbols": a_list(
            an_object(
                {
                    **ASSETS,
                    "status": TEXT,
                    "contract_type": TEXT,
                    "tick_size": PRICE,
                    "step_size": PRICE,
                    "min_notional": nullable(PRICE),
                    "listed_at": nullable(TIME),
                    "delisted_at": nullable(TIME),
                    "categories": a_list(TEXT),
                }
            )
        ),
    }
)
HOURS: Final = an_object(
    dict.fromkeys(("expected", "stream", "rest", "halted", "missing", "late"), INTEGER)
)
LEDGER: Final = an_object(
    {
        "venue": TEXT,
        "market": MARKET,
        "day": {"type": "string", "format": "date"},
        "total": HOURS,
        "pairs": a_list(an_object({"symbol": TEXT, "hours": a_list(HOURS)})),
    }
)
HEALTH: Final = an_object(
    {
        "status": {"type": "string", "enum": ["ok", "degraded"]},
        "parts": a_list(
            an_object(
                {
                    "name": TEXT,
                    "status": {"type": "string", "enum": ["ok", "degraded"]},
                    "message": TEXT,
                }
            )
        ),
    }
)


def parameter(
    name: str,
    kind: OpenApiTypes,
    meaning: str,
    *,
    default: Any = None,
    options: Any = None,
) -> OpenApiParameter:
    """Return the description of a parameter of the query."""
    return OpenApiParameter(
        name, kind, description=meaning, default=default, enum=options
    )


PAGE: Final = (
    parameter("page", OpenApiTypes.INT, "From 1.", default=1),
    parameter("limit", OpenApiTypes.INT, f"Rows a page, at most {MAX_LIMIT}.",
               default=50),
)  # fmt: skip
CLOCK: Final = parameter(
    "clock", OpenApiTypes.STR,
    "Which table: the price now, or windows that end with the last closed minute.",
    default="live", options=("live", "closed"),
)  # fmt: skip
COINS_PARAMETERS: Final = (
    *PAGE,
    CLOCK,
    parameter("sort", OpenApiTypes.STR,
               "`symbol` or a metric, falling with a minus before it.",
               default="-quote_volume_1d"),
    parameter("search", OpenApiTypes.STR, "Part of the symbol."),
    parameter("where", OpenApiTypes.STR,
               "An expression that must be true, such as `change_1h >= 1.6`."),
    parameter("columns", OpenApiTypes.STR,
               "Metrics with commas between, of /api/metrics/catalogue.",
               default=",".join(DEFAULT_COLUMNS)),
    parameter("change_1h_min", OpenApiTypes.DOUBLE,
               "Lowest value; any metric can stand before `_min`."),
    parameter("change_1h_max", OpenApiTypes.DOUBLE,
               "Highest value; any metric can stand before `_max`."),
)  # fmt: skip
LEDGER_PARAMETERS: Final = (
    parameter("day", OpenApiTypes.DATE, "UTC day; today where it is not given."),
    parameter("symbol", OpenApiTypes.STR, "One pair; all where it is not given."),
)


def answers(
    name: str,
    schema: Schema,
    *parameters: OpenApiParameter,
    finds: bool = False,
    waits: bool = True,
) -> Callable[[Any], Any]:
    """
    Describe a view: its name, its answer, its errors, its parameters.

    `finds` says that it may not find what the path names; `waits` that it may
    have to say «later».
    """
    error = OpenApiResponse(response=ERROR_SCHEMA)
    responses: dict[int, Any] = {200: schema, 304: None, 400: error, 429: error}
    responses |= {404: error} if finds else {}
    responses |= {503: error} if waits else {}
    return extend_schema(
        operation_id=name, parameters=list(parameters), responses=responses
    )


assert "change_1h" in METRIC_OF  # noqa: S101 - the documented example must exist
