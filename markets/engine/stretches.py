"""Sums over stretches of minutes, of which the sliding windows are made."""

from dataclasses import dataclass
from functools import reduce
from typing import Final

import numpy as np
from numpy.typing import NDArray

from markets.engine.candles import HIGH, LOW, PRESENT, VOLUME, CandleColumns, Rows
from markets.engine.logarithm import natural_log
from markets.engine.table import Floats
from markets.engine.window import LOG_RETURN, Window, slots_of
from markets.types import WINDOWS

Truths = NDArray[np.bool_]

_HOUR: Final = 60


@dataclass(frozen=True, slots=True)
class Stretch:
    """
    What a stretch of minutes amounts to; every array has the shape ``(n_symbols,)``.

    `sums` has the shape ``(4, n_symbols)``: volume, quote volume, trades, taker
    quote volume. `mean` and `spread` are the mean of the `n_returns` log
    returns and the sum of their squared distances from it.
    """

    minutes: float
    high: Floats
    low: Floats
    sums: Floats
    n_returns: int
    mean: Floats
    spread: Floats
    is_whole: Truths

    @property
    def memory_bytes(self) -> int:
        """Bytes of the arrays."""
        arrays = (self.high, self.low, self.sums, self.mean, self.spread, self.is_whole)
        return sum(array.nbytes for array in arrays)

    def put_rows(self, rows: Rows, part: "Stretch") -> None:
        """Set some rows to those of a stretch of these rows alone."""
        self.high[rows], self.low[rows] = part.high, part.low
        self.sums[:, rows] = part.sums
        self.mean[rows], self.spread[rows] = part.mean, part.spread
        self.is_whole[rows] = part.is_whole

    def joined(self, other: "Stretch") -> "Stretch":
        """
        Return both stretches as one.

        References
        ----------
        Chan, Golub, LeVeque: Updating Formulae and a Pairwise Algorithm for
        Computing Sample Variances (1979), for the squared distances.
        """
        count = self.n_returns + other.n_returns
        distance = other.mean - self.mean
        share = other.n_returns / count
        return Stretch(
            minutes=self.minutes + other.minutes,
            high=np.maximum(self.high, other.high),
            low=np.minimum(self.low, other.low),
            sums=self.sums + other.sums,
            n_returns=count,
            mean=self.mean + distance * share,
            spread=self.spread
            + other.spread
            + distance * distance * (self.n_returns * share),
            is_whole=self.is_whole & other.is_whole,
        )


def forming_stretch(
    candle: CandleColumns, price: Floats, last_close: Floats, elapsed: float
) -> Stretch:
    """Return the minutes begun since the last close, and the price now, as one."""
    exists = candle.presence == PRESENT
    values = candle.values
    return Stretch(
        minutes=max(elapsed, 0.0),
        high=np.fmax(values[HIGH], price),
        low=np.fmin(values[LOW], price),
        sums=np.where(exists, values[VOLUME:], 0.0),
        n_returns=1,
        mean=natural_log(price / last_close),
        spread=np.zeros(len(price)),
        is_whole=np.ones(len(price), np.bool_),
    )


class Stretches:
    """
    The stretches that the sliding windows of a window are made of.

    The sums of a whole hour are kept until the hour changes or leaves. Nothing
    is carried from minute to minute, so every figure is a function of the
    candles in the window and of the minute it ends with.
    """

    def __init__(self, window: Window) -> None:
        self._window = window
        self._hours: dict[int, Stretch] = {}
        self._windows: dict[str, Stretch] | None = None

    @property
    def memory_bytes(self) -> int:
        """Bytes of the arrays."""
        kept = [*self._hours.values(), *(self._windows or {}).values()]
        return sum(one.memory_bytes for one in kept)

    def forget(self) -> None:
        """Compute everything anew."""
        self._hours.clear()
        self._windows = None

    def move_on(self) -> None:
        """Hear that the window has moved; whole hours stay as they are."""
        self._windows = None

    def mend(self, rows: Rows, part: Window) -> None:
        """Compute some rows anew, from a window of these rows alone."""
        for hour, stretch in self._hours.items():
            stretch.put_rows(rows, stretch_of(part, hour * _HOUR, (hour + 1) * _HOUR))
        if self._windows is not None:
            for name, stretch in Stretches(part).windows().items():
                self._windows[name].put_rows(rows, stretch)

    def windows(self) -> dict[str, Stretch]:
        """Return every sliding window that ends now, shortest first."""
        if self._windows is None:
            self._windows = self._computed()
        return self._windows

    def _computed(self) -> dict[str, Stretch]:
        end = (self._window.last_minute or 0) + 1
        oldest = self._window.first_minute // _HOUR
        for hour in [hour for hour in self._hours if hour < oldest]:
            del self._hours[hour]
        windows: dict[str, Stretch] = {}
        whole: Stretch | None = None
        stop = end
        for name, minutes in WINDOWS.items():
            part = self._between(end - minutes, stop)
            whole = part if whole is None else part.joined(whole)
            stop = end - minutes
            windows[name] = whole
        return windows

    def _between(self, start: int, stop: int) -> Stretch:
        first_hour, end_hour = -(-start // _HOUR), stop // _HOUR
        if first_hour >= end_hour:
            return stretch_of(self._window, start, stop)
        parts = [self._hour(hour) for hour in range(first_hour, end_hour)]
        if start < first_hour * _HOUR:
            parts.insert(0, stretch_of(self._window, start, first_hour * _HOUR))
        if end_hour * _HOUR < stop:
            parts.append(stretch_of(self._window, end_hour * _HOUR, stop))
        return reduce(Stretch.joined, parts)

    def _hour(self, hour: int) -> Stretch:
        if hour not in self._hours:
            self._hours[hour] = stretch_of(
                self._window, hour * _HOUR, (hour + 1) * _HOUR
            )
        return self._hours[hour]


def stretch_of(window: Window, start: int, stop: int) -> Stretch:
    """Return what the minutes ``[start, stop)`` of the window amount to."""
    parts = slots_of(start, stop - 1)
    # One contiguous piece: NumPy adds it twice as fast as the ring's rows, and
    # in an order that does not depend on where the ring wraps.
    block = np.concatenate([window.values[HIGH:, :, part] for part in parts], axis=2)
    returns = block[LOG_RETURN - HIGH]
    sums = block[VOLUME - HIGH :].sum(axis=2)
    mean = sums[-1] / (stop - start)
    returns -= mean[:, None]
    returns *= returns
    return Stretch(
        minutes=stop - start,
        high=block[0].max(axis=1),
        low=block[LOW - HIGH].min(axis=1),
        sums=sums[:-1],
        n_returns=stop - start,
        mean=mean,
        spread=returns.sum(axis=1),
        # Only a missing minute has no volume, not even 0.
        is_whole=~np.isnan(sums[0]),
    )
