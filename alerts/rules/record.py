"""The record of a rule before it is saved: what it would have done."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import batched
from typing import Final, NamedTuple

import numpy as np

from alerts.rules.base_rates import PairBase, choose_grid, join, pair_base
from alerts.rules.openings import Asked, Pace, openings
from alerts.rules.outcomes import (
    HORIZONS,
    LONGEST_HORIZON,
    PATH_MINUTES,
    Aim,
    Verdict,
    Verdicts,
    forward_returns,
    verdicts,
)
from alerts.rules.summaries import Fire, HitSummary, HorizonSummary, Moves, Record
from markets.engine.expressions.nodes import Expression
from markets.engine.expressions.plan import Plan
from markets.engine.table import Floats
from markets.errors import NotStoredError, TooManyEpisodesError
from markets.features.columns import DAY_MINUTES
from markets.features.day import Minutes, StoredDay
from markets.features.spans import Prices, Span, require_kept
from markets.types import MINUTE_MS, TIMEFRAMES

MOST_FIRES: Final = 1_000_000
"""A rule that fires more often is none that anyone wants."""

NEWEST_FIRES: Final = 200
"""How many fires are told one by one."""

_PAIRS_AT_A_TIME: Final = 16
"""With 30 days of minutes they take some 30 MB."""

OnProgress = Callable[[float], None]
"""Hears which share is done, 0 to 1."""


@dataclass(frozen=True, slots=True)
class RecordQuestion:
    """
    Which rule would have done what, and what counts as a hit.

    Parameters
    ----------
    expression, closes_when
        The condition, and the one that ends an episode, None where being false
        does.
    aim
        Target, stop, horizon and side.
    start_ms, end_ms
        It is asked at the closes of the minutes that open within.
    symbols
        The pairs; none for all.
    step_minutes
        The timeframe: only the closes of its candles are asked.
    pace
        Cool-down, and how many false closes end an episode.
    """

    expression: Expression
    aim: Aim
    start_ms: int
    end_ms: int
    closes_when: Expression | None = None
    symbols: tuple[str, ...] = ()
    step_minutes: int = 1
    pace: Pace = field(default_factory=Pace)

    def __post_init__(self) -> None:
        if self.step_minutes not in TIMEFRAMES.values():
            raise ValueError(
                f"The step is {self.step_minutes} minutes; it must be one of "
                f"{', '.join(map(str, TIMEFRAMES.values()))}."
            )


def build_record(
    question: RecordQuestion,
    days: Sequence[StoredDay],
    *,
    most: int = MOST_FIRES,
    on_progress: OnProgress | None = None,
) -> Record:
    """
    Return what a rule would have done over the days held.

    What came after is read from days after the range too, where they are held.
    The base rates are those of the pairs that it fired on, each as much as it
    was: of every minute of the range, or of an even grid of `grid_minutes`
    where that would be too many.

    Raises
    ------
    NotStoredError
        If no day of the range or none of the pairs is stored, or a metric is
        not kept.
    TooManyEpisodesError
        If it fires more than `most` times.
    """
    work = _Work.of(question, days)
    found: list[_Found] = []
    chunks = list(batched(work.symbols, _PAIRS_AT_A_TIME))
    for done, chunk in enumerate(chunks, 1):
        found += work.measure(chunk)
        if sum(len(one.minutes) for one in found) > most:
            raise TooManyEpisodesError(
                f"It fires more than {most:,} times; ask for less time or fewer "
                "pairs, or for something rarer."
            )
        if on_progress is not None:
            on_progress(done / len(chunks))
    return work.sum_up(found)


class _Found(NamedTuple):
    """The fires of one pair, each an entry of every array, and its base."""

    symbol: str
    minutes: Minutes
    price: Floats
    returns_pct: Floats
    verdicts: Verdicts
    newest_paths_pct: Floats
    base: PairBase


@dataclass(frozen=True)
class _Work:
    """The question with what every pair needs of it."""

    question: RecordQuestion
    plan: Plan
    asked: Span
    priced: Span
    symbols: tuple[str, ...]
    closes: Minutes
    grid: int

    @classmethod
    def of(cls, question: RecordQuestion, days: Sequence[StoredDay]) -> "_Work":
        conditions = (question.expression, question.closes_when)
        plan = Plan.of(one for one in conditions if one is not None)
        require_kept(plan)
        asked = Span.of(days, question.start_ms, question.end_ms)
        asked.require_stored()
        symbols = tuple(
            one
            for one in asked.symbols
            if not question.symbols or one in question.symbols
        )
        if not symbols:
            raise NotStoredError("No stored day of this range has any of the pairs.")
        tail = max(LONGEST_HORIZON, *HORIZONS.values())
        return cls(
            question,
            plan,
            asked,
            asked.with_minutes_after(tail),
            symbols,
            asked.closes(question.step_minutes),
            choose_grid(len(symbols), len(asked.closes())),
        )

    def measure(self, symbols: Sequence[str]) -> list[_Found]:
        """Measure some pairs."""
        truths = self.asked.truths(self.plan, symbols, self.closes)
        prices = self.priced.prices(symbols)
        # What is not stored parts what is, a day or a pair's part of it.
        gaps = (~self.asked.has_day(symbols)).cumsum(axis=1)
        blocks = gaps[:, (self.closes - 1) // DAY_MINUTES - self.asked.days[0]]
        found = []
        for row, symbol in enumerate(symbols):
            own = Asked(
                truths[0][row],
                self.closes,
                blocks[row],
                truths[1][row] if len(truths) > 1 else None,
            )
            minutes = self.closes[openings(own, self.question.pace)]
            of_pair = Prices(*(column[row] for column in prices))
            found.append(self._measure_pair(symbol, minutes, of_pair))
        return found

    def _measure_pair(self, symbol: str, minutes: Minutes, prices: Prices) -> _Found:
        aim = self.question.aim
        places = minutes - self.asked.first
        first = -self.asked.first % self.grid
        every = slice(first, len(self.asked.closes()), self.grid)
        newest = places[-NEWEST_FIRES:]
        return _Found(
            symbol,
            minutes,
            prices.close[places],
            forward_returns(prices.close, places, HORIZONS.values()),
            verdicts(prices, places, aim),
            forward_returns(prices.close, newest, PATH_MINUTES),
            pair_base(prices, every, aim),
        )

    def sum_up(self, found: Sequence[_Found]) -> Record:
        """Join what was found of all pairs."""
        counts = [len(one.minutes) for one in found]
        base = join([one.base for one in found], counts)
        returns = np.concatenate([one.returns_pct for one in found])
        stored = (day for day in self.asked.days if day in self.asked.held)
        n_closes = sum(len(self.asked.closes_of(day)) for day in stored)
        return Record(
            count=sum(counts),
            pairs=len(found),
            pairs_fired=sum(count > 0 for count in counts),
            days=n_closes / DAY_MINUTES,
            horizons=tuple(
                HorizonSummary(name, minutes, Moves.of(returns[:, column]), moves)
                for column, ((name, minutes), moves) in enumerate(
                    zip(HORIZONS.items(), base.moves, strict=True)
                )
            ),
            hits=HitSummary.of(
                self.question.aim,
                np.concatenate([one.verdicts for one in found]),
                base_rate=base.hit_rate,
                base_count=base.measured,
            ),
            grid_minutes=self.grid,
            fires=_newest(found),
            missing_days=tuple(self.asked.missing_days),
            outdated_days=tuple(self.asked.outdated_days),
        )


def _newest(found: Sequence[_Found]) -> tuple[Fire, ...]:
    minutes = np.sort(np.concatenate([one.minutes for one in found]))[-NEWEST_FIRES:]
    since = int(minutes[0]) if len(minutes) else 0
    fires = [fire for one in found for fire in _fires_of(one, since)]
    fires.sort(key=lambda one: (-one.end_ms, one.symbol))
    return tuple(fires[:NEWEST_FIRES])


def _fires_of(found: _Found, since: int) -> Iterable[Fire]:
    count = min(NEWEST_FIRES, int((found.minutes >= since).sum()))
    newest = slice(len(found.minutes) - count, None)
    paths = found.newest_paths_pct
    for minute, price, returns, path, verdict in zip(
        found.minutes[newest].tolist(),
        found.price[newest].tolist(),
        found.returns_pct[newest].tolist(),
        paths[len(paths) - count :].tolist(),
        found.verdicts[newest].tolist(),
        strict=True,
    ):
        yield Fire(
            found.symbol,
            minute * MINUTE_MS,
            price,
            tuple(returns),
            tuple(path),
            Verdict(verdict),
        )
