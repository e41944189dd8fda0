"""What comes after any minute of the pairs that a rule fires on."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from alerts.rules.outcomes import HORIZONS, Aim, forward_returns, verdicts
from alerts.rules.summaries import Moves, count_verdicts
from markets.engine.table import Floats
from markets.features.spans import Prices

GRIDS: Final = (1, 5, 15, 30, 60, 120, 240, 720, 1_440)
MOST_MOMENTS: Final = 2_500_000
"""The base rates are of every minute where these are enough, else of an even grid."""


@dataclass(frozen=True, slots=True)
class PairBase:
    """
    What came after the minutes of one pair.

    `returns_pct` has a row a horizon and a column a minute.
    """

    returns_pct: Floats
    hits: int
    measured: int


@dataclass(frozen=True, slots=True)
class BaseRates:
    """Those of several pairs in one; `moves` follow the horizons."""

    moves: tuple[Moves, ...]
    hit_rate: float
    measured: int


def choose_grid(n_pairs: int, n_minutes: int) -> int:
    """Return of which minutes the base rates are: every one, or every so-manieth."""
    fine = (step for step in GRIDS if n_pairs * n_minutes // step <= MOST_MOMENTS)
    return next(fine, GRIDS[-1])


def pair_base(prices: Prices, moments: slice, aim: Aim) -> PairBase:
    """Measure an even grid of minutes of one pair, whatever a rule says of them."""
    stops, undecided, hits, _ = count_verdicts(verdicts(prices, moments, aim))
    places = np.arange(len(prices.close))[moments]
    returns = forward_returns(prices.close, places, HORIZONS.values())
    return PairBase(np.ascontiguousarray(returns.T), hits, stops + undecided + hits)


def join(bases: Sequence[PairBase], fires: Sequence[int]) -> BaseRates:
    """
    Return the base rates of several pairs, each as much as it was fired on.

    Else a rule that fires on lively pairs would be measured against quiet ones.
    Where nothing fired all pairs count alike.
    """
    counts = np.array(fires, np.float64)
    if not counts.any():
        counts[:] = 1
    chosen: list[tuple[PairBase, float]] = [
        (base, float(weight))
        for base, weight in zip(bases, counts, strict=True)
        if weight
    ]
    moves = tuple(
        _moves([(base.returns_pct[row], weight) for base, weight in chosen])
        for row in range(len(HORIZONS))
    )
    hits = total = 0.0
    for base, weight in chosen:
        if base.measured:
            hits += weight * base.hits / base.measured
            total += weight
    measured = sum(base.measured for base, _ in chosen)
    return BaseRates(moves, hits / total if total else np.nan, measured)


# However many of a pair's minutes are known, it counts as much as its weight.
def _moves(pairs: Sequence[tuple[Floats, float]]) -> Moves:
    if len(pairs) == 1:
        return Moves.of(pairs[0][0])
    weights = [
        np.full(
            len(returns), weight / max(1, int(np.count_nonzero(~np.isnan(returns))))
        )
        for returns, weight in pairs
    ]
    returns = [returns for returns, _ in pairs]
    return Moves.of(np.concatenate(returns), np.concatenate(weights))
