"""What came after a moment: forward returns, and the target or the stop."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Final, NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from markets.engine.table import Floats
from markets.features.spans import Prices
from markets.types import WINDOWS

HORIZONS: Final[Mapping[str, int]] = {
    name: WINDOWS[window]
    for name, window in (("15m", "15m"), ("1h", "1h"), ("4h", "4h"), ("24h", "1d"))
}
"""After how many minutes a forward return is taken."""

PATH_MINUTES: Final = tuple(range(15, 241, 15))
"""The points of the little chart of what came after."""

LONGEST_HORIZON: Final = 1_440

_MOMENTS_AT_A_TIME: Final = 512
"""Their minutes stay in the processor's cache."""

Places = NDArray[np.intp] | slice
Verdicts = NDArray[np.int8]


class Verdict(IntEnum):
    """What a moment was followed by first, within the horizon."""

    STOP = -1
    UNDECIDED = 0
    TARGET = 1
    UNMEASURED = 2
    """A minute was missing before it was decided, or the horizon is not over."""


@dataclass(frozen=True, slots=True)
class Aim:
    """
    What is called a hit, fixed before anything is measured.

    The price moves by `target_pct` percent towards `side` (1 up, -1 down)
    before it moves by `stop_pct` against it, by the highs and lows of the
    `horizon_minutes` after the moment. A minute that has both is a stop.
    """

    target_pct: float
    stop_pct: float
    horizon_minutes: int = 240
    side: int = 1

    def __post_init__(self) -> None:
        for name, percent in (("target", self.target_pct), ("stop", self.stop_pct)):
            # A price cannot fall by more than all of it.
            if not 0 < percent < 100:
                raise ValueError(f"The {name} is {percent} %; it lies within 0 to 100.")
        if not 1 <= self.horizon_minutes <= LONGEST_HORIZON:
            raise ValueError(
                f"The horizon is {self.horizon_minutes} minutes; it must be 1 to "
                f"{LONGEST_HORIZON:,}."
            )
        if self.side not in {1, -1}:
            raise ValueError(f"The side is {self.side}; it must be 1 or -1.")

    def levels(self, close: Floats) -> tuple[Floats, Floats]:
        """Return the upper and the lower level around some prices."""
        above, below = self.target_pct, self.stop_pct
        if self.side < 0:
            above, below = below, above
        return close * (1 + above / 100), close * (1 - below / 100)


class Outcome(NamedTuple):
    """
    What came after one opening.

    `returns_pct` follow `HORIZONS`, `path_pct` the `PATH_MINUTES`; NaN where a
    price is not known, or not yet.
    """

    returns_pct: tuple[float, ...]
    path_pct: tuple[float, ...]
    verdict: Verdict


def outcome_at(price: float, after: Prices, aim: Aim) -> Outcome:
    """
    Measure one opening, by the definitions that the preview uses.

    Parameters
    ----------
    price
        The close at which it opened.
    after
        The minutes since, one row, from the one that began with the opening;
        NaN where one is missing, flat at the close where the pair was halted.
        Those after the longest horizon are not looked at.
    aim
        What counts as a hit.
    """
    at = np.array([[price]])
    whole = Prices(*(np.hstack([at, column]) for column in after))
    first = np.zeros(1, np.intp)
    return Outcome(
        tuple(forward_returns(whole.close[0], first, HORIZONS.values())[0].tolist()),
        tuple(forward_returns(whole.close[0], first, PATH_MINUTES)[0].tolist()),
        Verdict(int(verdicts(Prices(*(one[0] for one in whole)), first, aim)[0])),
    )


def forward_returns(
    close: Floats, places: NDArray[np.intp], minutes: Collection[int]
) -> Floats:
    """
    Return by how many percent the close of one pair moved.

    Parameters
    ----------
    close
        Its closes, a minute each.
    places
        The moments, as places in `close`.
    minutes
        After how many minutes.

    Returns
    -------
    Floats
        Shape ``(len(places), len(minutes))``; NaN where either close is not
        known.
    """
    found = np.full((len(places), len(minutes)), np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        for column, ahead in enumerate(minutes):
            there = places + ahead < len(close)
            now = places[there]
            found[there, column] = 100 * (close[now + ahead] / close[now] - 1)
    return found


def verdicts(prices: Prices, places: Places, aim: Aim) -> Verdicts:
    """
    Return what came first after some moments of one pair.

    Parameters
    ----------
    prices
        Its minutes, each column of one dimension.
    places
        The moments, ascending; an even grid is quicker as a slice.
    aim
        What counts as a hit.

    Returns
    -------
    Verdicts
        A `Verdict` for each place.
    """
    close, high, low = prices
    horizon = aim.horizon_minutes
    at = np.arange(len(close))[places]
    found = np.full(len(at), Verdict.UNMEASURED, np.int8)
    over = int(np.searchsorted(at, len(close) - horizon))
    if not over:
        return found
    highs = sliding_window_view(high[1:], horizon)
    lows = sliding_window_view(low[1:], horizon)
    for begin in range(0, over, _MOMENTS_AT_A_TIME):
        some = at[begin : min(begin + _MOMENTS_AT_A_TIME, over)]
        chosen: Places = some
        if isinstance(places, slice):
            chosen = slice(int(some[0]), int(some[-1]) + 1, places.step)
        found[begin : begin + len(some)] = _judge(
            close[chosen], highs[chosen], lows[chosen], aim
        )
    return found


# One moment a row, its minutes across. What is not within the levels is beyond
# one of them, or not known.
def _judge(close: Floats, high: Floats, low: Floats, aim: Aim) -> Verdicts:
    upper, lower = aim.levels(close)
    within = high < upper[:, None]
    within &= low > lower[:, None]
    left = np.logical_not(within, out=within)
    first = left.argmax(axis=1)
    rows = np.arange(len(close))
    is_above = high[rows, first] >= upper
    is_below = low[rows, first] <= lower
    is_gain, is_loss = (is_above, is_below) if aim.side > 0 else (is_below, is_above)
    found = np.full(len(close), Verdict.UNMEASURED, np.int8)
    found[is_gain] = Verdict.TARGET
    found[is_loss] = Verdict.STOP
    found[~left[rows, first]] = Verdict.UNDECIDED
    return found
