"""Whether values, operators and parentheses stand where they may."""

import re
from collections.abc import Sequence
from typing import Final

from markets.engine.expressions.limits import MAX_DEPTH, MAX_NODES
from markets.engine.expressions.tokens import CONNECTIVES, Token, shown
from markets.errors import ExpressionError, Problem

_PREFIXES: Final = frozenset({"not", "-", "+"})
_JOINING: Final = CONNECTIVES - {"not"}
_HUNDREDS: Final = re.compile(r"[0-9]{3}", re.ASCII)


def check_structure(tokens: Sequence[Token]) -> None:
    """
    Refuse what has no grammar, or too much of it, before it is parsed.

    After this the parser meets no more parentheses, signs and operands in a
    row than it can take, and people read what is missing rather than
    "invalid syntax".

    Raises
    ------
    ExpressionError
        With the first place that is wrong.
    """
    check = _Check(tokens)
    problem = check.run()
    if problem is not None:
        raise ExpressionError([problem])


class _Check:
    def __init__(self, tokens: Sequence[Token]) -> None:
        self._tokens = tokens
        self._open: list[Token] = []
        self._before: Token | None = None
        self._wants_value = True
        self._operands = 0
        self._prefixes = 0

    def run(self) -> Problem | None:
        for token in self._tokens:
            problem = self._value(token) if self._wants_value else self._join(token)
            if problem is not None:
                return problem
            self._before = token
        last = self._tokens[-1]
        if self._wants_value:
            return last.problem(f"a value is missing after {shown(last.text)}")
        if self._open:
            return self._open[-1].problem("this '(' is never closed")
        return None

    def _value(self, token: Token) -> Problem | None:
        if token.text in _PREFIXES:
            self._prefixes += 1
            return self._too_deep(token) if self._prefixes > MAX_DEPTH else None
        if token.text == "(":
            return self._enter(token)
        if token.text == ")" and self._may_end_empty():
            return self._leave(token)
        if token.kind == "sign" or token.text in CONNECTIVES:
            return token.problem(f"a value is missing before {shown(token.text)}")
        return self._operand(token)

    def _operand(self, token: Token) -> Problem | None:
        self._operands += 1
        self._wants_value = False
        if self._operands > MAX_NODES:
            return token.problem(f"the expression has more than {MAX_NODES} parts")
        return None

    def _join(self, token: Token) -> Problem | None:
        is_call = self._before is not None and self._before.kind == "word"
        if token.text == ")" or (token.text == "(" and is_call):
            return self._leave(token) if token.text == ")" else self._enter(token)
        if token.text == "," and not self._open:
            return self._stray_comma(token)
        # The 'not' of 'not in' is followed by 'in', which says the rest.
        if token.text == "not" and self._next_is_in(token):
            return None
        is_operator = token.kind == "sign" and token.text != "("
        if not is_operator and token.text not in _JOINING:
            return token.problem(f"an operator is missing before {shown(token.text)}")
        self._expect_value()
        return None

    def _expect_value(self) -> None:
        self._wants_value = True
        self._prefixes = 0

    def _enter(self, token: Token) -> Problem | None:
        self._open.append(token)
        self._expect_value()
        return self._too_deep(token) if len(self._open) > MAX_DEPTH else None

    def _leave(self, token: Token) -> Problem | None:
        self._wants_value = False
        if not self._open:
            return token.problem("this ')' was never opened")
        self._open.pop()
        return None

    # `f()` and `("BTC",)`; what they are worth is not for here.
    def _may_end_empty(self) -> bool:
        return self._before is not None and self._before.text in {"(", ","}

    def _next_is_in(self, token: Token) -> bool:
        place = self._tokens.index(token) + 1
        return place < len(self._tokens) and self._tokens[place].text == "in"

    def _stray_comma(self, token: Token) -> Problem:
        place = self._tokens.index(token)
        around = self._tokens[place - 1 : place + 2]
        if len(around) == 3 and _HUNDREDS.fullmatch(around[2].text):
            joined = f"{around[0].text}_{around[2].text}"
            return token.problem("numbers are written without commas", joined)
        return token.problem("a ',' stands between the arguments of a function only")

    def _too_deep(self, token: Token) -> Problem:
        return token.problem(f"the expression is nested deeper than {MAX_DEPTH}")
