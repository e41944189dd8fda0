"""What each operator of the simple form comes down to in the language."""

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Final, NamedTuple

from markets.engine.expressions.nodes import (
    Call,
    Comparison,
    MetricName,
    Node,
    Not,
    Number,
    join,
)


class Operator(StrEnum):
    """What a metric has to do."""

    CROSSES = "crosses"
    CROSSES_ABOVE = "crosses_above"
    CROSSES_BELOW = "crosses_below"
    ABOVE = "above"
    BELOW = "below"
    ENTERS_BAND = "enters_band"
    LEAVES_BAND = "leaves_band"
    MOVES = "moves"
    MOVES_UP = "moves_up"
    MOVES_DOWN = "moves_down"


class Limits(NamedTuple):
    """The limits of a condition; the same twice but for a band."""

    low: float
    high: float


BANDS: Final = frozenset({Operator.ENTERS_BAND, Operator.LEAVES_BAND})
"""Operators with a high limit beside the low one."""
MOVES: Final = frozenset({Operator.MOVES, Operator.MOVES_UP, Operator.MOVES_DOWN})
"""Operators with a window, of the price alone."""
RISING: Final = frozenset({Operator.CROSSES_ABOVE, Operator.ABOVE})
FALLING: Final = frozenset({Operator.CROSSES_BELOW, Operator.BELOW})

_SIGNS: Final[Mapping[Operator, str]] = {
    Operator.CROSSES_ABOVE: ">",
    Operator.ABOVE: ">",
    Operator.CROSSES_BELOW: "<",
    Operator.BELOW: "<",
    Operator.MOVES: ">=",
    Operator.MOVES_UP: ">=",
    Operator.MOVES_DOWN: "<=",
}


def limits_of(operator: Operator, value: float, high: float | None) -> Limits:
    """Return the limits as they stand in the condition, a fall with its sign."""
    low = -value if operator is Operator.MOVES_DOWN else value
    return Limits(low, low if high is None else high)


def limits_of_end(operator: Operator, limits: Limits, back_pct: float) -> Limits:
    """
    Return the limits that end an episode, a percentage of each further back.

    Back means away from what opened it: outwards from a band that was entered,
    inwards into one that was left.
    """
    outwards = -back_pct if operator is Operator.LEAVES_BAND else back_pct
    return Limits(_moved(limits.low, -outwards), _moved(limits.high, outwards))


def condition(
    operator: Operator, metric: str, limits: Limits, *, is_seldom: bool
) -> Node:
    """
    Return the condition of a metric.

    Where it `is_seldom` asked, at fewer moments than the metric has steps, a
    crossing is that it lies beyond the limit: that it did not at the moment
    before is what opens an episode.
    """
    subject, low, high = MetricName(metric), Number(limits.low), Number(limits.high)
    match operator:
        case Operator.CROSSES:
            calls = (Call("crosses_above", (subject, low)),
                     Call("crosses_below", (subject, low)))  # fmt: skip
            return join("or", calls)
        case Operator.CROSSES_ABOVE | Operator.CROSSES_BELOW if not is_seldom:
            return Call(str(operator), (subject, low))
        case Operator.ENTERS_BAND:
            return Call("between", (subject, low, high))
        case Operator.LEAVES_BAND:
            return Not(Call("between", (subject, low, high)))
    return _level(operator, _SIGNS[operator], subject, low)


def end(operator: Operator, metric: str, limits: Limits) -> Node:
    """Return the condition that ends an episode, of the limits for that."""
    subject, low, high = MetricName(metric), Number(limits.low), Number(limits.high)
    within = Call("between", (subject, low, high))
    if operator is Operator.LEAVES_BAND:
        return within
    if operator in {Operator.CROSSES, Operator.ENTERS_BAND}:
        return Not(within)
    if operator in FALLING or operator is Operator.MOVES_DOWN:
        return _level(operator, ">=", subject, high)
    return _level(operator, "<=", subject, low)


def _level(operator: Operator, sign: str, subject: Node, limit: Node) -> Node:
    if operator is Operator.MOVES:
        subject = Call("abs", (subject,))
    return Comparison((sign,), (subject, limit))


# By decimal arithmetic, so that 0.5 % below 0.1 is 0.0995 and reads like it.
def _moved(limit: float, pct: float) -> float:
    exact = Decimal(str(limit))
    return float(exact + abs(exact) * Decimal(str(pct)) / 100)
