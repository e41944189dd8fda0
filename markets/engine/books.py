"""Order books as numbers: differences, price buckets, and who presses harder."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import numpy as np

from markets.engine.table import Floats

WITHIN_PCT: Final = (0.1, 0.5, 1.0, 2.0)
"""Distances from the mid price, in percent, within which pressure is told."""

BUCKETS_A_SIDE: Final = 50
"""About as many buckets as an automatic step makes of one side."""

_NICE: Final = (1, 2, 5)
# A price that is a whole number of steps may lie a rounding error beside it.
_ROUNDING: Final = 1e-6


@dataclass(frozen=True, slots=True)
class Pressure:
    """
    Value that waits on each side within a distance of the mid price.

    `bid_value` and `ask_value` are in the quote asset; `imbalance` is -1 (only
    sellers) to 1 (only buyers), NaN where nobody waits. `is_whole` says that
    the levels reach that far on both sides; otherwise there may be more.
    """

    within_pct: float
    bid_value: float
    ask_value: float
    imbalance: float
    is_whole: bool


def levels_of(block: bytes) -> Floats:
    """
    Return the levels of a packed side.

    Parameters
    ----------
    block
        One side of a `BookDepth`.

    Returns
    -------
    Floats
        Price and quantity of each level, best first, shape ``(n_levels, 2)``.
    """
    return np.frombuffer(block, np.float64).reshape(2, -1).T


def changed_levels(before: Floats, after: Floats) -> Floats:
    """
    Return what to set so that `before` becomes `after`.

    Parameters
    ----------
    before, after
        The same side at two moments, best first, ``(n_levels, 2)``.

    Returns
    -------
    Floats
        ``(n_changes, 2)``: levels that are new or have another quantity, then
        those that went, with quantity 0.
    """
    if not len(before):
        return after
    before, after = _by_price(before), _by_price(after)
    place = before[:, 0].searchsorted(after[:, 0])
    place = np.minimum(place, len(before) - 1)
    stays = before[place, 0] == after[:, 0]
    is_gone = np.ones(len(before), np.bool_)
    is_gone[place[stays]] = False
    removed = before[is_gone] * (1.0, 0.0)
    is_same = stays & (before[place, 1] == after[:, 1])
    return np.concatenate((after[~is_same], removed))


def mid_price(bids: Floats, asks: Floats) -> float:
    """Return the mean of best bid and best ask, NaN where a side is empty."""
    if not len(bids) or not len(asks):
        return float("nan")
    return float(bids[0, 0] + asks[0, 0]) / 2.0


def spread_bps(bids: Floats, asks: Floats) -> float:
    """
    Return the distance of the best prices in basis points of the mid price.

    That is ``10,000 × (best ask − best bid) / mid``; NaN where a side is empty.
    """
    if not len(bids) or not len(asks):
        return float("nan")
    return 1e4 * float(asks[0, 0] - bids[0, 0]) / mid_price(bids, asks)


def pressure(
    bids: Floats, asks: Floats, *, within_pct: tuple[float, ...] = WITHIN_PCT
) -> list[Pressure]:
    """
    Return the value that waits on each side, by distance from the mid price.

    A side's value within ``d`` percent is ``Σ price × quantity`` over its levels
    with ``|price − mid| ≤ mid × d / 100``; the imbalance is
    ``(bids − asks) / (bids + asks)``.

    Parameters
    ----------
    bids, asks
        Levels, best first, ``(n_levels, 2)``.
    within_pct
        The distances.

    Returns
    -------
    list[Pressure]
        One for each distance; none where a side is empty.
    """
    mid = mid_price(bids, asks)
    if np.isnan(mid):
        return []
    found = []
    for distance in within_pct:
        reach = mid * distance / 100.0 * (1.0 + 1e-12)
        near_bids, near_asks = mid - bids[:, 0] <= reach, asks[:, 0] - mid <= reach
        bid_value = float(bids[near_bids].prod(axis=1).sum())
        ask_value = float(asks[near_asks].prod(axis=1).sum())
        total = bid_value + ask_value
        found.append(
            Pressure(
                within_pct=distance,
                bid_value=bid_value,
                ask_value=ask_value,
                imbalance=(bid_value - ask_value) / total if total else float("nan"),
                is_whole=not (near_bids.all() or near_asks.all()),
            )
        )
    return found


def in_buckets(levels: Floats, step: float, *, is_bid: bool) -> Floats:
    """
    Sum the levels of a side into price steps.

    A bid belongs to the step at or below its price, ``⌊price / step⌋ × step``,
    an ask to that at or above, so that the two sides never share a bucket of
    their own best prices and no bucket looks better than what is in it.

    Parameters
    ----------
    levels
        One side, best first, ``(n_levels, 2)``.
    step
        Width of a bucket in the quote asset, above 0.
    is_bid
        Which side it is.

    Returns
    -------
    Floats
        Price and summed quantity of each bucket with anything in it, best
        first, ``(n_buckets, 2)``.
    """
    numbers = levels[:, 0] / step
    numbers = np.floor(numbers + _ROUNDING) if is_bid else np.ceil(numbers - _ROUNDING)
    buckets, which = np.unique(numbers, return_inverse=True)
    quantities = np.bincount(which, weights=levels[:, 1], minlength=len(buckets))
    summed = np.column_stack((buckets * step, quantities))
    return summed[::-1] if is_bid else summed


def nice_step(bids: Floats, asks: Floats, tick_size: Decimal) -> Decimal:
    """
    Return a step that shows a book in about `BUCKETS_A_SIDE` buckets a side.

    It is the tick size times 1, 2 or 5 and a power of ten: the smallest that
    spans the narrower side in so many buckets.
    """
    spans = [abs(float(side[0, 0] - side[-1, 0])) for side in (bids, asks) if len(side)]
    wanted = min(spans, default=0.0) / BUCKETS_A_SIDE
    scale = tick_size
    while True:
        for factor in _NICE:
            if float(step := scale * factor) >= wanted:
                return step
        scale *= 10


# Bids stand the other way round; a view costs nothing.
def _by_price(levels: Floats) -> Floats:
    return levels[::-1] if len(levels) and levels[0, 0] > levels[-1, 0] else levels
