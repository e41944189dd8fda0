"""Moving averages of the close."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from markets.engine.indicators.base import CarriesOn
from markets.engine.indicators.carry import Carry, known_from, mean_share
from markets.engine.indicators.moment import Moment
from markets.engine.indicators.past import Look, total
from markets.engine.table import Floats

_FASTEST: Final = 2 / 3
_SLOWEST: Final = 2 / 31
"""KAMA moves between the shares of averages over 2 and over 30 candles."""


class SimpleAverages:
    """Means of the last closes."""

    def __init__(self, *periods: int) -> None:
        self._periods = periods
        self.names = tuple(f"sma_{period}" for period in periods)
        self.n_lanes = 0
        self.n_looks = len(periods)

    def look_back(self, look: Look) -> Sequence[Floats]:
        """Return the sums of all closes but the newest."""
        return [total(look.closes(period - 1)) for period in self._periods]

    def values(self, moment: Moment, looked: Floats, carry: Carry) -> Sequence[Floats]:
        """Return one mean a period."""
        del carry
        return [
            (sums + moment.close) / period
            for sums, period in zip(looked, self._periods, strict=True)
        ]


class ExponentialAverages(CarriesOn):
    """Exponential averages, seeded as TA-Lib does with the mean of the first n."""

    def __init__(self, *periods: int) -> None:
        self._periods = periods
        self.names = tuple(f"ema_{period}" for period in periods)
        self.n_lanes = len(periods)

    def values(self, moment: Moment, looked: Floats, carry: Carry) -> Sequence[Floats]:
        """Return one average a period."""
        del looked
        number, close = moment.number, moment.close
        shares = np.stack(
            [mean_share(number, period, 2 / (period + 1)) for period in self._periods]
        )
        found = carry.recur(1.0 - shares, shares * close)
        return [
            known_from(period, number, average)
            for period, average in zip(self._periods, found, strict=True)
        ]


class WeightedAverage:
    """The mean weighted 1, 2, … n, the newest most."""

    def __init__(self, period: int) -> None:
        self._period = period
        self._weights = np.arange(1.0, period)[:, None, None]
        self.names = (f"wma_{period}",)
        self.n_lanes = 0
        self.n_looks = 1

    def look_back(self, look: Look) -> Sequence[Floats]:
        """Return the weighted sum of all closes but the newest."""
        return [total(self._weights * look.closes(self._period - 1))]

    def values(self, moment: Moment, looked: Floats, carry: Carry) -> Sequence[Floats]:
        """Return the average."""
        del carry
        weight = self._period * (self._period + 1) / 2
        return [(looked[0] + self._period * moment.close) / weight]


class AdaptiveAverage:
    """
    Kaufman's adaptive average.

    References
    ----------
    P. J. Kaufman, Trading Systems and Methods; as TA-Lib's KAMA, which starts
    from the close before its first value.
    """

    def __init__(self, period: int) -> None:
        self._period = period
        self.names = (f"kama_{period}",)
        self.n_lanes = 1
        self.n_looks = 2

    def look_back(self, look: Look) -> Sequence[Floats]:
        """Return the way of the closes, and the close `period` ago."""
        closes = look.closes(self._period)
        return [total(np.abs(closes[1:] - closes[:-1])), closes[0]]

    def values(self, moment: Moment, looked: Floats, carry: Carry) -> Sequence[Floats]:
        """Return the average."""
        way = looked[0] + np.abs(moment.change)
        moved = moment.close - looked[1]
        # Without any way there is nothing to smooth: TA-Lib's efficiency is 1 then.
        efficiency = np.where((way == 0) | (way <= moved), 1.0, np.abs(moved / way))
        share = (efficiency * (_FASTEST - _SLOWEST) + _SLOWEST) ** 2
        share = np.where(moment.number <= self._period, 1.0, share)
        found = carry.recur((1.0 - share)[None], (share * moment.close)[None])[0]
        return [known_from(self._period + 1, moment.number, found)]


class TripleAverage(CarriesOn):
    """TEMA: three exponential averages, each of the one before, less their lag."""

    def __init__(self, period: int) -> None:
        self._period = period
        self.names = (f"tema_{period}",)
        self.n_lanes = 3

    def values(self, moment: Moment, looked: Floats, carry: Carry) -> Sequence[Floats]:
        """Return 3 · first − 3 · second + third."""
        del looked
        source, number = moment.close, moment.number
        averages = []
        for _ in range(3):
            share = mean_share(number, self._period, 2 / (self._period + 1))
            source = carry.recur((1.0 - share)[None], (share * source)[None])[0]
            averages.append(source)
            number = number - (self._period - 1)
        first, second, third = averages
        found = 3 * first - 3 * second + third
        return [known_from(3 * self._period - 2, moment.number, found)]
