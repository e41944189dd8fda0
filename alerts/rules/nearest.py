"""Which part of a condition that was false came nearest to being true."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from markets.engine.expressions.explanation import Part
from markets.engine.expressions.nodes import (
    Call,
    Comparison,
    Expression,
    Logic,
    Node,
    Not,
    Number,
)

_MIRRORED: Final = {
    ">": "<", ">=": "<=", "<": ">", "<=": ">=", "==": "==", "!=": "!=",
}  # fmt: skip
_OPPOSITE: Final = {
    ">": "<=", ">=": "<", "<": ">=", "<=": ">", "==": "!=", "!=": "==",
}  # fmt: skip
_CROSSINGS: Final = {"crosses_above": ">", "crosses_below": "<"}


@dataclass(frozen=True, slots=True)
class Shortfall:
    """
    A part that has to turn, and what it lacks.

    `text` is the part and `subject` the side of it that is compared with
    `limit`; `sign` is what has to hold between them. `limit_text` names a limit
    that is no plain number. `value` and `limit` are None where no number says
    how far it is: of texts, and of steps in a row. `is_past` tells a crossing
    that has to come back over its limit before it can cross it.
    """

    text: str
    subject: str = ""
    sign: str = ""
    value: float | None = None
    limit: float | None = None
    limit_text: str = ""
    is_past: bool = False

    @property
    def distance(self) -> float:
        """How far the value is from its limit; infinite where none can be told."""
        if self.value is None or self.limit is None:
            return math.inf
        return abs(self.limit - self.value)

    @property
    def relative(self) -> float:
        """The distance against the larger of value and limit."""
        distance = self.distance
        if distance in {0.0, math.inf}:
            return distance
        return distance / max(abs(self.value or 0.0), abs(self.limit or 0.0))


@dataclass(frozen=True, slots=True)
class Nearest:
    """
    The nearest part of those that have to turn, and how many there are.

    `n_turning` parts have to turn by the nearest way, of `n_false` that are not
    as the condition wants them, of `n_parts` in all.
    """

    shortfall: Shortfall
    n_turning: int
    n_false: int
    n_parts: int


def nearest(expression: Expression, part: Part) -> Nearest | None:
    """
    Return the nearest part of a condition that was false, None of any other.

    Of parts that are joined by ``and`` all that are false have to turn, of
    those joined by ``or`` one: the one whose farthest part is the nearest.

    Parameters
    ----------
    expression
        What was asked.
    part
        What `explain` says of it.
    """
    if part.is_true is not False:
        return None
    turning = _turning(expression.root, part, wanted=True)
    leaves = list(_leaves(expression.root, part, wanted=True))
    return Nearest(
        min(turning, key=lambda one: one.relative),
        len(turning),
        leaves.count(False),
        len(leaves),
    )


# The parts that have to turn, by the nearest way, for a part to be as wanted.
def _turning(node: Node, part: Part, *, wanted: bool) -> list[Shortfall]:
    match node:
        case Not(operand):
            return _turning(operand, part.parts[0], wanted=not wanted)
        case Logic(operator, operands):
            ways = [
                _turning(operand, one, wanted=wanted)
                for operand, one in zip(operands, part.parts, strict=True)
                if one.is_true is not None and one.is_true is not wanted
            ]
            if (operator == "and") is wanted:
                return [one for way in ways for one in way]
            return min(ways, key=_farthest)
    return [_shortfall(node, part, wanted=wanted)]


def _farthest(way: Sequence[Shortfall]) -> float:
    return max(one.relative for one in way)


# Whether each part that is not made of others is as wanted, None where unknown.
def _leaves(node: Node, part: Part, *, wanted: bool) -> Iterator[bool | None]:
    match node:
        case Not(operand):
            yield from _leaves(operand, part.parts[0], wanted=not wanted)
        case Logic(_, operands):
            for operand, one in zip(operands, part.parts, strict=True):
                yield from _leaves(operand, one, wanted=wanted)
        case _:
            yield None if part.is_true is None else part.is_true is wanted


def _shortfall(node: Node, part: Part, *, wanted: bool) -> Shortfall:
    match node:
        case Comparison(signs, nodes):
            return _of_chain(part, signs, nodes, part.parts, wanted=wanted)
        case Call("between", (value, low, high)):
            one, least, most = part.parts
            chain = (low, value, high), (least, one, most)
            return _of_chain(part, ("<=", "<="), *chain, wanted=wanted)
        case Call(("crosses_above" | "crosses_below") as function, (_, limit)):
            return _of_crossing(part, _CROSSINGS[function], limit, wanted=wanted)
    return Shortfall(part.text)


# All links of a chain have to hold, so the farthest counts; to break it, the
# nearest does.
def _of_chain(
    part: Part,
    signs: Sequence[str],
    nodes: Sequence[Node],
    values: Sequence[Part],
    *,
    wanted: bool,
) -> Shortfall:
    links = [
        _link(
            part.text, signs[at] if wanted else _OPPOSITE[signs[at]], nodes, values, at
        )
        for at in range(len(signs))
    ]
    open_links = [one for one in links if not _holds(one)]
    if not open_links:
        return Shortfall(part.text)
    pick = max if wanted else min
    return pick(open_links, key=lambda one: one.relative)


def _link(
    text: str, sign: str, nodes: Sequence[Node], values: Sequence[Part], at: int
) -> Shortfall:
    one, other = at, at + 1
    # "0.4 <= x" asks something of x, and not of 0.4.
    if isinstance(nodes[one], Number) and not isinstance(nodes[other], Number):
        one, other, sign = other, one, _MIRRORED[sign]
    return _between(text, values[one], sign, values[other], nodes[other])


def _of_crossing(part: Part, sign: str, limit: Node, *, wanted: bool) -> Shortfall:
    one, other = part.parts
    sought = _between(part.text, one, sign if wanted else _OPPOSITE[sign], other, limit)
    if not _holds(sought) or sought.value is None:
        return sought
    # It is beyond the limit already.
    return _between(part.text, one, _OPPOSITE[sign], other, limit, is_past=True)


def _between(
    text: str,
    one: Part,
    sign: str,
    other: Part,
    limit: Node,
    *,
    is_past: bool = False,
) -> Shortfall:
    if one.value is None or other.value is None:
        return Shortfall(text)
    limit_text = "" if isinstance(limit, Number) else other.text
    return Shortfall(text, one.text, sign, one.value, other.value, limit_text, is_past)


# One of which no number is known neither holds nor says more than its text.
def _holds(one: Shortfall) -> bool:
    if one.value is None or one.limit is None:
        return True
    return {
        ">": one.value > one.limit,
        ">=": one.value >= one.limit,
        "<": one.value < one.limit,
        "<=": one.value <= one.limit,
        "==": one.value == one.limit,
        "!=": one.value != one.limit,
    }[one.sign]
