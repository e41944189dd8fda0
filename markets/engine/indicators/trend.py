"""Range and direction: average true range, directional movement, runs."""

from collections.abc import Sequence

import numpy as np

from markets.engine.candles import OPEN
from markets.engine.indicators.base import CarriesOn
from markets.engine.indicators.carry import Carry, known_from, mean_share
from markets.engine.indicators.moment import Moment
from markets.engine.table import Floats


class AverageTrueRange(CarriesOn):
    """
    Wilder's average true range, and the same as percent of the close.

    References
    ----------
    J. W. Wilder, New Concepts in Technical Trading Systems (1978).
    """

    def __init__(self, period: int) -> None:
        self._period = period
        self.names = (f"atr_{period}", f"natr_{period}")
        self.n_lanes = 1

    def values(self, moment: Moment, looked: Floats, carry: Carry) -> Sequence[Floats]:
        """Return the range in the quote asset, and in percent."""
        del looked
        # The first true range is that of the second candle.
        share = mean_share(moment.number - 1, self._period, 1 / self._period)
        gain = share * moment.true_range
        mean = carry.recur((1.0 - share)[None], gain[None])[0]
        mean = known_from(self._period + 1, moment.number, mean)
        return [mean, 100 * (mean / moment.close)]


class DirectionalMovement(CarriesOn):
    """
    Wilder's ADX with +DI and −DI, NaN where there was no range in the period.

    As in TA-Lib the sums start with one move less than the period, and a candle
    without any directional movement leaves the ADX as it was.

    References
    ----------
    J. W. Wilder, New Concepts in Technical Trading Systems (1978).
    """

    def __init__(self, period: int) -> None:
        self._period = period
        self.names = (f"adx_{period}", "plus_di", "minus_di")
        self.n_lanes = 5

    def values(self, moment: Moment, looked: Floats, carry: Carry) -> Sequence[Floats]:
        """Return ADX, +DI and −DI, each 0 to 100."""
        del looked
        period, number = self._period, moment.number
        up, down, span = moment.up_move, moment.down_move, moment.true_range
        # Products, not choices, so that an unknown move stays unknown.
        plus = up * ((up > 0) & (up > down))
        minus = down * ((down > 0) & (down > up))
        decay = np.where(number <= period, 1.0, 1 - 1 / period)
        gain = np.stack([plus, minus, span])
        plus_sum, minus_sum, range_sum = carry.recur(decay[None], gain)
        both = plus_sum + minus_sum
        is_still = both == 0
        index = np.where(is_still, 0.0, 100 * (np.abs(plus_sum - minus_sum) / both))
        share = mean_share(number - period, period, 1 / period)
        share = np.where(is_still & (number > 2 * period), 0.0, share)
        mean = carry.recur((1.0 - share)[None], (share * index)[None])[0]
        flat = carry.count(np.ones((1, *span.shape)), span[None] != 0)[0]
        is_dead = flat >= period
        found = [
            known_from(2 * period, number, mean),
            known_from(period + 1, number, 100 * (plus_sum / range_sum)),
            known_from(period + 1, number, 100 * (minus_sum / range_sum)),
        ]
        return [np.where(is_dead, np.nan, values) for values in found]


class Runs(CarriesOn):
    """
    Candles in a row that rose, or fell.

    A run that reaches back to an unknown candle is unknown until it ends.
    """

    def __init__(self) -> None:
        self.names = ("consecutive_up", "consecutive_down")
        self.n_lanes = 2

    def values(self, moment: Moment, looked: Floats, carry: Carry) -> Sequence[Floats]:
        """Return the numbers of rising and of falling candles."""
        del looked
        opening, close = moment.candle[OPEN], moment.close
        step = np.where(np.isnan(close), np.nan, 1.0)
        ends = np.stack([close <= opening, close >= opening])
        counts = carry.count(np.stack([step, step]), ends)
        return [counts[0], counts[1]]


class LastCandle(CarriesOn):
    """The candle itself."""

    def __init__(self) -> None:
        self.names = (
            "candle_open",
            "candle_high",
            "candle_low",
            "candle_close",
            "candle_volume",
        )
        self.n_lanes = 0

    def values(self, moment: Moment, looked: Floats, carry: Carry) -> Floats:
        """Return open, high, low, close and volume."""
        del looked, carry
        return moment.candle
