"""From Python's tree to ours: what is allowed, what it is called, what it is worth."""

import ast
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import Final

from markets.engine.expressions.calls import read_arguments
from markets.engine.expressions.limits import MAX_DEPTH, MAX_NODES, MAX_PROBLEMS
from markets.engine.expressions.nodes import (
    Arithmetic,
    Call,
    Comparison,
    Kind,
    MetricName,
    Node,
    Not,
    Number,
    Span,
    Text,
    TextTest,
    join,
    negate,
)
from markets.engine.expressions.tokens import shown
from markets.engine.expressions.vocabulary import Vocabulary
from markets.errors import ExpressionError, Problem

_ARITHMETIC: Final[dict[type[ast.operator], str]] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/",
}  # fmt: skip
_COMPARISON: Final[dict[type[ast.cmpop], str]] = {
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==",
    ast.NotEq: "!=", ast.In: "in", ast.NotIn: "not in",
}  # fmt: skip
_TEXT_OPERATORS: Final = frozenset({"==", "!=", "in", "not in"})


class _FaultyError(Exception):
    """A part is wrong; its problem is noted, and the rest may still be read."""


class Checker:
    """Reads one tree; problems gather until its end."""

    def __init__(
        self, text: str, line: str, offset: int, vocabulary: Vocabulary
    ) -> None:
        self.vocabulary = vocabulary
        self._text = text
        self._offset = offset
        self._problems: list[Problem] = []
        self._nodes = 0
        self._depth = 0
        # Python counts bytes, people count characters.
        self._place_of: Sequence[int] = range(len(line) + 1)
        if not line.isascii():
            places = [place for place, one in enumerate(line) for _ in one.encode()]
            self._place_of = [*places, len(line)]

    def read(self, tree: ast.expr, kind: Kind) -> Node:
        """Return the whole tree as a part of this kind, or raise all problems."""
        node = None
        with suppress(_FaultyError):
            node = self.part(tree, kind)
        if node is None or self._problems:
            found = sorted(set(self._problems))[:MAX_PROBLEMS]
            raise ExpressionError(found)
        return node

    def part(self, tree: ast.expr, kind: Kind) -> Node:
        """Return one part, which must be of this kind."""
        node, found = self._any(tree)
        if found == kind:
            return node
        source = shown(self.source(tree))
        if kind is Kind.CONDITION:
            message = f"{source} alone is not a condition; compare it with something"
            hint = f"{self.source(tree)} >= 1" if len(source) <= 40 else ""
            raise self.fault(tree, message, hint)
        raise self.fault(tree, f"{source} is a {found}; {_NEEDED[kind]} is needed here")

    def parts(self, trees: Sequence[ast.expr], kind: Kind) -> tuple[Node, ...]:
        """Return several parts; all of them are read before one's fault counts."""
        return self.every([partial(self.part, tree, kind) for tree in trees])

    def every(self, readers: Sequence[Callable[[], Node]]) -> tuple[Node, ...]:
        """Read several parts, so that the problems of all of them are found."""
        read: list[Node] = []
        for reader in readers:
            try:
                read.append(reader())
            except _FaultyError:
                self._stop_if_many()
        if len(read) < len(readers):
            raise _FaultyError
        return tuple(read)

    def fault(self, tree: ast.expr, message: str, suggestion: str = "") -> _FaultyError:
        """Note a problem and return what to raise."""
        self._problems.append(Problem(*self.span(tree), message, suggestion))
        return _FaultyError()

    def span(self, tree: ast.expr) -> Span:
        """Return where a part stands in the person's text."""
        start = self._place_of[tree.col_offset]
        end = self._place_of[tree.end_col_offset or tree.col_offset + 1]
        return Span(start + self._offset + 1, end + self._offset)

    def source(self, tree: ast.expr) -> str:
        """Return a part as the person wrote it."""
        start, end = self.span(tree)
        return self._text[start - 1 : end]

    def count(self, tree: ast.expr, nodes: int = 1) -> None:
        """Count parts; too many end the reading."""
        self._nodes += nodes
        if self._nodes > MAX_NODES:
            message = f"the expression has more than {MAX_NODES} parts"
            raise ExpressionError([Problem(*self.span(tree), message)])

    def _any(self, tree: ast.expr) -> tuple[Node, Kind]:
        self.count(tree)
        self._depth += 1
        if self._depth > MAX_DEPTH:
            message = f"the expression is nested deeper than {MAX_DEPTH}"
            raise ExpressionError([Problem(*self.span(tree), message)])
        try:
            return self._read(tree)
        finally:
            self._depth -= 1

    def _read(self, tree: ast.expr) -> tuple[Node, Kind]:
        match tree:
            case ast.Constant(value):
                return self._constant(tree, value)
            case ast.Name(name):
                return self._name(tree, name), Kind.NUMBER
            case ast.UnaryOp() | ast.BoolOp() | ast.BinOp():
                return self._connected(tree)
            case ast.Compare():
                return self._compare(tree), Kind.CONDITION
            case ast.Call():
                return self._call(tree)
            case _:
                raise self.fault(tree, f"{shown(self.source(tree))} cannot stand here")

    def _constant(self, tree: ast.expr, value: object) -> tuple[Node, Kind]:
        if isinstance(value, str):
            return Text(value, span=self.span(tree)), Kind.TEXT
        if type(value) in {int, float}:
            return Number(float(str(value)), span=self.span(tree)), Kind.NUMBER
        raise self.fault(tree, f"{shown(self.source(tree))} is not in the language")

    def _name(self, tree: ast.expr, name: str) -> Node:
        words = self.vocabulary
        if name in words.metrics:
            return MetricName(name, span=self.span(tree))
        if name in words.texts:
            message = f"{name!r} is a text; compare it with == or in"
            raise self.fault(tree, message)
        if name in words.functions:
            message = f"{name!r} is a function: {words.functions[name].usage}"
            raise self.fault(tree, message)
        message = f"unknown metric {shown(name)}"
        raise self.fault(tree, message, words.closest_value(name))

    def _connected(
        self, tree: ast.UnaryOp | ast.BoolOp | ast.BinOp
    ) -> tuple[Node, Kind]:
        span = self.span(tree)
        match tree:
            case ast.BoolOp(operator, values):
                word = "and" if isinstance(operator, ast.And) else "or"
                operands = self.parts(values, Kind.CONDITION)
                return join(word, operands, span), Kind.CONDITION
            case ast.BinOp(left, sign, right) if type(sign) in _ARITHMETIC:
                one, other = self.parts((left, right), Kind.NUMBER)
                code = _ARITHMETIC[type(sign)]
                return Arithmetic(code, one, other, span=span), Kind.NUMBER
            case ast.UnaryOp(ast.Not(), operand):
                inner = self.part(operand, Kind.CONDITION)
                return Not(inner, span=span), Kind.CONDITION
            case ast.UnaryOp(ast.USub() | ast.UAdd() as sign, operand):
                inner = self.part(operand, Kind.NUMBER)
                turned = isinstance(sign, ast.USub)
                return negate(inner, span) if turned else inner, Kind.NUMBER
            case _:
                raise self.fault(tree, f"{shown(self.source(tree))} cannot stand here")

    def _compare(self, tree: ast.Compare) -> Node:
        operators = tuple(_COMPARISON.get(type(one), "is") for one in tree.ops)
        names = self.vocabulary.texts
        sides = [tree.left, *tree.comparators]
        if any(isinstance(side, ast.Name) and side.id in names for side in sides):
            return self._text_test(tree, operators)
        if not _COMPARISON_SIGNS.issuperset(operators):
            message = f"'in' looks among texts, of {', '.join(names)} only"
            raise self.fault(tree, message)
        operands = self.parts(sides, Kind.NUMBER)
        return Comparison(operators, operands, span=self.span(tree))

    def _text_test(self, tree: ast.Compare, operators: tuple[str, ...]) -> Node:
        left, operator = tree.left, operators[0]
        known = isinstance(left, ast.Name) and left.id in self.vocabulary.texts
        if len(operators) > 1 or not known or operator not in _TEXT_OPERATORS:
            message = "a text is compared like this: base == \"BTC\", or with 'in'"
            raise self.fault(tree, message)
        value = tree.comparators[0]
        is_list = operator in {"in", "not in"} and isinstance(value, ast.Tuple)
        given = value.elts if is_list and isinstance(value, ast.Tuple) else [value]
        self.count(tree, 1 + len(given))
        texts = [
            one.value
            for one in given
            if isinstance(one, ast.Constant) and isinstance(one.value, str)
        ]
        if not texts or len(texts) < len(given):
            raise self.fault(value, "only texts in quotes can stand here")
        name = left.id if isinstance(left, ast.Name) else ""
        return TextTest(name, operator, tuple(texts), span=self.span(tree))

    def _call(self, tree: ast.Call) -> tuple[Node, Kind]:
        words = self.vocabulary
        name = tree.func.id if isinstance(tree.func, ast.Name) else ""
        function = words.functions.get(name)
        if function is None:
            if name in words.absent:
                raise self.fault(tree.func, words.absent[name])
            message = f"unknown function {shown(self.source(tree.func))}"
            raise self.fault(tree.func, message, words.closest_function(name))
        arguments = read_arguments(self, tree, function)
        return Call(name, arguments, span=self.span(tree)), function.result

    def _stop_if_many(self) -> None:
        if len(self._problems) >= MAX_PROBLEMS:
            raise ExpressionError(sorted(self._problems)[:MAX_PROBLEMS])


_COMPARISON_SIGNS: Final = frozenset(_COMPARISON.values()) - {"in", "not in"}
_NEEDED: Final = {
    Kind.NUMBER: "a number",
    Kind.CONDITION: "a condition",
    Kind.TEXT: "a text",
}
