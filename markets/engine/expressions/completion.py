"""What could be written at the cursor of an expression."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final, NamedTuple

from markets.engine.expressions.limits import MAX_CHARACTERS
from markets.engine.expressions.tokens import CONNECTIVES
from markets.engine.expressions.vocabulary import STANDARD, Vocabulary

DEFAULT_LIMIT: Final = 12

_BEFORE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*$", re.ASCII)
_AFTER: Final = re.compile(r"[A-Za-z0-9_]*", re.ASCII)
_TESTED: Final = re.compile(
    r"\b(symbol|base|category)\s*(?:==|!=|(?:not\s+)?in\s*\(?)[^()]*$", re.ASCII
)
_LAST: Final = re.compile(r"[A-Za-z0-9_.]+$|\S$", re.ASCII)


class Offer(StrEnum):
    """What is offered."""

    METRIC = "metric"
    FUNCTION = "function"
    TEXT = "text"
    WORD = "word"


class Completion(NamedTuple):
    """
    One offer: `text` replaces the places `start` to `end` of the expression.

    Places are 1-based and included; an empty stretch has `end` one less than
    `start`. `label` and `detail` are for the reader: a metric's name and unit,
    a function's use and meaning.
    """

    text: str
    label: str
    detail: str
    offer: Offer
    start: int
    end: int


class _Entry(NamedTuple):
    text: str
    label: str
    detail: str
    offer: Offer


def complete(
    text: str,
    cursor: int,
    *,
    vocabulary: Vocabulary = STANDARD,
    texts: Mapping[str, Collection[str]] = MappingProxyType({}),
    limit: int = DEFAULT_LIMIT,
) -> list[Completion]:
    """
    Return what could stand at the cursor, the likeliest first.

    Parameters
    ----------
    text
        The expression so far, which need not be right.
    cursor
        How many characters stand before the cursor.
    vocabulary
        The names to offer.
    texts
        What stands in quotes beside ``symbol``, ``base`` and ``category``.
    limit
        How many to offer at most.
    """
    if len(text) > MAX_CHARACTERS:
        return []
    opening = _opening_quote(text[:cursor])
    if opening is not None:
        return _in_quotes(text, cursor, opening, texts)[:limit]
    before = _BEFORE.search(text[:cursor])
    after = _AFTER.match(text[cursor:])
    fragment = before.group() if before else ""
    start = cursor - len(fragment)
    if start and (text[start - 1].isalnum() or text[start - 1] == "."):
        return []  # a number is being written
    end = cursor + (after.end() if after and fragment else 0)
    entries = _entries(vocabulary, wants_value=_wants_value(text[:start]))
    found = _ranked(fragment.lower(), entries)
    return [Completion(*entry, start + 1, end) for entry in found[:limit]]


# The place of the quote in which the text is still open.
def _opening_quote(before: str) -> int | None:
    opening: int | None = None
    for place, character in enumerate(before):
        if opening is not None:
            opening = None if character == before[opening] else opening
        elif character in "\"'":
            opening = place
    return opening


def _in_quotes(
    text: str, cursor: int, opening: int, texts: Mapping[str, Collection[str]]
) -> list[Completion]:
    named = _TESTED.search(text[:opening])
    if named is None:
        return []
    quote, name = text[opening], named.group(1)
    closing = re.match(rf"[^\"'(),]*{quote}", text[cursor:])
    end = cursor + (closing.end() if closing else 0)
    entries = (
        _Entry(f"{value}{quote}", value, name, Offer.TEXT)
        for value in texts.get(name, ())
    )
    found = _ranked(text[opening + 1 : cursor].lower(), entries)
    return [Completion(*entry, opening + 2, end) for entry in found]


def _wants_value(before: str) -> bool:
    last = _LAST.search(before.rstrip())
    if last is None or last.group() in CONNECTIVES:
        return True
    return last.group()[-1] not in ")\"'_" and not last.group()[-1].isalnum()


def _entries(vocabulary: Vocabulary, *, wants_value: bool) -> Iterator[_Entry]:
    if not wants_value:
        for word, meaning in _JOINING.items():
            yield _Entry(word, word, meaning, Offer.WORD)
        return
    for metric in vocabulary.metrics.values():
        yield _Entry(metric.name, metric.label, metric.unit, Offer.METRIC)
    for function in vocabulary.functions.values():
        detail = function.meaning
        yield _Entry(f"{function.name}(", function.usage, detail, Offer.FUNCTION)
    for name, meaning in vocabulary.texts.items():
        yield _Entry(name, name, meaning, Offer.TEXT)
    yield _Entry("not", "not", "The condition after it is false.", Offer.WORD)


_JOINING: Final = {
    "and": "Both conditions are true.",
    "or": "One of the conditions is true.",
    "in": "The text is one of those in parentheses.",
    "not in": "The text is none of those in parentheses.",
}


def _ranked(fragment: str, entries: Iterable[_Entry]) -> list[_Entry]:
    scored = ((_score(fragment, entry.text.lower()), entry) for entry in entries)
    known = [(score, entry) for score, entry in scored if score is not None]
    # Sorting keeps the catalogue's order among equals.
    return [entry for _, entry in sorted(known, key=lambda pair: pair[0])]


# Begins so; a word of it begins so; holds it; has its letters in this order,
# the closer together the better.
def _score(fragment: str, name: str) -> tuple[int, int] | None:
    place = name.find(fragment)
    if place == 0:
        return 0, len(name) if fragment else 0
    if f"_{fragment}" in name:
        return 1, len(name)
    if place > 0:
        return 2, len(name)
    stretch = _stretch(fragment, name)
    return None if stretch is None else (3, stretch)


def _stretch(fragment: str, name: str) -> int | None:
    place, first = -1, 0
    for number, letter in enumerate(fragment):
        place = name.find(letter, place + 1)
        if place < 0:
            return None
        first = first if number else place
    # A name that begins with the first letter is meant more often.
    return place - first + 10 * (first > 0)
