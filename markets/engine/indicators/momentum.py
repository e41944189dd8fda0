"""Oscillators: how far, and how one-sidedly, the price has moved."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from markets.engine.candles import HIGH as CANDLE_HIGH, LOW as CANDLE_LOW
from markets.engine.indicators.base import CarriesOn
from markets.engine.indicators.carry import Carry, known_from, mean_share
from markets.engine.indicators.moment import Moment
from markets.engine.indicators.past import HIGH, LOW, TYPICAL, Look
from markets.engine.table import Floats

_LAMBERT: Final = 0.015
"""Lambert's constant: most values of the CCI lie within ±100 by it."""


class RelativeStrength(CarriesOn):
    """
    Wilder's RSI, NaN where the close has not moved in the period.

    References
    ----------
    J. W. Wilder, New Concepts in Technical Trading Systems (1978).
    """

    def __init__(self, *periods: int) -> None:
        self._periods = periods
        self.names = tuple(f"rsi_{period}" for period in periods)
        self.n_lanes = 2 * len(periods)

    def values(self, moment: Moment, looked: Floats, carry: Carry) -> Sequence[Floats]:
        """Return one index a period, 0 to 100."""
        del looked
        # The first change is that of the second candle.
        number = moment.number - 1
        moves = np.stack(
            [np.maximum(moment.change, 0.0), np.maximum(-moment.change, 0.0)]
        )
        found = []
        for period in self._periods:
            share = mean_share(number, period, 1 / period)
            gain, loss = carry.recur((1.0 - share)[None], share * moves)
            index = 100 * (gain / (gain + loss))
            is_known = (number >= period) & (moment.still < period)
            found.append(np.where(is_known, index, np.nan))
        return found


class ConvergenceDivergence(CarriesOn):
    """
    MACD: a fast less a slow exponential average, and the average of that.

    As in TA-Lib the fast average is seeded so that it begins with the slow one.
    """

    def __init__(self, fast: int, slow: int, signal: int) -> None:
        self._fast, self._slow, self._signal = fast, slow, signal
        self.names = ("macd", "macd_signal", "macd_hist")
        self.n_lanes = 3

    def values(self, moment: Moment, looked: Floats, carry: Carry) -> Sequence[Floats]:
        """Return the line, its signal and their difference."""
        del looked
        number, slow = moment.number, self._slow
        shares = np.stack(
            [
                mean_share(number - (slow - period), period, 2 / (period + 1))
                for period in (self._fast, slow)
            ]
        )
        averages = carry.recur(1.0 - shares, shares * moment.close)
        line = averages[0] - averages[1]
        share = mean_share(number - (slow - 1), self._signal, 2 / (self._signal + 1))
        signal = carry.recur((1.0 - share)[None], (share * line)[None])[0]
        line = known_from(slow, number, line)
        signal = known_from(slow + self._signal - 1, number, signal)
        return [line, signal, line - signal]


class Stochastic:
    """
    The slow stochastic, and Williams' %R, which has the same range.

    NaN where high and low of the period are one price.
    """

    def __init__(self, period: int) -> None:
        self._period = period
        self.names = ("stoch_k", "stoch_d", f"williams_r_{period}")
        self.n_lanes = 4
        self.n_looks = 2

    def look_back(self, look: Look) -> Sequence[Floats]:
        """Return the highest high and the lowest low before."""
        highs = look.field(HIGH, self._period - 1)
        lows = look.field(LOW, self._period - 1)
        return [np.maximum.reduce(highs, axis=0), np.minimum.reduce(lows, axis=0)]

    def values(self, moment: Moment, looked: Floats, carry: Carry) -> Sequence[Floats]:
        """Return %K, %D, 0 to 100, and %R, −100 to 0."""
        close = moment.close
        high = np.maximum(looked[0], moment.candle[CANDLE_HIGH])
        low = np.minimum(looked[1], moment.candle[CANDLE_LOW])
        span = high - low
        raw = 100 * ((close - low) / span)
        slow = _mean_of_three(raw, carry)
        return [slow, _mean_of_three(slow, carry), -100 * ((high - close) / span)]


class CommodityChannel:
    """
    Lambert's CCI, NaN where the typical price has not moved in the period.

    References
    ----------
    D. Lambert, Commodity Channel Index, Commodities magazine (1980).
    """

    def __init__(self, period: int) -> None:
        self._period = period
        self.names = (f"cci_{period}",)
        self.n_lanes = 0
        self.n_looks = period - 1

    def look_back(self, look: Look) -> Sequence[Floats]:
        """Return the typical prices before."""
        return list(look.field(TYPICAL, self._period - 1))

    def values(self, moment: Moment, looked: Floats, carry: Carry) -> Sequence[Floats]:
        """Return the index."""
        del carry
        # About the newest, so that a flat stretch has exactly no deviation.
        distances = looked - moment.typical
        mean = _sum(distances) / self._period
        distances -= mean
        np.abs(distances, out=distances)
        deviation = (_sum(distances) + np.abs(mean)) / self._period
        return [-mean / (_LAMBERT * deviation)]


def _mean_of_three(values: Floats, carry: Carry) -> Floats:
    before = carry.previous(values[None])[0]
    eldest = carry.previous(before[None])[0]
    mean: Floats = (eldest + before + values) / 3
    return mean


# In order, whatever the shape; see `total`.
def _sum(parts: Floats) -> Floats:
    whole: Floats = parts[0].copy()
    for part in parts[1:]:
        whole += part
    return whole
