"""Who is to be told of a rule, and where."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q

from alerts.models import Alert, Destination, DestinationState, SignalChoice
from alerts.rules.quiet import QuietHours


@dataclass(frozen=True, slots=True)
class Recipient:
    """A destination that a rule speaks to, and how its owner wants to hear of it."""

    destination: Destination
    owner_id: Any
    zone: ZoneInfo
    quiet: QuietHours | None = None
    template: str = ""


def recipients_of(numbers: Collection[int], at: datetime) -> dict[int, list[Recipient]]:
    """Return by rule the verified destinations that are not muted."""
    found: dict[int, list[Recipient]] = {}
    ready = Destination.objects.filter(
        Q(muted_until=None) | Q(muted_until__lte=at), state=DestinationState.VERIFIED
    )
    alerts = [number for number in numbers if number > 0]
    if alerts:
        its = Alert.destinations.through.objects.filter(alert_id__in=alerts)
        pairs = list(its.values_list("alert_id", "destination_id"))
        known = ready.in_bulk({destination for _, destination in pairs})
        row_of = Alert.objects.in_bulk({alert for alert, _ in pairs})
        for alert_id, destination_id in pairs:
            if destination_id in known:
                recipient = _of_alert(row_of[alert_id], known[destination_id])
                found.setdefault(alert_id, []).append(recipient)
    signals = [-number for number in numbers if number < 0]
    if signals:
        _add_choices(found, signals, ready.in_bulk)
    return found


def _add_choices(
    found: dict[int, list[Recipient]], signals: Collection[int], in_bulk: Any
) -> None:
    through = SignalChoice.destinations.through.objects.filter(
        signalchoice__signal_id__in=signals, signalchoice__is_enabled=True
    )
    rows = list(through.values_list("signalchoice__signal_id", "destination_id"))
    known = in_bulk({destination for _, destination in rows})
    for signal_id, destination_id in rows:
        if destination_id in known:
            one = known[destination_id]
            recipient = Recipient(one, one.owner_id, ZoneInfo("UTC"))
            found.setdefault(-signal_id, []).append(recipient)


def _of_alert(alert: Alert, destination: Destination) -> Recipient:
    zone = ZoneInfo(alert.time_zone)
    quiet = None
    if alert.quiet_start is not None and alert.quiet_end is not None:
        quiet = QuietHours(alert.quiet_start, alert.quiet_end, zone)
    return Recipient(destination, alert.owner_id, zone, quiet, alert.template)
