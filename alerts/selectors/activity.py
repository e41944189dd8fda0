"""How much was found and told lately, for operators."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from django.core.cache import cache
from django.db.models import Avg, Case, Count, F, Value, When
from django.db.models.functions import TruncHour

from alerts.models import Delivery, Episode
from markets.types import DAY_MS
from scalpaiboard.lib.clock import now

HOUR_MS: Final = 3_600_000
HOURS: Final = 24
DAYS: Final = 14
RECORD_DAYS: Final = 7
_KEPT_S: Final = 30
"""Pages that are loaded again meanwhile cost nothing."""


class Fires(NamedTuple):
    """Openings by when their hour or day began, UTC ms: of signals, of alerts."""

    signals: Mapping[int, int]
    alerts: Mapping[int, int]


class SignalRecord(NamedTuple):
    """What a version of a signal did in the last days; `mean_1h` in %."""

    fires: int = 0
    measured: int = 0
    mean_1h: float | None = None
    share_up_1h: float | None = None


def fires_by_hour() -> Fires:
    """Return the openings of the last 24 hours; hours without any are left out."""
    return _kept("hours", lambda: _fires(HOUR_MS, HOURS))


def fires_by_day() -> Fires:
    """Return the openings of the last 14 days; days without any are left out."""
    return _kept("days", lambda: _fires(DAY_MS, DAYS))


def deliveries_by_hour() -> Mapping[str, Mapping[datetime, int]]:
    """Return the deliveries of the last 24 hours, by state and hour of their making."""

    def count() -> dict[str, dict[datetime, int]]:
        since = _hour(now()) - timedelta(hours=HOURS - 1)
        rows = (
            Delivery.objects.filter(created_at__gte=since)
            .order_by()
            .annotate(hour=TruncHour("created_at"))
            .values_list("state", "hour")
            .annotate(Count("pk"))
        )
        found: dict[str, dict[datetime, int]] = {}
        for state, hour, number in rows:
            found.setdefault(state, {})[hour] = number
        return found

    return _kept("deliveries", count)


def signal_records() -> Mapping[tuple[int, str], SignalRecord]:
    """Return what each signal did in the last 7 days, by id and version."""

    def count() -> dict[tuple[int, str], SignalRecord]:
        since_ms = int(now().timestamp() * 1_000) - RECORD_DAYS * DAY_MS
        is_up = Case(
            When(outcome__return_1h__gt=0, then=Value(1.0)),
            When(outcome__return_1h__lte=0, then=Value(0.0)),
        )
        rows = (
            Episode.objects.filter(signal__isnull=False, opened_ms__gte=since_ms)
            .order_by()
            .values_list("signal_id", "rule_version")
            .annotate(
                Count("pk"),
                Count("outcome__return_1h"),
                Avg("outcome__return_1h"),
                share_up=Avg(is_up),
            )
        )
        return {
            (signal, version): SignalRecord(*rest) for signal, version, *rest in rows
        }

    return _kept("records", count)


def _fires(step_ms: int, steps: int) -> Fires:
    newest_ms = int(now().timestamp() * 1_000) // step_ms * step_ms
    rows = (
        Episode.objects.filter(opened_ms__gte=newest_ms - (steps - 1) * step_ms)
        .order_by()
        .annotate(step=F("opened_ms") / step_ms)
        .values_list("step")
        .annotate(Count("signal_id"), Count("pk"))
    )
    of_signals: dict[int, int] = {}
    of_alerts: dict[int, int] = {}
    for step, signals, every in rows:
        of_signals[step * step_ms] = signals
        of_alerts[step * step_ms] = every - signals
    return Fires(of_signals, of_alerts)


def _kept[T](name: str, count: Callable[[], T]) -> T:
    key = f"alerts-activity:{name}"
    found: T | None = cache.get(key)
    if found is None:
        found = count()
        cache.set(key, found, _KEPT_S)
    return found


def _hour(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)
