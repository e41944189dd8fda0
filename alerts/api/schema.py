"""The form of what alerts answer and are told, for the OpenAPI document."""

from typing import Any, Final

from drf_spectacular.types import OpenApiTypes

from alerts.alert_content import (
    LONGEST_SYMBOL,
    MOST_COOL_DOWN,
    MOST_DESTINATIONS,
    MOST_FALSE_CLOSES,
    MOST_REMIND,
    AlertContent,
)
from alerts.api.base import MOST_ROWS
from alerts.models.rules import LONGEST_NAME
from alerts.rules.form_conditions import Operator
from alerts.rules.templates import LONGEST_TEMPLATE
from alerts.selectors.alerts import AlertState
from alerts.types import (
    Clock,
    DeliveryState,
    DestinationKind,
    Mode,
    Reason,
    Scope,
    Side,
)
from markets.api.schema import (
    INTEGER,
    NUMBER,
    TEXT,
    TIME,
    TRUTH,
    Schema,
    a_list,
    an_object,
    nullable,
    parameter,
)
from markets.engine.expressions.limits import MAX_CHARACTERS
from markets.types import TIMEFRAMES

UUID: Final[Schema] = {"type": "string", "format": "uuid"}
MOMENT: Final[Schema] = {"type": "string", "format": "date-time"}
FIGURE: Final = nullable(NUMBER)


def words(options: Any) -> Schema:
    """Return the schema of a closed set of words."""
    return {"type": "string", "enum": [str(one) for one in options]}


def body(properties: dict[str, Schema], *needed: str) -> Schema:
    """Return the schema of what is sent; nothing else may stand in it."""
    schema: Schema = {
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
    }
    return schema | ({"required": list(needed)} if needed else {})


FORM: Final[Schema] = {
    "type": "object",
    "required": ["metric", "operator", "value"],
    "properties": {
        "metric": TEXT,
        "operator": words(Operator),
        "value": NUMBER,
        "high": nullable(NUMBER),
        "window": nullable(TEXT),
        "hysteresis_pct": nullable(NUMBER),
    },
}
_QUIET: Final = an_object({"start": TEXT, "end": TEXT})
_CONTENT: Final[dict[str, Schema]] = {
    "name": {"type": "string", "maxLength": LONGEST_NAME},
    "scope": words(Scope),
    "symbol": {"type": "string", "maxLength": LONGEST_SYMBOL},
    "watchlist": nullable(UUID),
    "screen": nullable(UUID),
    "form": nullable(FORM)
    | {"description": "The simple form; it writes `expression` where it is given."},
    "expression": {"type": "string", "maxLength": MAX_CHARACTERS},
    "closes_when": {"type": "string", "maxLength": MAX_CHARACTERS},
    "clock": words(Clock),
    "timeframe": words(TIMEFRAMES),
    "mode": words(Mode),
    "remind_minutes": {"type": "integer", "minimum": 0, "maximum": MOST_REMIND},
    "cool_down_minutes": {"type": "integer", "minimum": 0, "maximum": MOST_COOL_DOWN},
    "false_closes": {"type": "integer", "minimum": 1, "maximum": MOST_FALSE_CLOSES},
    "escalate_step": nullable(NUMBER),
    "starts_at": nullable(MOMENT),
    "expires_at": nullable(MOMENT),
    "quiet": nullable(_QUIET),
    "time_zone": {"type": "string", "maxLength": 64},
    "template": {"type": "string", "maxLength": LONGEST_TEMPLATE},
    "destinations": a_list(UUID) | {"maxItems": MOST_DESTINATIONS},
    "is_enabled": TRUTH,
}
assert _CONTENT.keys() == set(AlertContent.__slots__)  # noqa: S101 - all of it is told

ALERT_CHANGES: Final = body(_CONTENT)
ALERT_BODY: Final = body(_CONTENT, "name")
_SHARE: Final = nullable(
    an_object({"count": INTEGER, "share": NUMBER, "low": NUMBER, "high": NUMBER})
)
MEASURED: Final = a_list(
    an_object(
        {
            "version": TEXT,
            "since_ms": TIME,
            "fires": INTEGER,
            "measured": INTEGER,
            "mean_1h": nullable(NUMBER),
            "up_1h": _SHARE,
            "hit": _SHARE,
            "held_at_close": _SHARE,
        }
    )
) | {"description": "What came after its own episodes, by version, newest first."}
ALERT: Final = an_object(
    {
        "id": INTEGER,
        **_CONTENT,
        "words": TEXT | {"description": "The condition in plain words."},
        "state": words(AlertState),
        "open_pairs": INTEGER,
        "last_fired_ms": nullable(TIME),
        "fired_total": INTEGER,
        "measured": MEASURED,
        "version": TEXT,
        "created_at": MOMENT,
        "updated_at": MOMENT,
    }
)
ALERTS: Final = an_object({"alerts": a_list(ALERT)})
FILE: Final = an_object({"version": INTEGER, "alerts": a_list(an_object(_CONTENT))})
FILE_BODY: Final = body(
    {"version": INTEGER, "alerts": a_list(ALERT_BODY) | {"minItems": 1}}, "alerts"
)
LIMITS: Final = an_object(
    {"most": INTEGER, "used": INTEGER, "messages_an_hour": INTEGER}
)
TESTS: Final = an_object(
    {"deliveries": a_list(an_object({"id": UUID, "destination": UUID}))}
)

_RULE: Final[Schema] = {
    "type": "object",
    "required": ["kind", "name"],
    "properties": {
        "kind": words(("alert", "signal")),
        "id": nullable(INTEGER),
        "slug": TEXT,
        "name": TEXT,
    },
}
_OUTCOME: Final = an_object(
    {
        **dict.fromkeys(
            ("return_15m", "return_1h", "return_4h", "return_24h"), nullable(NUMBER)
        ),
        "has_hit": nullable(TRUTH),
        "was_true_at_close": nullable(TRUTH),
    }
)
_SENT: Final = an_object(
    {
        "destination": TEXT,
        "kind": words(DestinationKind),
        "state": words(DeliveryState),
        "last_error": TEXT,
    }
)
_EPISODE: Final[dict[str, Schema]] = {
    "id": INTEGER,
    "rule": _RULE,
    "symbol": TEXT,
    "side": words(Side),
    "clock": words(Clock),
    "timeframe": TEXT,
    "opened_ms": TIME,
    "closed_ms": nullable(TIME),
    "price": FIGURE,
    "metric": TEXT,
    "value": FIGURE,
    "extreme": FIGURE,
    "escalations": INTEGER,
    "is_late": TRUTH,
    "delay_ms": INTEGER,
    "values": {"type": "object", "additionalProperties": nullable(NUMBER)},
    "words": TEXT,
    "outcome": nullable(_OUTCOME),
}
SIGNAL_EPISODES: Final = an_object(
    {"signals": a_list(an_object(_EPISODE)), "next": nullable(TEXT)}
)
EPISODES: Final = an_object(
    {
        "episodes": a_list(an_object({**_EPISODE, "deliveries": a_list(_SENT)})),
        "next": nullable(TEXT),
    }
)
PAGE: Final = (
    parameter("limit", OpenApiTypes.INT, f"Rows, at most {MOST_ROWS}.", default=100),
    parameter("before", OpenApiTypes.STR, "`next` of the answer before."),
)
HISTORY: Final = (
    *PAGE,
    parameter("symbol", OpenApiTypes.STR, "One pair; all where it is not given."),
    parameter("since", OpenApiTypes.INT, "First opening, UTC ms."),
)
SIGNALS: Final = (
    *HISTORY,
    parameter("type", OpenApiTypes.STR, "The slug of one signal."),
    parameter("side", OpenApiTypes.STR, "Which way they point.", options=list(Side)),
)

CHOICE: Final = an_object({"destinations": a_list(UUID)})
CHOICE_BODY: Final = body(
    {"destinations": a_list(UUID) | {"maxItems": MOST_DESTINATIONS}}, "destinations"
)

_HORIZON: Final = an_object(
    {
        "minutes": INTEGER,
        "count": INTEGER,
        **dict.fromkeys(
            ("mean", "median", "share_up", "base_share_up", "low", "high"), FIGURE
        ),
    }
)
_HIT: Final = an_object(
    {
        "target_pct": NUMBER,
        "stop_pct": NUMBER,
        "horizon_minutes": INTEGER,
        "hits": INTEGER,
        "count": INTEGER,
        "undecided": INTEGER,
        **dict.fromkeys(("rate", "low", "high", "base_rate"), FIGURE),
    }
)
_FIRE: Final = an_object(
    {"symbol": TEXT, "at_ms": TIME, "price": FIGURE, "path": a_list(FIGURE)}
)
RECORD: Final = an_object(
    {
        "days": NUMBER,
        "fires": INTEGER,
        "fires_a_day": FIGURE,
        "pairs": INTEGER,
        "horizons": a_list(_HORIZON),
        "hit": _HIT,
        "is_little_data": TRUTH,
        "sentence": TEXT,
        "fires_list": a_list(_FIRE),
        "path_minutes": a_list(INTEGER),
        "missing_days": a_list({"type": "string", "format": "date"}),
    }
)
_UNDERSTOOD: Final = {
    "now": nullable(
        an_object({"symbol": TEXT, "value": FIGURE, "distance": FIGURE, "words": TEXT})
    ),
    "normal_form": TEXT,
    "words": TEXT,
}
PREVIEW: Final = an_object(
    {
        "record": nullable(RECORD),
        **_UNDERSTOOD,
        "problems": a_list(an_object({"message": TEXT}))
        | {"description": "Why there is no record, where there is none."},
    }
)
_PART: Final = an_object(
    {
        "text": TEXT,
        "start": INTEGER,
        "end": INTEGER,
        "kind": words(("number", "condition", "text")),
        "value": FIGURE,
        "is_true": nullable(TRUTH),
        "missing": a_list(TEXT),
        "parts": {"type": "array", "description": "Parts of the same form."},
    }
)
EXPLANATION: Final = an_object(
    {
        "reason": words(Reason),
        "sentence": TEXT,
        "at_ms": TIME,
        "nearest": nullable(
            an_object(
                {"text": TEXT, "value": FIGURE, "limit": FIGURE, "distance": FIGURE}
            )
        ),
        "missing": a_list(TEXT),
        "explanation": nullable(_PART),
        "episode": nullable(INTEGER),
    }
)
EXPLAIN: Final = (
    parameter("alert", OpenApiTypes.INT, "The id of an alert of the caller."),
    parameter("signal", OpenApiTypes.STR, "Or the slug of a signal."),
    parameter("symbol", OpenApiTypes.STR, "The pair."),
    parameter("at", OpenApiTypes.INT, "A minute of the last 7 days, UTC ms."),
)
JOB: Final = an_object({"job": TEXT, "progress": NUMBER, **_UNDERSTOOD})
PREVIEW_BODY: Final = body(
    {
        **_CONTENT,
        "days": {"type": "integer", "minimum": 1, "maximum": 366},
        "target_pct": NUMBER,
        "stop_pct": NUMBER,
    }
)
SIGNAL_RULES: Final = an_object(
    {
        "rules": a_list(
            an_object(
                {
                    "slug": TEXT,
                    "name": TEXT,
                    "side": words(Side),
                    "expression": TEXT,
                    "words": TEXT,
                    "closes_when": TEXT,
                    "cool_down_minutes": INTEGER,
                    "description": TEXT,
                    "version": TEXT,
                    "is_enabled": TRUTH,
                    "tripped": TEXT
                    | {"description": "Why its messages are stopped, else empty."},
                    "fired_24h": INTEGER,
                    "record": nullable(RECORD),
                    "measured": MEASURED,
                    "chosen": nullable(CHOICE),
                }
            )
        )
    }
)
