"""How far an expression looks back, against how far is known."""

from collections.abc import Iterator

from markets.engine.expressions.functions import FUNCTIONS, Takes
from markets.engine.expressions.nodes import Call, Expression, Node, Number, children
from markets.engine.expressions.plan import Plan
from markets.errors import ExpressionError, Problem


def require_reach(expression: Expression, plan: Plan, *, most: int, who: str) -> None:
    """
    Check that an expression looks back no further than `most` steps.

    Parameters
    ----------
    expression, plan
        The expression, and the plan of it alone.
    most
        Steps that are known.
    who
        Who looks back, as a message calls them.

    Raises
    ------
    ExpressionError
        With the places of the numbers that are too large.
    """
    if max(plan.depths.values(), default=0) <= most:
        return
    message = f"{who} looks back at most {most} steps"
    spans = list(_too_far(expression.root, most)) or [(1, len(expression.text))]
    raise ExpressionError([Problem(*span, message) for span in spans])


def _too_far(root: Node, most: int) -> Iterator[tuple[int, int]]:
    for call in _calls(root):
        steps = call.arguments[-1]
        takes_steps = FUNCTIONS[call.function].parameters[-1].takes is Takes.STEPS
        if takes_steps and isinstance(steps, Number) and steps.value > most:
            yield steps.span


def _calls(node: Node) -> Iterator[Call]:
    if isinstance(node, Call):
        yield node
    for part in children(node):
        yield from _calls(part)
