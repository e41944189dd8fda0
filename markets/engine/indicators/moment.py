"""A candle of every row, and what several indicators read in it."""

from dataclasses import dataclass
from typing import Final, Self

import numpy as np

from markets.engine.candles import CLOSE, HIGH, LOW, VOLUME
from markets.engine.indicators.carry import Carry, Truths
from markets.engine.table import Floats

N_LANES: Final = 6

_NOTHING: Final = 1e-12
"""Far less than a tick of any price, far more than the error of a mean of three."""


@dataclass(frozen=True, slots=True)
class Moment:
    """
    Candles as the indicators read them; all arrays have one shape.

    `number` is 1 at a row's first candle, and `change`, `up_move`, `down_move`
    are 0 there. `still` counts candles in a row whose close did not change.
    `flow` is the typical price times the volume, signed by its change.
    """

    candle: Floats
    number: Floats
    is_first: Truths
    previous_close: Floats
    change: Floats
    up_move: Floats
    down_move: Floats
    true_range: Floats
    typical: Floats
    flow: Floats
    still: Floats

    @property
    def close(self) -> Floats:
        """Close."""
        close: Floats = self.candle[CLOSE]
        return close

    @property
    def volume(self) -> Floats:
        """Volume in the base asset."""
        volume: Floats = self.candle[VOLUME]
        return volume

    @property
    def others(self) -> Floats:
        """What `Past` keeps beside the close, in its order."""
        high, low = self.candle[HIGH], self.candle[LOW]
        return np.stack([high, low, self.volume, self.typical, self.flow])

    @classmethod
    def of(cls, candle: Floats, carry: Carry) -> Self:
        """
        Read candles.

        Parameters
        ----------
        candle
            Open, high, low, close and volume, shape ``(5, ...)``.
        carry
            Its first `N_LANES` lanes are taken.
        """
        high, low, close = candle[HIGH], candle[LOW], candle[CLOSE]
        # Counted whatever the candle is: an unknown one is one all the same.
        each = np.ones((1, *close.shape))
        number = carry.count(each, np.zeros(each.shape, np.bool_))[0]
        is_first = number == 1
        typical = (high + low + close) / 3
        before = carry.previous(np.stack([close, high, low, typical]))
        close_before, high_before, low_before, typical_before = before
        change = np.where(is_first, 0.0, close - close_before)
        top, bottom = np.maximum(high, close_before), np.minimum(low, close_before)
        drift = typical - typical_before
        # A third of the same three decimals can differ in the last bit.
        direction = np.sign(drift) * (np.abs(drift) > _NOTHING * typical)
        flow = typical * candle[VOLUME] * direction
        return cls(
            candle=candle,
            number=number,
            is_first=is_first,
            previous_close=close_before,
            change=change,
            up_move=np.where(is_first, 0.0, high - high_before),
            down_move=np.where(is_first, 0.0, low_before - low),
            true_range=np.where(is_first, 0.0, top - bottom),
            typical=typical,
            flow=np.where(is_first, np.nan, flow),
            still=carry.count(each, change[None] != 0)[0],
        )
