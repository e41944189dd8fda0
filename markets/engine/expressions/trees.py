"""An expression as nested JSON objects, which the rule builder draws, and back."""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from markets.engine.expressions.limits import MAX_DEPTH, MAX_NODES, MAX_NUMBER
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
    Text,
    TextTest,
    children,
    join,
    negate,
)
from markets.engine.expressions.parser import parse
from markets.engine.expressions.printing import normal_form
from markets.engine.expressions.vocabulary import STANDARD, Vocabulary
from markets.errors import ExpressionError, Problem

Tree = dict[str, Any]
"""``{"kind": …, "parts": [...]}`` with what the kind needs beside it."""

_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}", re.ASCII)
_SIGNS: Final = frozenset({"<", "<=", ">", ">=", "==", "!="})
_TEXT_SIGNS: Final = frozenset({"==", "!=", "in", "not in"})


def to_tree(node: Node) -> Tree:
    """
    Return a part as JSON.

    ``number`` has a value; ``metric`` a name; ``text`` a value; ``text_test``
    name, operator and values; ``compare`` operators between its parts;
    ``arithmetic`` an operator between two parts; ``call`` the function's name;
    ``and``, ``or``, ``not`` and ``negate`` have parts alone.
    """
    parts = [to_tree(part) for part in children(node)]
    match node:
        case Number(value):
            return {"kind": "number", "value": value}
        case Text(value):
            return {"kind": "text", "value": value}
        case MetricName(name):
            return {"kind": "metric", "name": name}
        case TextTest(name, operator, values):
            test = {"name": name, "operator": operator, "values": list(values)}
            return {"kind": "text_test", **test}
        case _:
            return _head(node) | {"parts": parts}


def from_tree(
    tree: object, *, kind: Kind = Kind.CONDITION, vocabulary: Vocabulary = STANDARD
) -> Expression:
    """
    Return the expression that a tree draws, checked as a text is.

    Raises
    ------
    ExpressionError
        If the tree is of another form, or its expression has problems; their
        places lie in the normal form of the tree.
    """
    drawn = _Drawing().read(tree, depth=1)
    return parse(normal_form(drawn), kind=kind, vocabulary=vocabulary)


def _head(node: Node) -> Tree:  # noqa: PLR0911 - one a kind of part
    match node:
        case Comparison(operators):
            return {"kind": "compare", "operators": list(operators)}
        case Arithmetic(operator):
            return {"kind": "arithmetic", "operator": operator}
        case Call(function):
            return {"kind": "call", "function": function}
        case Logic(operator):
            return {"kind": operator}
        case Negation():
            return {"kind": "negate"}
        case _:
            return {"kind": "not"}


class _Drawing:
    def __init__(self) -> None:
        self._nodes = 0

    def read(self, tree: object, depth: int) -> Node:
        self._nodes += 1
        if depth > MAX_DEPTH or self._nodes > MAX_NODES:
            raise _misdrawn("it is too large")
        if not isinstance(tree, dict):
            raise _misdrawn("each part is an object")
        kind = tree.get("kind")
        if isinstance(kind, str) and kind in _LEAVES:
            return _LEAVES[kind](tree)
        parts = tuple(self.read(part, depth + 1) for part in _list(tree, "parts"))
        if isinstance(kind, str) and kind in _INNER:
            return _INNER[kind](tree, parts)
        raise _misdrawn(f"a part's kind is one of {', '.join([*_LEAVES, *_INNER])}")


def _number(tree: Tree) -> Node:
    value = tree.get("value")
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _misdrawn("the value of a number is a number")
    if not -MAX_NUMBER <= value <= MAX_NUMBER or math.isnan(value):
        raise _misdrawn(f"numbers go up to {MAX_NUMBER:,.0f}")
    # Minus zero is zero in the text as well.
    return Number(float(value) if value else 0.0)


def _text_test(tree: Tree) -> Node:
    operator = _one_of(tree, "operator", _TEXT_SIGNS)
    values = tuple(_plain(value) for value in _list(tree, "values"))
    if not values or (operator not in {"in", "not in"} and len(values) > 1):
        raise _misdrawn("a text test has one text, or several with 'in'")
    return TextTest(_name(tree, "name"), operator, values)


def _compare(tree: Tree, parts: tuple[Node, ...]) -> Node:
    operators = _list(tree, "operators")
    if not operators or len(parts) != len(operators) + 1:
        raise _misdrawn("a comparison has one operator less than it has parts")
    if not all(isinstance(one, str) and one in _SIGNS for one in operators):
        raise _misdrawn(f"comparisons are {' '.join(sorted(_SIGNS))}")
    return Comparison(tuple(operators), parts)


def _arithmetic(tree: Tree, parts: tuple[Node, ...]) -> Node:
    operator = _one_of(tree, "operator", frozenset("+-*/"))
    if len(parts) != 2:
        raise _misdrawn("arithmetic has two parts")
    return Arithmetic(operator, *parts)


def _single(make: Callable[[Node], Node]) -> Callable[[Tree, tuple[Node, ...]], Node]:
    def read(_: Tree, parts: tuple[Node, ...]) -> Node:
        if len(parts) != 1:
            raise _misdrawn("a sign and a 'not' have one part")
        return make(parts[0])

    return read


def _joined(operator: str) -> Callable[[Tree, tuple[Node, ...]], Node]:
    def read(_: Tree, parts: tuple[Node, ...]) -> Node:
        if not parts:
            raise _misdrawn(f"{operator!r} joins one part or more")
        return join(operator, parts) if len(parts) > 1 else parts[0]

    return read


_LEAVES: Final[Mapping[str, Callable[[Tree], Node]]] = {
    "number": _number,
    "metric": lambda tree: MetricName(_name(tree, "name")),
    "text": lambda tree: Text(_plain(tree.get("value"))),
    "text_test": _text_test,
}
_INNER: Final[Mapping[str, Callable[[Tree, tuple[Node, ...]], Node]]] = {
    "compare": _compare,
    "arithmetic": _arithmetic,
    "call": lambda tree, parts: Call(_name(tree, "function"), parts),
    "and": _joined("and"),
    "or": _joined("or"),
    "not": _single(Not),
    "negate": _single(negate),
}


def _list(tree: Tree, key: str) -> Sequence[Any]:
    value = tree.get(key)
    if not isinstance(value, list) or len(value) > MAX_NODES:
        raise _misdrawn(f"{key} is a list of at most {MAX_NODES}")
    return value


# A name that is more than a name would be read as another tree.
def _name(tree: Tree, key: str) -> str:
    name = tree.get(key)
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise _misdrawn(f"{key} is a name")
    return name


def _one_of(tree: Tree, key: str, allowed: frozenset[str]) -> str:
    value = tree.get(key)
    if not isinstance(value, str) or value not in allowed:
        raise _misdrawn(f"{key} is one of {' '.join(sorted(allowed))}")
    return value


def _plain(value: object) -> str:
    if not isinstance(value, str) or ('"' in value and "'" in value):
        raise _misdrawn("a text has one kind of quotes at most")
    return value


def _misdrawn(why: str) -> ExpressionError:
    return ExpressionError([Problem(1, 1, f"the tree cannot be read: {why}")])
