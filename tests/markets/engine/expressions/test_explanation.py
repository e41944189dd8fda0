from dataclasses import asdict

import pytest

from markets.engine.expressions.explanation import Part, explain
from markets.engine.expressions.market import TableMarket
from markets.engine.expressions.nodes import Kind
from markets.engine.expressions.parser import parse
from tests.markets.engine.expressions.tables import NAN, table_of

MARKET = TableMarket(
    table_of(
        {"price": [5, NAN], "change_1h": [2, 2], "candle_close_1h": [NAN, NAN]},
        symbols=["A", "B"],
    )
)


def explained(text: str, symbol: str = "A", kind: Kind = Kind.CONDITION) -> Part:
    return explain(parse(text, kind=kind), MARKET, symbol)


def test_every_part_has_its_text_its_place_and_its_worth() -> None:
    text = "change_1h >= 1.6  and (price*2) < 9"

    whole = explained(text)

    assert (whole.kind, whole.is_true) == (Kind.CONDITION, False)
    first, second = whole.parts
    assert (first.text, first.start, first.end) == ("change_1h >= 1.6", 1, 16)
    assert (first.is_true, first.value) == (True, None)
    assert [(part.text, part.value) for part in first.parts] == [
        ("change_1h", 2),
        ("1.6", 1.6),
    ]
    assert second.is_true is False
    assert (second.parts[0].text, second.parts[0].value) == ("price*2", 10)


def test_unknown_names_the_metric_that_was_missing() -> None:
    whole = explained("price > 1 and change_1h > 1", "B")

    assert whole.is_true is None
    assert whole.missing == ("price",)
    assert whole.parts[0].missing == ("price",)
    assert whole.parts[1].missing == ()


def test_a_decided_condition_misses_nothing_though_a_part_does() -> None:
    whole = explained("price > 1 or change_1h > 1", "B")

    assert (whole.is_true, whole.missing) == (True, ())
    assert whole.parts[0].missing == ("price",)


def test_a_missing_past_is_told_as_such() -> None:
    whole = explained("crosses_above(price, 3)")

    assert whole.missing == ("prev(price, 1)",)
    assert whole.parts[0].value == 5


def test_a_division_by_zero_is_unknown_without_a_missing_metric() -> None:
    whole = explained("price / (change_1h - 2) > 1")

    assert (whole.is_true, whole.missing) == (None, ())


def test_an_explanation_of_a_value_is_plain_data() -> None:
    whole = asdict(explained("price + 1", kind=Kind.NUMBER))

    assert (whole["kind"], whole["value"]) == ("number", 6)
    assert [part["value"] for part in whole["parts"]] == [5, 1]


def test_texts_are_explained_as_conditions() -> None:
    assert explained("symbol == 'a'").is_true is True
    assert explained("base == 'a'").is_true is None


def test_a_symbol_that_is_not_there_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        explained("price > 1", "C")
