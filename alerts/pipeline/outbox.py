"""What is owed to whom for a close: messages, summaries, and what is held back."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.db.models import Count

from alerts.models import Delivery, Destination, EpisodeEvent
from alerts.pipeline.contents import (
    Content,
    digest_content,
    event_content,
    held_in,
    summary_content,
)
from alerts.pipeline.recipients import recipients_of
from alerts.pipeline.writing import Close, Told
from alerts.rules.limits import Match, summarise
from alerts.rules.messages import Held
from alerts.types import DeliveryState, DestinationKind, Phase, Reason
from markets.selectors.pairs import Pair, known_pairs

_A_WRITE: Final = 500
_HOUR_MS: Final = 3_600_000
_HEARS_THE_END: Final = frozenset(
    {DestinationKind.TELEGRAM, DestinationKind.DISCORD, DestinationKind.WEBHOOK}
)
"""Kinds whose first message is edited, and programs; others hear of beginnings."""


class Outbox:
    """
    Writes the deliveries of one close, within its transaction.

    Every row has a key that names what it tells and to whom, so that it is owed
    once. Four or more openings of a rule become one summary; past a limit of an
    hour, and in quiet hours, what is owed goes into one digest.
    """

    def __init__(self, close: Close) -> None:
        self._close = close
        self._now = datetime.fromtimestamp(close.now_ms / 1_000, tz=UTC)
        self._pairs: dict[str, Pair] = known_pairs(close.table)
        self._contents: dict[str, Content] = {}
        self._owed: list[tuple[Delivery, list[EpisodeEvent]]] = []
        self._sent_to: Counter[Any] = Counter()
        self._held: dict[tuple[Any, Reason], list[tuple[Told, Destination]]] = (
            defaultdict(list)
        )
        self._spoken: set[int] = set()

    def owe(self, told: Sequence[Told]) -> None:
        """Owe what these events call for, and note of events why nobody is told."""
        spoken = [one for one in told if not one.facts.is_tripped]
        numbers = {one.facts.number for one in spoken}
        recipients = recipients_of(numbers, self._now) if numbers else {}
        if not recipients:
            return
        self._count_sent(to for some in recipients.values() for to in some)
        by_rule: dict[int, list[Told]] = defaultdict(list)
        for one in spoken:
            by_rule[one.facts.number].append(one)
        for number, events in by_rule.items():
            for to in recipients.get(number, ()):
                self._owe_rule(events, to)
        self._write()
        self._write_digests()
        self._note_held_back()

    def _owe_rule(self, events: Sequence[Told], to: Destination) -> None:
        openings = [one for one in events if one.event.phase == Phase.OPEN]
        matches = [Match(one.event.symbol, _volume(one)) for one in openings]
        summary = summarise(matches)
        if summary is not None:
            of_symbol = {one.event.symbol: one for one in openings}
            top = [of_symbol[symbol] for symbol in summary.top]
            self._owe_summary(openings, top, to)
            events = [one for one in events if one.event.phase != Phase.OPEN]
        for one in events:
            if one.event.phase != Phase.CLOSE or to.kind in _HEARS_THE_END:
                self._owe_event(one, to)

    def _owe_event(self, one: Told, to: Destination) -> None:
        if self._is_held_back([one], to):
            return
        self._put(
            f"event:{one.event.pk}",
            to,
            lambda: event_content(one, self._close, self._pairs),
            [one],
            thread=f"episode:{one.episode.pk}",
        )

    def _owe_summary(
        self, all_: Sequence[Told], top: Sequence[Told], to: Destination
    ) -> None:
        if self._is_held_back(all_, to):
            return
        first = all_[0].event
        self._put(
            f"summary:{first.rule_number}:{first.at_ms}",
            to,
            lambda: summary_content(top, len(all_), self._close, self._pairs),
            all_,
        )

    def _is_held_back(self, some: Sequence[Told], to: Destination) -> bool:
        reason = self._reason(some[0], to)
        # An edit of what was told is no further message.
        if reason is None or all(one.event.phase == Phase.CLOSE for one in some):
            return False
        self._held[to.pk, reason] += [(one, to) for one in some]
        return True

    def _reason(self, told: Told, to: Destination) -> Reason | None:
        if to.kind == DestinationKind.IN_APP:
            return None
        quiet = told.facts.quiet
        if quiet is not None and quiet.covers(self._close.now_ms):
            return Reason.QUIET_HOURS
        if (
            self._sent_to[to.pk] >= to.messages_an_hour
            or self._sent_to[to.owner_id] >= settings.MESSAGES_AN_HOUR
        ):
            return Reason.LIMIT
        return None

    def _put(
        self,
        what: str,
        to: Destination,
        write: Callable[[], Content],
        told: Iterable[Told],
        *,
        thread: str = "",
    ) -> None:
        # It is the same for all who are told of it.
        if what not in self._contents:
            self._contents[what] = write()
        key, content = f"{what}:{to.pk}", self._contents[what]
        delivery = _delivery(key, to, content, self._now, thread)
        self._owed.append((delivery, [one.event for one in told]))
        if to.kind != DestinationKind.IN_APP:
            self._sent_to.update((to.pk, to.owner_id))
        self._spoken |= {one.event.pk for one in told}

    # Messages of the last hour, by destination and by person; what is shown in the
    # app knows no limit.
    def _count_sent(self, recipients: Iterable[Destination]) -> None:
        limited = [to for to in recipients if to.kind != DestinationKind.IN_APP]
        destinations = {to.pk for to in limited}
        owners = {to.owner_id for to in limited}
        if not owners:
            return
        rows = (
            Delivery.objects.filter(
                owner__in=owners, created_at__gt=self._now - timedelta(hours=1)
            )
            .exclude(destination__kind=DestinationKind.IN_APP)
            .order_by()
            .values_list("owner_id", "destination_id")
            .annotate(count=Count("pk"))
        )
        for owner_id, destination_id, count in rows:
            self._sent_to[owner_id] += count
            if destination_id in destinations:
                self._sent_to[destination_id] += count

    def _write(self) -> None:
        Delivery.objects.bulk_create(
            [delivery for delivery, _ in self._owed], _A_WRITE, ignore_conflicts=True
        )
        _link_events(self._owed)

    # One digest an hour and destination, or one at the end of quiet hours; it
    # grows until it is sent.
    def _write_digests(self) -> None:
        for (destination_id, reason), some in self._held.items():
            due_ms = self._digest_due_ms(reason, some[0][0])
            key = f"digest:{reason}:{due_ms}:{destination_id}"
            fresh = [Held(one.facts.name, one.event.symbol) for one, _ in some]
            due = datetime.fromtimestamp(due_ms / 1_000, tz=UTC)
            its = Delivery.objects.select_for_update().filter(key__startswith=key)
            digest = its.filter(state=DeliveryState.OWED).first()
            if digest is None:
                # An operator may have cancelled the one before.
                digest = _delivery(f"{key}:{its.count()}", some[0][1], {}, due, "")
            digest.content = digest_content(reason, [*held_in(digest), *fresh])
            digest.save()
            _link_events([(digest, [one.event for one, _ in some])])

    def _digest_due_ms(self, reason: Reason, told: Told) -> int:
        now_ms, quiet = self._close.now_ms, told.facts.quiet
        if reason is Reason.QUIET_HOURS and quiet is not None:
            return quiet.end_after(now_ms)
        return (now_ms // _HOUR_MS + 1) * _HOUR_MS

    def _note_held_back(self) -> None:
        for (_, reason), some in self._held.items():
            quiet = {one.event.pk for one, _ in some} - self._spoken
            EpisodeEvent.objects.filter(pk__in=quiet).update(held_back=reason)


def owe(told: Sequence[Told], close: Close) -> None:
    """Owe what a close calls for; to be called within its transaction."""
    if told:
        Outbox(close).owe(told)


def _delivery(
    key: str,
    destination: Destination,
    content: Content,
    due: datetime,
    thread: str,
) -> Delivery:
    is_shown = destination.kind == DestinationKind.IN_APP
    return Delivery(
        key=key,
        destination=destination,
        owner_id=destination.owner_id,
        content=content,
        thread=thread,
        due_at=due,
        # What is shown in the app is there as soon as it is stored.
        state=DeliveryState.DELIVERED if is_shown else DeliveryState.OWED,
        delivered_at=due if is_shown else None,
    )


def _link_events(owed: Iterable[tuple[Delivery, Iterable[EpisodeEvent]]]) -> None:
    through = Delivery.events.through
    through.objects.bulk_create(
        [
            through(delivery_id=delivery.pk, episodeevent_id=event.pk)
            for delivery, events in owed
            for event in events
        ],
        _A_WRITE,
        ignore_conflicts=True,
    )


def _volume(told: Told) -> float:
    return float(told.episode.values.get("quote_volume_1d", "nan"))
