"""What the test of killed alerts does inside a product's own settings, as a child."""

import json
import sys
from collections.abc import Callable
from typing import Any

import django

django.setup()

from accounts.models import User  # noqa: E402 - Django comes first
from alerts.models import (  # noqa: E402 - likewise
    Alert,
    Delivery,
    Destination,
    DestinationState,
    Episode,
    EpisodeEvent,
    Evaluation,
    RuleChange,
    Signal,
)
from alerts.pipeline.tables import replayed_markets  # noqa: E402 - likewise
from alerts.types import DestinationKind  # noqa: E402 - likewise
from markets.types import MINUTE_MS  # noqa: E402 - likewise
from tests.alerts.plain_path import PlainPath, PlainRule  # noqa: E402 - likewise

PAIRS = 20
CONDITIONS = ("change_5m > 0.05", "change_5m < -0.05", "price > candle_close_5m")
BEFORE_MS = 30 * MINUTE_MS
LAST_MS = 3 * MINUTE_MS
"""What a repair may still bring is not looked at."""


def prepare(url: str) -> None:
    """Store alerts on every pair that the market has, told to one program."""
    Signal.objects.update(is_enabled=False)
    person = User.objects.create_user("alice@example.org", "a long pass phrase")
    to = Destination.objects.create(
        owner=person,
        kind=DestinationKind.WEBHOOK,
        name="A program",
        state=DestinationState.VERIFIED,
        config={"url": url, "secret": "a secret long enough"},
        messages_an_hour=1_000_000,
    )
    from markets.models import Instrument  # noqa: PLC0415 - only here

    for symbol in Instrument.objects.order_by("symbol").values_list(
        "symbol", flat=True
    ):
        for text in CONDITIONS:
            alert = Alert.objects.create(
                owner=person,
                name=text,
                scope="pair",
                symbol=symbol,
                expression=text,
                watched=text,
                cool_down_minutes=0,
                version="0" * 16,
            )
            alert.destinations.set([to])
            RuleChange.objects.create(number=alert.number)


def report(since_ms: int) -> dict[str, Any]:
    """Return what is stored since a close, and what the stored candles call for."""
    evaluation = Evaluation.objects.get(clock="closed")
    rules = [
        PlainRule(one.number, one.expression, (one.symbol,))
        for one in Alert.objects.all()
    ]
    plain = PlainPath(rules)
    for market in replayed_markets(
        evaluation.venue,
        evaluation.market_key,
        start_ms=since_ms - BEFORE_MS,
        end_ms=evaluation.evaluated_ms,
    ):
        plain.close(market.table)
    due = {(one.number, one.opened_ms, one.closed_ms) for one in plain.episodes}
    until_ms = evaluation.evaluated_ms - LAST_MS
    found = Episode.objects.values_list("rule_number", "opened_ms", "closed_ms")
    events = EpisodeEvent.objects.filter(at_ms__gte=since_ms)
    return {
        "due": sorted(one for one in due if since_ms <= one[1] < until_ms),
        "found": sorted(found.filter(opened_ms__range=(since_ms, until_ms - 1))),
        "events": events.count(),
        "told": [list(one.deliveries.values_list("pk", "state")) for one in events],
        "deliveries": list(Delivery.objects.values_list("pk", "state")),
        "late": Episode.objects.filter(is_late=True).count(),
    }


if __name__ == "__main__":
    asked: dict[str, Callable[..., Any]] = {"prepare": prepare, "report": report}
    answer = asked[sys.argv[1]](*map(json.loads, sys.argv[2:]))
    sys.stdout.write(json.dumps(answer, default=str))
