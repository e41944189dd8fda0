"""Words, numbers and signs of a text; nothing foreign gets further than here."""

import re
from collections.abc import Iterator
from keyword import iskeyword
from typing import Final, NamedTuple

from markets.engine.expressions.limits import (
    MAX_CHARACTERS,
    MAX_NUMBER,
    MAX_NUMBER_CHARACTERS,
    MAX_PROBLEMS,
    MAX_TEXT_CHARACTERS,
)
from markets.errors import ExpressionError, Problem

CONNECTIVES: Final = frozenset({"and", "or", "not", "in"})

_PATTERN: Final = re.compile(
    r"""
    (?P<space>[ \t\r\n]+)
  | (?P<number>\.?[0-9](?:[eE][+-](?=[0-9])|[0-9A-Za-z_.])*)
  | (?P<word>[A-Za-z_][A-Za-z0-9_]*)
  | (?P<text>"[^"\n\r]*"|'[^'\n\r]*')
  | (?P<foreign>\*\*|//|:=|<>|&&|\|\||->|===|!==|=>|=<)
  | (?P<sign><=|>=|==|!=|[-+*/<>(),])
  | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL | re.ASCII,
)
_NUMBER: Final = re.compile(
    r"(?:[0-9]+(?:_[0-9]+)*(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?",
    re.ASCII,
)
# What people write from habit, and what it is called here.
_INSTEAD: Final = {
    "=": "==", "===": "==", "<>": "!=", "!==": "!=", "=>": ">=", "=<": "<=",
    "≥": ">=", "≤": "<=", "≠": "!=", "&": "and", "&&": "and", "|": "or",
    "||": "or", "!": "not", "×": "*", "·": "*", "÷": "/", "−": "-", "–": "-",
    "[": "(", "]": ")", "{": "(", "}": ")", "“": '"', "”": '"', "„": '"',
}  # fmt: skip
_WHY: Final = {
    "%": "'%' is not in the language: percents are compared with bare numbers",
    "**": "'**' is not in the language: multiply instead",
}


class Token(NamedTuple):
    """One token; `start` counts from 0, `kind` is number, word, text or sign."""

    kind: str
    text: str
    start: int

    @property
    def end(self) -> int:
        """Where the token ends, not included."""
        return self.start + len(self.text)

    def problem(self, message: str, suggestion: str = "") -> Problem:
        """Return a problem that lies in this token."""
        return Problem(self.start + 1, self.end, message, suggestion)


def tokens_of(text: str) -> list[Token]:
    """
    Return the tokens of a text.

    Raises
    ------
    ExpressionError
        If the text is empty or too long, or something in it is not of the
        language.
    """
    if len(text) > MAX_CHARACTERS:
        message = f"the expression has more than {MAX_CHARACTERS:,} characters"
        raise ExpressionError([Problem(MAX_CHARACTERS + 1, len(text), message)])
    tokens: list[Token] = []
    problems: list[Problem] = []
    for token in _split(text):
        problem = _fault(token)
        if problem is None:
            tokens.append(token)
        elif len(problems) < MAX_PROBLEMS:
            problems.append(problem)
    if not tokens and not problems:
        problems = [Problem(1, 1, "the expression is empty")]
    if problems:
        raise ExpressionError(problems)
    return tokens


def shown(text: str) -> str:
    """Return a text as a message may quote it: short, and printable."""
    text = text if len(text) <= MAX_TEXT_CHARACTERS else f"{text[:30]}…"
    if not text.isprintable():
        return ascii(text)
    return f'"{text}"' if "'" in text else f"'{text}'"


def _split(text: str) -> Iterator[Token]:
    for match in _PATTERN.finditer(text):
        kind = match.lastgroup or "other"
        if kind != "space":
            yield Token(kind, match.group(), match.start())


def _fault(token: Token) -> Problem | None:
    match token.kind:
        case "number":
            return _fault_of_number(token)
        case "word":
            return _fault_of_word(token)
        case "text":
            return _fault_of_text(token)
        case "sign":
            return None
    why = _WHY.get(token.text) or f"{shown(token.text)} is not in the language"
    if token.text in {'"', "'"}:
        why = f"the text that begins with {token.text} does not end"
    return token.problem(why, _INSTEAD.get(token.text, ""))


def _fault_of_number(token: Token) -> Problem | None:
    if not _NUMBER.fullmatch(token.text) or len(token.text) > MAX_NUMBER_CHARACTERS:
        return token.problem(f"{shown(token.text)} is not a number")
    if float(token.text) > MAX_NUMBER:
        return token.problem(f"numbers go up to {MAX_NUMBER:,.0f}")
    return None


def _fault_of_word(token: Token) -> Problem | None:
    word = token.text
    if word in CONNECTIVES:
        return None
    if word.lower() in CONNECTIVES:
        return token.problem(f"{shown(word)} is written in small letters", word.lower())
    if iskeyword(word):
        hint = "==" if word == "is" else ""
        return token.problem(f"{shown(word)} is not in the language", hint)
    return None


def _fault_of_text(token: Token) -> Problem | None:
    inside = token.text[1:-1]
    if len(inside) > MAX_TEXT_CHARACTERS:
        return token.problem(f"texts have at most {MAX_TEXT_CHARACTERS} characters")
    if "\\" in inside or not inside.isprintable():
        return token.problem("a text has printable characters only, and no backslash")
    return None
