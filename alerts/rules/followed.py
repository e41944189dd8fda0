"""Which value of a condition an episode follows, and which way it is extreme."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from alerts.rules.numerals import with_ones
from markets.engine.expressions.nodes import (
    Call,
    Comparison,
    MetricName,
    Node,
    children,
)
from markets.engine.expressions.parser import parse

_KEPT: Final = 4_096
_UP: Final = frozenset({">", ">="})
_DOWN: Final = frozenset({"<", "<="})
_CROSSINGS: Final = {"crosses_above": 1, "crosses_below": -1}


def followed_value(text: str) -> tuple[str, int]:
    """
    Return the first metric of a condition, and where its extremes lie.

    That is 1 where it has to be above something, -1 where below, and 0 where
    neither is clear: then away from zero as it was at the opening. The metric
    is empty where the condition has none.
    """
    return _followed_value(with_ones(text))


def metrics_in(text: str) -> tuple[str, ...]:
    """Return the metrics that a condition names, each once."""
    return _metrics_in(with_ones(text))


# No number decides any of this: what differs in numbers alone is parsed once.
@lru_cache(maxsize=_KEPT)
def _followed_value(text: str) -> tuple[str, int]:
    root = _root(text)
    names = (node.name for node in _walk(root) if isinstance(node, MetricName))
    metric = next(names, "")
    for node in _walk(root):
        match node:
            case Comparison(operators, (MetricName(name), *_)) if name == metric:
                return metric, (operators[0] in _UP) - (operators[0] in _DOWN)
            case Call(function, (MetricName(name), *_)) if name == metric:
                return metric, _CROSSINGS.get(function, 0)
    return metric, 0


@lru_cache(maxsize=_KEPT)
def _metrics_in(text: str) -> tuple[str, ...]:
    names = (one.name for one in _walk(_root(text)) if isinstance(one, MetricName))
    return tuple(dict.fromkeys(names))


@lru_cache(maxsize=_KEPT)
def _root(text: str) -> Node:
    return parse(text).root


def _walk(node: Node) -> Iterator[Node]:
    yield node
    for part in children(node):
        yield from _walk(part)
