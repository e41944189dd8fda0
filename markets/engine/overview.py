"""The market as a whole: breadth, pace, categories, and who leads it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from markets.engine.table import Floats, Table
from markets.types import WINDOWS

Rows = NDArray[np.intp]

DAY_MINUTES: Final = WINDOWS["1d"]
SPARK_HEIGHT: Final = 100
"""Sparks are whole numbers from 0 (their lowest) to this (their highest)."""


@dataclass(frozen=True, slots=True)
class Breadth:
    """How many pairs rose, fell, and did neither; unknown changes count nowhere."""

    advancing: int
    declining: int
    unchanged: int


@dataclass(frozen=True, slots=True)
class Category:
    """
    Pairs of one kind together.

    The changes are percent over the window, NaN where no member's is known;
    `quote_volume` is of 24 hours.
    """

    name: str
    members: int
    mean_change: float
    median_change: float
    quote_volume: float


@dataclass(frozen=True, slots=True)
class Movers:
    """Rows of the table, each list with its first at the front."""

    gainers: Rows
    losers: Rows
    volume: Rows
    unusual: Rows


def column_of(table: Table, name: str) -> Floats:
    """Return one metric over all symbols, NaN everywhere where there is none."""
    number = table.column_of.get(name)
    return (
        np.full(len(table.symbols), np.nan) if number is None else table.values[number]
    )


def breadth(change: Floats) -> Breadth:
    """
    Count the pairs that rose and fell.

    Parameters
    ----------
    change
        Percent over a window, shape ``(n_symbols,)``.
    """
    return Breadth(
        int((change > 0).sum()), int((change < 0).sum()), int((change == 0).sum())
    )


def pace(window_sum: Floats, day_sum: Floats, *, minutes: int) -> Floats:
    """
    Return how fast something goes on against the rest of its day.

    Parameters
    ----------
    window_sum, day_sum
        What happened in the last `minutes` and in the last 24 hours (volume,
        trades), of any one shape.
    minutes
        Length of the window, less than a day.

    Returns
    -------
    Floats
        Ratios without unit; 1.0 is as ever. NaN where the rest of the day was
        silent or is unknown.
    """
    rest = (day_sum - window_sum) / (DAY_MINUTES - minutes)
    ratio: Floats = window_sum / minutes / np.where(rest > 0, rest, np.nan)
    return ratio


def market_pace(table: Table, window: str) -> float:
    """
    Return the quote volume a minute of the window against the rest of the day.

    Only pairs whose figures are known for both count. NaN for the window of a
    whole day, which has no rest.
    """
    minutes = WINDOWS[window]
    if minutes >= DAY_MINUTES:
        return float("nan")
    both = np.stack(
        [
            column_of(table, f"quote_volume_{window}"),
            column_of(table, "quote_volume_1d"),
        ]
    )
    part, day = both[:, ~np.isnan(both).any(axis=0)].sum(axis=1, keepdims=True)
    return float(pace(part, day, minutes=minutes)[0])


def unusual_window(window: str) -> str:
    """Return the window whose volume can be told unusual: 8h stands for 1d."""
    return "8h" if window == "1d" else window


def highest(values: Floats, limit: int) -> Rows:
    """Return the rows of the highest values, highest first; unknown ones never."""
    order = np.argsort(-values, kind="stable")
    return order[: min(limit, int(np.count_nonzero(~np.isnan(values))))]


def movers(table: Table, window: str, *, limit: int) -> Movers:
    """
    Return who moved most in a window.

    A gainer has risen and a loser has fallen: a falling market has no gainers.
    """
    change = column_of(table, f"change_{window}")
    unusual = column_of(table, f"relative_volume_{unusual_window(window)}")
    return Movers(
        highest(np.where(change > 0, change, np.nan), limit),
        highest(np.where(change < 0, -change, np.nan), limit),
        highest(column_of(table, f"quote_volume_{window}"), limit),
        highest(unusual, limit),
    )


def activity(table: Table) -> Floats:
    """
    Return how much more than usual each pair was traded in the last hour.

    The geometric mean of two paces, of trades and of quote volume, so that
    neither one huge order nor a swarm of tiny ones is enough. NaN for pairs
    whose 24 h quote volume is below the market's median: their usual is so
    little that any trade would lead the list.
    """
    day_volume = column_of(table, "quote_volume_1d")
    trades = pace(
        column_of(table, "trades_1h"), column_of(table, "trades_1d"), minutes=60
    )
    volume = pace(column_of(table, "quote_volume_1h"), day_volume, minutes=60)
    known = day_volume[~np.isnan(day_volume)]
    floor = np.median(known) if len(known) else np.nan
    mean: Floats = np.where(day_volume >= floor, np.sqrt(trades * volume), np.nan)
    return mean


def categories(
    table: Table, window: str, members: Mapping[str, Sequence[int]]
) -> list[Category]:
    """
    Return the categories, the strongest mean change first.

    Parameters
    ----------
    table
        The market.
    window
        Over which the changes are taken.
    members
        Rows of the table by category; a row may stand in several.
    """
    change = column_of(table, f"change_{window}")
    volume = column_of(table, "quote_volume_1d")
    found = []
    for name, rows in members.items():
        picked = list(rows)
        known = change[picked][~np.isnan(change[picked])]
        is_known = len(known) > 0
        found.append(
            Category(
                name,
                len(picked),
                float(known.mean()) if is_known else float("nan"),
                float(np.median(known)) if is_known else float("nan"),
                float(np.nansum(volume[picked])),
            )
        )
    return sorted(
        found,
        key=lambda one: (np.isnan(one.mean_change), -one.mean_change, one.name),
    )


def spark(closes: Sequence[float]) -> list[int]:
    """Return closes as whole numbers from 0 to `SPARK_HEIGHT`; flat is the middle."""
    if not closes:
        return []
    values = np.asarray(closes)
    low, span = values.min(), np.ptp(values)
    if span == 0:
        return [SPARK_HEIGHT // 2] * len(closes)
    scaled: list[int] = (
        np.rint((values - low) / span * SPARK_HEIGHT).astype(int).tolist()
    )
    return scaled
