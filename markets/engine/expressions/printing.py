"""An expression in its normal form: one spelling, no needless parentheses."""

from typing import Final

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
    Text,
    TextTest,
)

_OR, _AND, _NOT, _COMPARISON, _SUM, _PRODUCT, _SIGN, _WHOLE = range(8)
STRENGTH: Final = {
    "or": _OR, "and": _AND, "+": _SUM, "-": _SUM, "*": _PRODUCT, "/": _PRODUCT,
}  # fmt: skip


def normal_form(node: Node) -> str:  # noqa: PLR0911 - one a kind of part
    """Return the text of a part; reading it gives an equal part."""
    match node:
        case Negation(operand):
            return f"-{_inside(operand, _SIGN)}"
        case Not(operand):
            return f"not {_inside(operand, _NOT)}"
        case Arithmetic(operator, left, right):
            strength = STRENGTH[operator]
            # a - (b - c) is another sum than a - b - c.
            return (
                f"{_inside(left, strength)} {operator} {_inside(right, strength + 1)}"
            )
        case Logic(operator, operands):
            parts = [_inside(part, STRENGTH[operator] + 1) for part in operands]
            return f" {operator} ".join(parts)
        case Comparison():
            return _comparison(node)
        case Call(function, arguments):
            return f"{function}({', '.join(map(normal_form, arguments))})"
        case _:
            return _leaf(node)


def number_text(value: float) -> str:
    """Return the shortest digits that read back as this number."""
    return str(int(value)) if value.is_integer() else repr(value)


def strength_of(node: Node) -> int:  # noqa: PLR0911 - one a kind of part
    """Return how tightly a part holds together; weaker ones take parentheses."""
    match node:
        case Arithmetic(operator) | Logic(operator):
            return STRENGTH[operator]
        case Not():
            return _NOT
        case Comparison() | TextTest():
            return _COMPARISON
        case Negation():
            return _SIGN
        case Number(value) if value < 0:
            return _SIGN
        case _:
            return _WHOLE


def _comparison(node: Comparison) -> str:
    first, *others = (_inside(operand, _SUM) for operand in node.operands)
    pairs = zip(node.operators, others, strict=True)
    return " ".join([first, *(f"{sign} {other}" for sign, other in pairs)])


def _leaf(node: Node) -> str:
    match node:
        case Number(value):
            return number_text(value)
        case TextTest(name, "in" | "not in" as operator, values):
            return f"{name} {operator} ({', '.join(map(_quoted, values))})"
        case TextTest(name, operator, values):
            return f"{name} {operator} {_quoted(values[0])}"
        case Text(value):
            return _quoted(value)
        case MetricName(name):
            return name
        case _:
            raise ValueError(f"{node!r} is not a part of an expression.")


def _inside(node: Node, least: int) -> str:
    text = normal_form(node)
    return text if strength_of(node) >= least else f"({text})"


# A text has one kind of quotes in it at most: that is how it was written.
def _quoted(text: str) -> str:
    return f"'{text}'" if '"' in text else f'"{text}"'
