"""A kept message as its transport takes it, with the picture of its candles."""

import logging
from functools import lru_cache
from typing import Any, Final

import numpy as np
from django.utils.html import escape

from alerts.models import Delivery
from alerts.picture import Candles, draw_candles
from alerts.transports.base import Message
from alerts.types import DeliveryState, DestinationKind
from markets.errors import MarketUnavailableError
from markets.selectors.candles import recent_candles
from markets.selectors.pairs import decimals_of, known_pairs
from markets.selectors.tables import current_table
from markets.types import Symbol

logger = logging.getLogger(__name__)

_CANDLES: Final = 90
_FEWEST_CANDLES: Final = 5
_KEPT_PICTURES: Final = 128
_EDITED: Final = frozenset({DestinationKind.TELEGRAM, DestinationKind.DISCORD})
_EDITING_PHASES: Final = frozenset({"escalate", "close"})
_PICTURED: Final = frozenset(
    {DestinationKind.EMAIL, DestinationKind.TELEGRAM, DestinationKind.DISCORD}
)


def first_of_thread(delivery: Delivery) -> Delivery | None:
    """Return the message of the same thread that this one would edit."""
    if not delivery.thread or not _edits(delivery):
        return None
    its = Delivery.objects.filter(
        destination_id=delivery.destination_id,
        thread=delivery.thread,
        created_at__lt=delivery.created_at,
    ).exclude(state__in=(DeliveryState.FAILED, DeliveryState.CANCELLED))
    return its.order_by("created_at").first()


def compose(delivery: Delivery, first: Delivery | None) -> Message:
    """Return the message, as an edit of the first one of its thread or as a new one."""
    content = delivery.content
    payload = {"id": str(delivery.pk), **content.get("payload", {})}
    payload |= {"title": content["title"], "text": content["text"]}
    edits = first.reference if first is not None else ""
    return Message(
        key=str(delivery.pk),
        title=content["title"],
        text=content["text"],
        html=_html(content),
        link=content.get("link", ""),
        picture=None if edits else _picture(delivery),
        payload=payload,
        edits=edits,
        silent=_phase(delivery) == "close",
    )


def _edits(delivery: Delivery) -> bool:
    is_editing = _phase(delivery) in _EDITING_PHASES
    return is_editing and delivery.destination.kind in _EDITED


def _phase(delivery: Delivery) -> str:
    return str(delivery.content.get("payload", {}).get("phase", ""))


def _html(content: dict[str, Any]) -> str:
    lines = "<br>\n".join(escape(line) for line in content["text"].split("\n"))
    link = content.get("link", "")
    more = f'<p><a href="{escape(link)}">Open it on the board</a></p>' if link else ""
    return f"<h2>{escape(content['title'])}</h2>\n<p>{lines}</p>\n{more}"


# A message goes out without its picture rather than not at all.
def _picture(delivery: Delivery) -> bytes | None:
    asked = delivery.content.get("picture")
    if not asked or delivery.destination.kind not in _PICTURED:
        return None
    try:
        return _drawn(
            asked["symbol"], asked["timeframe"], asked["at_ms"], asked["price"]
        )
    except (MarketUnavailableError, ValueError):
        logger.warning("There is no picture of %s.", asked["symbol"], exc_info=True)
        return None


# The same event goes to many people.
@lru_cache(maxsize=_KEPT_PICTURES)
def _drawn(
    symbol: str, timeframe: str, at_ms: int, price: float | None
) -> bytes | None:
    table = current_table("closed")
    stored = recent_candles(
        table, Symbol(symbol), timeframe, limit=_CANDLES, end_ms=at_ms
    )
    if len(stored) < _FEWEST_CANDLES or price is None:
        return None
    columns = {
        name: np.array([getattr(one, name) for one in stored], np.float64)
        for name in ("open", "high", "low", "close", "volume")
    }
    return draw_candles(
        Candles(np.array([one.open_time_ms for one in stored], np.int64), **columns),
        # What closed at this moment is the candle before it.
        trigger_ms=at_ms - 1,
        price=price,
        title=f"{symbol}  {timeframe}",
        decimals=decimals_of(symbol, known_pairs(table)),
    )
