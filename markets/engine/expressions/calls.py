"""Whether a call gives a function what it takes."""

import ast
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from markets.engine.expressions.functions import (
    MAX_STEPS,
    Function,
    Parameter,
    Takes,
)
from markets.engine.expressions.nodes import (
    Call,
    Kind,
    MetricName,
    Node,
    Number,
    Text,
    children,
)
from markets.engine.expressions.tokens import shown

if TYPE_CHECKING:
    from markets.engine.expressions.checker import Checker


def read_arguments(
    checker: "Checker", tree: ast.Call, function: Function
) -> tuple[Node, ...]:
    """Return the arguments of a call, or note what is wrong with them."""
    given, wanted = tree.args, len(function.parameters)
    fits = len(given) >= wanted if function.repeats else len(given) == wanted
    if not fits or tree.keywords:
        more = "at least " if function.repeats else ""
        noun = "argument" if wanted == 1 else "arguments"
        message = f"{function.usage} takes {more}{wanted} {noun}, not {len(given)}"
        raise checker.fault(tree, message)
    nodes = checker.every(
        [
            _reader(checker, one, function, function.parameter(place))
            for place, one in enumerate(given)
        ]
    )
    if function.looks_back and not any(_holds_metric(node) for node in nodes):
        message = f"{function.name}(…) looks back at metrics, and here is none"
        raise checker.fault(tree, message)
    return nodes


def looking_back(node: Node, functions: Sequence[str]) -> str:
    """Return the first of these functions that is called in a part, or nothing."""
    if isinstance(node, Call) and node.function in functions:
        return node.function
    found = (looking_back(part, functions) for part in children(node))
    return next(filter(None, found), "")


def cost_of(node: Node, functions: Mapping[str, Function]) -> int:
    """Return how many operations a part takes at most, equal ones counted each."""
    parts = children(node)
    cost = 1 + sum(cost_of(part, functions) for part in parts)
    if isinstance(node, Call) and functions[node.function].looks_back:
        last = parts[-1]
        takes = functions[node.function].parameters[-1].takes
        steps = last.value if isinstance(last, Number) else 1
        cost *= 1 + int(steps if takes is Takes.STEPS else 1)
    return cost


def _reader(
    checker: "Checker", tree: ast.expr, function: Function, parameter: Parameter
) -> Callable[[], Node]:
    if parameter.takes is Takes.NUMBER:
        return lambda: _number(checker, tree, function)
    read = _steps if parameter.takes is Takes.STEPS else _text
    return lambda: read(checker, tree, function, parameter)


def _number(checker: "Checker", tree: ast.expr, function: Function) -> Node:
    node = checker.part(tree, Kind.NUMBER)
    if function.looks_back:
        known = checker.vocabulary.functions.values()
        inner = looking_back(node, [one.name for one in known if one.looks_back])
        if inner:
            message = f"{inner}(…) cannot stand inside of {function.name}(…)"
            raise checker.fault(tree, message)
    return node


def _steps(
    checker: "Checker", tree: ast.expr, function: Function, parameter: Parameter
) -> Node:
    checker.count(tree)
    match tree:
        case ast.Constant(int(steps)) if 1 <= steps <= MAX_STEPS:
            return Number(float(steps), span=checker.span(tree))
    source = shown(checker.source(tree))
    message = f"{parameter.name} of {function.usage} is {parameter.takes}, not {source}"
    raise checker.fault(tree, message)


def _text(
    checker: "Checker", tree: ast.expr, function: Function, parameter: Parameter
) -> Node:
    checker.count(tree)
    match tree:
        case ast.Constant(str(text)):
            return Text(text, span=checker.span(tree))
    source = shown(checker.source(tree))
    message = f"{parameter.name} of {function.usage} is {parameter.takes}, not {source}"
    raise checker.fault(tree, message)


def _holds_metric(node: Node) -> bool:
    return isinstance(node, MetricName) or any(map(_holds_metric, children(node)))
