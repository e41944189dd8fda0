import json
import math
from typing import Any

import pytest
from hypothesis import given, strategies as st

from alerts.rules.form import SimpleForm, describe
from alerts.rules.form_conditions import BANDS, MOVES, Operator
from alerts.rules.form_faults import BadFormError
from alerts.rules.ranges import range_of
from alerts.types import Clock
from markets.engine.catalogue import METRIC_OF
from markets.engine.expressions.parser import parse
from markets.engine.expressions.printing import normal_form
from markets.types import TIMEFRAMES, WINDOWS


def form(
    metric: str, operator: str, value: float | None = None, **more: Any
) -> SimpleForm:
    told = {"metric": metric, "operator": operator, "value": value}
    return SimpleForm.of(told | more)


def faults(told: Any) -> dict[str, list[str]]:
    with pytest.raises(BadFormError) as refused:
        SimpleForm.of(told)
    return refused.value.fields


# Worked by hand: timeframe, clock, what is written, what ends it 1 % back.
WORKED = [
    (("price", "crosses", 2000), {}, "1m", "closed",
     "crosses_above(price, 2000) or crosses_below(price, 2000)",
     "not between(price, 1980, 2020)"),
    (("price", "crosses", 2000), {}, "15m", "closed",
     "crosses_above(candle_close_15m, 2000) or crosses_below(candle_close_15m, 2000)",
     "not between(candle_close_15m, 1980, 2020)"),
    (("price", "crosses_above", 2000), {}, "1h", "closed",
     "crosses_above(candle_close_1h, 2000)", "candle_close_1h <= 1980"),
    (("price", "crosses_above", 2000), {}, "1h", "live",
     "crosses_above(price, 2000)", "price <= 1980"),
    (("price", "crosses_below", 0.1), {}, "1m", "closed",
     "crosses_below(price, 0.1)", "price >= 0.101"),
    (("rsi_14_1h", "crosses_above", 70), {}, "1m", "closed",
     "crosses_above(rsi_14_1h, 70)", "rsi_14_1h <= 69.3"),
    (("change_1h", "crosses_above", 2), {}, "15m", "closed",
     "change_1h > 2", "change_1h <= 1.98"),
    (("rsi_14_15m", "crosses_below", 30), {}, "1h", "closed",
     "rsi_14_15m < 30", "rsi_14_15m >= 30.3"),
    (("rsi_14_15m", "crosses_below", 30), {}, "1h", "live",
     "crosses_below(rsi_14_15m, 30)", "rsi_14_15m >= 30.3"),
    (("quote_volume_1h", "above", 1e6), {}, "5m", "closed",
     "quote_volume_1h > 1000000", "quote_volume_1h <= 990000"),
    (("change_1h", "below", -2), {}, "1m", "closed",
     "change_1h < -2", "change_1h >= -1.98"),
    (("change_1h", "above", -2), {}, "1m", "closed",
     "change_1h > -2", "change_1h <= -2.02"),
    (("price", "enters_band", 100), {"high": 200}, "1m", "live",
     "between(price, 100, 200)", "not between(price, 99, 202)"),
    (("price", "leaves_band", 100), {"high": 200}, "5m", "closed",
     "not between(candle_close_5m, 100, 200)", "between(candle_close_5m, 101, 198)"),
    (("price", "moves", 2), {"window": "15m"}, "1m", "closed",
     "abs(change_15m) >= 2", "abs(change_15m) <= 1.98"),
    (("price", "moves_up", 2), {"window": "4h"}, "1h", "closed",
     "change_4h >= 2", "change_4h <= 1.98"),
    (("price", "moves_down", 2), {"window": "5m"}, "1m", "live",
     "change_5m <= -2", "change_5m >= -1.98"),
]  # fmt: skip


@pytest.mark.parametrize(("told", "more", "timeframe", "clock", "written", "_"), WORKED)
def test_a_form_writes_its_expression(
    told: tuple[str, str, float],
    more: dict[str, Any],
    timeframe: str,
    clock: str,
    written: str,
    _: str,
) -> None:
    made = form(*told, **more)

    assert made.expression(timeframe, Clock(clock)) == written
    assert made.closes_when(timeframe, Clock(clock)) == ""


@pytest.mark.parametrize(("told", "more", "timeframe", "clock", "_", "ended"), WORKED)
def test_a_hysteresis_moves_what_ends_it_back(
    told: tuple[str, str, float],
    more: dict[str, Any],
    timeframe: str,
    clock: str,
    _: str,
    ended: str,
) -> None:
    made = form(*told, hysteresis_pct=1, **more)

    assert made.closes_when(timeframe, Clock(clock)) == ended


@st.composite
def told_forms(draw: st.DrawFn) -> dict[str, Any]:
    operator = draw(st.sampled_from(Operator))
    number = st.floats(-1e6, 1e6) | st.integers(-100, 100)
    told = {
        "metric": draw(st.sampled_from(sorted(METRIC_OF))),
        "operator": str(operator),
        "value": draw(number),
        "hysteresis_pct": draw(st.none() | st.floats(0, 100)),
    }
    if operator in BANDS:
        told["high"] = draw(number)
    if operator in MOVES:
        told |= {"metric": "price", "window": draw(st.sampled_from(sorted(WINDOWS)))}
    return told


@given(told_forms(), st.sampled_from(sorted(TIMEFRAMES)), st.sampled_from(Clock))
def test_what_a_form_writes_is_read_and_is_in_normal_form(
    told: dict[str, Any], timeframe: str, clock: Clock
) -> None:
    try:
        made = SimpleForm.of(told)
        texts = [made.expression(timeframe, clock), made.closes_when(timeframe, clock)]
    except BadFormError:
        return

    for text in filter(None, texts):
        assert normal_form(parse(text).root) == text
    assert made.subject(timeframe, clock) in texts[0]
    assert describe(made)


@given(told_forms())
def test_a_form_comes_back_from_its_plain_values(told: dict[str, Any]) -> None:
    try:
        made = SimpleForm.of(told)
    except BadFormError:
        return

    assert SimpleForm.of(json.loads(json.dumps(made.plain()))) == made


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


@given(
    st.dictionaries(
        st.sampled_from(["metric", "operator", "value", "high", "window", "x"]),
        json_values | st.sampled_from(["price", *Operator]),
    )
    | json_values
)
def test_rubbish_is_refused_with_sentences_and_nothing_else(told: Any) -> None:
    try:
        SimpleForm.of(told)
    except BadFormError as refused:
        for name, sentences in refused.fields.items():
            assert isinstance(name, str)
            assert all(one[0].isupper() and one[-1] in ".?" for one in sentences)


PRICE = {"metric": "price", "operator": "above", "value": 1}


@pytest.mark.parametrize(
    ("changed", "field", "sentence"),
    [
        ({"metric": "prise"}, "metric",
         "There is no metric 'prise'; did you mean 'price'?"),
        ({"metric": ["price"]}, "metric", "Choose a metric."),
        ({"metric": "event_time"}, "metric",
         "A time has no limit that could be crossed."),
        ({"operator": "pattern"}, "operator",
         "Chart patterns come later; choose another condition."),
        ({"value": None}, "value", "A number is missing."),
        ({"value": True}, "value",
         "The value must be a number, at most 1,000,000,000,000,000."),
        ({"value": "2"}, "value",
         "The value must be a number, at most 1,000,000,000,000,000."),
        ({"value": math.nan}, "value",
         "The value must be a number, at most 1,000,000,000,000,000."),
        ({"value": -math.inf}, "value",
         "The value must be a number, at most 1,000,000,000,000,000."),
        ({"value": 10**400}, "value",
         "The value must be a number, at most 1,000,000,000,000,000."),
        ({"value": 0}, "value", "Price is always more than 0; it is never 0."),
        ({"value": -5}, "value", "Price is always more than 0; it is never −5."),
        ({"metric": "rsi_14_1h", "value": 120}, "value",
         "RSI 14 1h is always from 0 to 100; it is never 120."),
        ({"metric": "rsi_14_1h", "value": 100}, "value",
         "RSI 14 1h is never above 100."),
        ({"metric": "rsi_14_1h", "operator": "crosses_below", "value": 0}, "value",
         "RSI 14 1h is never below 0."),
        ({"metric": "quote_volume_1h", "value": -1}, "value",
         "Quote volume 1h is always 0 or more; it is never −1."),
        ({"metric": "williams_r_14_5m", "value": 20}, "value",
         "Williams %R 14 5m is always from −100 to 0; it is never 20."),
        ({"operator": "enters_band", "high": 1}, "high",
         "The upper limit must be more than the lower one."),
        ({"operator": "enters_band"}, "high", "The upper limit is missing."),
        ({"metric": "rsi_14_1h", "operator": "leaves_band", "value": 0, "high": 100},
         "high", "RSI 14 1h is always in this band."),
        ({"high": 2}, "high", "An upper limit belongs to a band."),
        ({"window": "5m"}, "window", "A window belongs to a move."),
        ({"operator": "moves"}, "window", "The window is missing."),
        ({"operator": "moves", "window": "7m"}, "window",
         "The window must be one of 5m, 10m, 15m, 1h, 4h, 8h, 1d."),
        ({"operator": "moves", "window": "5m", "value": -1}, "value",
         "A move must be more than 0 %."),
        ({"operator": "moves_down", "window": "5m", "value": 100}, "value",
         "A price never falls by 100 % or more."),
        ({"operator": "moves", "window": "5m", "metric": "rsi_14_1h"}, "metric",
         "Moves within a window are those of the price."),
        ({"hysteresis_pct": 100}, "hysteresis_pct",
         "The hysteresis must be more than 0 % and less than 100 %."),
        ({"metric": "change_1h", "value": 0, "hysteresis_pct": 1}, "hysteresis_pct",
         "A percentage of 0 is nothing; leave the hysteresis out."),
        ({"metric": "rsi_14_1h", "operator": "below", "value": 99,
          "hysteresis_pct": 5}, "hysteresis_pct",
         "With so much hysteresis it would never be over."),
        ({"operator": "leaves_band", "high": 1.01, "hysteresis_pct": 1},
         "hysteresis_pct", "With so much hysteresis it would never be over."),
        ({"colour": "red"}, "colour", "A form has no such field."),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(
    changed: dict[str, Any], field: str, sentence: str
) -> None:
    assert faults(PRICE | changed) == {field: [sentence]}


def test_what_is_no_object_is_refused() -> None:
    assert faults([1]) == {"request": ["The form must be an object."]}


def test_several_faults_are_told_together() -> None:
    assert set(faults({"metric": "x", "operator": "y", "value": "z"})) == {
        "metric",
        "operator",
        "value",
    }


def test_a_crossing_both_ways_is_refused_where_it_cannot_be_told() -> None:
    made = form("change_1h", "crosses", 2)

    assert made.expression("1m", Clock.CLOSED).startswith("crosses_above")
    with pytest.raises(BadFormError, match="Change 1h moves on faster than 15m"):
        made.expression("15m", Clock.CLOSED)


def test_an_unknown_timeframe_is_the_callers_mistake() -> None:
    with pytest.raises(ValueError, match="The timeframe is '7m'"):
        form("price", "above", 2).expression("7m", Clock.CLOSED)


def test_a_move_is_one_of_the_price_without_saying_so() -> None:
    told = {"operator": "moves", "value": 2, "window": "1h"}

    assert SimpleForm.of(told).metric == "price"


def test_every_metric_of_the_catalogue_has_a_range_with_values_in_it() -> None:
    for name in METRIC_OF:
        assert range_of(name).low < range_of(name).high


@pytest.mark.parametrize(
    ("told", "more", "words"),
    [
        (("price", "crosses_above", 2000), {}, "price crosses above 2,000"),
        (("price", "crosses", 0.00001), {}, "price crosses 0.00001"),
        (("rsi_14_15m", "below", 30), {}, "RSI 14 15m is below 30"),
        (("change_1h", "above", 1.6), {}, "change 1h is above 1.6 %"),
        (("price", "enters_band", 60000), {"high": 65000},
         "price enters the band from 60,000 to 65,000"),
        (("price", "moves_down", 2), {"window": "15m"},
         "price falls by 2 % or more within 15m"),
        (("price", "below", 5), {"hysteresis_pct": 0.5},
         "price is below 5, until it is 0.5 % back"),
    ],
)  # fmt: skip
def test_a_form_is_described_in_a_sentence(
    told: tuple[str, str, float], more: dict[str, Any], words: str
) -> None:
    assert describe(form(*told, **more)) == words
