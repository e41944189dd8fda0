"""Rows of alerts as a pipeline would have left them, for tests that only read them."""

from typing import Any

from accounts.models import User
from alerts.models import (
    Alert,
    Delivery,
    Destination,
    DestinationState,
    Episode,
    EpisodeEvent,
    Signal,
)
from scalpaiboard.lib.clock import now, now_ms

MINUTE_MS = 60_000


def an_alert(owner: User, name: str = "Mine", **more: Any) -> Alert:
    content = {
        "scope": "pair",
        "symbol": "ADAUSDT",
        "expression": "change_1h >= 3",
        "watched": "change_1h >= 3",
        "version": "0" * 16,
    }
    return Alert.objects.create(owner=owner, name=name, **(content | more))


def an_episode(rule: Signal | Alert, **more: Any) -> Episode:
    content = {
        "signal": rule if isinstance(rule, Signal) else None,
        "alert": rule if isinstance(rule, Alert) else None,
        "owner": rule.owner if isinstance(rule, Alert) else None,
        "rule_number": rule.number,
        "rule_name": rule.name,
        "rule_version": rule.version,
        "venue": "binanceusdm",
        "market_key": "live",
        "symbol": "ADAUSDT",
        "clock": "closed",
        "timeframe": "1m",
        "opened_ms": now_ms() // MINUTE_MS * MINUTE_MS,
        "price": 0.6812,
        "metric": "change_1h",
        "value": 3.25,
    }
    return Episode.objects.create(**(content | more))


def an_event(episode: Episode, phase: str = "open") -> EpisodeEvent:
    return EpisodeEvent.objects.create(
        episode=episode,
        rule_number=episode.rule_number,
        market_key=episode.market_key,
        symbol=episode.symbol,
        candle_open_ms=episode.opened_ms - MINUTE_MS,
        phase=phase,
        at_ms=episode.opened_ms,
        price=episode.price,
        value=episode.value,
    )


def a_destination(owner: User, kind: str = "webhook", **more: Any) -> Destination:
    content = {
        "name": "My hook",
        "config": {"url": "https://hook.example.org/", "secret": "very-hidden"},
        "state": DestinationState.VERIFIED,
        "secret_hash": "hidden-too",
    }
    return Destination.objects.create(owner=owner, kind=kind, **(content | more))


def a_delivery(to: Destination, key: str = "one", **more: Any) -> Delivery:
    content = {
        "content": {"title": "ADAUSDT rose", "text": "By 3 %."},
        "due_at": now(),
    }
    return Delivery.objects.create(
        destination=to, owner=to.owner, key=key, **(content | more)
    )
