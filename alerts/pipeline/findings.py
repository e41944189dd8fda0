"""What a close showed of every rule and pair that it matters to."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import batched
from typing import Final, NamedTuple

import numpy as np
from django.db.models import Max

from alerts.models import Episode, Suppression
from alerts.pipeline.desk import Desk, Place
from alerts.pipeline.facts import RuleFacts, facts_of
from alerts.rules.book import Edges
from alerts.rules.episodes import Seen, Situation
from alerts.types import Clock
from markets.engine.expressions.market import FALSE, TRUE, TableMarket

_A_QUERY: Final = 500


class Subject(NamedTuple):
    """A rule and a pair."""

    number: int
    symbol: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What is known of a rule and a pair, and what was seen of them now."""

    facts: RuleFacts
    symbol: str
    situation: Situation
    seen: Seen
    episode: Episode | None
    waiting: Suppression | None


@dataclass(slots=True)
class _Showing:
    """Truths of one step, by subject; 1, 0 unknown, -1."""

    truths: dict[Subject, int] = field(default_factory=dict)
    fired: set[Subject] = field(default_factory=set)
    places: list[Place] = field(default_factory=list)


def ask(desk: Desk, market: TableMarket, clock: Clock, at_ms: int) -> list[Finding]:
    """
    Step the books that are due, and return all that may come of it.

    Those are the pairs whose truth changed, the open episodes that each close
    matters to, and what waits for the end of a cool-down.
    """
    showing = _Showing()
    symbols = market.table.symbols
    for place, book in desk.due(clock, at_ms):
        edges = book.step(market)
        showing.places.append(place)
        _take_edges(showing, edges, symbols)
    episodes = _open_episodes(showing, market.table.market_key)
    waiting = _waiting(showing, desk, market.table.market_key, at_ms)
    known = showing.fired | episodes.keys() | waiting.keys()
    _ask_rest(showing, desk, market, known)
    facts = facts_of({one.number for one in known})
    opened = _last_openings(
        showing.fired | waiting.keys(), facts, market.table.market_key, at_ms
    )
    ends = _ends(desk, market, facts, episodes)
    return [
        Finding(
            facts[one.number],
            one.symbol,
            _situation(episodes.get(one), opened.get(one), waiting.get(one)),
            Seen(
                at_ms,
                showing.truths[one],
                one in showing.fired,
                ends.get(one, 0),
                value_of(market, facts[one.number].metric, one.symbol),
            ),
            episodes.get(one),
            waiting.get(one),
        )
        for one in sorted(known)
        if one.number in facts and one in showing.truths
    ]


def value_of(market: TableMarket, metric: str, symbol: str) -> float:
    """Return a metric of a pair, NaN where it is not known."""
    table = market.table
    if metric not in table.column_of or symbol not in table.row_of:
        return np.nan
    return float(table.values[table.column_of[metric], table.row_of[symbol]])


def _take_edges(showing: _Showing, edges: Edges, symbols: tuple[str, ...]) -> None:
    for crossed, truth in ((edges.fired, TRUE), (edges.ended, FALSE)):
        for number, row in zip(
            crossed.ids.tolist(), crossed.rows.tolist(), strict=True
        ):
            subject = Subject(number, symbols[row])
            showing.truths[subject] = truth
            if truth == TRUE:
                showing.fired.add(subject)


# Those that each close matters to, and those whose condition has just changed.
def _open_episodes(showing: _Showing, market_key: str) -> dict[Subject, Episode]:
    unfinished = Episode.objects.filter(market_key=market_key, closed_ms=None)
    found: dict[Subject, Episode] = {}
    for place in showing.places:
        for one in unfinished.filter(
            is_watched=True, clock=place.clock, timeframe=place.timeframe
        ):
            found[Subject(one.rule_number, one.symbol)] = one
    for numbers in _numbers(showing.truths):
        for one in unfinished.filter(rule_number__in=numbers):
            subject = Subject(one.rule_number, one.symbol)
            if subject in showing.truths:
                found[subject] = one
    return found


def _waiting(
    showing: _Showing, desk: Desk, market_key: str, at_ms: int
) -> dict[Subject, Suppression]:
    waiting = Suppression.objects.filter(market_key=market_key, ended_ms=None)
    found: dict[Subject, Suppression] = {}
    asked = {id(desk.book_at(place)) for place in showing.places}
    for one in waiting.filter(due_ms__lte=at_ms):
        if id(desk.book_of(one.rule_number)) in asked:
            found[Subject(one.rule_number, one.symbol)] = one
    for numbers in _numbers(showing.truths):
        for one in waiting.filter(rule_number__in=numbers):
            subject = Subject(one.rule_number, one.symbol)
            if subject in showing.truths:
                found[subject] = one
    return found


def _ask_rest(
    showing: _Showing, desk: Desk, market: TableMarket, known: Iterable[Subject]
) -> None:
    row_of = market.table.row_of
    by_book: dict[int, list[Subject]] = {}
    books = {}
    for one in known:
        book = desk.book_of(one.number)
        if book is not None and one not in showing.truths and one.symbol in row_of:
            books[id(book)] = book
            by_book.setdefault(id(book), []).append(one)
    for key, subjects in by_book.items():
        pairs = [(one.number, row_of[one.symbol]) for one in subjects]
        truths = books[key].truth(pairs, market)
        showing.truths |= dict(zip(subjects, truths.tolist(), strict=True))


def _ends(
    desk: Desk,
    market: TableMarket,
    facts: dict[int, RuleFacts],
    episodes: Collection[Subject],
) -> dict[Subject, int]:
    row_of = market.table.row_of
    subjects = [
        one
        for one in episodes
        if one.number in facts
        and facts[one.number].course.has_end
        and one.symbol in row_of
        and one.number in desk.ends
    ]
    if not subjects:
        return {}
    pairs = [(one.number, row_of[one.symbol]) for one in subjects]
    truths = desk.ends.truth(pairs, market).tolist()
    return dict(zip(subjects, truths, strict=True))


# Only as far back as a cool-down or a candle reaches.
def _last_openings(
    subjects: Collection[Subject],
    facts: Mapping[int, RuleFacts],
    market_key: str,
    at_ms: int,
) -> dict[Subject, int]:
    longest_ms = max((one.course.silent_ms for one in facts.values()), default=0)
    found: dict[Subject, int] = {}
    for numbers in _numbers(subjects) if longest_ms else ():
        rows = (
            Episode.objects.filter(
                market_key=market_key,
                rule_number__in=numbers,
                opened_ms__gt=at_ms - longest_ms,
            )
            .order_by()
            .values_list("rule_number", "symbol")
            .annotate(opened=Max("opened_ms"))
        )
        for number, symbol, opened in rows:
            found[Subject(number, symbol)] = opened
    return found


def _numbers(subjects: Iterable[Subject]) -> Iterator[tuple[int, ...]]:
    return batched(sorted({one.number for one in subjects}), _A_QUERY)


def _situation(
    episode: Episode | None, opened_ms: int | None, waiting: Suppression | None
) -> Situation:
    if episode is None:
        return Situation(opened_ms=opened_ms, is_waiting=waiting is not None)
    return Situation(
        is_open=True,
        opened_ms=episode.opened_ms,
        opening_value=_number(episode.value),
        extreme=_number(episode.extreme),
        false_closes=episode.false_closes,
        reminded_ms=episode.reminded_ms,
    )


def _number(value: float | None) -> float:
    return np.nan if value is None else value
