"""The picture of a message: a pair's last candles, the one that mattered marked."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

MOST_CANDLES: Final = 90
"""What can be told apart at the width of a telephone."""


@dataclass(frozen=True, slots=True)
class Candles:
    """
    Candles of one pair and timeframe, oldest first, in arrays of one length.

    Prices and volumes of a candle that is missing are NaN.
    """

    open_time_ms: npt.NDArray[np.int64]
    open: npt.NDArray[np.float64]
    high: npt.NDArray[np.float64]
    low: npt.NDArray[np.float64]
    close: npt.NDArray[np.float64]
    volume: npt.NDArray[np.float64]

    def last(self, count: int) -> "Candles":
        """Return the newest so many of them that are there."""
        is_there = np.isfinite(self.open + self.high + self.low + self.close)
        return Candles(
            self.open_time_ms[is_there][-count:],
            self.open[is_there][-count:],
            self.high[is_there][-count:],
            self.low[is_there][-count:],
            self.close[is_there][-count:],
            self.volume[is_there][-count:],
        )


def draw_candles(
    candles: Candles, *, trigger_ms: int, price: float, title: str, decimals: int
) -> bytes:
    """
    Return a PNG of 800 by 420 pixels; may be called from any thread.

    Parameters
    ----------
    candles
        Of which the last `MOST_CANDLES` are drawn.
    trigger_ms
        A moment within the candle that is marked.
    price
        Where the mark stands.
    title
        Symbol and timeframe; shown as it is.
    decimals
        Of prices.

    Raises
    ------
    ValueError
        If there is no candle.
    """
    # The library costs a second and 50 MB: only processes that draw pay for it.
    from alerts.drawing import Drawing  # noqa: PLC0415

    shown = candles.last(MOST_CANDLES)
    if not len(shown.open_time_ms):
        raise ValueError("There are no candles; at least one must be given.")
    return Drawing(shown, decimals).png(trigger_ms, price, title)
