"""Charts of the last hours and days, as the admin's chart component takes them."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from alerts.selectors.activity import (
    DAYS,
    HOUR_MS,
    HOURS,
    Fires,
    deliveries_by_hour,
    fires_by_day,
    fires_by_hour,
)
from alerts.types import DeliveryState
from markets.types import DAY_MS
from scalpaiboard.lib.clock import now_ms

_SIGNALS: Final = "#6366f1"
_ALERTS: Final = "#22c55e"
_STATES: Final = {
    DeliveryState.DELIVERED: "#22c55e",
    DeliveryState.OWED: "#eab308",
    DeliveryState.CLAIMED: "#6366f1",
    DeliveryState.FAILED: "#ef4444",
    DeliveryState.CANCELLED: "#9ca3af",
}


class Chart(NamedTuple):
    """A title, the sum of what is shown, and the data of the chart component."""

    title: str
    total: int
    data: str


def fires_charts() -> list[Chart]:
    """Return the openings of the last hours, and of the last days."""
    return [
        _fires_chart(
            f"Fires in {HOURS} hours", fires_by_hour(), HOUR_MS, HOURS, "%H:00"
        ),
        _fires_chart(f"Fires in {DAYS} days", fires_by_day(), DAY_MS, DAYS, "%d %b"),
    ]


def deliveries_charts() -> list[Chart]:
    """Return the deliveries of the last hours by what came of them, and failures."""
    found = deliveries_by_hour()
    newest_ms = now_ms() // HOUR_MS * HOUR_MS
    newest = datetime.fromtimestamp(newest_ms / 1_000, tz=UTC)
    hours = [newest - timedelta(hours=back) for back in reversed(range(HOURS))]

    def chart(title: str, states: Sequence[DeliveryState]) -> Chart:
        sets = [
            _dataset(state, [found.get(state, {}).get(one, 0) for one in hours], colour)
            for state in states
            for colour in (_STATES[state],)
        ]
        return _chart(title, [f"{one:%H:00}" for one in hours], sets)

    return [
        chart(f"Deliveries in {HOURS} hours", list(_STATES)),
        chart("Of these failed", [DeliveryState.FAILED]),
    ]


def _fires_chart(
    title: str, found: Fires, step_ms: int, steps: int, form: str
) -> Chart:
    newest = now_ms() // step_ms
    times = [(newest - back) * step_ms for back in reversed(range(steps))]
    labels = [f"{datetime.fromtimestamp(one / 1_000, tz=UTC):{form}}" for one in times]
    sets = [
        _dataset("signals", [found.signals.get(one, 0) for one in times], _SIGNALS),
        _dataset("alerts", [found.alerts.get(one, 0) for one in times], _ALERTS),
    ]
    return _chart(title, labels, sets)


def hours_chart(title: str, hours: Sequence[tuple[int, int]]) -> Chart:
    """Return counts by the hour that began at a time, UTC ms."""
    labels = [f"{datetime.fromtimestamp(at / 1_000, tz=UTC):%H:00}" for at, _ in hours]
    return _chart(title, labels, [_dataset("fires", [n for _, n in hours], _SIGNALS)])


def _chart(
    title: str, labels: Sequence[str], sets: Sequence[Mapping[str, object]]
) -> Chart:
    total = 0
    for one in sets:
        values = one["data"]
        total += sum(values) if isinstance(values, list) else 0
    return Chart(title, total, json.dumps({"labels": labels, "datasets": sets}))


def _dataset(label: str, values: list[int], colour: str) -> dict[str, object]:
    return {"label": label, "data": values, "backgroundColor": colour, "stack": "all"}
