"""Volume indicators, all of the volume in the base asset."""

from collections.abc import Sequence

import numpy as np

from markets.engine.candles import HIGH, LOW
from markets.engine.indicators.base import CarriesOn
from markets.engine.indicators.carry import Carry
from markets.engine.indicators.moment import Moment
from markets.engine.indicators.past import FLOW, VOLUME, Look, total
from markets.engine.table import Floats


class Accumulation(CarriesOn):
    """
    On-balance volume and Chaikin's accumulation/distribution line.

    Both begin with the row's first candle: OBV with its volume, as in TA-Lib.
    """

    def __init__(self) -> None:
        self.names = ("obv", "ad")
        self.n_lanes = 2

    def values(self, moment: Moment, looked: Floats, carry: Carry) -> Sequence[Floats]:
        """Return both sums in the base asset."""
        del looked
        high, low, close = moment.candle[HIGH], moment.candle[LOW], moment.close
        direction = np.where(moment.is_first, 1.0, np.sign(moment.change))
        span = high - low
        place = np.where(span == 0, 0.0, ((close - low) - (high - close)) / span)
        gain = np.stack([direction, place]) * moment.volume
        obv, line = carry.recur(np.ones(1), gain)
        return [obv, line]


class VolumeChange:
    """Volume against that of some candles ago, NaN where that was 0."""

    def __init__(self, period: int) -> None:
        self._period = period
        self.names = (f"vroc_{period}",)
        self.n_lanes = 0
        self.n_looks = 1

    def look_back(self, look: Look) -> Sequence[Floats]:
        """Return the volume `period` candles ago."""
        return [look.field(VOLUME, self._period)[0]]

    def values(self, moment: Moment, looked: Floats, carry: Carry) -> Sequence[Floats]:
        """Return the change in percent."""
        del carry
        change = 100 * (moment.volume / looked[0] - 1)
        return [np.where(looked[0] > 0, change, np.nan)]


class MoneyFlow:
    """
    The money flow index, NaN where no money flowed either way.

    References
    ----------
    G. Quong and A. Soudack, Volume-weighted RSI: money flow, Technical Analysis
    of Stocks & Commodities (1989).
    """

    def __init__(self, period: int) -> None:
        self._period = period
        self.names = (f"mfi_{period}",)
        self.n_lanes = 0
        self.n_looks = 2

    def look_back(self, look: Look) -> Sequence[Floats]:
        """Return what flowed in and out with the candles before."""
        flows = look.field(FLOW, self._period - 1)
        return [total(np.maximum(flows, 0.0)), total(np.maximum(-flows, 0.0))]

    def values(self, moment: Moment, looked: Floats, carry: Carry) -> Sequence[Floats]:
        """Return the index, 0 to 100."""
        del carry
        inward = looked[0] + np.maximum(moment.flow, 0.0)
        outward = looked[1] + np.maximum(-moment.flow, 0.0)
        return [100 * (inward / (inward + outward))]
