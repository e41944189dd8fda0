"""An expression in plain words, for messages and the rule builder."""

from decimal import Decimal
from typing import Final

from markets.engine.catalogue import Metric
from markets.engine.expressions.nodes import (
    Arithmetic,
    Call,
    Comparison,
    Expression,
    Kind,
    Logic,
    MetricName,
    Negation,
    Node,
    Not,
    Number,
    TextTest,
    columns_of,
)
from markets.engine.expressions.printing import number_text, strength_of
from markets.engine.expressions.vocabulary import STANDARD, Vocabulary
from markets.types import TIMEFRAMES

_PHRASES: Final = {
    ">": "above", ">=": "at least", "<": "below", "<=": "at most",
    "==": "equal to", "!=": "other than",
}  # fmt: skip
_MIRRORED: Final = {">": "<", ">=": "<=", "<": ">", "<=": ">="}
_TEXT_PHRASES: Final = {
    "==": "is", "!=": "is not", "in": "is one of", "not in": "is none of",
}  # fmt: skip
_SIGNS: Final = {"+": "+", "-": "−", "*": "×", "/": "÷"}
# Units that go without saying, beside those that are ranges of numbers.
_SILENT: Final = frozenset(
    {"quote asset", "base asset", "fraction", "ratio", "index", "UTC ms"}
)
_TIMEFRAME_OF: Final = {minutes: name for name, minutes in TIMEFRAMES.items()}


def in_words(expression: Expression, vocabulary: Vocabulary = STANDARD) -> str:
    """Return an expression as people say it: ``change 1h at least 1.6 %``."""
    return _Wording(vocabulary).of(expression.root)


def metric_in_words(metric: Metric) -> str:
    """Return a metric's label as it stands within a sentence: ``RSI 14 1h``."""
    label = metric.label
    # "Change 1h" becomes "change 1h"; "RSI 14 1h" stays.
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


def unit_in_words(metric: Metric) -> str:
    """Return the unit that stands behind its values, empty where none has to."""
    unit = metric.unit
    is_range = unit.removeprefix("−")[:1].isdigit()
    return "" if unit in _SILENT or is_range else unit


def amount_in_words(value: float, unit: str = "") -> str:
    """Return a bare number with its unit: ``−1.6 %``."""
    digits = f"{Decimal(number_text(abs(value))):,f}"
    number = f"−{digits}" if value < 0 else digits
    return f"{number} {unit}" if unit else number


class _Wording:
    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary

    def of(self, node: Node, unit: str = "") -> str:
        """Return a part in words; bare numbers take the unit."""
        match node:
            case Logic(operator, operands):
                return f" {operator} ".join(self._inside(one, node) for one in operands)
            case Not(operand):
                return f"not ({self.of(operand)})"
            case Comparison():
                return self._comparison(node)
            case TextTest(name, operator, values):
                return f"{name} {_TEXT_PHRASES[operator]} {', '.join(values)}"
            case _:
                return self._value(node, unit)

    def _value(self, node: Node, unit: str) -> str:
        match node:
            case Number(value):
                return amount_in_words(value, unit)
            case MetricName(name):
                return metric_in_words(self._vocabulary.metrics[name])
            case Negation(operand):
                return f"−{self._inside(operand, node)}"
            case Arithmetic(operator, left, right):
                one = self._inside(left, node)
                other = self._inside(right, node, is_right=True)
                return f"{one} {_SIGNS[operator]} {other}"
            case Call():
                return self._call(node)
            case _:
                raise ValueError(f"{node!r} has no value.")

    # Parentheses wherever a reader might take the parts together otherwise, so
    # also around an 'and' within an 'or'.
    def _inside(self, node: Node, around: Node, *, is_right: bool = False) -> str:
        words = self.of(node)
        strength, needed = strength_of(node), strength_of(around) + is_right
        is_joined = isinstance(node, Logic)
        return f"({words})" if is_joined or strength < needed else words

    def _comparison(self, node: Comparison) -> str:
        units = (self._unit(operand) for operand in node.operands)
        unit = next(filter(None, units), "")
        match node:
            case Comparison((first, second), (Number() as low, middle, high)):
                start = self._pair(middle, _MIRRORED.get(first, first), low, unit)
                return f"{start} and {_PHRASES[second]} {self.of(high, unit)}"
            case Comparison((sign,), (Number() as number, other)):
                return self._pair(other, _MIRRORED.get(sign, sign), number, unit)
        pairs = zip(node.operands, node.operators, node.operands[1:], strict=False)
        return " and ".join(self._pair(*pair, unit) for pair in pairs)

    def _pair(self, one: Node, sign: str, other: Node, unit: str) -> str:
        return f"{self.of(one, unit)} {_PHRASES[sign]} {self.of(other, unit)}"

    def _call(self, node: Call) -> str:
        function = self._vocabulary.functions[node.function]
        unit = (
            self._unit(node.arguments[0]) if function.result is Kind.CONDITION else ""
        )
        words = [self.of(argument, unit) for argument in node.arguments]
        listed = f"{', '.join(words[:-1])} and {words[-1]}"
        steps = ""
        if function.looks_back and isinstance(node.arguments[-1], Number):
            steps = self._steps(node, int(node.arguments[-1].value))
        return function.wording.format(*words, all=listed, steps=steps)

    def _steps(self, node: Call, count: int) -> str:
        clock = min(map(self._vocabulary.clock_of, columns_of(node)))
        noun = "minute" if clock == 1 else f"{_TIMEFRAME_OF[clock]} candle"
        return f"{count} {noun}{'s' if count > 1 else ''}"

    def _unit(self, node: Node) -> str:
        match node:
            case MetricName(name):
                return unit_in_words(self._vocabulary.metrics[name])
            case Negation(operand) | Arithmetic("+" | "-", operand):
                return self._unit(operand)
            case Arithmetic("*", Number(), operand) | Arithmetic(_, operand, Number()):
                return self._unit(operand)
            case Call("abs" | "min" | "max" | "prev", (operand, *_)):
                return self._unit(operand)
        return ""
