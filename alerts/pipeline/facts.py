"""What the pipeline has to know of a rule once it speaks."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final
from zoneinfo import ZoneInfo

from alerts.models import Alert, Signal
from alerts.rules.episodes import Course
from alerts.rules.followed import followed_value, metrics_in
from alerts.rules.quiet import QuietHours
from alerts.rules.templates import metrics_of
from alerts.types import Clock, Mode
from markets.types import MINUTE_MS

_A_QUERY: Final = 500
# Not the whole row: many alerts fire at a close, and it is waited for.
_OF_ALERT: Final = (
    *("id", "is_active", "owner_id", "name", "version", "expression", "closes_when"),
    *("clock", "timeframe", "mode", "remind_minutes", "cool_down_minutes"),
    *("false_closes", "escalate_step", "template"),
    *("quiet_start", "quiet_end", "time_zone"),
)
_UTC: Final = ZoneInfo("UTC")


@dataclass(frozen=True, slots=True)
class RuleFacts:
    """
    A rule as it is now.

    `metric` is the one whose value is followed, empty where there is none.
    `owner_id`, `alert_id` belong to an alert, `signal_id` to a signal. How an
    alert's owner wants to hear of it is in `zone`, `quiet` and `template`.
    """

    number: int
    name: str
    version: str
    clock: Clock
    timeframe: str
    course: Course
    metric: str
    owner_id: Any = None
    alert_id: int | None = None
    signal_id: int | None = None
    is_tripped: bool = False
    mirror_id: int | None = None
    told_metrics: tuple[str, ...] = ()
    """What its message names besides the usual metrics."""
    zone: ZoneInfo = _UTC
    quiet: QuietHours | None = None
    template: str = ""

    @property
    def is_watched(self) -> bool:
        """Whether an open episode has to be looked at at each close."""
        course = self.course
        return bool(
            course.has_end
            or course.false_closes > 1
            or course.escalate_step is not None
            or course.mode is Mode.REMINDER
        )


def facts_of(numbers: Collection[int]) -> dict[int, RuleFacts]:
    """Return the rules of these numbers that are asked at present."""
    found: dict[int, RuleFacts] = {}
    alerts = sorted(number for number in numbers if number > 0)
    for start in range(0, len(alerts), _A_QUERY):
        chosen = Alert.objects.filter(pk__in=alerts[start : start + _A_QUERY])
        rows = chosen.order_by().values_list(*_OF_ALERT, named=True)
        # Asked for in the query, it would lead SQLite to read every active alert.
        found |= {row.id: _alert_facts(row) for row in rows if row.is_active}
    signals = [-number for number in numbers if number < 0]
    if signals:
        chosen_signals = Signal.objects.filter(pk__in=signals, is_enabled=True)
        found |= {one.number: _signal_facts(one) for one in chosen_signals}
    return found


def _alert_facts(alert: Any) -> RuleFacts:
    metric, direction = followed_value(alert.expression)
    zone = ZoneInfo(alert.time_zone)
    return RuleFacts(
        number=alert.id,
        name=alert.name,
        version=alert.version,
        clock=Clock(alert.clock),
        timeframe=alert.timeframe,
        course=Course(
            mode=Mode(alert.mode),
            timeframe=alert.timeframe,
            cool_down_ms=alert.cool_down_minutes * MINUTE_MS,
            remind_every_ms=alert.remind_minutes * MINUTE_MS,
            false_closes=alert.false_closes,
            has_end=bool(alert.closes_when),
            escalate_step=alert.escalate_step,
            direction=direction,
            is_live=alert.clock == Clock.LIVE,
        ),
        metric=metric,
        owner_id=alert.owner_id,
        alert_id=alert.id,
        told_metrics=(*metrics_in(alert.expression), *metrics_of(alert.template)),
        zone=zone,
        quiet=_quiet_hours(alert.quiet_start, alert.quiet_end, zone),
        template=alert.template,
    )


def _quiet_hours(
    start: int | None, end: int | None, zone: ZoneInfo
) -> QuietHours | None:
    return None if start is None or end is None else QuietHours(start, end, zone)


def _signal_facts(signal: Signal) -> RuleFacts:
    metric, direction = followed_value(signal.expression)
    return RuleFacts(
        number=signal.number,
        name=signal.name,
        version=signal.version,
        clock=Clock.CLOSED,
        timeframe="1m",
        course=Course(
            cool_down_ms=signal.cool_down_minutes * MINUTE_MS,
            false_closes=signal.false_closes,
            has_end=bool(signal.closes_when),
            escalate_step=signal.escalate_step,
            direction=direction,
        ),
        metric=metric,
        signal_id=signal.pk,
        is_tripped=signal.tripped_at is not None,
        mirror_id=signal.mirror_id,
        told_metrics=metrics_in(signal.expression),
    )
