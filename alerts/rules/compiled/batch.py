"""Many rules on their way into a book: compact columns, and no object a rule."""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import numpy as np

from alerts.rules.compiled.recipes import Recipe
from alerts.rules.compiled.shapes import Members
from alerts.rules.compiled.simple_rules import ids_of
from alerts.rules.compiled.sources import Codes, Sources
from markets.engine.expressions.thresholds import OPERATORS, Threshold

_OPERATORS: Final = tuple(sorted(OPERATORS))
_EVERY_PAIR: Final = -1


class SimpleBatch:
    """Thresholds, column by column."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._ids = array("q")
        self._metrics: dict[str, int] = {}
        self._metric, self._operator = array("i"), array("b")
        self._value, self._symbol = array("d"), array("i")

    def __len__(self) -> int:
        """Return the number of conditions."""
        return len(self._ids)

    def add(
        self,
        number: int,
        like: Threshold,
        value: float,
        symbols: Sequence[str] | None,
    ) -> None:
        """
        Take a rule: a condition for each of its pairs, or one for every pair.

        It is `like` a threshold, with another value.
        """
        metric = self._metrics.setdefault(like.metric, len(self._metrics))
        operator = _OPERATORS.index(like.operator)
        codes = (
            [_EVERY_PAIR]
            if symbols is None
            else [self._sources.symbol(symbol) for symbol in symbols]
        )
        for one, symbol in zip(ids_of(number), codes, strict=False):
            self._ids.append(one)
            self._metric.append(metric)
            self._operator.append(operator)
            self._value.append(value)
            self._symbol.append(symbol)

    def __iter__(self) -> Iterator[tuple[int, Threshold]]:
        """Give each condition with its id."""
        metrics = tuple(self._metrics)
        symbols = (*self._sources.symbols, None)
        columns = (self._ids, self._metric, self._operator, self._value, self._symbol)
        for one, metric, operator, value, symbol in zip(*columns, strict=True):
            yield (
                one,
                Threshold(
                    metrics[metric], _OPERATORS[operator], value, symbols[symbol]
                ),
            )


class RoomBatch:
    """Rules of one structure, column by column."""

    def __init__(self, recipe: Recipe, sources: Sources) -> None:
        self.recipe = recipe
        self._sources = sources
        self._numbers, self._symbols = array("q"), array("i")
        self._values, self._lookups, self._texts = array("d"), array("i"), array("i")

    def add(
        self,
        number: int,
        recipe: Recipe,
        given: Sequence[float],
        symbols: Iterable[str],
    ) -> None:
        """Take a rule with the numbers of its text."""
        sources, values = self._sources, recipe.values(given)
        lookups = [sources.lookup(one) for one in recipe.lookups]
        texts = [sources.text(one) for one in recipe.texts]
        for symbol in symbols:
            self._numbers.append(number)
            self._symbols.append(sources.symbol(symbol))
            self._values.extend(values)
            self._lookups.extend(lookups)
            self._texts.extend(texts)

    def members(self) -> Members:
        """Return the rules; nothing is known of them yet."""
        n_members = len(self._numbers)
        recipe = self.recipe

        def across(column: array[int], n_rows: int) -> Codes:
            block = np.array(column, np.int32).reshape(n_members, n_rows)
            return np.ascontiguousarray(block.T)

        values = np.array(self._values, float).reshape(n_members, len(recipe.numbers))
        return Members(
            np.array(self._numbers, np.int64),
            np.array(self._symbols, np.int32),
            np.zeros(n_members, np.int8),
            np.ascontiguousarray(values.T),
            across(self._lookups, len(recipe.lookups)),
            across(self._texts, len(recipe.texts)),
        )
