"""Candles as columns, and how shorter ones join into a longer one."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from markets.engine.table import Floats

Presences = NDArray[np.uint8]
Rows = NDArray[np.intp]

OPEN: Final = 0
HIGH: Final = 1
LOW: Final = 2
CLOSE: Final = 3
VOLUME: Final = 4
QUOTE_VOLUME: Final = 5
TRADE_COUNT: Final = 6
TAKER_BUY_QUOTE_VOLUME: Final = 7
N_FIELDS: Final = 8

# Ordered so that the presence of a joined candle is the largest of its parts':
# one unknown minute makes the whole unknown, one known minute makes it exist.
ABSENT: Final = 0
PRESENT: Final = 1
MISSING: Final = 2


@dataclass(frozen=True, slots=True)
class CandleColumns:
    """
    Candles of many instruments, or many moments, as arrays.

    `values` has the shape ``(n_fields, ...)``: open, high, low, close, then
    sums beginning with the volume. `presence` has the shape ``(...)``: ABSENT
    where the exchange has no candle, MISSING where it has one that is not
    known (yet). Values are NaN wherever the candle is not PRESENT.
    """

    values: Floats
    presence: Presences

    def where(self, keep: NDArray[np.bool_]) -> "CandleColumns":
        """Return these candles, ABSENT where `keep` is false."""
        return CandleColumns(
            np.where(keep, self.values, np.nan),
            np.where(keep, self.presence, np.uint8(ABSENT)),
        )

    def of_rows(self, rows: Rows | slice) -> "CandleColumns":
        """Return the candles of some rows, which the first axis after the fields is."""
        return CandleColumns(self.values[:, rows], self.presence[rows])


def join(earlier: CandleColumns, later: CandleColumns) -> CandleColumns:
    """
    Join two neighbouring candles into the one that spans both.

    Shapes may differ as far as NumPy can broadcast them. A candle is made of
    those of its parts that exist, as the exchange's own is.
    """
    first, second = earlier.values, later.values
    presence = np.maximum(earlier.presence, later.presence)
    starts = earlier.presence == PRESENT
    ends = later.presence == PRESENT
    joined = np.empty((len(first), *presence.shape))
    joined[OPEN] = np.where(starts, first[OPEN], second[OPEN])
    joined[HIGH] = np.fmax(first[HIGH], second[HIGH])
    joined[LOW] = np.fmin(first[LOW], second[LOW])
    joined[CLOSE] = np.where(ends, second[CLOSE], first[CLOSE])
    joined[VOLUME:] = np.where(starts, first[VOLUME:], 0.0)
    joined[VOLUME:] += np.where(ends, second[VOLUME:], 0.0)
    joined[:, presence != PRESENT] = np.nan
    return CandleColumns(joined, presence)
