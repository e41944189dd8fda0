"""The process that `bench.alert_path` measures: worker, books, database, senders."""

import json
import os
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import Any, Final

from django.conf import settings

from accounts.models import User
from alerts import tasks
from alerts.models import (
    Alert,
    Delivery,
    Destination,
    DestinationState,
    Episode,
    Evaluation,
    RuleChange,
    Signal,
)
from alerts.pipeline.writing import Told
from alerts.types import DeliveryState, DestinationKind
from bench._alerts import mixed, walk
from bench._rows import store_market
from markets import signals, snapshots
from markets.engine.recent import SLOTS, Recent
from markets.engine.table import Table
from markets.recent_snapshots import write_recent
from markets.types import MINUTE_MS
from scalpaiboard.board.roles import WorkerThread

PAIRS: Final = 700
ALERTS: Final = 100_000
PEOPLE: Final = 1_000
CLOSES: Final = 60
WARM_UP: Final = 5
LIMIT_S: Final = 120.0
_CALM: Final = 0.03
"""Share of a step of the walk: about a hundred alerts fire at a close."""
_A_WRITE: Final = 5_000


def main() -> None:
    """Measure what the first argument names, and print what was found as JSON."""
    words = sys.argv[1:]
    found = _closes() if words == ["closes"] else _messages(words[-1])
    sys.stdout.write(json.dumps(found))
    sys.stdout.flush()
    # The worker is at nothing, and would wait for its broker.
    os._exit(0)


class _Path:
    """A worker in this process, and a feed that publishes tables to it."""

    def __init__(self, first: Table) -> None:
        self._ring = first.values[None].repeat(SLOTS, axis=0)
        self._is_done = threading.Event()
        self._done_s = 0.0
        names = vars(tasks)
        self._evaluate = names["evaluate_due"]
        names["evaluate_due"] = self._evaluate_and_note
        WorkerThread().start()

    def close(self, table: Table) -> float:
        """Publish a close; return the ms until all of it is committed."""
        write_recent(self._recent(table))
        self._is_done.clear()
        start_s = time.perf_counter()
        snapshots.write_table(table)
        signals.minute_closed.send(
            _Path,
            venue=table.venue,
            market_key=table.market_key,
            open_time_ms=table.as_of_ms - MINUTE_MS,
        )
        if not self._is_done.wait(LIMIT_S):
            raise RuntimeError(f"A close was not asked within {LIMIT_S:.0f} s.")
        asked_ms = Evaluation.objects.values_list("evaluated_ms", flat=True).get(
            clock="closed"
        )
        if asked_ms != table.as_of_ms:
            raise RuntimeError(f"The clock stands at {asked_ms}, not {table.as_of_ms}.")
        return (self._done_s - start_s) * 1_000

    # A step of the ring for each minute, whatever a metric's own step is.
    def _recent(self, table: Table) -> Recent:
        end = table.as_of_ms // MINUTE_MS
        self._ring[end % SLOTS] = table.values
        return Recent(
            table.venue, table.market_key, table.symbols, table.columns, end, self._ring
        )

    # When the task has stored everything, before it tells and sends any of it.
    def _evaluate_and_note(self) -> list[Told]:
        told: list[Told] = self._evaluate()
        self._done_s = time.perf_counter()
        self._is_done.set()
        return told


def _closes() -> dict[str, Any]:
    tables = list(_tables(CLOSES))
    store_market(tables[0].market_key, tables[0].symbols, tick_size="0.01")
    person = User.objects.create_user("bench@example.org")
    _make_alerts(person, tables[0])
    path = _Path(tables[0])
    spans = [path.close(table) for table in tables[1:]]
    return {
        "spans_ms": spans[WARM_UP:],
        "opened": Episode.objects.count() / len(spans),
        "alerts": Alert.objects.count(),
    }


def _messages(url: str) -> dict[str, Any]:
    tables = list(_tables(3))
    store_market(tables[0].market_key, tables[0].symbols, tick_size="0.01")
    Signal.objects.update(is_enabled=False)
    price = float(tables[0].column("price")[50])
    people = User.objects.bulk_create(
        User(email=f"person{number}@example.org", password="!")  # noqa: S106 - none
        for number in range(PEOPLE)
    )
    to = Destination.objects.bulk_create(
        Destination(
            owner=person,
            kind=DestinationKind.WEBHOOK,
            name="A program",
            state=DestinationState.VERIFIED,
            config={"url": f"{url}/{number}", "secret": "a secret long enough"},
        )
        for number, person in enumerate(people)
    )
    alerts = Alert.objects.bulk_create(
        _alert(person, tables[0].symbols[50], f"price > {price + 1}")
        for person in people
    )
    through = Alert.destinations.through
    through.objects.bulk_create(
        through(alert_id=alert.pk, destination_id=one.pk)
        for alert, one in zip(alerts, to, strict=True)
    )
    path = _Path(tables[0])
    path.close(tables[0])
    values = tables[1].values.copy()
    values[tables[1].column_of["price"], 50] = price + 2
    span = path.close(replace(tables[1], values=values))
    end = time.monotonic() + LIMIT_S
    unsent = Delivery.objects.exclude(state=DeliveryState.DELIVERED)
    while unsent.exists() and time.monotonic() < end:
        time.sleep(0.1)
    stored = Delivery.objects.order_by("created_at").values_list("created_at")[0][0]
    return {
        "stored_s": stored.timestamp(),
        "evaluated_ms": span,
        "delivered": Delivery.objects.filter(state=DeliveryState.DELIVERED).count(),
    }


def _tables(count: int) -> Iterator[Table]:
    first = None
    for table in walk(count):
        first = table if first is None else first
        values = first.values + _CALM * (table.values - first.values)
        yield replace(
            table,
            venue=settings.VENUE,
            symbols=table.symbols[:PAIRS],
            values=values[:, :PAIRS].copy(),
        )


def _make_alerts(person: User, table: Table) -> None:
    place = Destination.objects.create(
        owner=person,
        kind=DestinationKind.IN_APP,
        name="In the app",
        state=DestinationState.VERIFIED,
    )
    whole = next(walk(1))
    watches = (
        (watch.symbols[0], watch.expression)
        for watch in mixed(whole, 2 * ALERTS)
        if watch.symbols and watch.symbols[0] in table.row_of
    )
    rows = (
        _alert(person, *one) for one, _ in zip(watches, range(ALERTS), strict=False)
    )
    through = Alert.destinations.through
    while some := list(islice(rows, _A_WRITE)):
        made = Alert.objects.bulk_create(some)
        through.objects.bulk_create(
            through(alert_id=one.pk, destination_id=place.pk) for one in made
        )
    RuleChange.objects.create(number=1)


def _alert(person: User, symbol: str, expression: str) -> Alert:
    return Alert(
        owner=person,
        name="Bench",
        scope="pair",
        symbol=symbol,
        expression=expression,
        watched=expression,
        version="0" * 16,
    )
