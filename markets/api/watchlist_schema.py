"""The form of watchlists, for the OpenAPI document."""

from typing import Final

from markets.api.schema import TEXT, TIME, Schema, a_list, an_object
from markets.watchlist_content import LONGEST_NAME, LONGEST_SYMBOL, MOST_SYMBOLS

_CONTENT: Final[dict[str, Schema]] = {
    "name": {"type": "string", "maxLength": LONGEST_NAME},
    "symbols": a_list({"type": "string", "maxLength": LONGEST_SYMBOL})
    | {"maxItems": MOST_SYMBOLS, "uniqueItems": True},
}
CHANGES: Final[Schema] = {
    "type": "object",
    "properties": _CONTENT,
    "additionalProperties": False,
}
BODY: Final[Schema] = CHANGES | {"required": ["name"]}
WATCHLIST: Final = an_object(
    {
        "id": {"type": "string", "format": "uuid"},
        "name": TEXT,
        "symbols": a_list(TEXT),
        "created_at": TIME,
        "updated_at": TIME,
    }
)
WATCHLISTS: Final = an_object({"watchlists": a_list(WATCHLIST)})
