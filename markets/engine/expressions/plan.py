"""Many expressions as one list of array operations, each done once a step."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from markets.engine.expressions.history import Track
from markets.engine.expressions.lowering import Lowering
from markets.engine.expressions.market import Market, Truths
from markets.engine.expressions.nodes import Expression
from markets.engine.expressions.operations import (
    Lookup,
    Operation,
    Slot,
    TextLookup,
)
from markets.engine.expressions.vocabulary import STANDARD, Vocabulary
from markets.engine.table import Floats

# A number without a column in it stays one number until the end.
Values = NDArray[Any]


class Plan:
    """
    A batch of expressions, compiled.

    Truth has three values: 1 true, -1 false, 0 unknown. A comparison with NaN
    is unknown; ``and`` is the least of its operands, ``or`` the greatest,
    ``not`` turns the sign.
    """

    def __init__(self, operations: Sequence[Operation], results: Sequence[Slot]):
        self._results = tuple(results)
        self._operations = tuple(operations)
        self._done_with = _last_uses(operations, results)

    @classmethod
    def of(
        cls, expressions: Iterable[Expression], vocabulary: Vocabulary = STANDARD
    ) -> "Plan":
        """Compile expressions, which keep their order."""
        lowering = Lowering(vocabulary)
        results = [lowering.lower(one.root) for one in expressions]
        return cls(lowering.operations.all, results)

    def __len__(self) -> int:
        """Return how many operations one step takes."""
        return len(self._operations)

    @property
    def n_results(self) -> int:
        """How many expressions it answers."""
        return len(self._results)

    @property
    def columns(self) -> tuple[str, ...]:
        """The metrics that a step reads, now or earlier, sorted."""
        return tuple(sorted({lookup.metric for lookup in self.lookups}))

    @property
    def depths(self) -> Mapping[Track, int]:
        """How many steps back each track is asked for, for `History.keep`."""
        depths: dict[Track, int] = {}
        for metric, clock, steps in self.lookups:
            if steps:
                track = Track(metric, clock)
                depths[track] = max(steps, depths.get(track, 0))
        return depths

    @property
    def lookups(self) -> Iterable[Lookup]:
        """What a step reads, each once."""
        for operation in self._operations:
            if isinstance(operation.detail, Lookup):
                yield operation.detail

    def run(self, market: Market) -> list[Floats | Truths]:
        """
        Answer all expressions.

        Returns
        -------
        list of Floats or Truths
            Arrays of the market's shape in the order of the expressions:
            float64 with NaN for numbers, int8 of 1, 0 and -1 for conditions.
        """
        values: list[Values | None] = []
        with np.errstate(all="ignore"):
            for operation, done in zip(self._operations, self._done_with, strict=True):
                values.append(_value(operation, values, market))
                for slot in done:
                    values[slot] = None
        return [_spread(values[slot], market.shape) for slot in self._results]


def evaluate(
    expression: Expression, market: Market, vocabulary: Vocabulary = STANDARD
) -> Floats | Truths:
    """Answer one expression once; who asks again keeps a `Plan`."""
    return Plan.of((expression,), vocabulary).run(market)[0]


def is_condition(values: Floats | Truths) -> bool:
    """Whether an answer is of truths rather than numbers."""
    return values.dtype == np.int8


# What a slot holds is let go after its last reader: a back-test's arrays are large.
def _last_uses(
    operations: Sequence[Operation], results: Sequence[Slot]
) -> list[list[Slot]]:
    last = {
        operand: slot
        for slot, operation in enumerate(operations)
        for operand in operation.operands
    }
    done: list[list[Slot]] = [[] for _ in operations]
    kept = frozenset(results)
    for operand, slot in last.items():
        if operand not in kept:
            done[slot].append(operand)
    return done


def _value(
    operation: Operation, values: Sequence[Values | None], market: Market
) -> Values:
    match operation.detail:
        case Lookup() as lookup:
            return market.values(lookup)
        case TextLookup() as lookup:
            return market.texts(lookup)
        case float(number):
            return np.array(number)
    operands = [values[slot] for slot in operation.operands]
    value: Values = _CODES[operation.code](*operands)
    return value


def _spread(value: Values | None, shape: tuple[int, ...]) -> Floats | Truths:
    return np.array(np.broadcast_to(np.asarray(value), shape))


def _divide(one: Values, other: Values) -> Values:
    # There is no such thing as a part of nothing.
    quotient: Values = np.divide(one, np.where(other == 0, np.nan, other))
    return quotient


# With NaN neither side holds, and what is left is 0: unknown.
def _less(one: Values, other: Values) -> Values:
    return np.subtract(one < other, one >= other, dtype=np.int8)


def _at_most(one: Values, other: Values) -> Values:
    return np.subtract(one <= other, one > other, dtype=np.int8)


def _equal(one: Values, other: Values) -> Values:
    is_other = (one < other) | (one > other)
    equal: Values = np.subtract(one == other, is_other, dtype=np.int8)
    return equal


def _unequal(one: Values, other: Values) -> Values:
    return -_equal(one, other)


def _least(*conditions: Values) -> Values:
    least = conditions[0]
    for condition in conditions[1:]:
        least = np.minimum(least, condition)
    return least


def _greatest(*conditions: Values) -> Values:
    greatest = conditions[0]
    for condition in conditions[1:]:
        greatest = np.maximum(greatest, condition)
    return greatest


_CODES: Final[Mapping[str, Callable[..., Values]]] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": _divide,
    "negate": np.negative,
    "abs": np.abs,
    "min": np.minimum,
    "max": np.maximum,
    "<": _less,
    "<=": _at_most,
    "==": _equal,
    "!=": _unequal,
    "and": _least,
    "or": _greatest,
    "not": np.negative,
}
