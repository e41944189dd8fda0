"""The form of the screener's answers and parameters, for the OpenAPI document."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema

from markets.api.errors import ERROR_SCHEMA
from markets.api.schema import (
    CLOCK,
    COINS,
    COINS_PARAMETERS,
    INTEGER,
    STAMP,
    TEXT,
    TIME,
    TRUTH,
    Schema,
    a_list,
    an_object,
    nullable,
    parameter,
)
from markets.engine.catalogue import METRIC_OF
from markets.engine.expressions.completion import Offer
from markets.models import ExportState
from markets.screen_choice import CLOCKS, FORMATS, LONGEST_NAME, MAX_PINNED

ERROR: Final = OpenApiResponse(response=ERROR_SCHEMA)

SCREENER: Final = an_object(
    {
        **COINS["properties"],
        "market_total": INTEGER,
        "pinned": COINS["properties"]["coins"],
    }
)
SPARKS: Final = an_object(
    {
        "sparks": {
            "type": "object",
            "description": "The last day's closes of each quarter of an hour, as "
            "whole numbers from 0 (lowest) to 100.",
            "additionalProperties": a_list(INTEGER),
        }
    }
)
_PROBLEM: Final = an_object(
    {"start": INTEGER, "end": INTEGER, "message": TEXT, "suggestion": TEXT}
)
CHECK: Final = an_object(
    {
        "ok": TRUTH,
        "normal_form": TEXT,
        "words": TEXT,
        "problems": a_list(_PROBLEM),
        "passing": nullable(INTEGER),
        "unknown": nullable(INTEGER),
        "total": nullable(INTEGER),
        "missing": a_list(an_object({"metric": TEXT, "pairs": INTEGER})),
    }
)
COMPLETIONS: Final = an_object(
    {
        "completions": a_list(
            an_object(
                {
                    "text": TEXT,
                    "label": TEXT,
                    "detail": TEXT,
                    "offer": {"type": "string", "enum": [one.value for one in Offer]},
                    "start": INTEGER,
                    "end": INTEGER,
                }
            )
        )
    }
)
_PART: Final = an_object(
    {
        "text": TEXT,
        "start": INTEGER,
        "end": INTEGER,
        "kind": {"type": "string", "enum": ["number", "condition", "text"]},
        "value": nullable({"type": "number"}),
        "is_true": nullable(TRUTH),
        "missing": a_list(TEXT),
        "parts": {"type": "array", "description": "Parts of the same form."},
    }
)
EXPLANATION: Final = an_object({**STAMP, "symbol": TEXT, "explanation": _PART})

_CHOICE: Final[dict[str, Schema]] = {
    "expression": {"type": "string", "maxLength": 2_000},
    "columns": a_list({"type": "string", "enum": list(METRIC_OF)}) | {"minItems": 1},
    "sort": TEXT,
    "clock": {"type": "string", "enum": list(CLOCKS)},
    "pinned": a_list(TEXT) | {"maxItems": MAX_PINNED},
}
SCREEN_BODY: Final[Schema] = {
    "type": "object",
    "required": ["name"],
    "properties": {"name": {"type": "string", "maxLength": LONGEST_NAME}, **_CHOICE},
    "additionalProperties": False,
}
SCREEN: Final = an_object(
    {
        "id": {"type": "string", "format": "uuid"},
        "name": TEXT,
        **_CHOICE,
        "link": nullable(TEXT),
        "updated_at": TIME,
    }
)
SHARED: Final = an_object({"name": TEXT, **_CHOICE})
SCREENS: Final = an_object({"screens": a_list(SCREEN)})
EXPORT_BODY: Final[Schema] = {
    "type": "object",
    "properties": {"format": {"type": "string", "enum": list(FORMATS)}, **_CHOICE},
    "additionalProperties": False,
}
EXPORT: Final = an_object(
    {
        "id": {"type": "string", "format": "uuid"},
        "format": {"type": "string", "enum": list(FORMATS)},
        "state": {"type": "string", "enum": list(ExportState.values)},
        "rows_done": INTEGER,
        "rows_total": INTEGER,
        "created_at": TIME,
        "expires_at": TIME,
        "file": nullable(TEXT),
    }
)
EXPORTS: Final = an_object({"exports": a_list(EXPORT)})

PINNED: Final = parameter(
    "pinned", OpenApiTypes.STR, f"At most {MAX_PINNED} symbols with commas between."
)
SCREENER_PARAMETERS: Final = (
    *(one for one in COINS_PARAMETERS if not one.name.startswith("change_1h")),
    PINNED,
)
FILE_PARAMETERS: Final = (
    *(one for one in COINS_PARAMETERS if one.name not in {"page", "limit"}),
    PINNED,
    parameter("file", OpenApiTypes.STR, "Its format.", default="csv", options=FORMATS),
)
SPARKS_PARAMETERS: Final = (
    parameter("symbols", OpenApiTypes.STR, "At most 200, with commas between."),
)
CHECK_PARAMETERS: Final = (
    parameter("text", OpenApiTypes.STR, "The expression."),
    CLOCK,
)
COMPLETE_PARAMETERS: Final = (
    parameter("text", OpenApiTypes.STR, "The expression so far."),
    parameter("cursor", OpenApiTypes.INT, "Characters before the cursor; all."),
)
EXPLAIN_PARAMETERS: Final = (
    parameter("where", OpenApiTypes.STR, "The expression."),
    CLOCK,
)


def owned(
    name: str,
    done: Mapping[Any, Any],
    *,
    body: Schema | None = None,
    parameters: Sequence[OpenApiParameter] = (),
    finds: bool = False,
    waits: bool = False,
) -> Callable[[Any], Any]:
    """
    Describe an operation on what a person owns: its answers and its errors.

    `finds` says that it may not find what the path names; `waits` that it may
    have to say «later».
    """
    responses: dict[Any, Any] = {400: ERROR, 403: ERROR, 429: ERROR, **done}
    responses |= {404: ERROR} if finds else {}
    responses |= {503: ERROR} if waits else {}
    responses |= {415: ERROR} if body is not None else {}
    request = {"application/json": body} if body is not None else None
    return extend_schema(
        operation_id=name,
        parameters=list(parameters),
        request=request,
        responses=responses,
    )
