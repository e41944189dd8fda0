"""When an expression was true of each pair: over stored days, many minutes at once."""

from collections.abc import Collection, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from markets.engine.expressions.market import FALSE, TRUE, UNKNOWN, Truths
from markets.engine.expressions.nodes import Expression
from markets.engine.expressions.plan import Plan
from markets.errors import TooManyEpisodesError
from markets.features.day import Minutes, StoredDay
from markets.features.market import PastMarket
from markets.features.spans import Span, require_kept
from markets.types import MINUTE_MS

MAX_EPISODES: Final = 200_000
"""A question that is true more often is no question any more."""

ALL_TRUTHS: Final = (TRUE, FALSE, UNKNOWN)

_CELLS_AT_A_TIME: Final = 1 << 17
"""Pairs times minutes of one step: its arrays stay in the processor's cache."""


@dataclass(frozen=True, slots=True)
class Episode:
    """
    A stretch of minutes in which an expression had one truth for a pair.

    `start_ms` is the close at which it began, `end_ms` the close at which it
    was over; `is_open` says that the stored minutes ended before that.
    """

    symbol: str
    start_ms: int
    end_ms: int
    is_open: bool = False
    truth: int = TRUE


@dataclass(slots=True)
class PairCount:
    """How many closes of one pair were asked, and what came out."""

    episodes: int = 0
    true: int = 0
    unknown: int = 0
    asked: int = 0


@dataclass(slots=True)
class Answer:
    """
    When an expression was true.

    `episodes` are in the order of their beginnings. `missing_days` lie in the
    range but are not stored; `outdated_days` were written by other formulas.
    """

    episodes: list[Episode] = field(default_factory=list)
    pairs: dict[str, PairCount] = field(default_factory=dict)
    missing_days: list[int] = field(default_factory=list)
    outdated_days: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Question:
    """
    What is asked, at every close of the minutes that open in ``[start_ms, end_ms)``.

    `expression` is a condition, `symbols` the pairs, none for all. `truths` are
    the stretches that are told: those that were true, and others when asked;
    `most` is how many of them at most.
    """

    expression: Expression
    start_ms: int
    end_ms: int
    symbols: Collection[str] = ()
    truths: Sequence[int] = (TRUE,)
    most: int = MAX_EPISODES


def when_true(asked: Question, days: Sequence[StoredDay]) -> Answer:
    """
    Answer a question from the days held; earlier ones serve what looks back.

    Raises
    ------
    NotStoredError
        If no day of the range is stored, or a metric is not kept.
    TooManyEpisodesError
        If there are more than the question allows.
    """
    plan = Plan.of((asked.expression,))
    require_kept(plan)
    span = Span.of(days, asked.start_ms, asked.end_ms)
    span.require_stored()
    answer = Answer(missing_days=span.missing_days, outdated_days=span.outdated_days)
    runs = _Runs(answer, asked.truths, asked.most)
    for number in span.days:
        if number not in span.held:
            runs.break_off()
            continue
        ends = span.closes_of(number)
        for market in _chunks(span.held, number, ends, frozenset(asked.symbols)):
            runs.take(market, plan.run(market)[0].astype(np.int8, copy=False))
        runs.break_off(but=span.held[number].row_of)
    runs.break_off()
    answer.episodes.sort(key=lambda one: (one.start_ms, one.symbol))
    return answer


def _chunks(
    held: Mapping[int, StoredDay],
    number: int,
    ends: Minutes,
    symbols: Collection[str],
) -> Iterator[PastMarket]:
    known = held[number].manifest.symbols
    rows = np.array(
        [row for row, one in enumerate(known) if not symbols or one in symbols],
        np.intp,
    )
    size = max(1, _CELLS_AT_A_TIME // len(ends))
    for start in range(0, len(rows), size):
        yield PastMarket(held, number, rows[start : start + size], ends)


class _Runs:
    """Joins equal truths of neighbouring minutes, over the borders of days."""

    def __init__(self, answer: Answer, truths: Sequence[int], most: int) -> None:
        self._answer = answer
        self._truths = truths
        self._most = most
        # Since which minute what goes on at the end of the last day was so.
        self._begun: dict[tuple[str, int], int] = {}
        self._end = 0

    def take(self, market: PastMarket, found: Truths) -> None:
        """Take the truths of some pairs of a day."""
        self._count(market.symbols, found)
        self._end = int(market.ends[-1]) + 1
        for truth in self._truths:
            self._join(market, found == truth, truth)

    def break_off(self, *, but: Container[str] = ()) -> None:
        """Hear that what follows is not known, except of some pairs."""
        for key in [key for key in self._begun if key[0] not in but]:
            self._tell(key, self._begun.pop(key), self._end, is_open=True)

    def _join(self, market: PastMarket, holds: NDArray[np.bool_], truth: int) -> None:
        ends, count = market.ends, len(market.ends)
        keys = [(symbol, truth) for symbol in market.symbols]
        carried = {
            place: self._begun.pop(key)
            for place, key in enumerate(keys)
            if key in self._begun
        }
        # Along a row, a beginning and an end take turns.
        places, edges = np.nonzero(np.diff(holds, axis=1, prepend=False, append=False))
        for place, start, stop in zip(
            places[::2].tolist(), edges[::2].tolist(), edges[1::2].tolist(), strict=True
        ):
            begun = int(ends[start])
            if start == 0:
                begun = carried.pop(place, begun)
            if stop == count:
                self._begun[keys[place]] = begun
            else:
                self._tell(keys[place], begun, int(ends[stop]))
        for place, begun in carried.items():
            self._tell(keys[place], begun, int(ends[0]))

    def _tell(
        self, key: tuple[str, int], start: int, stop: int, *, is_open: bool = False
    ) -> None:
        symbol, truth = key
        if len(self._answer.episodes) == self._most:
            raise TooManyEpisodesError(
                f"It began more than {self._most:,} times; ask for less time or "
                "fewer pairs, or for something rarer."
            )
        self._answer.episodes.append(
            Episode(symbol, start * MINUTE_MS, stop * MINUTE_MS, is_open, truth)
        )
        if truth == TRUE:
            self._answer.pairs[symbol].episodes += 1

    def _count(self, symbols: Sequence[str], found: Truths) -> None:
        true = np.count_nonzero(found == TRUE, axis=1).tolist()
        unknown = np.count_nonzero(found == UNKNOWN, axis=1).tolist()
        for symbol, some, others in zip(symbols, true, unknown, strict=True):
            count = self._answer.pairs.setdefault(symbol, PairCount())
            count.true += some
            count.unknown += others
            count.asked += found.shape[1]
