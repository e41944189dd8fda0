"""What others need for a part of a minute's work, in milliseconds."""

import time
from collections.abc import Callable
from typing import Final

import numpy as np
import pandas as pd
import talib
from talipp import indicators
from talipp.ohlcv import OHLCV

from bench.harness import percentile
from markets.engine.table import Floats
from markets.types import WINDOW_CANDLES, WINDOWS

_SERIES_TRIED: Final = 70
"""So many series are measured, and the time taken for as many as are asked for."""

_TRIES: Final = 5
_WARM_UP: Final = 260


def talib_minute(n_series: int) -> float:
    """Return how long TA-Lib takes for 12 indicators of each series of a day."""
    series = [_history(seed, WINDOW_CANDLES) for seed in range(_SERIES_TRIED)]

    def minute() -> None:
        for high, low, close, volume in series:
            talib.RSI(close, 14)
            talib.MACD(close, 12, 26, 9)
            talib.BBANDS(close, 20, 2, 2)
            talib.SMA(close, 200)
            talib.EMA(close, 200)
            talib.KAMA(close, 10)
            talib.TEMA(close, 20)
            talib.STOCH(high, low, close, 14, 3, slowd_period=3)
            talib.ATR(high, low, close, 14)
            talib.ADX(high, low, close, 14)
            talib.CCI(high, low, close, 20)
            talib.MFI(high, low, close, volume, 14)

    return _median(minute) * n_series / _SERIES_TRIED


def talipp_minute(n_series: int) -> float:
    """Return how long talipp takes to add one candle to 12 indicators of each."""
    families = [_talipp_indicators(seed) for seed in range(_SERIES_TRIED)]
    candle = OHLCV(100.0, 101.0, 99.0, 100.5, 10.0)

    def minute() -> None:
        for of_close, of_candle in families:
            for one in of_close:
                one.add(candle.close)
            for one in of_candle:
                one.add(candle)

    return _median(minute) * n_series / _SERIES_TRIED


def pandas_minute(n_pairs: int) -> float:
    """Return how long pandas takes for 4 sliding metrics of every window."""
    rng = np.random.default_rng(7)
    frames = {
        field: pd.DataFrame(rng.uniform(99, 101, (WINDOW_CANDLES, n_pairs)))
        for field in ("high", "low", "close", "volume")
    }

    def minute() -> None:
        for minutes in WINDOWS.values():
            part = {field: frame.iloc[-minutes:] for field, frame in frames.items()}
            high, low = part["high"].max(), part["low"].min()
            _ = 100 * (high - low) / low
            _ = part["volume"].sum()
            _ = frames["close"].iloc[-1] / frames["close"].iloc[-minutes - 1] - 1
            _ = part["close"].pct_change().std()

    return _median(minute)


def _talipp_indicators(
    seed: int,
) -> tuple[list[indicators.Indicator], list[indicators.Indicator]]:
    high, low, close, volume = _history(seed, _WARM_UP)
    candles = [
        OHLCV(cells[2], *cells)
        for cells in np.stack([high, low, close, volume], axis=1).tolist()
    ]
    closes = [candle.close for candle in candles]
    return (
        [
            indicators.RSI(14, closes),
            indicators.MACD(12, 26, 9, closes),
            indicators.BB(20, 2, closes),
            indicators.SMA(200, closes),
            indicators.EMA(200, closes),
            indicators.KAMA(10, 2, 30, closes),
            indicators.TEMA(20, closes),
        ],
        [
            indicators.Stoch(14, 3, candles),
            indicators.ATR(14, candles),
            indicators.ADX(14, 14, candles),
            indicators.CCI(20, candles),
            indicators.OBV(candles),
        ],
    )


def _history(seed: int, length: int) -> tuple[Floats, Floats, Floats, Floats]:
    rng = np.random.default_rng(seed)
    close = 100 * np.exp(rng.normal(0, 0.002, length).cumsum())
    return close * 1.001, close * 0.999, close, rng.exponential(5, length)


def _median(work: Callable[[], object]) -> float:
    times = []
    for _ in range(_TRIES):
        start = time.perf_counter()
        work()
        times.append((time.perf_counter() - start) * 1_000)
    return percentile(times, 0.5)
