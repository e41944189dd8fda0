import itertools
import math

import numpy as np
import pytest
from hypothesis import given, strategies as st

from markets.engine.expressions.history import History
from markets.engine.expressions.labels import Labels
from markets.engine.expressions.market import TableMarket, Truths
from markets.engine.expressions.nodes import Expression, Kind, Node
from markets.engine.expressions.operations import Lookup, TextLookup
from markets.engine.expressions.parser import parse
from markets.engine.expressions.plan import Plan, evaluate
from markets.engine.table import Floats
from tests.markets.engine.expressions import plainly
from tests.markets.engine.expressions.strategies import (
    FEW,
    METRICS,
    SYMBOLS,
    conditions,
    values,
)
from tests.markets.engine.expressions.tables import MIDNIGHT, NAN, answer, table_of

TRUE, UNKNOWN, FALSE = 1, 0, -1
BASES = {"AAAUSDT": "AAA", "BBBUSDT": "BBB"}
CATEGORIES = {"AAAUSDT": ("Meme", "AI"), "BBBUSDT": ()}
N_MINUTES = 12
# Ten minutes before the hour, so that candles of both lengths end within.
FIRST = 50


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("price > 1", [TRUE, FALSE, UNKNOWN]),
        ("price >= 2", [TRUE, FALSE, UNKNOWN]),
        ("price == 1", [FALSE, TRUE, UNKNOWN]),
        ("price != 1", [TRUE, FALSE, UNKNOWN]),
        ("not price > 1", [FALSE, TRUE, UNKNOWN]),
        ("price > 1 and change_5m > 0", [TRUE, FALSE, UNKNOWN]),
        ("price > 1 and change_5m < 0", [FALSE, FALSE, FALSE]),
        ("price > 1 or change_5m > 0", [TRUE, TRUE, TRUE]),
        ("price > 1 or change_5m < 0", [TRUE, FALSE, UNKNOWN]),
        ("0 < price <= 1", [FALSE, TRUE, UNKNOWN]),
        ("1 <= change_5m <= 2 < 3", [TRUE, TRUE, TRUE]),
        ("change_5m / 0 > 1", [UNKNOWN, UNKNOWN, UNKNOWN]),
        ("change_5m / (price - 1) > 0", [TRUE, UNKNOWN, UNKNOWN]),
        ("abs(-price) > 1", [TRUE, FALSE, UNKNOWN]),
        ("min(price, change_5m) < 1.5", [TRUE, TRUE, UNKNOWN]),
        ("max(price, change_5m, 3) == 3", [TRUE, TRUE, UNKNOWN]),
        ("between(price, 1, 2)", [TRUE, TRUE, UNKNOWN]),
        ("between(price, 1.5, 2)", [TRUE, FALSE, UNKNOWN]),
        ("1 < 2", [TRUE, TRUE, TRUE]),
        ("mark_price > 1", [UNKNOWN, UNKNOWN, UNKNOWN]),
        ("prev(price, 1) > 1", [UNKNOWN, UNKNOWN, UNKNOWN]),
    ],
)
def test_a_condition_answers_for_every_row(text: str, expected: list[int]) -> None:
    table = table_of({"price": [2, 1, NAN], "change_5m": [1, 1, 1]})

    assert evaluate(parse(text), TableMarket(table)).tolist() == expected


def test_a_value_answers_with_numbers_and_nan() -> None:
    table = table_of({"price": [2, 0, NAN]})
    expression = parse("-price * 3 + 1 / price", kind=Kind.NUMBER)

    found = evaluate(expression, TableMarket(table))

    np.testing.assert_array_equal(found, [-5.5, NAN, NAN])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('symbol == "aaausdt"', [TRUE, FALSE, FALSE]),
        ('symbol != "AAAUSDT"', [FALSE, TRUE, TRUE]),
        ('symbol in ("AAAUSDT", "币安人生USDT")', [TRUE, FALSE, TRUE]),
        ('base == "BBB"', [FALSE, TRUE, UNKNOWN]),
        ('base not in ("BBB",)', [TRUE, FALSE, UNKNOWN]),
        ('category == "meme"', [TRUE, FALSE, UNKNOWN]),
        ('category in ("ai", "layer 1")', [TRUE, FALSE, UNKNOWN]),
        ('category != "ai"', [FALSE, TRUE, UNKNOWN]),
    ],
)
def test_texts_compare_in_any_case_and_may_be_unknown(
    text: str, expected: list[int]
) -> None:
    table = table_of({"price": [1, 1, 1]}, symbols=SYMBOLS)
    market = TableMarket(table, labels=Labels(BASES, CATEGORIES))

    assert evaluate(parse(text), market).tolist() == expected


@pytest.mark.parametrize(
    ("text", "prices", "expected"),
    [
        ("prev(price, 1) == 2", [1, 2, 3], TRUE),
        ("prev(price, 2) == 1", [1, 2, 3], TRUE),
        ("prev(price, 3) == 1", [1, 2, 3], UNKNOWN),
        ("prev(price * 2 + 1, 1) == 5", [1, 2, 3], TRUE),
        ("crosses_above(price, 2)", [1, 2, 3], TRUE),
        ("crosses_above(price, 2)", [1, 2.5, 3], FALSE),
        ("crosses_above(price, 2)", [1, 1, 2], FALSE),
        ("crosses_above(price, 2)", [1, NAN, 3], UNKNOWN),
        ("crosses_above(price, 2)", [3, NAN, 1], FALSE),
        ("crosses_below(price, 2)", [3, 2, 1], TRUE),
        ("crosses_below(price, 2)", [3, 1, 1], FALSE),
        ("crosses_above(2, price)", [3, 2, 1], TRUE),
        ("rising(price, 2)", [1, 2, 3], TRUE),
        ("rising(price, 2)", [2, 2, 3], FALSE),
        ("rising(price, 3)", [1, 2, 3], UNKNOWN),
        ("rising(price, 3)", [1, 3, 3], FALSE),
        ("falling(price, 2)", [3, 2, 1], TRUE),
        ("falling(price, 1)", [1, 2, 2], FALSE),
    ],
)
def test_a_look_back_goes_by_closed_minutes(
    text: str, prices: list[float], expected: int
) -> None:
    tables = [
        table_of({"price": [price]}, minute=MIDNIGHT + number)
        for number, price in enumerate(prices)
    ]

    assert answer(parse(text), tables) == [expected]


def test_equal_parts_of_many_expressions_are_computed_once() -> None:
    one = parse("change_1h * 2 > price and change_5m > 1")
    other = parse("price < 2 * change_1h or not change_5m > 1")

    both, alone = Plan.of([one, other, one]), Plan.of([one])

    # The second adds its own 'not' and its own 'or', and the third nothing.
    assert len(both) == len(alone) + 2
    assert both.columns == ("change_1h", "change_5m", "price")


def test_a_batch_answers_in_its_order() -> None:
    table = table_of({"price": [1.0, 3.0]})
    texts = ["price > 2", "price < 2", "price > 2"]

    found = Plan.of(map(parse, texts)).run(TableMarket(table))

    assert [one.tolist() for one in found] == [[-1, 1], [1, -1], [-1, 1]]


def test_answers_are_not_part_of_the_table() -> None:
    table = table_of({"price": [1.0]})

    found = evaluate(parse("price", kind=Kind.NUMBER), TableMarket(table))
    found[:] = 5

    assert table.column("price").tolist() == [1.0]


class Stored:
    """Many minutes of two pairs at once, as a back-test reads them."""

    shape = (2, 4)

    def values(self, lookup: Lookup) -> Floats:
        prices = np.array([[1.0, 2, 3, 4], [4, 3, NAN, 1]])
        if not lookup.steps:
            return prices
        before = np.full(self.shape, NAN)
        before[:, lookup.steps :] = prices[:, : -lookup.steps]
        return before

    def texts(self, lookup: TextLookup) -> Truths:
        return np.array([[1] * 4, [-1] * 4], np.int8)


def test_a_plan_answers_a_back_tests_minutes_in_one_run() -> None:
    rising = evaluate(parse("rising(price, 1) and base == 'BTC'"), Stored())
    constant = evaluate(parse("1 < 2"), Stored())

    assert rising.tolist() == [[0, 1, 1, 1], [-1, -1, -1, -1]]
    assert constant.tolist() == [[1] * 4] * 2


@st.composite
def markets(draw: st.DrawFn) -> list[dict[str, list[float]]]:
    """Columns of twelve minutes; candles keep their value until the next."""
    cell = st.sampled_from(FEW)
    row = st.lists(cell, min_size=len(SYMBOLS), max_size=len(SYMBOLS))
    minutes: list[dict[str, list[float]]] = []
    for minute in range(N_MINUTES):
        before = minutes[-1] if minutes else {}
        is_new = {"candle_close_5m": minute % 5 == 0, "candle_close_1h": minute == 10}
        minutes.append(
            {
                name: draw(row)
                if is_new.get(name, True) or not before
                else before[name]
                for name in METRICS
            }
        )
    return minutes


def plain_row(minutes: list[dict[str, list[float]]], number: int) -> plainly.Row:
    """What the second evaluator may know of one symbol at the last minute."""
    symbol, last = SYMBOLS[number], N_MINUTES - 1

    # The newest minute of the step that ended so many steps of the clock ago.
    def past(metric: str, clock: int, steps: int) -> float:
        step = (FIRST + last) // clock - steps
        minute = min((step + 1) * clock - 1 - FIRST, last)
        return minutes[minute][metric][number] if minute >= 0 else math.nan

    base = BASES.get(symbol)
    return plainly.Row(
        {name: column[number] for name, column in minutes[-1].items()},
        past,
        {
            "symbol": (symbol,),
            "base": (base,) if base else None,
            "category": CATEGORIES.get(symbol),
        },
    )


def run(node: Node, kind: Kind, minutes: list[dict[str, list[float]]]) -> list[float]:
    plan = Plan.of([Expression(node, kind)])
    history = History()
    history.keep(plan.depths)
    tables = [
        table_of(columns, symbols=SYMBOLS, minute=MIDNIGHT + FIRST + number)
        for number, columns in enumerate(minutes)
    ]
    for table in tables:
        history.push(table)
    market = TableMarket(tables[-1], history, Labels(BASES, CATEGORIES))
    return list(plan.run(market)[0].tolist())


@given(conditions, markets())
def test_conditions_agree_with_the_plain_evaluator(
    node: Node, minutes: list[dict[str, list[float]]]
) -> None:
    found = run(node, Kind.CONDITION, minutes)

    for number in range(len(SYMBOLS)):
        truth = plainly.truth(node, plain_row(minutes, number))
        assert found[number] == {True: TRUE, None: UNKNOWN, False: FALSE}[truth]


@given(values, markets())
def test_values_agree_with_the_plain_evaluator(
    node: Node, minutes: list[dict[str, list[float]]]
) -> None:
    found = run(node, Kind.NUMBER, minutes)

    for number in range(len(SYMBOLS)):
        expected = plainly.value(node, plain_row(minutes, number))
        # Which zero comes out, no comparison can tell, and a division refuses both.
        np.testing.assert_array_equal(found[number], expected)


def test_three_truths_join_as_kleene_joined_them() -> None:
    worth = {TRUE: 2.0, FALSE: 0.0, UNKNOWN: NAN}
    pairs = list(itertools.product(worth, repeat=2))
    table = table_of(
        {
            "price": [worth[one] for one, _ in pairs],
            "mark_price": [worth[other] for _, other in pairs],
        }
    )
    market = TableMarket(table)

    both = evaluate(parse("price > 1 and mark_price > 1"), market)
    either = evaluate(parse("price > 1 or mark_price > 1"), market)

    assert both.tolist() == [min(pair) for pair in pairs]
    assert either.tolist() == [max(pair) for pair in pairs]
