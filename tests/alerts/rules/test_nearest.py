import math

import pytest
from hypothesis import given, strategies as st

from alerts.rules.nearest import Nearest, Shortfall, nearest
from markets.engine.expressions.explanation import explain
from markets.engine.expressions.market import TableMarket
from markets.engine.expressions.nodes import (
    Call,
    Comparison,
    Expression,
    Kind,
    MetricName,
    Node,
    Not,
    Number,
    join,
)
from markets.engine.expressions.parser import parse
from markets.engine.expressions.plan import Plan
from markets.engine.expressions.printing import normal_form
from tests.markets.engine.expressions.tables import NAN, history_of, table_of

VALUES = {
    "price": 2_010.0,
    "change_5m": 0.5,
    "change_15m": 1.0,
    "change_1h": 1.32,
    "candle_close_1h": 100.0,
    "ema_21_1h": 104.0,
    "rsi_14_1h": NAN,
}
BEFORE = VALUES | {"price": 2_005.0, "change_5m": 0.7}


def found(text: str) -> Nearest | None:
    expression = parse(text)
    tables = [
        table_of({name: [value] for name, value in values.items()}, minute=minute)
        for minute, values in enumerate((BEFORE, VALUES), 28_333_440)
    ]
    past = history_of(Plan.of([expression]), tables)
    market = TableMarket(tables[-1], past)
    return nearest(expression, explain(expression, market, "S0USDT"))


def short(text: str) -> Shortfall:
    near = found(text)
    assert near is not None
    return near.shortfall


@pytest.mark.parametrize("text", ["change_1h > 1", "rsi_14_1h > 70"])
def test_only_what_was_false_has_a_nearest_part(text: str) -> None:
    assert found(text) is None


@pytest.mark.parametrize(
    ("text", "subject", "sign", "value", "limit"),
    [
        ("change_1h >= 1.6", "change_1h", ">=", 1.32, 1.6),
        ("1.6 <= change_1h", "change_1h", ">=", 1.32, 1.6),
        ("not change_1h >= 1", "change_1h", "<", 1.32, 1.0),
        ("not 1 < change_1h", "change_1h", "<=", 1.32, 1.0),
        ("change_5m == 2", "change_5m", "==", 0.5, 2.0),
        ("change_5m != 0.5", "change_5m", "!=", 0.5, 0.5),
        ("3 * change_5m >= 2 * change_15m", "3 * change_5m", ">=", 1.5, 2.0),
        ("between(price, 1000, 2000)", "price", "<=", 2_010.0, 2_000.0),
        ("between(price, 2100, 9000)", "price", ">=", 2_010.0, 2_100.0),
        ("not between(price, 2000, 9000)", "price", "<", 2_010.0, 2_000.0),
        ("1 < change_5m < 3", "change_5m", ">", 0.5, 1.0),
        ("2 < change_5m < 0.1", "change_5m", "<", 0.5, 0.1),
        ("crosses_above(price, 2020)", "price", ">", 2_010.0, 2_020.0),
        ("crosses_below(price, 2000)", "price", "<", 2_010.0, 2_000.0),
    ],
)
def test_a_part_tells_what_it_lacks(
    text: str, subject: str, sign: str, value: float, limit: float
) -> None:
    lacking = short(text)

    assert (lacking.subject, lacking.sign) == (subject, sign)
    assert (lacking.value, lacking.limit) == (value, limit)
    assert lacking.distance == abs(value - limit)
    assert not lacking.is_past


def test_a_limit_that_is_a_metric_is_named() -> None:
    lacking = short("candle_close_1h > ema_21_1h")

    assert (lacking.limit_text, lacking.limit) == ("ema_21_1h", 104.0)
    assert lacking.relative == pytest.approx(4 / 104)


def test_a_price_beyond_its_limit_already_has_to_come_back_to_cross_it() -> None:
    lacking = short("crosses_above(price, 2000)")

    assert lacking.is_past
    assert (lacking.sign, lacking.distance) == ("<=", 10.0)


@pytest.mark.parametrize("text", ['symbol == "BTCUSDT"', "rising(change_5m, 1)"])
def test_what_has_no_number_is_infinitely_far(text: str) -> None:
    lacking = short(text)

    assert (lacking.text, lacking.value, lacking.distance) == (text, None, math.inf)


def test_of_parts_that_all_have_to_turn_the_nearest_is_told_and_all_are_counted() -> (
    None
):
    near = found("change_1h >= 1.6 and change_5m > 5 and change_15m > 0.5")

    assert near is not None
    assert near.shortfall.text == "change_1h >= 1.6"
    assert (near.n_turning, near.n_false, near.n_parts) == (2, 2, 3)


def test_of_branches_the_one_whose_farthest_part_is_nearest_is_told() -> None:
    # 1.32 of 1.4 and 0.5 of 5; or 1.0 of 1.5.
    near = found("change_1h > 1.4 and change_5m > 5 or change_15m > 1.5")

    assert near is not None
    assert near.shortfall.text == "change_15m > 1.5"
    assert (near.n_turning, near.n_false, near.n_parts) == (1, 3, 3)


def test_a_part_that_is_not_known_is_not_one_that_has_to_turn() -> None:
    near = found("rsi_14_1h > 70 and change_1h > 2")

    assert near is not None
    assert (near.shortfall.text, near.n_turning) == ("change_1h > 2", 1)
    assert (near.n_false, near.n_parts) == (1, 2)


def test_under_a_not_one_part_of_several_has_to_turn() -> None:
    near = found("not (change_1h > 1 and change_15m > 0.9)")

    assert near is not None
    assert near.shortfall.text == "change_15m > 0.9"
    assert (near.n_turning, near.n_false) == (1, 2)


METRICS = ("change_5m", "change_10m", "change_15m", "change_1h", "change_4h")
number = st.integers(-9, 9).map(lambda value: Number(float(value)))


@st.composite
def asked(draw: st.DrawFn) -> Expression:
    """Conditions in which each metric stands once."""
    metrics = list(draw(st.permutations(METRICS)))[: draw(st.integers(1, 5))]
    parts: list[Node] = [draw(leaves(MetricName(name))) for name in metrics]
    while len(parts) > 1:
        size = draw(st.integers(2, len(parts)))
        joined: Node = join(draw(st.sampled_from(["and", "or"])), tuple(parts[:size]))
        parts = [*parts[size:], Not(joined) if draw(st.booleans()) else joined]
    return parse(normal_form(parts[0]), kind=Kind.CONDITION)


@st.composite
def leaves(draw: st.DrawFn, metric: Node) -> Node:
    sign = draw(st.sampled_from(["<", "<=", ">", ">=", "==", "!="]))
    limits = sorted(draw(st.sets(st.integers(-9, 9), min_size=2, max_size=2)))
    low, high = (Number(float(one)) for one in limits)
    made: list[Node] = [
        Comparison((sign,), (metric, low)),
        Comparison((sign,), (low, metric)),
        Call("between", (metric, low, high)),
    ]
    chosen = draw(st.sampled_from(made))
    return Not(chosen) if draw(st.booleans()) else chosen


STEPS = {">": 0.5, ">=": 0.0, "<": -0.5, "<=": 0.0, "==": 0.0, "!=": 0.5}


@given(asked(), st.fixed_dictionaries({name: st.integers(-9, 9) for name in METRICS}))
def test_doing_what_the_nearest_part_lacks_makes_the_condition_true(
    expression: Expression, values: dict[str, float]
) -> None:
    def near() -> Nearest | None:
        market = TableMarket(table_of({name: [values[name]] for name in METRICS}))
        return nearest(expression, explain(expression, market, "S0USDT"))

    first = near()
    steps = 0
    while (now := near()) is not None:
        lacking = now.shortfall
        assert lacking.limit is not None
        values[lacking.subject] = lacking.limit + STEPS[lacking.sign]
        steps += 1
        assert steps <= now.n_parts

    assert steps == (0 if first is None else first.n_turning)
