"""Every indicator that TA-Lib has, against TA-Lib."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from markets.engine.candle_catalogue import CANDLE_METRICS, CandleMetric
from markets.engine.indicators.family import NAMES
from tests.markets.engine.indicators.oracle import (
    random_history,
    recorded_histories,
    run,
    size_of,
    talib_figures,
)

RECORDED = (
    "binance/klines_1m/spot_full_1m_20211210_245sym.csv.gz",
    "binance/klines_5m/usdm_ohlcv_5m_20251009-20251012_50sym.csv.gz",
    "binance/klines_1h/usdm_ohlcv_1h_20230704-20230817_59sym.csv.gz",
)
OURS_ALONE = {
    "candle_open", "candle_high", "candle_low", "candle_close", "candle_volume",
    "consecutive_up", "consecutive_down", "bb_width", "bb_percent",
}  # fmt: skip


def dead_stretches(history: np.ndarray) -> dict[str, "pd.Series[bool]"]:
    """Say, with pandas, where a pair has not moved at all in the period."""
    _, high, low, close, volume = (pd.Series(field) for field in history)
    typical = (high + low + close) / 3
    moved = typical.diff().abs() > typical * 1e-12
    reach = pd.concat([high, close.shift()], axis=1).max(axis=1)
    span = reach - pd.concat([low, close.shift()], axis=1).min(axis=1)
    flat = high.rolling(14).max() == low.rolling(14).min()
    directionless = (span != 0).rolling(14).sum() == 0
    flows = (moved & (volume > 0)).rolling(14).sum()
    return {
        **{f"rsi_{n}": (close.diff() != 0).rolling(n).sum() == 0 for n in (14, 21, 30)},
        "stoch_k": flat.rolling(3).sum() > 0,
        "stoch_d": flat.rolling(5).sum() > 0,
        "williams_r_14": flat,
        "cci_20": typical.rolling(20).max() == typical.rolling(20).min(),
        "mfi_14": flows == 0,
        "adx_14": directionless,
        "plus_di": directionless,
        "minus_di": directionless,
        "vroc_14": volume.shift(14) == 0,
    }


def assert_agrees(history: np.ndarray, found: dict[str, np.ndarray]) -> None:
    dead = dead_stretches(history)
    for name, theirs in talib_figures(history).items():
        known = np.flatnonzero(~np.isnan(theirs))
        if not len(known):
            continue
        first = known[0]
        ours = found[name][first:]
        unknown = np.zeros(len(ours), np.bool_)
        if name in dead:
            unknown = dead[name].to_numpy()[first:]
        np.testing.assert_array_equal(np.isnan(ours), unknown, err_msg=name)
        np.testing.assert_allclose(
            ours[~unknown],
            theirs[first:][~unknown],
            rtol=1e-9,
            atol=1e-12 * size_of(name, history),
            err_msg=name,
        )


@pytest.mark.parametrize("quiet", [0.0, 0.1, 0.6])
def test_generated_candles_give_the_figures_of_talib(quiet: float) -> None:
    histories = random_history(5, 1_200, seed=int(quiet * 10), quiet=quiet)

    found = run(histories)

    for row in range(5):
        assert_agrees(
            histories[:, row], {name: values[row] for name, values in found.items()}
        )


@pytest.mark.recorded
@pytest.mark.parametrize("path", RECORDED)
def test_recorded_candles_give_the_figures_of_talib(
    recorded_data: Path, path: str
) -> None:
    histories = recorded_histories(recorded_data / path)
    assert len(histories) >= 50

    for history in histories.values():
        found = {name: values[0] for name, values in run(history).items()}

        assert_agrees(history[:, 0], found)


def test_every_indicator_has_an_oracle_or_is_our_own() -> None:
    compared = set(talib_figures(random_history(1, 300, seed=1)[:, 0]))

    assert compared | OURS_ALONE == set(NAMES)
    assert not compared & OURS_ALONE


def test_the_catalogue_has_the_metrics_in_the_order_of_the_values() -> None:
    assert tuple(metric.name for metric in CANDLE_METRICS) == NAMES


@pytest.mark.parametrize("metric", CANDLE_METRICS, ids=lambda metric: metric.name)
def test_the_first_value_comes_with_the_candle_that_the_catalogue_says(
    metric: CandleMetric,
) -> None:
    values = run(random_history(1, 300, seed=1, quiet=0.0))[metric.name][0]

    assert np.isnan(values[: metric.warm_up - 1]).all()
    assert not np.isnan(values[metric.warm_up - 1 :]).any()
