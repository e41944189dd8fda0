"""The newest candles of one timeframe, for indicators that look back at them."""

from typing import Final

import numpy as np

from markets.engine.candles import Rows
from markets.engine.indicators.carry import Truths
from markets.engine.table import Floats

CLOSES: Final = 199
"""An average of 200 candles looks back at so many before the newest."""
OTHERS: Final = 19

HIGH: Final = 0
LOW: Final = 1
VOLUME: Final = 2
TYPICAL: Final = 3
FLOW: Final = 4
N_FIELDS: Final = 5
"""High, low, volume, typical price and signed money flow; closes lie apart."""

_SLACK: Final = 4
"""A ring has room for a quarter more, so that it is moved back seldom."""


class Ring:
    """
    The newest `size` columns of something, always in one piece.

    Parameters
    ----------
    shape
        Number of fields and of instruments.
    size
        How many are kept; NaN until there are so many.
    """

    def __init__(self, shape: tuple[int, int], size: int) -> None:
        self.size = size
        self._room = np.full((size + size // _SLACK, *shape), np.nan)
        self._end = size

    @property
    def newest(self) -> Floats:
        """The columns kept, oldest first, shape ``(size, n_fields, n_symbols)``."""
        return self._room[self._end - self.size : self._end]

    @property
    def memory_bytes(self) -> int:
        """Bytes of the array."""
        return self._room.nbytes

    def push(self, values: Floats, stay: Rows) -> None:
        """Put one in for every row; those of `stay` keep what they have."""
        if self._end == len(self._room):
            self._room[: self.size] = self.newest
            self._end = self.size
        if len(stay):
            kept = self.newest[:, :, stay]
            self._room[self._end] = values
            self._room[self._end - self.size + 1 : self._end + 1, :, stay] = kept
        else:
            self._room[self._end] = values
        self._end += 1

    def extend(self, values: Floats, padding: Truths | None) -> Floats:
        """
        Put many in, and return them after those that were kept before.

        Of shape ``(size + n, n_fields, n_symbols)``; padding comes first.
        """
        whole = np.concatenate([self.newest, values])
        if padding is not None:
            counts = np.concatenate([np.ones((self.size, padding.shape[1])), ~padding])
            order = np.argsort(counts, axis=0, kind="stable")
            whole = np.take_along_axis(whole, order[:, None], axis=0)
        self.newest[...] = whole[-self.size :]
        return whole


class Past:
    """
    The newest candles before the one that comes, of every instrument.

    Parameters
    ----------
    n_symbols
        Number of rows.
    """

    def __init__(self, n_symbols: int) -> None:
        self.closes = Ring((1, n_symbols), CLOSES)
        self.others = Ring((N_FIELDS, n_symbols), OTHERS)

    @property
    def memory_bytes(self) -> int:
        """Bytes of the arrays."""
        return self.closes.memory_bytes + self.others.memory_bytes

    def push(self, close: Floats, others: Floats, exists: Truths) -> None:
        """Take one candle of each row that has one."""
        stay = np.flatnonzero(~exists)
        self.closes.push(close[None], stay)
        self.others.push(others, stay)

    def extend(self, close: Floats, others: Floats, padding: Truths | None) -> "Look":
        """
        Take many candles, and return the look back from each and the next one.

        Parameters
        ----------
        close
            Shape ``(n_candles, n_symbols)``.
        others
            Shape ``(5, n_candles, n_symbols)``.
        padding
            Places in front of a shorter history, of the shape of `close`.
        """
        closes = self.closes.extend(close[:, None], padding)
        fields = self.others.extend(others.swapaxes(0, 1), padding)
        return Look(closes, fields, len(close) + 1)

    def look(self) -> "Look":
        """Return the look back from the candle that comes next."""
        return Look(self.closes.newest, self.others.newest, 1)


class Look:
    """
    The look back from some candles in a row.

    Parameters
    ----------
    closes
        Shape ``(199 + n - 1, 1, n_symbols)``, oldest first.
    others
        Shape ``(19 + n - 1, 5, n_symbols)``.
    n_candles
        From how many candles.
    """

    def __init__(self, closes: Floats, others: Floats, n_candles: int) -> None:
        self._closes = closes
        self._others = others
        self._count = n_candles

    def closes(self, period: int) -> Floats:
        """Return the `period` closes before each, ``(period, n, n_symbols)``."""
        return self._lags(self._closes[:, 0], period)

    def field(self, field: int, period: int) -> Floats:
        """Return another field of the `period` candles before each."""
        return self._lags(self._others[:, field], period)

    def _lags(self, values: Floats, period: int) -> Floats:
        part = values[len(values) - self._count + 1 - period :]
        if self._count == 1:
            return part[:, None]
        pieces = np.lib.stride_tricks.sliding_window_view(part, self._count, axis=0)
        return pieces.transpose(0, 2, 1)


def total(lags: Floats) -> Floats:
    """Return the sum along the first axis, added strictly from its first on."""
    whole: Floats
    if lags.shape[1] > 1:
        whole = lags[0].copy()
        for lag in lags[1:]:
            whole += lag
    elif lags.shape[2] > 1:
        whole = np.add.reduce(lags, axis=0)
    else:
        # A lone column NumPy would not add in order, but in pairs.
        whole = np.add.accumulate(lags, axis=0)[-1]
    return whole
