"""Minutes that became whole after their close: asked again, and marked late."""

import logging
import threading
from collections.abc import Callable, Collection, Iterator
from itertools import groupby
from typing import Final

from django.db import transaction

from alerts.models import Episode, EpisodeEvent, Evaluation
from alerts.pipeline.clocks import OvertakenError
from alerts.pipeline.desk import Desk
from alerts.pipeline.ending import finish
from alerts.pipeline.findings import Finding, Subject, value_of
from alerts.pipeline.late_episodes import LateEpisode, LateRules, Recorded
from alerts.pipeline.outbox import owe
from alerts.pipeline.tables import MOST_BEHIND_MS, replayed_markets
from alerts.pipeline.writing import (
    Close,
    Told,
    expect_outcomes,
    told_of,
)
from alerts.rules.episodes import Seen, Situation, advance
from alerts.types import Clock, Mode
from markets.engine.expressions.market import TRUE, TableMarket
from markets.errors import NotStoredError
from markets.types import MINUTE_MS, TIMEFRAMES
from scalpaiboard.lib.clock import now_ms

logger = logging.getLogger(__name__)

_MOST_EVENTS: Final = 2_000
_MOST_RUNS: Final = 3
_turn = threading.Lock()


def evaluate_late(
    venue: str,
    market_key: str,
    open_times_ms: Collection[int],
    clock_ms: Callable[[], int] = now_ms,
) -> list[Told]:
    """
    Ask the rules again from the first of some repaired minutes on.

    Whatever would have opened then, and did not, opens now and says how late.
    What has opened stays as it is, also where it was noticed only after the
    hole. Running it twice changes nothing.
    """
    with _turn:
        for _ in range(_MOST_RUNS if open_times_ms else 0):
            try:
                return _run(venue, market_key, min(open_times_ms), clock_ms())
            except OvertakenError as error:
                logger.info("Repaired minutes are asked once more: %s", error)
            except NotStoredError as error:
                logger.warning("Repaired minutes were not asked: %s", error)
                break
    return []


def _run(venue: str, market_key: str, open_ms: int, now_ms: int) -> list[Told]:
    evaluation = Evaluation.objects.filter(
        venue=venue, market_key=market_key, clock=Clock.CLOSED
    ).first()
    if evaluation is None:
        return []
    end_ms = evaluation.evaluated_ms
    first_ms = max(open_ms + MINUTE_MS, end_ms - MOST_BEHIND_MS)
    return _Late(evaluation, first_ms, now_ms).run() if first_ms <= end_ms else []


class _Late:
    """One run over the stored minutes, beside what is recorded of them."""

    def __init__(self, evaluation: Evaluation, first_ms: int, now_ms: int) -> None:
        self._evaluation = evaluation
        self._first_ms, self._now_ms = first_ms, now_ms
        self._end_ms = evaluation.evaluated_ms
        self._desk = Desk()
        self._rules = LateRules()
        self._recorded = Recorded(evaluation.market_key)
        self._going: dict[Subject, LateEpisode] = {}
        self._found: list[LateEpisode] = []
        self._spoken: dict[int, int] = {}

    def run(self) -> list[Told]:
        """
        Return the events that were stored.

        Raises
        ------
        OvertakenError
            If another minute was asked in the meantime; nothing is stored then.
        """
        self._desk.begin(self._evaluation.market_key)
        for market in self._markets():
            if market.table.as_of_ms >= self._first_ms:
                self._follow(market)
            self._open(market)
            if len(self._found) > _MOST_EVENTS:
                logger.error("More than %s openings came late.", _MOST_EVENTS)
                break
        return self._store() if self._found else []

    # From far enough back that each rule has a close to come from.
    def _markets(self) -> Iterator[TableMarket]:
        venue, key = self._evaluation.venue, self._evaluation.market_key
        last_resort_ms = self._first_ms - MINUTE_MS
        for start_ms in (self._base_ms(), last_resort_ms):
            try:
                yield from replayed_markets(
                    venue, key, start_ms=start_ms, end_ms=self._end_ms
                )
            except NotStoredError:
                if start_ms == last_resort_ms:
                    raise
            else:
                return

    def _base_ms(self) -> int:
        bases = {self._first_ms - MINUTE_MS}
        for at_ms in range(self._first_ms, self._end_ms + 1, MINUTE_MS):
            for place, _ in self._desk.due(Clock.CLOSED, at_ms):
                base_ms = at_ms - TIMEFRAMES[place.timeframe] * MINUTE_MS
                bases.add(base_ms)
        return min(bases)

    def _open(self, market: TableMarket) -> None:
        table = market.table
        fired: set[Subject] = set()
        for _, book in self._desk.due(Clock.CLOSED, table.as_of_ms):
            edges = book.step(market).fired
            rows = zip(edges.ids.tolist(), edges.rows.tolist(), strict=True)
            fired |= {Subject(number, table.symbols[row]) for number, row in rows}
        if table.as_of_ms < self._first_ms or not fired:
            return
        self._rules.learn({one.number for one in fired})
        candidates = {
            one
            for one in fired - self._going.keys()
            if self._rules.was_asked(one.number, table.as_of_ms)
            and self._spoken.get(one.number, table.as_of_ms) == table.as_of_ms
        }
        known = self._recorded.covered(candidates, table.as_of_ms, self._rules.facts)
        close = Close(
            self._evaluation, table, Clock.CLOSED, table.as_of_ms, self._now_ms
        )
        for one in sorted(candidates - known):
            self._begin(one, close, market)

    def _begin(self, subject: Subject, close: Close, market: TableMarket) -> None:
        facts, at_ms = self._rules.facts[subject.number], close.at_ms
        if any(one.holds_back(subject, at_ms) for one in self._found):
            return
        value = value_of(market, facts.metric, subject.symbol)
        seen = Seen(at_ms, TRUE, is_edge=True, value=value)
        finding = Finding(facts, subject.symbol, Situation(), seen, None, None)
        step = advance(facts.course, finding.situation, seen)
        episode, event = told_of(close, finding)
        next_ms = self._recorded.next_opening_ms(subject, at_ms)
        late = LateEpisode(Told(event, episode, facts), close, step.after, next_ms)
        if facts.course.mode is Mode.ONCE:
            self._spoken[subject.number] = at_ms
        else:
            self._going[subject] = late
        self._found.append(late)

    # What has begun late ends as the others do, but escalates no more. What was
    # noticed while it went on is the same, and has been told.
    def _follow(self, market: TableMarket) -> None:
        at_ms = market.table.as_of_ms
        due = [place for place, _ in self._desk.due(Clock.CLOSED, at_ms)]
        for subject, late in list(self._going.items()):
            if late.next_ms is not None and at_ms >= late.next_ms:
                del self._going[subject]
                self._found.remove(late)
                continue
            row = market.table.row_of.get(subject.symbol)
            book = self._desk.book_of(subject.number)
            if row is None or book is None:
                continue
            if not any(self._desk.book_at(place) is book for place in due):
                continue
            pair = [(subject.number, row)]
            truth = int(book.truth(pair, market)[0])
            has_end = late.told.facts.course.has_end
            end = int(self._desk.ends.truth(pair, market)[0]) if has_end else 0
            if late.go_on(Seen(at_ms, truth, end=end)):
                del self._going[subject]

    def _store(self) -> list[Told]:
        with transaction.atomic():
            self._hold_clock()
            known = self._recorded.events(self._rules.facts, self._first_ms)
            fresh = [one for one in self._found if one.key not in known]
            for one in fresh:
                one.told.episode.closed_ms = one.closed_ms
                # The books did not see it begin, and so will not see it end.
                one.told.episode.is_watched |= one.closed_ms is None
            Episode.objects.bulk_create([one.told.episode for one in fresh])
            expect_outcomes(one.told.episode for one in fresh)
            EpisodeEvent.objects.bulk_create([one.told.event for one in fresh])
            spoken = {one.told.facts.number for one in fresh} & self._spoken.keys()
            if spoken:
                finish(sorted(spoken), at_ms=self._end_ms)
            for _, some in groupby(fresh, key=lambda one: one.close.at_ms):
                of_close = list(some)
                owe([one.told for one in of_close], of_close[0].close)
        return [one.told for one in fresh]

    # Nothing is asked from here on until what came late is stored.
    def _hold_clock(self) -> None:
        held = Evaluation.objects.select_for_update().get(pk=self._evaluation.pk)
        if held.evaluated_ms != self._end_ms:
            raise OvertakenError(
                f"The closed clock has moved on to {held.evaluated_ms}."
            )
