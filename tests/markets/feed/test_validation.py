from math import inf, nan
from typing import Any

import pytest
from hypothesis import given, strategies as st

from markets.feed.validation import find_fault, is_plausible
from markets.types import MINUTE_MS
from tests.markets.feed.doubles import START_MS, a_candle

NOW_MS = START_MS + MINUTE_MS


def test_a_sound_candle_has_no_fault() -> None:
    assert find_fault(a_candle(), now_ms=NOW_MS) is None


def test_a_candle_without_trades_has_no_fault() -> None:
    quiet = a_candle(
        open=5.0, high=5.0, low=5.0, close=5.0, volume=0.0, quote_volume=0.0,
        trade_count=0, taker_buy_volume=0.0, taker_buy_quote_volume=0.0,
        first_trade_id=-1, last_trade_id=-1,
    )  # fmt: skip

    assert find_fault(quiet, now_ms=NOW_MS) is None


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"low": 100.5}, "low"),
        ({"high": 100.5}, "high"),
        ({"close": 98.0}, "close"),
        ({"open": 0.0, "low": 0.0}, "prices"),
        ({"low": -1.0}, "prices"),
        ({"high": inf}, "prices"),
        ({"close": nan}, "prices"),
        ({"volume": -1.0}, "volume"),
        ({"volume": nan}, "volume"),
        ({"quote_volume": inf}, "quote_volume"),
        ({"trade_count": -1}, "trade_count"),
        ({"taker_buy_volume": 8.0}, "taker_buy_volume"),
        ({"open_time_ms": START_MS + 1}, "no full minute"),
        ({"open_time_ms": START_MS + 10 * MINUTE_MS}, "after the present"),
        ({"first_trade_id": 9, "last_trade_id": 8}, "trade"),
    ],
)
def test_a_fault_is_named(changes: dict[str, Any], named: str) -> None:
    fault = find_fault(a_candle(**changes), now_ms=NOW_MS)

    assert fault is not None
    assert named in fault


prices = st.floats(allow_nan=True, allow_infinity=True)


@given(prices, prices, prices, prices, prices)
def test_what_passes_is_ordered_positive_and_finite(
    opened: float, high: float, low: float, close: float, volume: float
) -> None:
    candle = a_candle(open=opened, high=high, low=low, close=close, volume=volume)

    if is_plausible(candle):
        assert 0 < low <= min(opened, close) <= max(opened, close) <= high < inf
        assert 0 <= volume < inf
    else:
        assert find_fault(candle, now_ms=NOW_MS)
