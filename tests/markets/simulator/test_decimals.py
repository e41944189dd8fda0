"""Decimal texts against Python's own decimals."""

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, strategies as st

from markets.simulator.decimals import parse_decimals, scale_decimals

numbers = st.decimals(0, 10**9, allow_nan=False, places=8).map(str)
texts = st.lists(
    numbers | st.sampled_from(["0", "0.0", "1e-05", "3.25E2", "007.5", ".5", "12."]),
    min_size=1,
    max_size=20,
)


@given(texts)
def test_every_text_keeps_its_exact_value(given_texts: list[str]) -> None:
    digits, places = parse_decimals(given_texts)

    exact = [Decimal(text) for text in given_texts]
    pairs = zip(digits.tolist(), places.tolist(), strict=True)
    assert [Decimal(digit).scaleb(-place) for digit, place in pairs] == exact
    scaled = scale_decimals(digits, places, np.array(8))
    assert scaled.tolist() == [int(number.scaleb(8)) for number in exact]


def test_zeros_at_the_end_are_no_decimal_places() -> None:
    digits, places = parse_decimals(["1.250000", "100", "0.00000000"])

    assert digits.tolist() == [125, 100, 0]
    assert places.tolist() == [2, 0, 0]


@pytest.mark.parametrize("text", ["", "-1", "1.2.3", "nan", "inf", "1,5", "abc"])
def test_a_text_that_is_no_number_is_named(text: str) -> None:
    with pytest.raises(ValueError, match="no number"):
        parse_decimals(["1", text])


def test_more_digits_than_can_be_kept_are_refused() -> None:
    with pytest.raises(ValueError, match="18 digits"):
        parse_decimals(["1234567890.123456789"])
    with pytest.raises(ValueError, match="18 digits"):
        scale_decimals(*parse_decimals(["1234567890123"]), np.array(8))
