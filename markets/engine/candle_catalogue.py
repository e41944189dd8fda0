"""The metrics of candles, declared once for every timeframe."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class CandleMetric:
    """
    A metric of the last candle, without its timeframe.

    `warm_up` is the number of candles with the first value. ``{}`` in `meaning`
    stands for the timeframe.
    """

    name: str
    label: str
    unit: str
    decimals: int | None
    warm_up: int
    meaning: str
    source: str
    formula: str


_EXCHANGE: Final = "Binance API documentation, WebSocket market streams"
_OWN: Final = "docs/metrics.md"
_TA_LIB: Final = "TA-Lib"
_WILDER: Final = "J. W. Wilder, New Concepts in Technical Trading Systems (1978)"
_PRICE: Final = "quote asset"
_BASE: Final = "base asset"


def _relative_strength(period: int) -> CandleMetric:
    return CandleMetric(
        f"rsi_{period}", f"RSI {period}", "0–100", 1, period + 1,
        f"Rises against falls of the last {period} closes of {{}}, smoothed.", _WILDER,
        "100 · G / (G + L), G and L the smoothed rises and falls of the close",
    )  # fmt: skip


def _simple(period: int) -> CandleMetric:
    return CandleMetric(
        f"sma_{period}", f"SMA {period}", _PRICE, None, period,
        f"Mean of the last {period} closes of {{}}.", _TA_LIB, f"Σ c / {period}",
    )  # fmt: skip


def _exponential(period: int) -> CandleMetric:
    return CandleMetric(
        f"ema_{period}", f"EMA {period}", _PRICE, None, period,
        f"Exponential average of the closes of {{}}, over {period}.", _TA_LIB,
        f"e + 2 / {period + 1} · (c − e), from the mean of the first {period}",
    )  # fmt: skip


CANDLE_METRICS: Final = (
    CandleMetric("candle_open", "Open", _PRICE, None, 1, "Open of the last {} candle.",
                 _EXCHANGE, "open of its first minute that exists"),
    CandleMetric("candle_high", "High", _PRICE, None, 1, "High of the last {} candle.",
                 _EXCHANGE, "highest high of its minutes"),
    CandleMetric("candle_low", "Low", _PRICE, None, 1, "Low of the last {} candle.",
                 _EXCHANGE, "lowest low of its minutes"),
    CandleMetric("candle_close", "Close", _PRICE, None, 1,
                 "Close of the last {} candle.",
                 _EXCHANGE, "close of its last minute that exists"),
    CandleMetric("candle_volume", "Volume", _BASE, 2, 1,
                 "Volume of the last {} candle.", _EXCHANGE, "Σ v of its minutes"),
    CandleMetric("consecutive_up", "Rising candles", "candles", 0, 1,
                 "Closed {} candles in a row that rose, at most a day of them.", _OWN,
                 "candles in a row with c > open"),
    CandleMetric("consecutive_down", "Falling candles", "candles", 0, 1,
                 "Closed {} candles in a row that fell, at most a day of them.", _OWN,
                 "candles in a row with c < open"),
    *map(_relative_strength, (14, 21, 30)),
    CandleMetric("macd", "MACD", _PRICE, 6, 26,
                 "Fast less slow average of the closes of {} (12, 26).", _TA_LIB,
                 "EMA 12 − EMA 26, both from candle 26 on"),
    CandleMetric("macd_signal", "MACD signal", _PRICE, 6, 34,
                 "Average of the last MACD values of {} (9).", _TA_LIB,
                 "EMA 9 of `macd`"),
    CandleMetric("macd_hist", "MACD histogram", _PRICE, 6, 34,
                 "MACD of {} less its signal.", _TA_LIB, "`macd` − `macd_signal`"),
    CandleMetric("bb_upper", "Upper band", _PRICE, None, 20,
                 "Upper Bollinger band of {} (20, 2).", _TA_LIB,
                 "SMA 20 + 2 standard deviations"),
    CandleMetric("bb_middle", "Middle band", _PRICE, None, 20,
                 "Middle Bollinger band of {} (20).", _TA_LIB, "SMA 20"),
    CandleMetric("bb_lower", "Lower band", _PRICE, None, 20,
                 "Lower Bollinger band of {} (20, 2).", _TA_LIB,
                 "SMA 20 − 2 standard deviations"),
    CandleMetric("bb_width", "Band width", "ratio", 4, 20,
                 "Width of the Bollinger bands of {} against the middle.", _OWN,
                 "(upper − lower) / middle"),
    CandleMetric("bb_percent", "Place in the bands", "ratio", 2, 20,
                 "Place of the close of {} in its bands: 0 is the lower, 1 the upper.",
                 _OWN, "(c − lower) / (upper − lower); unknown where flat"),
    *map(_simple, (20, 50, 200)),
    *map(_exponential, (9, 21, 50, 200)),
    CandleMetric("wma_20", "WMA 20", _PRICE, None, 20,
                 "Mean of the last 20 closes of {}, the newest weighing most.",
                 _TA_LIB, "Σ i · c / 210, i from 1 to 20"),
    CandleMetric("kama_10", "KAMA 10", _PRICE, None, 11,
                 "Kaufman's average of {}: fast in a trend, slow in noise.", _TA_LIB,
                 "k + (E · (2/3 − 2/31) + 2/31)² · (c − k), E = |c − c 10 ago| / "
                 "Σ |changes|"),
    CandleMetric("tema_20", "TEMA 20", _PRICE, None, 58,
                 "Triple exponential average of {}: less lag than the EMA.", _TA_LIB,
                 "3 · e1 − 3 · e2 + e3, each EMA 20 of the one before"),
    CandleMetric("stoch_k", "Stochastic %K", "0–100", 1, 16,
                 "Place of the close in the range of 14 candles of {}, smoothed (3).",
                 _TA_LIB, "mean of 3 of 100 · (c − l14) / (h14 − l14)"),
    CandleMetric("stoch_d", "Stochastic %D", "0–100", 1, 18,
                 "Mean of the last 3 values of %K of {}.", _TA_LIB,
                 "mean of 3 of `stoch_k`"),
    CandleMetric("williams_r_14", "Williams %R 14", "−100–0", 1, 14,
                 "Distance of the close from the high of 14 candles of {}.", _TA_LIB,
                 "−100 · (h14 − c) / (h14 − l14)"),
    CandleMetric("atr_14", "ATR 14", _PRICE, 6, 15,
                 "Average true range of {} candles, over 14.", _WILDER,
                 "a + (T − a) / 14, T = max(h, c before) − min(l, c before)"),
    CandleMetric("natr_14", "NATR 14", "%", 3, 15,
                 "Average true range of {} candles against the close.", _TA_LIB,
                 "100 · `atr_14` / c"),
    CandleMetric("adx_14", "ADX 14", "0–100", 1, 28,
                 "Strength of the trend of {} candles, whichever way it goes.", _WILDER,
                 "smoothed 100 · |(+DI) − (−DI)| / ((+DI) + (−DI))"),
    CandleMetric("plus_di", "+DI 14", "0–100", 1, 15,
                 "Upward movement of {} candles against their range.", _WILDER,
                 "100 · S(h − h before, where it is the larger move) / S(T)"),
    CandleMetric("minus_di", "−DI 14", "0–100", 1, 15,
                 "Downward movement of {} candles against their range.", _WILDER,
                 "100 · S(l before − l, where it is the larger move) / S(T)"),
    CandleMetric("obv", "OBV", _BASE, 0, 1,
                 "Volume of {} candles, added when rising, taken off when falling.",
                 _TA_LIB, "Σ ± v by the change of the close, from the first candle"),
    CandleMetric("ad", "Accumulation/distribution", _BASE, 0, 1,
                 "Volume of {} candles, weighted by where they closed in their range.",
                 _TA_LIB, "Σ v · ((c − l) − (h − c)) / (h − l), from the first candle"),
    CandleMetric("vroc_14", "Volume change 14", "%", 1, 15,
                 "Volume of the {} candle against that of 14 candles ago.", _TA_LIB,
                 "100 · (v / v 14 ago − 1); unknown where that was 0"),
    CandleMetric("cci_20", "CCI 20", "index", 1, 20,
                 "Distance of the {} price from its mean, in mean deviations.", _TA_LIB,
                 "(t − mean of 20) / (0.015 · mean deviation), t = (h + l + c) / 3"),
    CandleMetric("mfi_14", "MFI 14", "0–100", 1, 15,
                 "Money that flowed in with rising {} candles against all, of 14.",
                 _TA_LIB, "100 · I / (I + O), the sums of t · v where t rose and fell"),
)  # fmt: skip
"""In the order of the table's columns."""
