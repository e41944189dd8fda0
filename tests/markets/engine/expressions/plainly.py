"""A second evaluator, as slow and obvious as can be: one row, plain Python."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise

from markets.engine.catalogue import METRIC_OF
from markets.engine.expressions.nodes import (
    Arithmetic,
    Call,
    Comparison,
    Logic,
    MetricName,
    Negation,
    Node,
    Not,
    Number,
    TextTest,
    columns_of,
)
from markets.types import TIMEFRAMES

Truth = bool | None


@dataclass
class Row:
    """
    One instrument now, and as it was.

    `past` gives a metric by the minutes of its clock and the steps back;
    `texts` has all texts of a name, None where they are unknown.
    """

    now: Mapping[str, float]
    past: Callable[[str, int, int], float] = lambda *_: math.nan
    texts: Mapping[str, tuple[str, ...] | None] | None = None


def truth(node: Node, row: Row) -> Truth:
    if isinstance(node, Not):
        inner = truth(node.operand, row)
        return None if inner is None else not inner
    if isinstance(node, Logic):
        truths = [truth(operand, row) for operand in node.operands]
        return every(truths) if node.operator == "and" else some(truths)
    if isinstance(node, TextTest):
        return text_truth(node, row)
    if isinstance(node, Comparison):
        values = [value(operand, row) for operand in node.operands]
        return every(
            [
                compare(values[place], operator, values[place + 1])
                for place, operator in enumerate(node.operators)
            ]
        )
    assert isinstance(node, Call)
    return call_truth(node, row)


def value(node: Node, row: Row, steps: int = 0, clock: int = 0) -> float:
    if isinstance(node, Number):
        return node.value
    if isinstance(node, MetricName):
        return row.past(node.name, clock, steps) if steps else row.now[node.name]
    if isinstance(node, Negation):
        return -value(node.operand, row, steps, clock)
    if isinstance(node, Arithmetic):
        one = value(node.left, row, steps, clock)
        other = value(node.right, row, steps, clock)
        return calculate(one, node.operator, other)
    assert isinstance(node, Call)
    return call_value(node, row, steps, clock)


def call_value(node: Call, row: Row, steps: int, clock: int) -> float:
    if node.function == "prev":
        count = node.arguments[1]
        assert isinstance(count, Number)
        return value(node.arguments[0], row, int(count.value), shortest_clock(node))
    given = [value(argument, row, steps, clock) for argument in node.arguments]
    if any(math.isnan(one) for one in given):
        return math.nan
    if node.function == "abs":
        return abs(given[0])
    return min(given) if node.function == "min" else max(given)


def call_truth(call: Call, row: Row) -> Truth:
    x, y = call.arguments[:2]
    clock = shortest_clock(call) if columns_of(call) else 1
    if call.function == "between":
        middle, low, high = (value(one, row) for one in call.arguments)
        return every([compare(low, "<=", middle), compare(middle, "<=", high)])
    if call.function in {"rising", "falling"}:
        assert isinstance(y, Number)
        values = [value(x, row, steps, clock) for steps in range(int(y.value) + 1)]
        sign = ">" if call.function == "rising" else "<"
        pairs = pairwise(values)
        return every([compare(late, sign, early) for late, early in pairs])
    before, now = ("<=", ">") if call.function == "crosses_above" else (">=", "<")
    earlier = compare(value(x, row, 1, clock), before, value(y, row, 1, clock))
    return every([earlier, compare(value(x, row), now, value(y, row))])


def shortest_clock(node: Node) -> int:
    frames = [METRIC_OF[name].timeframe for name in columns_of(node)]
    return min(TIMEFRAMES[frame] if frame else 1 for frame in frames)


def text_truth(test: TextTest, row: Row) -> Truth:
    texts = (row.texts or {}).get(test.name)
    if texts is None:
        return None
    wanted = {one.casefold() for one in test.values}
    found = any(one.casefold() in wanted for one in texts)
    return found if test.operator in {"==", "in"} else not found


def compare(one: float, operator: str, other: float) -> Truth:
    if math.isnan(one) or math.isnan(other):
        return None
    return {
        "<": one < other,
        "<=": one <= other,
        ">": one > other,
        ">=": one >= other,
        "==": one == other,
        "!=": one != other,
    }[operator]


def calculate(one: float, operator: str, other: float) -> float:
    if operator == "/":
        return one / other if other else math.nan
    return {"+": one + other, "-": one - other, "*": one * other}[operator]


def every(truths: list[Truth]) -> Truth:
    if False in truths:
        return False
    return None if None in truths else True


def some(truths: list[Truth]) -> Truth:
    if True in truths:
        return True
    return None if None in truths else False
