"""The texts that people write for their messages, and those they need not write."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from functools import lru_cache
from typing import Final, NamedTuple

from alerts.types import Phase
from markets.engine.catalogue import METRIC_OF
from markets.engine.expressions.vocabulary import STANDARD
from markets.errors import Problem

LONGEST_TEMPLATE: Final = 1_000
_KEPT: Final = 1_024
"""Templates, and lines of them, whose pieces are remembered."""

FIELDS: Final[Mapping[str, str]] = {
    "name": "What the alert is called.",
    "pair": "The pair, as the exchange calls it.",
    "price": "The pair's price.",
    "metric": "The metric that the alert is about.",
    "value": "The value of that metric.",
    "change_1h": "How far the price went in an hour.",
    "phase": "Whether it came true, went further, is still true or is over.",
    "when": "The time, and whether it is confirmed by a close.",
    "late": "How late it was found; empty where it was not.",
    "link": "The address of the pair's page.",
}
"""What a message may say beside the metrics of the catalogue, with its meaning."""

_TEXTS: Final[Mapping[Phase, str]] = {
    Phase.OPEN: "{name}: {pair} {price}, {change_1h} in 1h",
    Phase.ESCALATE: "{name} goes further: {pair} {price}, {change_1h} in 1h",
    Phase.REMIND: "{name} is still true: {pair} {price}, {change_1h} in 1h",
    Phase.CLOSE: "{name} is over: {pair} {price}, {change_1h} in 1h",
}
_VALUE: Final = "{metric} {value}"
_END: Final = "{when}\n{late}\n{link}"
_SAID_ANYWAY: Final = frozenset({"", "price", "change_1h"})

# A brace written twice is a brace; in a pair of them stands a field.
_PIECE: Final = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")
_NAME: Final = re.compile(r"[A-Za-z0-9_]+", re.ASCII)


class Piece(NamedTuple):
    """
    A stretch of a template, 0-based, its end left out.

    `field` is the name in its braces, None for plain text; `text` is what the
    plain text says.
    """

    start: int
    end: int
    text: str
    field: str | None = None


@lru_cache(maxsize=_KEPT)
def pieces_of(template: str) -> tuple[Piece, ...]:
    """Return the pieces of a template, from left to right."""
    return tuple(_pieces(template))


def _pieces(template: str) -> Iterator[Piece]:
    at = 0
    for found in _PIECE.finditer(template):
        start, end = found.span()
        if start > at:
            yield Piece(at, start, template[at:start])
        whole = found.group()
        yield Piece(start, end, whole[0] if len(whole) == 2 else whole, found.group(1))
        at = end
    if at < len(template):
        yield Piece(at, len(template), template[at:])


def check_template(template: str) -> list[Problem]:
    """Return what is wrong with a template, each with its place."""
    if len(template) > LONGEST_TEMPLATE:
        message = f"the template is longer than {LONGEST_TEMPLATE:,} characters"
        return [Problem(LONGEST_TEMPLATE + 1, len(template), message)]
    problems = [
        Problem(place, place, "this character cannot be shown")
        for place, one in enumerate(template, 1)
        if one != "\n" and unicodedata.category(one) in {"Cc", "Cs"}
    ]
    for piece in pieces_of(template):
        message, suggestion = _fault_of(piece)
        if message:
            problems.append(Problem(piece.start + 1, piece.end, message, suggestion))
    return problems


def metrics_of(template: str) -> tuple[str, ...]:
    """Return the metrics whose values a template says, each once."""
    fields = (piece.field or "" for piece in pieces_of(template))
    return tuple(dict.fromkeys(one for one in fields if one in METRIC_OF))


def default_template(phase: Phase, metric: str = "") -> str:
    """Return the text of a phase where a person wrote none, of a rule's metric."""
    value = "" if metric in _SAID_ANYWAY else f"{_VALUE}\n"
    return f"{_TEXTS[phase]}\n{value}{_END}"


def _fault_of(piece: Piece) -> tuple[str, str]:
    name = piece.field
    if name is None:
        # A brace that was written twice is two characters long.
        is_alone = piece.text in {"{", "}"} and piece.end - piece.start == 1
        sentence = f"this {piece.text!r} has no partner; write it twice to say it"
        return (sentence, "") if is_alone else ("", "")
    if not name:
        return "the name of a field is missing", ""
    if name in FIELDS or name in METRIC_OF:
        return "", ""
    if not _NAME.fullmatch(name):
        return "a field is a name and nothing else", _start_of(name)
    close = get_close_matches(name, FIELDS, n=1)
    suggestion = close[0] if close else STANDARD.closest_value(name[:64])
    is_there = suggestion in FIELDS or suggestion in METRIC_OF
    return f"there is no field {name[:64]!r}", suggestion if is_there else ""


# Of `price:>10` or `price.real` the name before it was meant.
def _start_of(text: str) -> str:
    found = _NAME.search(text)
    name = found.group() if found else ""
    return name if name in FIELDS or name in METRIC_OF else ""
