"""What every part of an expression was worth: the why and the why not."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from markets.engine.expressions.lowering import Lowering
from markets.engine.expressions.market import UNKNOWN, Market, TableMarket
from markets.engine.expressions.nodes import Expression, Kind, Node, Text, children
from markets.engine.expressions.operations import Lookup, Slot
from markets.engine.expressions.plan import Plan, is_condition
from markets.engine.expressions.printing import normal_form
from markets.engine.expressions.vocabulary import STANDARD, Vocabulary


@dataclass(frozen=True, slots=True)
class Part:
    """
    One part of an expression and what it was worth.

    `start` and `end` are its place in the person's text, 1-based and included.
    A number has a `value`, None where unknown; a condition has `is_true`, None
    where unknown. `missing` names the metrics that made it unknown,
    ``prev(metric, n)`` where an earlier value is not there; it is empty where
    a division by zero did.
    """

    text: str
    start: int
    end: int
    kind: Kind
    value: float | None
    is_true: bool | None
    missing: tuple[str, ...]
    parts: tuple["Part", ...]


def explain(
    expression: Expression,
    market: TableMarket,
    symbol: str,
    vocabulary: Vocabulary = STANDARD,
) -> Part:
    """
    Return the value of every part of an expression for one instrument.

    It is computed as a `Plan` does, so it says what an alert went by.
    Raises KeyError if the table has no such symbol.
    """
    return explain_at(expression, market, (market.table.row_of[symbol],), vocabulary)


def explain_at(
    expression: Expression,
    market: Market,
    place: tuple[int, ...],
    vocabulary: Vocabulary = STANDARD,
) -> Part:
    """Return the value of every part at one place of the market's shape."""
    explaining = _Explaining(expression, vocabulary)
    return explaining.parts(market, place)


class _Explaining:
    def __init__(self, expression: Expression, vocabulary: Vocabulary) -> None:
        self._expression = expression
        self._lowering = Lowering(vocabulary)
        self._slot_of: dict[int, Slot] = {}
        self._lower(expression.root)
        operations = self._lowering.operations
        self._answers: Sequence[float] = ()
        self._is_condition: Sequence[bool] = ()
        self._plan = Plan(operations.all, range(len(operations.all)))

    def parts(self, market: Market, place: tuple[int, ...]) -> Part:
        answers = self._plan.run(market)
        self._is_condition = [is_condition(answer) for answer in answers]
        self._answers = [float(answer[place]) for answer in answers]
        return self._part(self._expression.root)

    def _lower(self, node: Node) -> None:
        if not isinstance(node, Text):
            self._slot_of[id(node)] = self._lowering.lower(node)
        for part in children(node):
            self._lower(part)

    def _part(self, node: Node) -> Part:
        parts = tuple(self._part(part) for part in children(node))
        text = self._expression.text[node.span.start - 1 : node.span.end]
        text = text or normal_form(node)
        slot = self._slot_of.get(id(node))
        if slot is None:
            return Part(text, *node.span, Kind.TEXT, None, None, (), parts)
        answer = self._answers[slot]
        if self._is_condition[slot]:
            truth = None if answer == UNKNOWN else answer > UNKNOWN
            missing = self._missing(slot) if truth is None else ()
            return Part(text, *node.span, Kind.CONDITION, None, truth, missing, parts)
        value = None if np.isnan(answer) else answer
        missing = self._missing(slot) if value is None else ()
        return Part(text, *node.span, Kind.NUMBER, value, None, missing, parts)

    def _missing(self, slot: Slot) -> tuple[str, ...]:
        lookups = self._lowering.operations.lookups_of(slot)
        names = [_name(lookup) for at, lookup in lookups if np.isnan(self._answers[at])]
        return tuple(dict.fromkeys(names))


def _name(lookup: Lookup) -> str:
    steps = lookup.steps
    return f"prev({lookup.metric}, {steps})" if steps else lookup.metric
