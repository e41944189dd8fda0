"""What callers ask of the screener, checked."""

from collections.abc import Mapping
from typing import Final

from markets.api.questions import MAX_LIMIT, Parameters, table_part
from markets.screen_choice import CLOCKS, FORMATS, MAX_PINNED
from markets.screening import CoinsQuestion, Condition

MAX_SPARKS: Final = 200
MAX_TEXT: Final = 4_000
"""Longer than an expression may be: what is too long is told by its reader."""


def screen_question(given: Mapping[str, str]) -> CoinsQuestion:
    """Read the parameters of a screen: the list's, and pinned pairs."""
    read = Parameters(given)
    question = CoinsQuestion(
        **table_part(read),
        page=read.integer("page", 1, low=1, high=1_000_000),
        limit=read.integer("limit", 50, low=1, high=MAX_LIMIT),
        pinned=read.symbols("pinned", most=MAX_PINNED),
    )
    read.done()
    return question


def file_question(given: Mapping[str, str]) -> tuple[CoinsQuestion, str]:
    """Read what a file of the list is to hold, and its format."""
    read = Parameters(given)
    question = CoinsQuestion(
        **table_part(read),
        bounds=read.bounds(),
        pinned=read.symbols("pinned", most=MAX_PINNED),
    )
    file_format = read.choice("file", FORMATS[0], FORMATS)
    read.done()
    return question, file_format


def sparks_question(given: Mapping[str, str]) -> tuple[str, ...]:
    """Read of which pairs the small lines are asked for."""
    read = Parameters(given)
    symbols = read.symbols("symbols", most=MAX_SPARKS)
    read.done()
    return symbols


def expression_question(given: Mapping[str, str]) -> tuple[str, str]:
    """Read an expression that may be wrong, and the clock that it is asked of."""
    read = Parameters(given)
    text = given.get("text", "")
    read.text("text", longest=MAX_TEXT)
    clock = read.choice("clock", "live", CLOCKS)
    read.done()
    return text, clock


def completion_question(given: Mapping[str, str]) -> tuple[str, int]:
    """Read an expression, and how many characters stand before the cursor."""
    read = Parameters(given)
    text = given.get("text", "")
    read.text("text", longest=MAX_TEXT)
    cursor = read.integer("cursor", len(text), low=0, high=MAX_TEXT)
    read.done()
    return text, min(cursor, len(text))


def explain_question(given: Mapping[str, str]) -> tuple[Condition, str]:
    """Read a condition to explain, and its clock."""
    read = Parameters(given)
    clock = read.choice("clock", "live", CLOCKS)
    condition = read.condition("where")
    if condition is None:
        read.refuse("where", "where is empty; it must be an expression.")
    read.done()
    assert condition is not None  # noqa: S101 - refused above
    return condition, clock
