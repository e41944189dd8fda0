"""Nothing of Python but the language gets through, and refusing costs little."""

import sys
import tracemalloc
from types import FrameType
from typing import Final

import pytest
from hypothesis import example, given, strategies as st

from markets.engine.expressions.functions import FUNCTIONS
from markets.engine.expressions.limits import MAX_CHARACTERS, MAX_DEPTH, MAX_NODES
from markets.engine.expressions.parser import parse
from markets.engine.expressions.printing import normal_form
from markets.engine.expressions.structure import check_structure
from markets.engine.expressions.tokens import tokens_of
from markets.errors import ExpressionError
from tests.markets.engine.expressions.strategies import METRICS

MOST_MEMORY: Final = 10 * 2**20
# Some milliseconds; most of it goes into looking for names that were meant.
MOST_CALLS: Final = 100_000

HOSTILE = {
    "parentheses": "(" * MAX_CHARACTERS,
    "closed parentheses": "(" * 999 + "1" + ")" * 999,
    "mixed brackets": "([{" * 600,
    "calls": "abs(" * 400 + "price" + ")" * 400,
    "signs": "-" * 1_999 + "1",
    "nots": "not " * 499 + "1>2",
    "powers": "9**9**9 > 1",
    "many powers": "9**" * 600 + "9",
    "digits": "9" * MAX_CHARACTERS,
    "exponent": "1e99999999 > 1",
    "sums": "+".join("1" * 1_000),
    "comparisons": "<".join(["price"] * 300),
    "unknown names": " and ".join(f"foo_{n} > 1" for n in range(100)),
    "near names": " and ".join(f"change_{n} > 1" for n in range(100)),
    "long name": "change_1h" * 222,
    "unknown calls": " or ".join(f"fo{n}(1)" for n in range(150)),
    "texts": "base in (" + ",".join(["'x'"] * 400) + ")",
    "one long text": "base == '" + "x" * 1_900 + "'",
    "far too long": "price > 1 and " * 100_000,
    "null": "price > 1\0",
    "surrogate": "price > \ud800",
    "surrogate in a text": "base == '\udfff'",
    "fullwidth": "\uff50\uff52\uff49\uff43\uff45 > 1",
    "ligature": "\ufb01rst > 1",
    "arabic digits": "price > \u0661",
    "bidi": "price > 1 \u202e# 1 < ecirp",
    "no-break space": "price\u00a0> 1",
    "form feed": "price\f> 1",
    "walrus": "(x := price) > 1",
    "lambda": "(lambda: 1)() > 1",
    "f-string": "f'{price}' == base",
    "comprehension": "[x for x in (1, 2)] > 1",
    "generator": "max(x for x in price) > 1",
    "attribute": "price.__class__ > 1",
    "dunder": "__import__('os').system('true') > 1",
    "subscript": "price[0] > 1",
    "dictionary": "{1: 2} > 1",
    "conditional": "1 if price > 1 else 2",
    "await": "await price > 1",
    "yield": "(yield) > 1",
    "starred": "max(*price) > 1",
    "keyword argument": "prev(price, n=2) > 1",
    "bits": "price ^ 1 > 1",
    "complex": "price > 1j",
    "bytes": "base == b'BTC'",
    "joined texts": "base == 'B' 'TC'",
    "ellipsis": "price > ...",
    "comment": "price > 1 # and so on",
    "statement": "price > 1; price < 2",
    "backslash": "price > \\\n1",
    "triple quotes": "base == '''BTC'''",
    "unbalanced around": "price > 1) or (price < 2",
    "assignment": "price = 1",
    "method of a text": "'x'.join(base) == 'x'",
    "call of a call": "abs(1)(2) > 1",
    "identity": "price is 1",
    "empty list": "base in ()",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_is_refused_with_few_calls_and_little_memory(text: str) -> None:
    parse("price > 1")  # what is read once is read
    calls = 0

    def count(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event in {"call", "c_call"}

    tracemalloc.start()
    sys.setprofile(count)
    try:
        with pytest.raises(ExpressionError) as caught:
            parse(text)
    finally:
        sys.setprofile(None)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()

    assert calls < MOST_CALLS
    assert peak < MOST_MEMORY
    for problem in caught.value.problems:
        assert 1 <= problem.start <= problem.end <= max(len(text), 1)
    str(caught.value).encode()


def nested(depth: int) -> str:
    return "abs(" * depth + "price" + ")" * depth + " > 1"


@pytest.mark.parametrize(
    ("fits", "too_large"),
    [
        # A comparison, so many functions, and the metric.
        (nested(MAX_DEPTH - 2), nested(MAX_DEPTH - 1)),
        # A comparison of 199 operands; of 200.
        ("<".join(["price"] * (MAX_NODES - 1)), "<".join(["price"] * MAX_NODES)),
        ("price > 1".ljust(MAX_CHARACTERS), "price > 1".ljust(MAX_CHARACTERS + 1)),
        ("price > 1e15", "price > 1.001e15"),
        (f"price > 0.{'1' * 38}", f"price > 0.{'1' * 39}"),
        (f"base == '{'x' * 40}'", f"base == '{'x' * 41}'"),
        ("prev(price, 50) > 1", "prev(price, 51) > 1"),
        # A call and its two arguments, 51 times: thirteen of them, and the 'and'.
        (
            " and ".join(["rising(price, 50)"] * 13),
            " and ".join(["rising(price, 50)"] * 14),
        ),
        (" and ".join(["1<2"] * 66), " and ".join(["1<2"] * 67)),
    ],
)
def test_a_limit_is_where_it_is_said_to_be(fits: str, too_large: str) -> None:
    parse(fits)

    with pytest.raises(ExpressionError):
        parse(too_large)


def test_pythons_parser_never_sees_more_operands_than_there_may_be() -> None:
    check_structure(tokens_of("+".join("1" * MAX_NODES)))

    with pytest.raises(ExpressionError, match="more than 200 parts"):
        check_structure(tokens_of("+".join("1" * (MAX_NODES + 1))))


def test_what_would_be_too_long_in_normal_form_is_refused_at_once() -> None:
    text = "<".join(["1e15"] * 110)
    assert len(text) < MAX_CHARACTERS

    with pytest.raises(ExpressionError, match="written out"):
        parse(text)


WORDS = [
    *METRICS, *FUNCTIONS, "symbol", "base", "category", "and", "or", "not", "in",
    "is", "lambda", "None", "(", ")", ",", "+", "-", "*", "/", "<", "<=", "==", "!=",
    "=", "%", "1", "2.5", "1e3", "007", "'BTC'", '"', "\n", "\t", " ", "é", "\0",
    "[", "]", ".", ":", "50", "51",
]  # fmt: skip


def refuse_or_read(text: str) -> None:
    try:
        expression = parse(text)
    except ExpressionError as error:
        problems = error.problems
    else:
        assert parse(normal_form(expression.root)) == expression
        return

    assert 1 <= len(problems) <= 10
    for problem in problems:
        assert 1 <= problem.start <= problem.end <= max(len(text), 1)


@given(st.text(max_size=80))
@example("\ud800")
def test_any_text_is_read_or_refused(text: str) -> None:
    refuse_or_read(text)


@given(st.lists(st.sampled_from(WORDS), max_size=25).map(" ".join))
def test_any_soup_of_the_languages_words_is_read_or_refused(text: str) -> None:
    refuse_or_read(text)


@given(st.lists(st.sampled_from(WORDS), max_size=12).map("".join))
def test_words_run_together_are_read_or_refused(text: str) -> None:
    refuse_or_read(text)
