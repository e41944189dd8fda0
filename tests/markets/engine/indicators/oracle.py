"""Histories of candles, and what TA-Lib says of them."""

import csv
import gzip
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import talib

from markets.engine.candles import PRESENT, CandleColumns
from markets.engine.indicators.family import NAMES
from markets.engine.indicators.states import IndicatorStates
from markets.engine.table import Floats

FIELDS = ("open", "high", "low", "close", "volume")

# What a figure is measured in: where it is near zero, 1e-12 of this is nothing.
OF_PRICE = frozenset({"macd", "macd_signal", "macd_hist"})
OF_VOLUME = frozenset({"obv", "ad"})


def random_history(
    n_symbols: int, n_candles: int, *, seed: int, quiet: float = 0.1
) -> Floats:
    """Make wandering prices with quiet candles, shape ``(5, n_symbols, n)``."""
    rng = np.random.default_rng(seed)
    shape = (n_symbols, n_candles)
    moves = rng.normal(0, 0.002, shape) * (rng.random(shape) >= quiet)
    close = 10 ** rng.uniform(-4, 4, (n_symbols, 1)) * np.exp(moves.cumsum(axis=1))
    opening = np.concatenate([close[:, :1], close[:, :-1]], axis=1)
    still = moves == 0
    reach = np.abs(rng.normal(0, 0.001, (2, *shape))) * ~still
    high = np.maximum(opening, close) * (1 + reach[0])
    low = np.minimum(opening, close) * (1 - reach[1])
    volume = rng.exponential(5e3, shape) * ~still
    return np.stack([opening, high, low, close, volume])


def recorded_histories(path: Path) -> Mapping[str, Floats]:
    """Read a file of recorded candles, shape ``(5, 1, n)`` for each symbol."""
    rows: dict[str, list[list[float]]] = {}
    with gzip.open(path, "rt") as lines:
        for line in csv.DictReader(lines):
            cells = [float(line[name]) for name in FIELDS]
            rows.setdefault(line["symbol"], []).append(cells)
    return {symbol: np.array(cells).T[:, None] for symbol, cells in rows.items()}


def whole(values: Floats) -> CandleColumns:
    return CandleColumns(values, np.full(values.shape[1:], PRESENT, "u1"))


def run(values: Floats) -> dict[str, Floats]:
    """Return our figures by name, each ``(n_symbols, n_candles)``."""
    found = IndicatorStates(1, values.shape[1]).run(0, whole(values))
    return dict(zip(NAMES, found, strict=True))


def talib_figures(history: Floats) -> dict[str, Floats]:
    """Return TA-Lib's figures for one history of shape ``(5, n_candles)``."""
    _, high, low, close, volume = (np.ascontiguousarray(field) for field in history)
    macd, signal, difference = talib.MACD(close, 12, 26, 9)
    upper, middle, lower = talib.BBANDS(close, 20, 2, 2)
    slow_k, slow_d = talib.STOCH(
        high, low, close, fastk_period=14, slowk_period=3, slowd_period=3
    )
    span = (high, low, close)
    # TA-Lib's MFI calls a flow below 1 none, and a step of the price below 1e-14,
    # which is less than rounding makes of a large one. Only proportions matter.
    flowing = volume * 1e12
    unit = 2.0 ** np.ceil(np.log2(high.max()))
    below_one = (high / unit, low / unit, close / unit)
    return {
        **{f"rsi_{n}": talib.RSI(close, n) for n in (14, 21, 30)},
        "macd": macd,
        "macd_signal": signal,
        "macd_hist": difference,
        "bb_upper": upper,
        "bb_middle": middle,
        "bb_lower": lower,
        **{f"sma_{n}": talib.SMA(close, n) for n in (20, 50, 200)},
        **{f"ema_{n}": talib.EMA(close, n) for n in (9, 21, 50, 200)},
        "wma_20": talib.WMA(close, 20),
        "kama_10": talib.KAMA(close, 10),
        "tema_20": talib.TEMA(close, 20),
        "stoch_k": slow_k,
        "stoch_d": slow_d,
        "atr_14": talib.ATR(*span, 14),
        "natr_14": talib.NATR(*span, 14),
        "adx_14": talib.ADX(*span, 14),
        "plus_di": talib.PLUS_DI(*span, 14),
        "minus_di": talib.MINUS_DI(*span, 14),
        "obv": talib.OBV(close, volume),
        "ad": talib.AD(*span, volume),
        "vroc_14": talib.ROC(volume, 14),
        "cci_20": talib.CCI(*span, 20),
        "mfi_14": talib.MFI(*below_one, flowing, 14),
        "williams_r_14": talib.WILLR(*span, 14),
    }


def size_of(name: str, history: Floats) -> float:
    """Return what a figure near zero is small against."""
    if name in OF_VOLUME:
        return float(history[4].sum())
    return float(history[3].max()) if name in OF_PRICE else 100.0
