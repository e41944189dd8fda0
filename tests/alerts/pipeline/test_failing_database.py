"""A database that fails at any one query of an evaluation: the next asking mends it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError, connection

from accounts.models import User
from alerts.models import (
    Delivery,
    Episode,
    EpisodeEvent,
    Evaluation,
    Signal,
    Suppression,
)
from alerts.pipeline.evaluate import evaluate_closed, evaluate_live
from markets import snapshots
from tests.alerts.stage import (
    START_MS,
    Stage,
    make_alert,
    other_process,
    table_at,
    webhook,
)

pytestmark = pytest.mark.django_db(transaction=True)

PRICES = (100, 102, 100, 103, 104, 99, 105)


class FailingOnce:
    """Lets queries pass until the one of a number, which fails."""

    def __init__(self, number: int) -> None:
        self.left = number

    def __call__(self, execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if sql.startswith(("SELECT", "INSERT", "UPDATE", "DELETE")):
            self.left -= 1
            if self.left == 0:
                raise OperationalError("The database went away.")
        return execute(sql, *rest)


def stored() -> list[Any]:
    """Return all that has come of a story, without what differs by itself."""
    told = EpisodeEvent.objects.order_by("at_ms", "symbol", "rule_number", "phase")
    return [
        *told.values_list("episode__rule_name", "symbol", "phase", "at_ms"),
        *Episode.objects.order_by("opened_ms", "rule_name").values_list(
            "rule_name", "opened_ms", "closed_ms", "extreme"
        ),
        *Suppression.objects.order_by("at_ms").values_list("at_ms", "ended_ms"),
        *sorted(Delivery.objects.values_list("content__title", flat=True)),
    ]


def tell(alice: User, second: Callable[[Stage, int, float], None]) -> list[Any]:
    to = [webhook(alice)]
    for clock in ("closed", "live"):
        make_alert(alice, "price > 101", name=f"Up {clock}", clock=clock, to=to)
        make_alert(
            alice, "price > 101 and price < 104", name=f"Both {clock}", clock=clock,
            cool_down_minutes=3, to=to,
        )  # fmt: skip
    make_alert(
        alice, "price > 101", name="Any", scope="market", symbol="", false_closes=2,
        escalate_step=1.0,
    )  # fmt: skip
    own = Stage()
    for number, price in enumerate(PRICES):
        second(own, number, float(price))
    return stored()


def publish(stage: Stage, number: int, price: float) -> int:
    cells = {"price": [price] * 5}
    stage.skip(**cells)
    snapshots.write_table(table_at(stage.at_ms, cells))
    live_ms = START_MS + number * 1_000
    snapshots.write_table(table_at(live_ms, cells, clock="live"))
    return live_ms


def test_a_query_that_fails_costs_neither_an_episode_nor_a_message(
    stage: Stage, alice: User
) -> None:
    Signal.objects.update(is_enabled=False)

    def in_peace(own: Stage, number: int, price: float) -> None:
        live_ms = publish(own, number, price)
        evaluate_closed(lambda: own.at_ms)
        evaluate_live(lambda: live_ms)

    expected = tell(alice, in_peace)
    failures = 0
    for offset in range(1, 40, 2):
        empty(alice)
        stumbles = Stumbles(offset)
        assert tell(alice, stumbles) == expected
        failures += stumbles.count

    assert failures > 80


class Stumbles:
    """Asks at each moment at a database that fails once, and then once more."""

    def __init__(self, offset: int) -> None:
        self.offset = offset
        self.count = 0

    def __call__(self, own: Stage, number: int, price: float) -> None:
        live_ms = publish(own, number, price)
        fault = (self.offset + number * 7) % 40
        self.ask(lambda: evaluate_closed(lambda: own.at_ms), fault)
        self.ask(lambda: evaluate_live(lambda: live_ms), fault)

    def ask(self, evaluate: Callable[[], object], fault: int) -> None:
        with connection.execute_wrapper(FailingOnce(fault)):
            try:
                evaluate()
            except OperationalError:
                self.count += 1
        evaluate()


def empty(alice: User) -> None:
    other_process()
    for model in (Delivery, EpisodeEvent, Episode, Suppression, Evaluation):
        model.objects.all().delete()
    alice.alerts.all().delete()
    alice.destinations.all().delete()
