"""Rules on their way into a book: read, sorted into rooms, and added at once."""

from array import array
from dataclasses import dataclass
from typing import Final

import numpy as np

from alerts.rules.compiled.batch import SimpleBatch
from alerts.rules.compiled.directory import Directory, Entry
from alerts.rules.compiled.market_rules import MarketRules
from alerts.rules.compiled.named_rules import NamedRules
from alerts.rules.compiled.recipes import Recipe, Recipes
from alerts.rules.compiled.simple_rules import MOST_PAIRS, SimpleRules
from alerts.rules.compiled.watches import Watch
from markets.engine.expressions.market import TableMarket
from markets.engine.expressions.nodes import Expression
from markets.engine.expressions.parser import parse

SIMPLE: Final = -1
MARKET: Final = -2

# Fewer are added one by one, for sorting all that there is takes longer.
_MANY: Final = 5_000


@dataclass(frozen=True)
class Rooms:
    """
    Where rules are kept.

    The directory names a rule's room: `SIMPLE`, `MARKET`, or the number of a
    structure's among the rules on named pairs.
    """

    directory: Directory
    simple: SimpleRules
    named: NamedRules
    market_rules: MarketRules


class Loading:
    """
    Takes rules, and adds them when all are read.

    Until `apply` nothing has changed, so that a wrong one does no harm.
    """

    def __init__(self, rooms: Rooms, recipes: Recipes) -> None:
        self._rooms = rooms
        self._recipes = recipes
        self._simple = SimpleBatch(rooms.named.sources)
        self._named = rooms.named.batch()
        self._market_rules: list[tuple[int, Expression]] = []
        self._numbers, self._checks = array("q"), array("Q")
        self._places = array("i")
        self._changed: list[int] = []

    def take(self, watch: Watch) -> None:
        """Read a rule; one that is there already as it is changes nothing."""
        check = watch.check
        found = self._rooms.directory.find(watch.number)
        if found is not None and found.check == check:
            return
        room = self._room(watch)
        if found is not None:
            self._changed.append(watch.number)
        self._numbers.append(watch.number)
        self._checks.append(check)
        self._places.append(room)

    def finish(self) -> list[int]:
        """Return the rules that are to be removed first; ValueError for twins."""
        numbers = np.sort(np.array(self._numbers, np.int64))
        twins = numbers[1:][numbers[1:] == numbers[:-1]]
        if len(twins):
            raise ValueError(f"There are two rules {twins[0]}.")
        return self._changed

    def apply(self, market: TableMarket | None) -> None:
        """Add the rules, with the truths of the table stepped last."""
        rooms = self._rooms
        if len(self._simple) > _MANY:
            rooms.simple.load(self._simple)
        else:
            rooms.simple.add(self._simple)
        rooms.named.add(self._named)
        rooms.market_rules.add(self._market_rules, market)
        self._enter(rooms.directory)

    def _enter(self, directory: Directory) -> None:
        columns = (self._numbers, self._checks, self._places)
        if len(self._numbers) > _MANY:
            kinds = (np.int64, np.uint64, np.int32)
            directory.load(*map(np.array, columns, kinds))
            return
        for number, *entry in zip(*columns, strict=True):
            directory.put(number, Entry(*entry))

    def _room(self, watch: Watch) -> int:
        number, text, _ = watch
        recipe, given = self._recipes.read(text)
        symbols = _pairs(watch, recipe)
        threshold = recipe.threshold
        is_lost = self._rooms.simple.is_lost
        if threshold is not None and not is_lost(threshold.metric, symbols):
            value = threshold.value * given[0]
            self._simple.add(number, threshold, value, symbols)
            return SIMPLE
        if symbols is None:
            self._market_rules.append((number, parse(text)))
            return MARKET
        return self._named.add(number, recipe, given, symbols)


# A condition that can be true of some pairs alone is asked of no others.
def _pairs(watch: Watch, recipe: Recipe) -> tuple[str, ...] | None:
    symbols, only = watch.symbols, recipe.only
    if symbols is None:
        return only
    if len(symbols) > 1:
        symbols = tuple(sorted(set(symbols)))
    if only is not None:
        symbols = tuple(symbol for symbol in symbols if symbol.upper() in only)
    if len(symbols) > MOST_PAIRS:
        raise ValueError(
            f"The rule {watch.number} names {len(symbols):,} pairs; "
            f"it may name {MOST_PAIRS:,}."
        )
    return symbols
