"""Trades as numbers: which of them are large for their pair."""

from collections.abc import Collection
from typing import Final

import numpy as np

LARGE_QUANTILE: Final = 0.99
LEAST_TRADES: Final = 100
"""With fewer trades the quantile would be little more than the largest one."""


def large_value(values: Collection[float]) -> float | None:
    """
    Return the value from which a trade is large for its pair.

    It is the 99th percentile (interpolated linearly) of the values given, so
    about one trade in a hundred of the pair's own is large.

    Parameters
    ----------
    values
        ``price × quantity`` of the pair's recent trades, in the quote asset.

    Returns
    -------
    float | None
        The threshold in the quote asset, None with fewer than 100 trades.
    """
    if len(values) < LEAST_TRADES:
        return None
    return float(np.quantile(np.fromiter(values, np.float64), LARGE_QUANTILE))
