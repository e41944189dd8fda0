"""Rules by the letter: one rule, one pair, one table at a time."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from alerts.rules.book import Watch
from markets.engine.expressions.nodes import Node
from markets.engine.expressions.parser import parse
from markets.engine.table import Table
from markets.types import MINUTE_MS
from tests.markets.engine.expressions import plainly

Pairs = list[tuple[int, int]]


@dataclass
class PlainBook:
    """A book that is as slow and as obvious as can be."""

    base: Mapping[str, str] = field(default_factory=dict)
    categories: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    watches: dict[int, Watch] = field(default_factory=dict)
    truths: dict[tuple[int, str], bool] = field(default_factory=dict)
    tables: list[Table] = field(default_factory=list)
    is_new: bool = True

    def put(self, watch: Watch) -> None:
        if self.watches.get(watch.number) == watch:
            return
        self.remove(watch.number)
        self.watches[watch.number] = watch
        if not self.is_new:
            for symbol in self.tables[-1].symbols:
                self.note(watch, symbol)

    def remove(self, number: int) -> None:
        self.watches.pop(number, None)
        for key in [key for key in self.truths if key[0] == number]:
            del self.truths[key]

    def step(self, table: Table) -> tuple[Pairs, Pairs]:
        self.tables.append(table)
        self.is_new = False
        fired: Pairs = []
        ended: Pairs = []
        for key in [key for key in self.truths if key[1] not in table.symbols]:
            del self.truths[key]
        for number, watch in sorted(self.watches.items()):
            for row, symbol in enumerate(table.symbols):
                before = self.truths.get((number, symbol))
                now = self.note(watch, symbol)
                if before is False and now is True:
                    fired.append((number, row))
                if before is True and now is False:
                    ended.append((number, row))
        return fired, ended

    def restart(self) -> None:
        """What was known stays known; the table stepped last is gone."""
        self.is_new = True

    def note(self, watch: Watch, symbol: str) -> bool | None:
        now = self.now(watch, symbol)
        if now is not None:
            self.truths[watch.number, symbol] = now
        return now

    def now(self, watch: Watch, symbol: str) -> bool | None:
        if watch.symbols is not None and symbol not in watch.symbols:
            return None
        base = self.base.get(symbol)
        table = self.tables[-1]
        row = plainly.Row(
            table.row(symbol),
            lambda *asked: self.past(symbol, *asked),
            {
                "symbol": (symbol,),
                "base": (base,) if base else None,
                "category": self.categories.get(symbol),
            },
        )
        return plainly.truth(root_of(watch.expression), row)

    # The newest table of the step that ended so many steps of the clock ago, if
    # the pair was there ever since.
    def past(self, symbol: str, metric: str, clock: int, steps: int) -> float:
        wanted = minute(self.tables[-1]) // clock - steps
        for table in reversed(self.tables):
            if symbol not in table.symbols:
                return math.nan
            if minute(table) // clock == wanted:
                return table.row(symbol)[metric]
        return math.nan


@cache
def root_of(text: str) -> Node:
    return parse(text).root


def minute(table: Table) -> int:
    return table.as_of_ms // MINUTE_MS
