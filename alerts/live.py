"""What the live socket tells of signals, and of a person's own alerts."""

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from django.db import Error as DatabaseError
from django.db.models import QuerySet

from alerts.models import Delivery, Episode, EpisodeEvent, SignalChoice
from alerts.selectors.episode_rows import (
    episode_row,
    episodes_of_signals,
    market_pairs,
    with_rules,
)
from alerts.types import DeliveryState, DestinationKind
from markets.live import bus, extra

logger = logging.getLogger(__name__)

MOST_AT_FIRST: Final = 50
"""Episodes in a snapshot."""
MOST_AT_ONCE: Final = 200
"""Episodes or events that one step announces to everybody, or to a person."""
_EVERYBODY: Final = ""

_Rows = Mapping[int, Mapping[str, Any]]


class SignalsTopic:
    """The episodes of the operator's signals, for everybody."""

    name = "signals"
    field = "signals"
    is_personal = False

    def snapshot(self, _person: str) -> Mapping[str, Any]:
        """Return the newest episodes."""
        newest = _of_working_signals()[:MOST_AT_FIRST]
        pairs = market_pairs()
        return {self.field: [episode_row(one, pairs) for one in newest]}

    def rows(self, _person: str, ids: Sequence[int]) -> _Rows:
        """Return episodes as they are now."""
        pairs = market_pairs()
        found = _of_working_signals().filter(pk__in=ids)
        return {one.pk: episode_row(one, pairs) for one in found}


class AlertsTopic:
    """What a person's alerts say, and the signals that they chose."""

    name = "alerts"
    field = "alerts"
    is_personal = True

    def snapshot(self, person: str) -> Mapping[str, Any]:
        """Return how much is unread, and what is open."""
        unread = Delivery.objects.filter(
            owner_id=UUID(person),
            destination__kind=DestinationKind.IN_APP,
            state=DeliveryState.DELIVERED,
            read_at=None,
        )
        own = Episode.objects.filter(owner_id=UUID(person), closed_ms=None)
        pairs = market_pairs()
        newest = with_rules(own)[:MOST_AT_FIRST]
        return {
            "unread": unread.count(),
            "open": [episode_row(one, pairs) for one in newest],
        }

    def rows(self, person: str, ids: Sequence[int]) -> _Rows:
        """Return events of the person's alerts, or of signals."""
        events = EpisodeEvent.objects.filter(pk__in=ids).select_related(
            "episode__signal", "episode__outcome"
        )
        pairs = market_pairs()
        return {
            one.pk: _event_row(one) | {"episode": episode_row(one.episode, pairs)}
            for one in events
            if one.episode.owner_id is None or str(one.episode.owner_id) == person
        }


def register_topics() -> None:
    """Bring the topics to the live socket."""
    extra.register(SignalsTopic())
    extra.register(AlertsTopic())


def announce_events(events: Iterable[EpisodeEvent]) -> None:
    """
    Tell every server process what has happened, once it is committed.

    Never blocks for the bus, and never raises: whoever misses it asks REST.
    May be called from any thread.
    """
    told = {one.pk: one.episode_id for one in events}
    if not told:
        return
    try:
        news = _news_of(told)
    except DatabaseError as error:
        logger.warning("%d events were not told live: %s", len(told), error)
        return
    for (kind, venue), ids in news.items():
        bus.announce({"kind": kind, "venue": venue, "news": ids})


# Of each venue: episodes for everybody, and events by the person they concern.
def _news_of(told: Mapping[int, int]) -> dict[tuple[str, str], dict[str, list[int]]]:
    found = (
        Episode.objects.select_related("signal")
        .only("venue", "owner_id", "signal__tripped_at")
        .in_bulk(set(told.values()))
    )
    choosers = _choosers({one.signal_id for one in found.values() if one.signal_id})
    news: dict[tuple[str, str], dict[str, list[int]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for event, number in told.items():
        episode = found.get(number)
        if episode is None:
            continue
        if episode.owner_id is not None:
            news["alerts", episode.venue][str(episode.owner_id)].append(event)
        elif episode.signal is not None and episode.signal.tripped_at is None:
            news["signals", episode.venue][_EVERYBODY].append(number)
            for person in choosers.get(episode.signal.pk, ()):
                news["alerts", episode.venue][person].append(event)
    return {
        key: {person: ids[-MOST_AT_ONCE:] for person, ids in by_person.items()}
        for key, by_person in news.items()
    }


def _choosers(signals: Iterable[int]) -> Mapping[int, list[str]]:
    rows = SignalChoice.objects.filter(
        signal_id__in=list(signals), is_enabled=True
    ).values_list("signal_id", "owner_id")
    found: dict[int, list[str]] = defaultdict(list)
    for signal, owner in rows:
        found[signal].append(str(owner))
    return found


def _of_working_signals() -> QuerySet[Episode]:
    return episodes_of_signals().filter(signal__tripped_at=None)


def _event_row(event: EpisodeEvent) -> dict[str, Any]:
    return {
        "id": event.pk,
        "phase": event.phase,
        "at_ms": event.at_ms,
        "price": event.price,
        "value": event.value,
        "held_back": event.held_back,
    }
