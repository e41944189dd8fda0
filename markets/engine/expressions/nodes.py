"""The parts that an expression is made of."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple


class Kind(StrEnum):
    """What a part of an expression is worth."""

    NUMBER = "number"
    CONDITION = "condition"
    TEXT = "text"


class Span(NamedTuple):
    """A stretch of the person's text: 1-based, both ends included."""

    start: int
    end: int


NOWHERE = Span(0, 0)


@dataclass(frozen=True, slots=True)
class _Part:
    # Where a part stands in the text does not make it another part.
    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Number(_Part):
    """A number, its sign included."""

    value: float


@dataclass(frozen=True, slots=True)
class MetricName(_Part):
    """The value of a column of the table."""

    name: str


@dataclass(frozen=True, slots=True)
class Text(_Part):
    """A text in quotes, the argument of a function."""

    value: str


@dataclass(frozen=True, slots=True)
class Negation(_Part):
    """``-operand``."""

    operand: "Node"


@dataclass(frozen=True, slots=True)
class Arithmetic(_Part):
    """``left operator right`` with one of ``+ - * /``."""

    operator: str
    left: "Node"
    right: "Node"


@dataclass(frozen=True, slots=True)
class Comparison(_Part):
    """``a < b <= c``: one operator less than there are operands."""

    operators: tuple[str, ...]
    operands: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class TextTest(_Part):
    """A text of the instrument compared: ``== != in`` or ``not in``."""

    name: str
    operator: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Not(_Part):
    """``not operand``."""

    operand: "Node"


@dataclass(frozen=True, slots=True)
class Logic(_Part):
    """Operands joined by ``and`` or ``or``; none of them is joined by the same."""

    operator: str
    operands: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Call(_Part):
    """A function of the language with its arguments."""

    function: str
    arguments: tuple["Node", ...]


Node = (
    Number
    | MetricName
    | Text
    | Negation
    | Arithmetic
    | Comparison
    | TextTest
    | Not
    | Logic
    | Call
)


@dataclass(frozen=True, slots=True)
class Expression:
    """
    A checked expression; two are equal when they ask the same in the same way.

    `text` is what the person wrote, into which the spans of the parts point.
    `kind` is a condition, or a number where a value is wanted.
    """

    root: Node
    kind: Kind
    text: str = field(default="", compare=False)


def children(node: Node) -> tuple[Node, ...]:
    """Return the parts of a part, from left to right."""
    match node:
        case Negation(operand) | Not(operand):
            return (operand,)
        case Arithmetic(_, left, right):
            return left, right
        case Comparison(_, operands) | Logic(_, operands):
            return operands
        case Call(_, arguments):
            return arguments
    return ()


def columns_of(node: Node) -> tuple[str, ...]:
    """Return the metrics that a part needs, sorted, each once."""
    if isinstance(node, MetricName):
        return (node.name,)
    return tuple(sorted({name for part in children(node) for name in columns_of(part)}))


def join(operator: str, operands: tuple[Node, ...], span: Span = NOWHERE) -> Logic:
    """Join conditions, taking in those that are joined by the same operator."""
    flat: list[Node] = []
    for operand in operands:
        if isinstance(operand, Logic) and operand.operator == operator:
            flat += operand.operands
        else:
            flat.append(operand)
    return Logic(operator, tuple(flat), span=span)


def negate(operand: Node, span: Span = NOWHERE) -> Node:
    """Return the operand with its sign turned; a bare number takes the sign in."""
    if isinstance(operand, Number) and operand.value >= 0:
        # Minus zero is zero, so that a printed number reads back as it was.
        return Number(-operand.value if operand.value else 0.0, span=span)
    return Negation(operand, span=span)
