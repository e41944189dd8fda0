"""What a record says: how often, what came after, and how sure that is."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from alerts.rules.intervals import wilson
from alerts.rules.outcomes import Aim, Verdict, Verdicts
from markets.engine.table import Floats

FEW: Final = 30
"""Fewer outcomes than this tell little, whatever their share."""


@dataclass(frozen=True, slots=True)
class Moves:
    """
    Forward returns over one horizon, in percent.

    Of `count` the return is known; without one the rest is NaN. `share_up` is
    a fraction.
    """

    count: int
    mean_pct: float
    median_pct: float
    share_up: float

    @classmethod
    def of(cls, returns_pct: Floats, weights: Floats | None = None) -> "Moves":
        """
        Sum up some returns; a NaN is left out.

        With weights, the median is the least return that, with all below it,
        has half of the weight.
        """
        is_known = ~np.isnan(returns_pct)
        known = returns_pct[is_known]
        if not len(known):
            return cls(0, np.nan, np.nan, np.nan)
        if weights is None:
            return cls(
                len(known),
                float(known.mean()),
                float(np.median(known)),
                float((known > 0).mean()),
            )
        weights = weights[is_known]
        total = float(weights.sum())
        return cls(
            len(known),
            float(known @ weights) / total,
            _weighted_median(known, weights),
            float(weights[known > 0].sum()) / total,
        )


@dataclass(frozen=True, slots=True)
class HorizonSummary:
    """What came `minutes` after, and what comes after any minute of the same pairs."""

    name: str
    minutes: int
    fires: Moves
    base: Moves


@dataclass(frozen=True, slots=True)
class HitSummary:
    """
    How often the target was reached before the stop.

    `unmeasured` ones had no outcome, and count in no share. `base_rate` is the
    same of any minute of the same pairs, of which `base_count` were measured;
    NaN where none was.
    """

    aim: Aim
    hits: int
    stops: int
    undecided: int
    unmeasured: int
    base_rate: float
    base_count: int

    @classmethod
    def of(
        cls, aim: Aim, verdicts: Verdicts, *, base_rate: float, base_count: int
    ) -> "HitSummary":
        """Count the verdicts of all fires."""
        stops, undecided, hits, unmeasured = count_verdicts(verdicts)
        return cls(aim, hits, stops, undecided, unmeasured, base_rate, base_count)

    @property
    def count(self) -> int:
        """How many have an outcome; being undecided is one."""
        return self.hits + self.stops + self.undecided

    @property
    def rate(self) -> float:
        """The share of hits, NaN where nothing has an outcome."""
        return self.hits / self.count if self.count else np.nan

    @property
    def interval(self) -> tuple[float, float]:
        """Where the true rate lies, at 95 %."""
        return wilson(self.hits, self.count)

    @property
    def is_little_data(self) -> bool:
        """Whether nothing can be said that the base rate does not say."""
        low, high = self.interval
        return self.count < FEW or not (self.base_rate < low or self.base_rate > high)

    @property
    def sentence(self) -> str:
        """What the rate is worth, in plain words."""
        if not self.count:
            return "Nothing it fired on has an outcome yet."
        low, high = (f"{100 * end:.1f}" for end in self.interval)
        interval = f"between {low} % and {high} %"
        if self.count < FEW:
            only = "outcome is" if self.count == 1 else "outcomes are"
            return (
                f"{self.count} {only} too few to tell: the true rate lies {interval}."
            )
        if np.isnan(self.base_rate):
            return f"The true rate lies {interval}; there is no base rate beside it."
        base = f"the base rate of {100 * self.base_rate:.1f} %"
        if self.is_little_data:
            return f"The true rate lies {interval}, and so does {base}: no edge shows."
        side = "above" if self.rate > self.base_rate else "below"
        return f"The true rate lies {interval}, {side} {base}."


@dataclass(frozen=True, slots=True)
class Fire:
    """
    One time it would have opened an episode.

    `end_ms` is the close, `price` the one then. `returns_pct` follow the
    horizons, `path_pct` the `PATH_MINUTES`; NaN where not known.
    """

    symbol: str
    end_ms: int
    price: float
    returns_pct: tuple[float, ...]
    path_pct: tuple[float, ...]
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Record:
    """
    What a rule would have done over stored days.

    Parameters
    ----------
    count
        How often it would have fired.
    pairs, pairs_fired
        How many pairs were asked, and on how many it fired.
    days
        How much of the range is stored, in days.
    horizons, hits
        What came after, each beside its base rate.
    grid_minutes
        The base rates are of every so-manieth minute.
    fires
        The newest ones, newest first.
    missing_days, outdated_days
        Days since 1970 that are not stored, or by other formulas.
    """

    count: int
    pairs: int
    pairs_fired: int
    days: float
    horizons: tuple[HorizonSummary, ...]
    hits: HitSummary
    grid_minutes: int
    fires: tuple[Fire, ...]
    missing_days: tuple[int, ...]
    outdated_days: tuple[int, ...]

    @property
    def fires_a_day(self) -> float:
        """How often it fires a day, on all its pairs together."""
        return self.count / self.days

    @property
    def is_little_data(self) -> bool:
        """Whether the hit rate says nothing yet."""
        return self.hits.is_little_data

    @property
    def sentence(self) -> str:
        """What it is worth, in plain words."""
        if not self.count:
            return "It would not have fired in this time."
        return self.hits.sentence


def count_verdicts(verdicts: Verdicts) -> tuple[int, int, int, int]:
    """Return how many are stops, undecided, hits and unmeasured."""
    stops, undecided, hits, unmeasured = np.bincount(
        verdicts.astype(np.intp) - Verdict.STOP, minlength=4
    ).tolist()
    return stops, undecided, hits, unmeasured


def _weighted_median(values: Floats, weights: Floats) -> float:
    order = values.argsort()
    reached = weights[order].cumsum()
    return float(values[order[np.searchsorted(reached, reached[-1] / 2)]])
