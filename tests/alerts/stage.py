"""A market of five pairs whose tables a test writes by hand, and people in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from accounts.models import User
from alerts.models import Alert, Destination, DestinationState, RuleChange
from alerts.pipeline import desk as desks
from alerts.pipeline.desk import Desk
from alerts.pipeline.evaluate import evaluate_closed, evaluate_live
from alerts.pipeline.writing import Told
from alerts.types import DestinationKind
from markets import snapshots
from markets.engine.catalogue import COLUMNS
from markets.engine.recent import SLOTS, Recent, step_minutes
from markets.engine.table import Floats, Table
from markets.recent_snapshots import write_recent
from markets.types import MINUTE_MS

START_MS = 1_700_000_100_000 // MINUTE_MS * MINUTE_MS
SYMBOLS = ("BTCUSDT", "DOGEUSDT", "ETHUSDT", "SOLUSDT", "XRPUSDT")
MARKET_KEY = "generated:stage"
NAN = float("nan")
_STEPS = [step_minutes(name) for name in COLUMNS]


def other_process() -> None:
    """Forget what this process knows, as one that starts does."""
    desks._desk = Desk()


def table_at(
    at_ms: int, columns: Mapping[str, Sequence[float]], *, clock: str = "closed"
) -> Table:
    """Return a table in which all but the given columns is unknown."""
    values = np.full((len(COLUMNS), len(SYMBOLS)), np.nan)
    for name, cells in columns.items():
        values[COLUMNS.index(name)] = cells
    return Table(
        "binanceusdm", MARKET_KEY, "Not real", clock, at_ms // 1_000, at_ms,
        SYMBOLS, COLUMNS, values,
    )  # fmt: skip


@dataclass
class Stage:
    """Closes one minute after the other."""

    now_minute: int = 0
    delay_ms: int = 300
    """How long after a close the rules are asked."""
    told: list[Told] = field(default_factory=list)
    past: Floats = field(
        default_factory=lambda: np.full((SLOTS, len(COLUMNS), len(SYMBOLS)), np.nan)
    )

    @property
    def at_ms(self) -> int:
        return START_MS + self.now_minute * MINUTE_MS

    def close(self, **columns: Sequence[float]) -> list[Told]:
        """Publish the next closed table and have the rules asked."""
        self.now_minute += 1
        columns.setdefault("price", [100.0] * len(SYMBOLS))
        table = table_at(self.at_ms, dict(columns))
        snapshots.write_table(table)
        self._publish_recent(table)
        told = evaluate_closed(lambda: self.at_ms + self.delay_ms)
        self.told += told
        return told

    def skip(self, **columns: Sequence[float]) -> None:
        """Publish the next closed table, and nobody asks the rules."""
        self.now_minute += 1
        columns.setdefault("price", [100.0] * len(SYMBOLS))
        self._publish_recent(table_at(self.at_ms, dict(columns)))

    def _publish_recent(self, table: Table) -> None:
        end = self.at_ms // MINUTE_MS
        for place, length in enumerate(_STEPS):
            self.past[end // length % SLOTS, place] = table.values[place]
        write_recent(
            Recent("binanceusdm", MARKET_KEY, SYMBOLS, COLUMNS, end, self.past.copy())
        )

    def btc(self, price: float) -> list[Told]:
        """Close a minute with a price of BTC; the others stand at 100."""
        return self.close(price=[price, 100.0, 100.0, 100.0, 100.0])

    def second(self, at_ms: int, **columns: Sequence[float]) -> list[Told]:
        """Publish a live table and have the rules asked."""
        snapshots.write_table(table_at(at_ms, dict(columns), clock="live"))
        return evaluate_live(lambda: at_ms + self.delay_ms)


def make_person(name: str = "alice") -> User:
    return User.objects.create_user(f"{name}@example.org", "a long pass phrase")


def in_app(person: User) -> Destination:
    found, _ = Destination.objects.get_or_create(
        owner=person,
        kind=DestinationKind.IN_APP,
        defaults={"name": "In the app", "state": DestinationState.VERIFIED},
    )
    return found


def webhook(person: User, **more: Any) -> Destination:
    config = {"url": "http://127.0.0.1:9/", "secret": "hush"}
    fields = {
        "name": "A program",
        "state": DestinationState.VERIFIED,
        "config": config,
    } | more
    return Destination.objects.create(
        owner=person, kind=DestinationKind.WEBHOOK, **fields
    )


def make_alert(
    person: User, expression: str, *, to: Sequence[Destination] = (), **more: Any
) -> Alert:
    """Store an alert as the services do; on BTC unless said otherwise."""
    fields: dict[str, Any] = {
        "scope": "pair",
        "symbol": "BTCUSDT",
        "cool_down_minutes": 0,
        **more,
    }
    alert = Alert.objects.create(
        owner=person,
        name=fields.pop("name", "An alert"),
        expression=expression,
        watched=expression,
        version="0" * 16,
        **fields,
    )
    alert.destinations.set(to)
    RuleChange.objects.create(number=alert.number)
    return alert
