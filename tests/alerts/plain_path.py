"""The way from closes to episodes by the letter: one rule, one pair, one minute."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from markets.engine.expressions.nodes import Node
from markets.engine.expressions.parser import parse
from markets.engine.table import Table
from markets.types import MINUTE_MS, TIMEFRAMES
from tests.markets.engine.expressions import plainly


@dataclass(frozen=True)
class PlainRule:
    """
    A rule as its owner thinks of it.

    `symbols` is None for the whole market. `metric` is what it follows, and
    `direction` where its extremes lie: 1 above, -1 below, 0 away from zero.
    """

    number: int
    text: str
    symbols: tuple[str, ...] | None = None
    timeframe: str = "1m"
    mode: str = "each_episode"
    cool_down: int = 0
    remind: int = 0
    false_closes: int = 1
    closes_when: str = ""
    step: float | None = None
    metric: str = ""
    direction: int = 0


@dataclass
class PlainEpisode:
    """One time that a rule came true."""

    number: int
    symbol: str
    opened_ms: int
    value: float
    extreme: float
    told_ms: int
    closed_ms: int | None = None
    escalations: int = 0
    false_closes: int = 0


@dataclass
class PlainWait:
    """That a rule came true in its cool-down."""

    at_ms: int
    due_ms: int
    ended_ms: int | None = None


@dataclass
class Course:
    """One rule and one pair."""

    known: bool | None = None
    episodes: list[PlainEpisode] = field(default_factory=list)
    waits: list[PlainWait] = field(default_factory=list)

    @property
    def open(self) -> PlainEpisode | None:
        last = self.episodes[-1] if self.episodes else None
        return last if last and last.closed_ms is None else None

    @property
    def waiting(self) -> PlainWait | None:
        last = self.waits[-1] if self.waits else None
        return last if last and last.ended_ms is None else None


type Event = tuple[int, str, str, int]
type Past = Mapping[str, float]


@dataclass
class PlainPath:
    """Every rule that is asked, and all that has come of it."""

    rules: list[PlainRule]
    base: Mapping[str, str] = field(default_factory=dict)
    tables: list[Table] = field(default_factory=list)
    rows: list[dict[str, Past]] = field(default_factory=list)
    courses: dict[tuple[int, str], Course] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    done: set[int] = field(default_factory=set)

    def close(self, table: Table) -> None:
        """Ask every rule whose candle closes with this minute."""
        self.tables.append(table)
        self.rows.append({symbol: table.row(symbol) for symbol in table.symbols})
        for rule in self.rules:
            length_ms = TIMEFRAMES[rule.timeframe] * MINUTE_MS
            if rule.number in self.done or table.as_of_ms % length_ms:
                continue
            opened = False
            for symbol in table.symbols:
                if rule.symbols is None or symbol in rule.symbols:
                    opened = self.ask(rule, symbol, table.as_of_ms) or opened
            if opened and rule.mode == "once":
                self.finish(rule, table.as_of_ms)

    def ask(self, rule: PlainRule, symbol: str, at_ms: int) -> bool:
        """Take a close of a pair; return whether an episode opened."""
        course = self.courses.setdefault((rule.number, symbol), Course())
        truth = self.truth(rule.text, symbol)
        came_true = truth is True and course.known is False
        if truth is not None:
            course.known = truth
        if course.open is not None:
            self.go_on(rule, course.open, truth, at_ms)
            return False
        if truth is False and course.waiting is not None:
            course.waiting.ended_ms = at_ms
        if truth is True and (came_true or course.waiting):
            return self.come_true(rule, symbol, course, at_ms)
        return False

    def come_true(
        self, rule: PlainRule, symbol: str, course: Course, at_ms: int
    ) -> bool:
        """Open an episode, or wait for the end of the cool-down."""
        free_ms = 0
        if course.episodes:
            free_ms = course.episodes[-1].opened_ms + rule.cool_down * MINUTE_MS
        if at_ms < free_ms:
            if course.waiting is None:
                course.waits.append(PlainWait(at_ms, free_ms))
            return False
        if course.waiting is not None:
            course.waiting.ended_ms = at_ms
        value = self.value(rule, symbol)
        course.episodes.append(
            PlainEpisode(rule.number, symbol, at_ms, value, value, at_ms)
        )
        self.events.append((rule.number, symbol, "open", at_ms))
        return True

    def go_on(
        self, rule: PlainRule, episode: PlainEpisode, truth: bool | None, at_ms: int
    ) -> None:
        """Take a close of a pair whose episode is open."""
        symbol = episode.symbol
        is_over = False
        if rule.closes_when:
            is_over = self.truth(rule.closes_when, symbol) is True
        elif truth is False:
            episode.false_closes += 1
            is_over = episode.false_closes >= rule.false_closes
        elif truth is True:
            episode.false_closes = 0
        if is_over:
            episode.closed_ms = at_ms
            self.events.append((rule.number, symbol, "close", at_ms))
            return
        if truth is not True:
            return
        value = self.value(rule, symbol)
        up = rule.direction or math.copysign(1, episode.value)
        if rule.step is not None and (value - episode.extreme) * up >= rule.step:
            episode.extreme, episode.told_ms = value, at_ms
            episode.escalations += 1
            self.events.append((rule.number, symbol, "escalate", at_ms))
        elif (
            rule.mode == "reminder"
            and rule.remind
            and at_ms >= episode.told_ms + rule.remind * MINUTE_MS
        ):
            episode.told_ms = at_ms
            self.events.append((rule.number, symbol, "remind", at_ms))

    def finish(self, rule: PlainRule, at_ms: int) -> None:
        """Ask a rule that has spoken no more."""
        self.done.add(rule.number)
        for (number, _), course in self.courses.items():
            if number == rule.number and course.open is not None:
                course.open.closed_ms = at_ms

    def value(self, rule: PlainRule, symbol: str) -> float:
        return self.rows[-1][symbol][rule.metric] if rule.metric else math.nan

    def truth(self, text: str, symbol: str) -> bool | None:
        base = self.base.get(symbol)
        texts = {"symbol": (symbol,), "base": (base,) if base else None}
        row = plainly.Row(
            self.rows[-1][symbol], lambda *asked: self.past(symbol, *asked), texts
        )
        return plainly.truth(root_of(text), row)

    # As it was in the step of the clock that ended so many steps ago.
    def past(self, symbol: str, metric: str, clock: int, steps: int) -> float:
        wanted = self.tables[-1].as_of_ms // MINUTE_MS // clock - steps
        for table, row in zip(reversed(self.tables), reversed(self.rows), strict=True):
            if table.as_of_ms // MINUTE_MS // clock == wanted:
                return row[symbol][metric]
        return math.nan

    @property
    def episodes(self) -> Sequence[PlainEpisode]:
        return [one for course in self.courses.values() for one in course.episodes]


@cache
def root_of(text: str) -> Node:
    return parse(text).root
