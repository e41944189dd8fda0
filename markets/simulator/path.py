"""The way of a price through its minute: trades that sum to the candle exactly."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from markets.simulator.market import (
    ABSENT,
    CLOSE,
    COLUMNS,
    FIRST_ID,
    HIGH,
    LOW,
    OPEN,
    QUOTE_VOLUME,
    TAKER_QUOTE_VOLUME,
    TAKER_VOLUME,
    TRADES,
    VOLUME,
    Ints,
)
from markets.types import MINUTE_MS

_SUMS: Final = (VOLUME, QUOTE_VOLUME, TAKER_VOLUME, TAKER_QUOTE_VOLUME)
_HASH: Final = 2_654_435_761
_SIZES: Final = ((1, 1), (13, 5), (97, 40), (601, 260))
"""Every so manieth trade is so many times a small one larger, as tapes have it."""

Floats = np.ndarray[tuple[int, ...], np.dtype[np.float64]]


def forming(minute: Ints, *, minute_number: int, offset_ms: int) -> Ints:
    """
    Return the candles as they stand some time after the minute opened.

    The price walks open, low, high, close where the candle rises and open,
    high, low, close where it falls; the trades are spread evenly.

    Parameters
    ----------
    minute
        The finished minute, shape ``(pairs, COLUMNS)``.
    minute_number
        Minutes since 1970; shifts the first trade of each pair.
    offset_ms
        Time since the minute opened, 0 to 60,000.

    Returns
    -------
    Ints
        Of the shape of `minute`. Zero trades and a flat open price before the
        first trade; the finished minute itself at 60,000.
    """
    if offset_ms >= MINUTE_MS:
        return minute
    total = minute[:, TRADES]
    done = trades_until(minute, minute_number=minute_number, offset_ms=offset_ms)
    partial = np.empty((len(minute), COLUMNS), np.int64)
    partial[:, OPEN] = minute[:, OPEN]
    partial[:, TRADES] = np.where(total == ABSENT, ABSENT, done)
    partial[:, FIRST_ID] = minute[:, FIRST_ID]
    share = _share(done, total, np.arange(len(minute)), minute_number)
    for column in _SUMS:
        partial[:, column] = _part(minute[:, column], share)
    walk = _Walk(minute)
    last = np.maximum(done - 1, 0)
    price = walk.price(last)
    partial[:, CLOSE] = price
    partial[:, HIGH], partial[:, LOW] = walk.extremes(last, price)
    return partial


def trades_until(minute: Ints, *, minute_number: int, offset_ms: int) -> Ints:
    """Return the number of trades done up to a moment inside the minute."""
    total = np.maximum(minute[:, TRADES], 0)
    shift = _shift(np.arange(len(minute)), minute_number)
    done = np.floor(total * (offset_ms / MINUTE_MS) + shift).astype(np.int64)
    return np.minimum(done, total)


def tape(
    bar: Ints, *, row: int, minute_number: int, start: int, stop: int
) -> list[tuple[int, int, int, bool]]:
    """
    Return trades of one minute: (time offset in ms, price, volume, buyer took).

    `start` and `stop` count the trades of the minute. Volumes of all trades
    sum to the volume of the candle, most of them small and a few large; the
    side follows its taker share.
    """
    total = int(bar[TRADES])
    numbers = np.arange(start, min(stop, total), dtype=np.int64)
    if not numbers.size:
        return []
    shift = float(_shift(np.array([row]), minute_number)[0])
    walk = _Walk(np.broadcast_to(bar, (numbers.size, COLUMNS)))
    prices = walk.price(numbers)
    volume = np.full(numbers.size, bar[VOLUME], np.int64)
    place = (np.int64(total), np.array([row]), minute_number)
    after = _part(volume, _share(numbers + 1, *place))
    volumes = after - _part(volume, _share(numbers, *place))
    offsets = np.clip((numbers + 1 - shift) * MINUTE_MS / total, 0, MINUTE_MS - 1)
    taker = float(bar[TAKER_VOLUME]) / max(float(bar[VOLUME]), 1.0)
    bought = np.floor((numbers + 1) * taker + 0.5) > np.floor(numbers * taker + 0.5)
    return list(
        zip(
            np.ceil(offsets).astype(np.int64).tolist(),
            prices.tolist(),
            volumes.tolist(),
            bought.tolist(),
            strict=True,
        )
    )


def _shift(rows: Ints, minute_number: int) -> Floats:
    # When in its interval a trade falls: pairs must not all trade at once.
    return 0.05 + 0.9 * (_mixed(rows, minute_number) & 0xFFFF) / 0x10000


# The part of a minute's volume that its first `done` trades have.
def _share(
    done: Ints, total: Ints | np.int64, rows: Ints, minute_number: int
) -> Floats:
    mixed = _mixed(rows, minute_number)
    told = np.zeros(done.shape)
    whole = np.zeros(done.shape)
    for every, times in _SIZES:
        begun = mixed % every
        told += ((done + begun) // every) * times
        whole += ((np.maximum(total, 1) + begun) // every) * times
    return told / whole


def _mixed(rows: Ints, minute_number: int) -> Ints:
    return ((rows + 1) * _HASH + minute_number * 40_503) >> 7


def _part(total: Ints, share: Floats) -> Ints:
    # Floats lose the last digits of large sums; the whole must be exact.
    part = np.minimum(np.floor(total * share).astype(np.int64), total)
    return np.where(share >= 1.0, total, part)


@dataclass(slots=True)
class _Walk:
    """Straight lines from the open over two extremes to the close."""

    bars: Ints

    def price(self, number: Ints) -> Ints:
        """Return the price of the trade with this number, counted from 0."""
        first, second, at_first, at_second = self._corners()
        total = np.maximum(self.bars[:, TRADES], 1)
        opening, closing = self.bars[:, OPEN], self.bars[:, CLOSE]
        before = _between(opening, first, number, at_first)
        middle = _between(first, second, number - at_first, at_second - at_first)
        after = _between(second, closing, number - at_second, total - 1 - at_second)
        price = np.where(
            number <= at_first, before, np.where(number <= at_second, middle, after)
        )
        # Two trades or one have no room for corners.
        few = np.where(number >= total - 1, closing, opening)
        price = np.where(total < 3, few, price)
        return np.where(self.bars[:, TRADES] > 0, price, opening)

    def extremes(self, last: Ints, price: Ints) -> tuple[Ints, Ints]:
        """Return the highest and lowest price up to the trade `last`."""
        first, second, at_first, at_second = self._corners()
        opening = self.bars[:, OPEN]
        roomy = self.bars[:, TRADES] >= 3
        past_first = np.where(roomy & (last >= at_first), first, opening)
        past_second = np.where(roomy & (last >= at_second), second, opening)
        seen = np.stack([opening, price, past_first, past_second])
        return seen.max(axis=0), seen.min(axis=0)

    def _corners(self) -> tuple[Ints, Ints, Ints, Ints]:
        bars = self.bars
        rises = bars[:, CLOSE] >= bars[:, OPEN]
        first = np.where(rises, bars[:, LOW], bars[:, HIGH])
        second = np.where(rises, bars[:, HIGH], bars[:, LOW])
        last = np.maximum(bars[:, TRADES] - 1, 0)
        at_first = np.maximum(last // 3, 1)
        at_second = np.maximum(last - last // 3 - 1, at_first + 1)
        # Three trades have one corner: the extreme that the ends do not show.
        three = bars[:, TRADES] == 3
        starts_there = first == bars[:, OPEN]
        first = np.where(three & starts_there, second, first)
        return first, second, at_first, np.where(three, 1, at_second)


def _between(start: Ints, end: Ints, step: Ints, steps: Ints) -> Ints:
    return start + (end - start) * step // np.maximum(steps, 1)
