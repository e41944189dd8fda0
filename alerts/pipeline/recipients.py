"""Where a rule is to be told."""

from collections.abc import Collection, Iterable
from datetime import datetime
from itertools import chain
from uuid import UUID

from django.db.models import Q

from alerts.models import Alert, Destination, DestinationState, SignalChoice

type Links = Iterable[tuple[int, UUID]]


def recipients_of(
    numbers: Collection[int], at: datetime
) -> dict[int, list[Destination]]:
    """Return by rule the verified destinations that are not muted."""
    links = [*chain(_of_alerts(numbers), _of_signals(numbers))]
    ready = Destination.objects.filter(
        Q(muted_until=None) | Q(muted_until__lte=at), state=DestinationState.VERIFIED
    )
    # What an address is, encrypted, is only asked for by who sends there.
    known = ready.defer("config").in_bulk(
        {destination_id for _, destination_id in links}
    )
    found: dict[int, list[Destination]] = {}
    for number, destination_id in links:
        if destination_id in known:
            found.setdefault(number, []).append(known[destination_id])
    return found


def _of_alerts(numbers: Iterable[int]) -> Links:
    chosen = [number for number in numbers if number > 0]
    through = Alert.destinations.through.objects.filter(alert_id__in=chosen)
    return through.values_list("alert_id", "destination_id") if chosen else ()


def _of_signals(numbers: Iterable[int]) -> Links:
    chosen = [-number for number in numbers if number < 0]
    through = SignalChoice.destinations.through.objects.filter(
        signalchoice__signal_id__in=chosen, signalchoice__is_enabled=True
    )
    rows = through.values_list("signalchoice__signal_id", "destination_id")
    return ((-signal_id, place) for signal_id, place in rows) if chosen else ()
