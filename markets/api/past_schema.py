"""The form of answers about past days, for the OpenAPI document."""

from typing import Final

from drf_spectacular.types import OpenApiTypes

from markets.api.past_questions import DEFAULT_DAYS, MAX_DAYS
from markets.api.questions import MAX_LIMIT
from markets.api.schema import (
    INTEGER,
    MARKET,
    TEXT,
    TIME,
    TRUTH,
    Schema,
    a_list,
    an_object,
    nullable,
    parameter,
)

_DATES: Final = a_list({"type": "string", "format": "date"})
_STRETCH: Final[dict[str, Schema]] = {
    "start": TIME | {"description": "The close at which it began, UTC milliseconds."},
    "end": TIME | {"description": "The close at which it was over."},
    "is_open": TRUTH | {"description": "Whether the stored minutes ended before."},
}
HISTORY: Final = an_object(
    {
        "venue": TEXT,
        "market": MARKET,
        "where": TEXT | {"description": "The expression in its normal form."},
        "from": TIME,
        "to": TIME,
        "page": INTEGER,
        "limit": INTEGER,
        "total": INTEGER | {"description": "Episodes on all pages."},
        "pages": INTEGER,
        "episodes": a_list(an_object({"symbol": TEXT, **_STRETCH})),
        "pairs": a_list(
            an_object(
                {
                    "symbol": TEXT,
                    "episodes": INTEGER,
                    "true_minutes": INTEGER,
                    "unknown_minutes": INTEGER,
                    "minutes": INTEGER,
                }
            )
        ),
        "truth": nullable(
            a_list(an_object({**_STRETCH, "value": nullable(TRUTH)}))
            | {"description": "Of one pair, when asked: every minute, in stretches."}
        ),
        "missing_days": _DATES,
        "outdated_days": _DATES,
    }
)
HISTORY_PARAMETERS: Final = (
    parameter("where", OpenApiTypes.STR, "The expression, a condition."),
    parameter(
        "from",
        OpenApiTypes.INT,
        f"First minute, UTC ms; by default {DEFAULT_DAYS} days before the end.",
    ),
    parameter(
        "to",
        OpenApiTypes.INT,
        f"End, not in it, UTC ms; at most {MAX_DAYS} days after the start. By "
        "default the end of the last stored day.",
    ),
    parameter("symbol", OpenApiTypes.STR, "One pair; all where it is not given."),
    parameter("page", OpenApiTypes.INT, "Page of the episodes.", default=1),
    parameter(
        "limit", OpenApiTypes.INT, f"Episodes a page, up to {MAX_LIMIT}.", default=100
    ),
)
