"""Rules of the plain path as rows of the database, and what the rows say."""

from dataclasses import replace
from typing import Any

from accounts.models import User
from alerts.models import Alert, Episode, EpisodeEvent, Suppression
from markets.models import Watchlist
from tests.alerts.plain_path import PlainPath, PlainRule
from tests.alerts.stage import make_alert


def stored(person: User, rule: PlainRule) -> PlainRule:
    """Store a rule as an alert; return it with its number."""
    more: dict[str, Any] = {"scope": "market", "symbol": ""}
    if rule.symbols is not None and len(rule.symbols) == 1:
        more = {"scope": "pair", "symbol": rule.symbols[0]}
    elif rule.symbols is not None:
        listed = Watchlist.objects.create(
            owner=person,
            name=f"List {Watchlist.objects.count()}",
            symbols=list(rule.symbols),
        )
        more = {"scope": "watchlist", "symbol": "", "watchlist": listed}
    alert = make_alert(
        person,
        rule.text,
        timeframe=rule.timeframe,
        mode=rule.mode,
        remind_minutes=rule.remind,
        cool_down_minutes=rule.cool_down,
        false_closes=rule.false_closes,
        closes_when=rule.closes_when,
        escalate_step=rule.step,
        **more,
    )
    return replace(rule, number=alert.number)


def assert_same(plain: PlainPath) -> None:
    """Everything that is stored is what the plain path found, and nothing else."""
    events = EpisodeEvent.objects.values_list("rule_number", "symbol", "phase", "at_ms")
    assert sorted(events) == sorted(plain.events)
    episodes = Episode.objects.values_list(
        "rule_number", "symbol", "opened_ms", "closed_ms", "escalations"
    )
    assert sorted(episodes, key=str) == sorted(
        (
            (one.number, one.symbol, one.opened_ms, one.closed_ms, one.escalations)
            for one in plain.episodes
        ),
        key=str,
    )
    held = Suppression.objects.values_list(
        "rule_number", "symbol", "at_ms", "due_ms", "ended_ms"
    )
    waits = (
        (*key, one.at_ms, one.due_ms, one.ended_ms)
        for key, course in plain.courses.items()
        for one in course.waits
    )
    assert sorted(held, key=str) == sorted(waits, key=str)
    finished = Alert.objects.filter(finished_at__isnull=False).values_list(
        "pk", flat=True
    )
    assert set(finished) == plain.done
