"""Candles one after the other, made ready to be run through."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from markets.engine.candles import MISSING, PRESENT, CandleColumns, Presences
from markets.engine.indicators.carry import Truths
from markets.engine.table import Floats

_CELLS_AT_A_TIME: Final = 1 << 14
"""A history is run in pieces that stay in the processor's cache."""


@dataclass(frozen=True, slots=True)
class History:
    """
    Candles with time first, those that are not there pushed to the front.

    `values` has the shape ``(5, n_candles, n_symbols)``. `padding` says where
    nothing happens and `order` where each candle stood; both are None where
    all candles are there.
    """

    values: Floats
    padding: Truths | None
    order: NDArray[np.intp] | None

    @classmethod
    def of(cls, candles: CandleColumns, begun: Truths) -> Self:
        """
        Read candles of shape ``(5, n_symbols, n_candles)``.

        `begun` says which rows have had a candle before.
        """
        values = np.ascontiguousarray(candles.values.swapaxes(1, 2))
        presence = np.ascontiguousarray(candles.presence.T)
        known = np.logical_or.accumulate(presence == PRESENT, axis=0)
        exists = candles_that_count(presence, known | begun)
        if exists.all():
            return cls(values, None, None)
        order = np.argsort(exists, axis=0, kind="stable")
        padding = ~np.take_along_axis(exists, order, axis=0)
        return cls(np.take_along_axis(values, order[None], axis=1), padding, order)

    @property
    def shape(self) -> tuple[int, int]:
        """Number of candles and of rows."""
        return self.values.shape[1], self.values.shape[2]

    def parts(self, stop: int | None = None) -> Iterator[slice]:
        """Yield pieces of the candles, up to `stop`."""
        n_candles, n_symbols = self.shape
        end = n_candles if stop is None else stop
        size = max(_CELLS_AT_A_TIME // max(n_symbols, 1), 1)
        for start in range(0, end, size):
            yield slice(start, min(start + size, end))

    def padding_of(self, part: slice) -> Truths | None:
        """Return the padding of a piece, None if there is none in it."""
        if self.padding is None or not self.padding[part].any():
            return None
        return self.padding[part]

    def keep_last(self, found: Floats, last: Floats) -> None:
        """Set `last` to the newest values of those rows that have a candle."""
        if not self.shape[0]:
            return
        if self.padding is None:
            last[...] = found[:, -1]
        else:
            np.copyto(last, found[:, -1], where=~self.padding[-1])

    def in_place(self, found: Floats) -> Floats:
        """Return values along the candles as they stood, rows first."""
        if self.order is not None:
            aligned, found = found, np.empty(found.shape)
            aligned[:, self.padding] = np.nan
            np.put_along_axis(found, self.order[None], aligned, axis=1)
        return found.swapaxes(1, 2)


def candles_that_count(presence: Presences, begun: Truths) -> Truths:
    """Return which candles are there for rows that have `begun` or not."""
    exists: Truths = (presence == PRESENT) | ((presence == MISSING) & begun)
    return exists
