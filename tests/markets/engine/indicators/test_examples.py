"""Figures worked out by hand, and what a pair that stands still must give."""

import numpy as np
import pytest

from markets.engine.candles import MISSING
from markets.engine.indicators.family import NAMES
from markets.engine.indicators.states import IndicatorStates
from markets.engine.table import Floats
from tests.markets.engine.indicators.oracle import random_history, run, whole

OSCILLATORS = (
    "rsi_14", "rsi_21", "rsi_30", "stoch_k", "stoch_d", "williams_r_14", "mfi_14",
    "cci_20", "adx_14", "plus_di", "minus_di",
)  # fmt: skip

WILDER_CLOSES = (
    44.3389, 44.0902, 44.1497, 43.6124, 44.3278, 44.8264, 45.0955, 45.4245, 45.8433,
    46.0826, 45.8931, 46.0328, 45.6140, 46.2820, 46.2820, 46.0028, 46.0328, 46.4116,
    46.2222, 45.6439, 46.2122, 46.2521, 45.7137, 46.4515, 45.7835, 45.3548, 44.0288,
    44.1783, 44.2181, 44.5672, 43.4205, 42.6628, 43.1314,
)  # fmt: skip
WILDER_RSI = (
    70.53, 66.32, 66.55, 69.41, 66.36, 57.97, 62.93, 63.26, 56.06, 62.38, 54.71,
    50.42, 39.99, 41.46, 41.87, 45.46, 37.30, 33.08, 37.77,
)  # fmt: skip
"""The worked example of StockCharts' ChartSchool, "Relative Strength Index"."""


def closes(*values: float) -> Floats:
    """Make a history of which only the closes matter, shape ``(5, 1, n)``."""
    close = np.array(values)[None]
    opening = np.concatenate([close[:, :1], close[:, :-1]], axis=1)
    high, low = np.maximum(opening, close), np.minimum(opening, close)
    return np.stack([opening, high, low, close, np.ones_like(close)])


def test_relative_strength_is_that_of_the_worked_example() -> None:
    found = run(closes(*WILDER_CLOSES))["rsi_14"][0]

    assert found[14:] == pytest.approx(WILDER_RSI, abs=0.006)


def test_bands_of_ten_and_twelve_have_the_width_worked_out_by_hand() -> None:
    found = run(closes(*[10.0, 12.0] * 10))

    # Mean 11, population deviation 1, so the band is 9 to 13; the close is 12.
    assert found["bb_width"][0, -1] == pytest.approx(4 / 11, rel=1e-12)
    assert found["bb_percent"][0, -1] == pytest.approx(0.75, rel=1e-12)


def test_runs_count_candles_from_the_last_that_turned() -> None:
    found = run(closes(5.0, 6.0, 7.0, 6.5, 6.0, 6.0, 7.0))

    assert found["consecutive_up"][0].tolist() == [0, 1, 2, 0, 0, 0, 1]
    assert found["consecutive_down"][0].tolist() == [0, 0, 0, 1, 2, 0, 0]


def test_a_run_is_unknown_from_a_hole_until_a_candle_ends_it() -> None:
    candles = whole(closes(5.0, 6.0, 7.0, 8.0, 7.0, 8.0))
    candles.values[:, 0, 2] = np.nan
    candles.presence[0, 2] = MISSING

    found = IndicatorStates(1, 1).run(0, candles)[NAMES.index("consecutive_up"), 0]

    np.testing.assert_array_equal(found, [0, 1, np.nan, np.nan, 0, 1])


def test_a_pair_that_stands_still_has_no_oscillator() -> None:
    history = random_history(3, 300, seed=3, quiet=0.0)
    last = history[3, :, 200:201]
    history[:4, :, 201:] = last
    history[4, :, 201:] = 0.0

    found = run(history)

    for name in OSCILLATORS:
        assert not np.isnan(found[name][:, 200]).any(), name
        assert np.isnan(found[name][:, 240:]).all(), name
    np.testing.assert_array_equal(found["bb_width"][:, 240:], 0.0)
    assert np.isnan(found["bb_percent"][:, 240:]).all()


def test_a_flat_price_of_any_size_has_a_flat_band() -> None:
    price = 10 ** np.linspace(-8, 6, 50)[:, None]
    flat = np.broadcast_to(price, (50, 60))

    found = run(np.stack([flat] * 4 + [np.ones((50, 60))]))

    np.testing.assert_array_equal(found["bb_width"][:, 19:], 0.0)
    np.testing.assert_array_equal(found["atr_14"][:, 14:], 0.0)
    np.testing.assert_allclose(found["ema_50"][:, 49:], flat[:, 49:], rtol=1e-14)
