"""What an indicator carries from one candle to the next."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from markets.engine.table import Floats

Truths = NDArray[np.bool_]


class Carry(Protocol):
    """
    Lanes of carried numbers, taken in the order in which they are asked for.

    Arrays have the shape ``(n_lanes, ...)``; what follows is the rows' own
    shape, or with a history the number of candles before it. Every lane is 0
    before a row's first candle. An unknown candle makes a lane NaN, and it
    stays so: the value is a function of every candle since the first.
    """

    def previous(self, values: Floats) -> Floats:
        """Return the values of the candle before."""

    def recur(self, decay: Floats, gain: Floats) -> Floats:
        """Return ``decay · (itself at the candle before) + gain``."""

    def count(self, step: Floats, ends: Truths) -> Floats:
        """Return itself at the candle before plus `step`, 0 where it `ends`."""


class OneCandle:
    """
    The step by one candle; `before` stays as it is.

    Parameters
    ----------
    before
        The lanes before the candle, shape ``(n_lanes, *rows)``.
    after
        Where the lanes after it are written, of the same shape.
    """

    def __init__(self, before: Floats, after: Floats) -> None:
        self._before = before
        self._after = after
        self._place = 0

    def previous(self, values: Floats) -> Floats:
        """Return the values of the candle before."""
        before, after = self._take(len(values))
        after[...] = values
        return before

    def recur(self, decay: Floats, gain: Floats) -> Floats:
        """Return ``decay · before + gain``."""
        before, after = self._take(len(gain))
        np.multiply(before, decay, out=after)
        after += gain
        return after

    def count(self, step: Floats, ends: Truths) -> Floats:
        """Return ``before + step``, 0 where it ends."""
        before, after = self._take(len(step))
        np.add(before, step, out=after)
        np.copyto(after, 0.0, where=ends)
        return after

    def _take(self, count: int) -> tuple[Floats, Floats]:
        lanes = slice(self._place, self._place + count)
        self._place += count
        return self._before[lanes], self._after[lanes]


class ManyCandles:
    """
    The steps through a history; the same operations, candle after candle.

    Parameters
    ----------
    lanes
        The lanes before the first candle, shape ``(n_lanes, n_symbols)``;
        after the last one when all of them have been asked for.
    padding
        Places of shape ``(n_candles, n_symbols)`` in front of a shorter history
        where nothing happens; None without.
    """

    def __init__(self, lanes: Floats, padding: Truths | None) -> None:
        self._lanes = lanes
        self._padding = padding
        self._place = 0

    def previous(self, values: Floats) -> Floats:
        """Return the values of the candle before."""
        lanes = self._take(len(values))
        if self._padding is not None:
            values = np.where(self._padding, lanes[:, None], values)
        before = np.concatenate([lanes[:, None], values[:, :-1]], axis=1)
        lanes[...] = values[:, -1]
        return before

    def recur(self, decay: Floats, gain: Floats) -> Floats:
        """Return ``decay · before + gain`` for every candle."""
        lanes = self._take(len(gain))
        decay = np.broadcast_to(decay, gain.shape)
        if self._padding is not None:
            decay = np.where(self._padding, 1.0, decay)
            gain = np.where(self._padding, 0.0, gain)
        found = np.empty(gain.shape)
        before = lanes
        for candle in range(gain.shape[1]):
            after = found[:, candle]
            np.multiply(before, decay[:, candle], out=after)
            after += gain[:, candle]
            before = after
        lanes[...] = before
        return found

    def count(self, step: Floats, ends: Truths) -> Floats:
        """Return ``before + step``, 0 where it ends, for every candle."""
        lanes = self._take(len(step))
        if self._padding is not None:
            step = np.where(self._padding, 0.0, step)
            ends = ends & ~self._padding
        found = np.empty(step.shape)
        before = lanes
        for candle in range(step.shape[1]):
            after = found[:, candle]
            np.add(before, step[:, candle], out=after)
            np.copyto(after, 0.0, where=ends[:, candle])
            before = after
        lanes[...] = before
        return found

    def _take(self, count: int) -> Floats:
        lanes = self._lanes[self._place : self._place + count]
        self._place += count
        return lanes


def mean_share(number: Floats, period: int, share: float) -> Floats:
    """
    Return the weight of a candle in an average that TA-Lib seeds.

    Parameters
    ----------
    number
        1 at the first candle of the average.
    period
        So many candles are averaged equally, as the seed.
    share
        Weight of every candle after them.
    """
    seeding = 1.0 / np.maximum(number, 1.0)
    weight: Floats = np.where(number <= period, seeding, share)
    return weight


def known_from(number: int, count: Floats, values: Floats) -> Floats:
    """Return the values, NaN before the candle of this number."""
    known: Floats = np.where(count >= number, values, np.nan)
    return known
