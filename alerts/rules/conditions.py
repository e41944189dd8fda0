"""Conditions as rules may have them: checked, and known as far back as they look."""

from functools import lru_cache
from typing import Final

from markets.engine.expressions.nodes import Expression
from markets.engine.expressions.parser import parse
from markets.engine.expressions.plan import Plan
from markets.engine.expressions.reach import require_reach
from markets.engine.recent import STEPS_BACK

_KEPT: Final = 4_096


@lru_cache(maxsize=_KEPT)
def read_rule(text: str) -> Expression:
    """
    Read the condition of a rule.

    Raises
    ------
    ExpressionError
        If the text is no condition, or looks back further than is kept.
    """
    expression = parse(text)
    require_reach(expression, Plan.of((expression,)), most=STEPS_BACK, who="a rule")
    return expression
