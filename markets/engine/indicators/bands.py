"""Bollinger bands."""

from collections.abc import Sequence

import numpy as np

from markets.engine.indicators.carry import Carry
from markets.engine.indicators.moment import Moment
from markets.engine.indicators.past import Look, total
from markets.engine.table import Floats


class BollingerBands:
    """
    The mean of the last closes, and so many population deviations around it.

    Deviations are taken about the close before, so that a flat stretch has
    exactly none and a small one is not lost in the size of the price.
    """

    def __init__(self, period: int, deviations: float) -> None:
        self._period = period
        self._deviations = deviations
        self.names = ("bb_upper", "bb_middle", "bb_lower", "bb_width", "bb_percent")
        self.n_lanes = 0
        self.n_looks = 3

    def look_back(self, look: Look) -> Sequence[Floats]:
        """Return the sums of the closes, of their distances, and of the squares."""
        closes = look.closes(self._period - 1)
        distances = closes - closes[-1]
        return [total(closes), total(distances), total(distances * distances)]

    def values(self, moment: Moment, looked: Floats, carry: Carry) -> Sequence[Floats]:
        """Return upper, middle, lower, width and place in the band."""
        del carry
        close, distance = moment.close, moment.change
        middle = (looked[0] + close) / self._period
        shift = looked[1] + distance
        squares = looked[2] + distance * distance
        variance = (squares - shift * shift / self._period) / self._period
        reach = self._deviations * np.sqrt(np.maximum(variance, 0.0))
        upper, lower = middle + reach, middle - reach
        width = upper - lower
        place = np.where(width > 0, (close - lower) / width, np.nan)
        return [upper, middle, lower, width / middle, place]
