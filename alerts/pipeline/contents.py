"""What a message will say, as it is kept until it is sent."""

import math
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any, Final

from django.conf import settings
from django.urls import reverse

from alerts.models import Delivery
from alerts.pipeline.writing import Close, Told, told_cells
from alerts.rules.messages import (
    Facts,
    Held,
    default_message,
    digest_message,
    render,
    summary_message,
)
from alerts.types import Clock, Phase, Reason
from markets.selectors.pairs import Pair, decimals_of

Content = dict[str, Any]

_PAGES_KEPT: Final = 4_096


def event_content(told: Told, close: Close, pairs: dict[str, Pair]) -> Content:
    """Return the message of one event: title, text, link, payload, picture."""
    facts = _facts(told, close, pairs)
    if told.facts.template and told.event.phase == Phase.OPEN:
        title = f"{told.facts.name}: {told.event.symbol}"
        text = render(told.facts.template, facts)
    else:
        # The link goes beside the text, as each way out shows links.
        title, text = _headed(default_message(replace(facts, link="")))
    return {
        "title": title,
        "text": text,
        "link": facts.link,
        "symbols": [told.event.symbol],
        "payload": {"type": "event", **event_payload(told, close)},
        "picture": _picture(told),
    }


def summary_content(
    top: Sequence[Told], total: int, close: Close, pairs: dict[str, Pair]
) -> Content:
    """Return one message for many openings of a rule in one step."""
    facts = [_facts(one, close, pairs) for one in top]
    rule = top[0].facts
    title, text = _headed(summary_message(facts, total))
    return {
        "title": title,
        "text": text,
        "link": _link("/alerts/history/" if rule.alert_id else "/signals/"),
        "symbols": [one.event.symbol for one in top],
        "payload": {
            "type": "summary",
            "total": total,
            "events": [event_payload(one, close) for one in top],
        },
        "picture": None,
    }


def digest_content(reason: Reason, held: Sequence[Held]) -> Content:
    """Return one message for what was held back."""
    title, text = _headed(digest_message(held, reason))
    return {
        "title": title,
        "text": text,
        "link": _link("/alerts/history/"),
        "symbols": sorted({one.pair for one in held})[:10],
        "payload": {"type": "digest", "reason": reason.value, "count": len(held)},
        "held": [list(one) for one in held],
        "picture": None,
    }


def held_in(delivery: Delivery) -> list[Held]:
    """Return what a digest holds so far."""
    return [Held(*one) for one in delivery.content.get("held", [])]


def event_payload(told: Told, close: Close) -> dict[str, Any]:
    """Return an event as programs read it; times are UTC ms, changes in %."""
    event, episode = told.event, told.episode
    return {
        "rule": {
            "kind": "signal" if told.facts.signal_id else "alert",
            "id": told.facts.signal_id or told.facts.alert_id,
            "name": told.facts.name,
            "version": told.facts.version,
        },
        "episode": episode.pk,
        "phase": str(event.phase),
        "venue": episode.venue,
        "symbol": event.symbol,
        "clock": str(close.clock),
        "timeframe": told.facts.timeframe,
        "candle_open_ms": event.candle_open_ms,
        "at_ms": event.at_ms,
        "price": event.price,
        "metric": told.facts.metric,
        "value": event.value,
        "is_late": close.is_late,
        "delay_ms": close.delay_ms,
        "values": episode.values,
        "market": close.table.market_label,
    }


def _facts(told: Told, close: Close, pairs: dict[str, Pair]) -> Facts:
    event = told.event
    return Facts(
        name=told.facts.name,
        pair=event.symbol,
        phase=Phase(event.phase),
        clock=Clock(close.clock),
        timeframe=told.facts.timeframe,
        at_ms=event.at_ms,
        price=math.nan if event.price is None else event.price,
        price_decimals=decimals_of(event.symbol, pairs),
        metric=told.facts.metric,
        value=math.nan if event.value is None else event.value,
        metrics=told_cells(close.table, told.facts, event.symbol),
        late_ms=close.delay_ms if close.is_late else 0,
        link=_link(_page_of(event.symbol)),
        zone=told.facts.zone,
    )


# The first line heads a message, and is not said again below.
def _headed(text: str) -> tuple[str, str]:
    title, _, rest = text.partition("\n")
    return title, rest


def _picture(told: Told) -> dict[str, Any] | None:
    if told.event.phase not in {Phase.OPEN, Phase.ESCALATE}:
        return None
    return {
        "symbol": told.event.symbol,
        "timeframe": told.facts.timeframe,
        "at_ms": told.event.at_ms,
        "price": told.event.price,
    }


@lru_cache(maxsize=_PAGES_KEPT)
def _page_of(symbol: str) -> str:
    return reverse("symbol", args=[symbol])


def _link(path: str) -> str:
    return f"{settings.PUBLIC_URL.rstrip('/')}{path}"
