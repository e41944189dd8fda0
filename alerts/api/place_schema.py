"""The form of destinations and notifications, for the OpenAPI document."""

from typing import Final

from drf_spectacular.types import OpenApiTypes

from alerts.api.base import MOST_ROWS
from alerts.api.schema import MOMENT, UUID, body, words
from alerts.models import DestinationState
from alerts.services.destinations import LONGEST_NAME, MOST_AN_HOUR
from alerts.types import DestinationKind
from markets.api.schema import (
    INTEGER,
    TEXT,
    TRUTH,
    Schema,
    a_list,
    an_object,
    nullable,
    parameter,
)

NOTIFICATIONS: Final = an_object(
    {
        "notifications": a_list(
            an_object(
                {
                    "id": UUID,
                    "title": TEXT,
                    "text": TEXT,
                    "link": TEXT,
                    "symbol": TEXT,
                    "created_at": MOMENT,
                    "read_at": nullable(MOMENT),
                }
            )
        ),
        "unread": INTEGER,
    }
)
NOTIFICATION_PARAMETERS: Final = (
    parameter("unread", OpenApiTypes.STR, "1: only what was not seen.",
              default="0", options=("0", "1")),
    parameter("limit", OpenApiTypes.INT, f"Rows, at most {MOST_ROWS}.", default=50),
)  # fmt: skip
READ: Final = an_object({"read": INTEGER, "unread": INTEGER})
READ_BODY: Final = body({"ids": a_list(UUID) | {"maxItems": MOST_ROWS}, "all": TRUTH})

_DESTINATION: Final[dict[str, Schema]] = {
    "id": UUID,
    "kind": words(DestinationKind),
    "name": TEXT,
    "address": TEXT | {"description": "Enough of it to know it by."},
    "state": words(DestinationState.values),
    "is_ready": TRUTH,
    "muted_until": nullable(MOMENT),
    "messages_an_hour": INTEGER,
    "failing_since": nullable(MOMENT),
    "last_error": TEXT,
    "next_step": TEXT,
    "link": TEXT,
}
DESTINATION: Final = an_object(_DESTINATION)
NEW_DESTINATION: Final = an_object({**_DESTINATION, "secret": TEXT})
DESTINATIONS: Final = an_object({"destinations": a_list(DESTINATION)})
_CHANGEABLE: Final[dict[str, Schema]] = {
    "name": {"type": "string", "maxLength": LONGEST_NAME},
    "config": {"type": "object"},
    "messages_an_hour": {"type": "integer", "minimum": 1, "maximum": MOST_AN_HOUR},
}
DESTINATION_BODY: Final = body(
    {
        "kind": words(one for one in DestinationKind if one != DestinationKind.IN_APP),
        **_CHANGEABLE,
    },
    "kind",
)
DESTINATION_CHANGES: Final = body(
    {
        **_CHANGEABLE,
        "muted_until": nullable(MOMENT),
        "state": words((DestinationState.VERIFIED, DestinationState.PAUSED)),
    }
)
VERIFY_BODY: Final = body({"code": nullable(TEXT)})
KEY: Final = an_object({"key": TEXT})
