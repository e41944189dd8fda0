"""The books of this process, kept up to date with the rules of the database."""

import logging
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from itertools import chain
from typing import Final, NamedTuple

import msgspec
from django.db.models import Max, Q, QuerySet

from alerts.models import Alert, RuleChange, Signal
from alerts.rules.book import Book, Packed, Watch
from alerts.types import Clock, Scope
from markets.engine.expressions.market import TableMarket
from markets.types import MINUTE_MS, TIMEFRAMES
from scalpaiboard.lib.clock import now

logger = logging.getLogger(__name__)

_A_READ: Final = 10_000
_OVERLAP: Final = timedelta(seconds=60)
"""Changes that are committed out of the order of their ids come within this."""


CHANGES_KNOWN: Final = timedelta(minutes=30)
"""Who has not looked at the changes for longer loads everything: old ones go."""


class Place(NamedTuple):
    """The clock and the timeframe that a book belongs to."""

    clock: Clock
    timeframe: str


SIGNALS_PLACE: Final = Place(Clock.CLOSED, "1m")


class Posted(NamedTuple):
    """A rule as the books take it; `end` is empty where it has no own ending."""

    place: Place
    watch: Watch
    end: str


class Desk:
    """
    Every active rule of one process, in a book for each clock and timeframe.

    `ends` holds the conditions by which episodes end, where a rule has one of
    its own; it is only asked for truths. `stepped_ms` says what each clock's
    books were asked last, and `market_key` of which market. Before `doubtful_ms`
    minutes may have been repaired while nobody listened.
    """

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.is_asked = threading.Event()
        self.ends = Book()
        self.stepped_ms: dict[Clock, int] = {}
        self.market_key = ""
        self.doubtful_ms: int | None = None
        self._books: dict[Place, Book] = {}
        self._last_id = 0
        self._seen: set[int] = set()
        self._is_loaded = False
        self._refreshed_at = datetime.min.replace(tzinfo=UTC)

    def refresh(self) -> None:
        """Take over what changed since the last time; everything at first."""
        moment = now()
        if self._is_loaded and moment - self._refreshed_at < CHANGES_KNOWN:
            self._take_changes()
        else:
            self._load()
        self._refreshed_at = moment

    def begin(self, market_key: str) -> None:
        """Forget what is known of another market."""
        if market_key != self.market_key:
            self.market_key = market_key
            self._is_loaded = False
            self.refresh()

    def due(self, clock: Clock, at_ms: int) -> Iterator[tuple[Place, Book]]:
        """
        Yield the books that are asked at a close, or at a second.

        An empty one takes the closes as well: its first rule begins with the last.
        """
        for place, book in self._books.items():
            length_ms = TIMEFRAMES[place.timeframe] * MINUTE_MS
            is_due = place.clock is Clock.LIVE or at_ms % length_ms == 0
            is_asked = len(book) or clock is Clock.CLOSED
            if place.clock is clock and is_due and is_asked:
                yield place, book

    def book_at(self, place: Place) -> Book | None:
        """Return the book of a clock and timeframe."""
        return self._books.get(place)

    def book_of(self, number: int) -> Book | None:
        """Return the book of a rule, None where it is not asked."""
        return next((one for one in self._books.values() if number in one), None)

    def remember(self, clock: Clock) -> Packed:
        """Pack what the books of a clock know, for the next process."""
        packed = {
            place.timeframe: book.remember()
            for place, book in self._books.items()
            if place.clock is clock
        }
        lasting, digests, truths = (
            msgspec.msgpack.encode({name: one[part] for name, one in packed.items()})
            for part in range(3)
        )
        return Packed(lasting, blake2b(digests, digest_size=8).hexdigest(), truths)

    def recall(self, clock: Clock, packed: Packed, base: TableMarket | None) -> None:
        """
        Take up what another process remembered.

        Rules that it did not have are based on the market of then, if known.
        """
        lasting, truths = (
            msgspec.msgpack.decode(part, type=dict[str, bytes])
            for part in (packed.lasting, packed.truths)
        )
        for place, book in self._books.items():
            name = place.timeframe
            if place.clock is not clock or name not in lasting:
                continue
            try:
                book.recall(Packed(lasting[name], "", truths[name]), base)
            except ValueError as error:
                logger.warning("The rules of %s begin anew: %s", place.timeframe, error)

    def _load(self) -> None:
        newest = RuleChange.objects.aggregate(newest=Max("id"))["newest"] or 0
        self._books = {SIGNALS_PLACE: Book()}
        active = Alert.objects.filter(is_active=True)
        for clock, timeframe in (
            active.order_by().values_list("clock", "timeframe").distinct()
        ):
            self._books.setdefault(Place(Clock(clock), timeframe), Book())
        for place, book in self._books.items():
            its = active.filter(clock=place.clock, timeframe=place.timeframe)
            signals = _posted_signals(Signal.objects.all())
            own = signals if place == SIGNALS_PLACE else ()
            book.load(one.watch for one in chain(own, _posted_alerts(its)))
        self.ends = Book()
        ending = (
            *_posted_signals(Signal.objects.exclude(closes_when="")),
            *_posted_alerts(active.exclude(closes_when="")),
        )
        self.ends.load(one.watch._replace(expression=one.end) for one in ending)
        self._last_id, self._seen = newest, set()
        self.stepped_ms = {}
        self._is_loaded = True

    def _take_changes(self) -> None:
        fresh = dict(
            RuleChange.objects.filter(
                Q(id__gt=self._last_id) | Q(at__gt=now() - _OVERLAP)
            ).values_list("id", "number")
        )
        changes = {id_: one for id_, one in fresh.items() if id_ not in self._seen}
        if not changes:
            return
        numbers = set(changes.values())
        signals = Signal.objects.filter(pk__in=[-one for one in numbers if one < 0])
        alerts = Alert.objects.filter(pk__in=[one for one in numbers if one > 0])
        posted = (*_posted_signals(signals), *_posted_alerts(alerts))
        found = {one.watch.number: one for one in posted}
        for number in numbers:
            self._change(number, found.get(number))
        self._last_id = max(self._last_id, *changes)
        self._seen = set(fresh)

    def _change(self, number: int, posted: Posted | None) -> None:
        for place, book in self._books.items():
            if posted is None or posted.place != place:
                book.remove(number)
        self.ends.remove(number)
        if posted is None:
            return
        self._books.setdefault(posted.place, Book()).put(posted.watch)
        if posted.end:
            self.ends.put(posted.watch._replace(expression=posted.end))


def _posted_signals(signals: QuerySet[Signal]) -> Iterator[Posted]:
    for signal in signals.filter(is_enabled=True):
        watch = Watch(signal.number, signal.watched, None)
        yield Posted(SIGNALS_PLACE, watch, signal.closes_when)


def _posted_alerts(alerts: QuerySet[Alert]) -> Iterator[Posted]:
    rows = alerts.filter(is_active=True).values_list(
        *("id", "watched", "scope", "symbol", "watchlist__symbols"),
        *("clock", "timeframe", "closes_when"),
    )
    for number, watched, scope, symbol, listed, clock, timeframe, end in rows.iterator(
        chunk_size=_A_READ
    ):
        symbols = _symbols(scope, symbol, listed)
        place = Place(Clock(clock), timeframe)
        yield Posted(place, Watch(number, watched, symbols), end)


def _symbols(
    scope: str, symbol: str, listed: list[str] | None
) -> tuple[str, ...] | None:
    if scope == Scope.PAIR:
        return (symbol,)
    if scope == Scope.WATCHLIST:
        return tuple(listed or ())
    return None


_desk = Desk()


def desk() -> Desk:
    """Return the desk of this process; whoever uses it holds its lock."""
    return _desk
