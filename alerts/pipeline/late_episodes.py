"""What began in a hole, and what of it is recorded already."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from django.db.models import Min, Q

from alerts.models import AlertRevision, Episode, EpisodeEvent, SignalVersion
from alerts.pipeline.facts import RuleFacts, facts_of
from alerts.pipeline.findings import Subject
from alerts.pipeline.tables import MOST_BEHIND_MS
from alerts.pipeline.writing import Close, Told
from alerts.rules.episodes import Seen, Situation, advance, free_from_ms
from alerts.types import Phase

type Key = tuple[int, str, int, str]


@dataclass(eq=False, slots=True)
class LateEpisode:
    """
    An episode that nobody saw begin, as far as it has been followed.

    `next_ms` is when one of the same rule and pair opened that was seen.
    """

    told: Told
    close: Close
    situation: Situation
    next_ms: int | None
    closed_ms: int | None = None

    @property
    def key(self) -> Key:
        """What the database holds once."""
        return _key(self.told.event)

    def go_on(self, seen: Seen) -> bool:
        """Take the next close; return whether it has ended."""
        course = replace(self.told.facts.course, escalate_step=None)
        step = advance(course, self.situation, seen)
        self.situation = step.after
        if step.phase is Phase.CLOSE:
            self.closed_ms = seen.at_ms
        return step.phase is Phase.CLOSE

    def holds_back(self, subject: Subject, at_ms: int) -> bool:
        """Whether its cool-down keeps the same rule from opening again."""
        event, course = self.told.event, self.told.facts.course
        if (event.rule_number, event.symbol) != subject:
            return False
        return at_ms < free_from_ms(course, Situation(opened_ms=self.close.at_ms))


class LateRules:
    """The rules that fired, and since when they have been what they are."""

    def __init__(self) -> None:
        self.facts: dict[int, RuleFacts] = {}
        self._since_ms: dict[int, int] = {}
        self._known: set[int] = set()

    def learn(self, numbers: Collection[int]) -> None:
        """Read those of these numbers that are not known."""
        unknown = set(numbers) - self._known
        if unknown:
            self._known |= unknown
            self.facts |= facts_of(unknown)
            self._since_ms |= _since_ms(unknown)

    def was_asked(self, number: int, at_ms: int) -> bool:
        """Whether the rule was at that time what it is now."""
        return number in self.facts and self._since_ms.get(number, 0) < at_ms


class Recorded:
    """What is stored of a market's episodes."""

    def __init__(self, market_key: str) -> None:
        self._market_key = market_key

    def covered(
        self, subjects: Collection[Subject], at_ms: int, facts: Mapping[int, RuleFacts]
    ) -> set[Subject]:
        """Return those of which an episode covers a moment, or is too near it."""
        if not subjects:
            return set()
        rows = Episode.objects.filter(
            Q(closed_ms=None) | Q(closed_ms__gte=at_ms - MOST_BEHIND_MS),
            rule_number__in={one.number for one in subjects},
            market_key=self._market_key,
        ).values_list("rule_number", "symbol", "opened_ms", "closed_ms")
        found: set[Subject] = set()
        for number, symbol, opened_ms, closed_ms in rows:
            silent_ms = facts[number].course.silent_ms
            until_ms = max(closed_ms or at_ms + 1, opened_ms + silent_ms)
            if opened_ms - silent_ms <= at_ms < until_ms or opened_ms == at_ms:
                found.add(Subject(number, symbol))
        return found

    def next_opening_ms(self, subject: Subject, at_ms: int) -> int | None:
        """Return when the rule opened next for the pair."""
        later = Episode.objects.filter(
            rule_number=subject.number,
            symbol=subject.symbol,
            market_key=self._market_key,
            opened_ms__gt=at_ms,
        )
        first: int | None = later.aggregate(first=Min("opened_ms"))["first"]
        return first

    def events(self, numbers: Iterable[int], since_ms: int) -> set[Key]:
        """Return the keys of the events of some rules."""
        events = EpisodeEvent.objects.filter(
            rule_number__in=list(numbers),
            market_key=self._market_key,
            at_ms__gte=since_ms,
        )
        return {_key(one) for one in events}


def _key(event: EpisodeEvent) -> Key:
    return event.rule_number, event.symbol, event.candle_open_ms, str(event.phase)


# From the newest revision back to the first that decided otherwise.
def _since_ms(numbers: Collection[int]) -> dict[int, int]:
    found: dict[int, int] = {}
    is_over: set[int] = set()
    versions: dict[int, str] = {}
    revisions = AlertRevision.objects.filter(alert_id__in=numbers).values_list(
        "alert_id", "since_ms", "is_active", "definition__version"
    )
    for number, since_ms, is_active, version in revisions:
        is_same = is_active and versions.setdefault(number, version) == version
        if not is_same:
            is_over.add(number)
        elif number not in is_over:
            found[number] = since_ms
    signals = SignalVersion.objects.filter(signal_id__in=[-one for one in numbers])
    for signal_id, since in signals.order_by("since").values_list("signal_id", "since"):
        found[-signal_id] = int(since.timestamp() * 1_000)
    return found
