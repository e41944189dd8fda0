"""From a person's text to a checked expression."""

import ast
import re
from typing import Final

from markets.engine.expressions.calls import cost_of
from markets.engine.expressions.checker import Checker
from markets.engine.expressions.limits import MAX_CHARACTERS, MAX_OPERATIONS
from markets.engine.expressions.nodes import Expression, Kind, Node
from markets.engine.expressions.printing import normal_form
from markets.engine.expressions.structure import check_structure
from markets.engine.expressions.tokens import tokens_of
from markets.engine.expressions.vocabulary import STANDARD, Vocabulary
from markets.errors import ExpressionError, Problem

_LINE_ENDS: Final = re.compile(r"[\t\r\n]")


def parse(
    text: str, *, kind: Kind = Kind.CONDITION, vocabulary: Vocabulary = STANDARD
) -> Expression:
    """
    Read an expression and check all of it.

    Parameters
    ----------
    text
        What the person wrote; lines may end anywhere.
    kind
        What is asked for: a condition (alerts, signals, filters) or a number
        (columns, sorting).
    vocabulary
        The names it may use.

    Raises
    ------
    ExpressionError
        With the problems found, each with its place and, where there is a
        likely one, what was meant. Nothing but this is raised, for any text.
    """
    check_structure(tokens_of(text))
    # One line, so that a line's end needs no parentheses around it; each
    # character keeps its place. Python takes leading blanks for an indent.
    line = _LINE_ENDS.sub(" ", text)
    offset = len(line) - len(line.lstrip(" "))
    line = line[offset:]
    checker = Checker(text, line, offset, vocabulary)
    root = checker.read(_tree(line, offset), kind)
    fault = _excess(root, vocabulary)
    if fault:
        raise ExpressionError([Problem(1, len(text), fault)])
    return Expression(root, kind, text)


# What a short text can hide.
def _excess(root: Node, vocabulary: Vocabulary) -> str:
    length = len(normal_form(root))
    if length > MAX_CHARACTERS:
        return f"written out, the expression has {length:,} characters"
    cost = cost_of(root, vocabulary.functions)
    if cost > MAX_OPERATIONS:
        return f"the expression takes {cost:,} operations, more than {MAX_OPERATIONS:,}"
    return ""


def _tree(line: str, offset: int) -> ast.expr:
    try:
        return ast.parse(line, mode="eval").body
    except SyntaxError as error:
        # The structure holds; what is left is an order that Python does not
        # know, such as `a == not b`.
        start = min(max(error.offset or 1, 1), len(line)) + offset
        end = max((error.end_offset or 0) - 1 + offset, start)
    except (RecursionError, MemoryError, ValueError):
        start, end = offset + 1, offset + len(line)
    message = "the expression cannot be read here"
    raise ExpressionError([Problem(start, end, message)]) from None
