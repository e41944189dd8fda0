"""Indicators along the candles of one instrument, as a chart draws them."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from markets.engine.candle_catalogue import CANDLE_METRICS
from markets.engine.candles import PRESENT, CandleColumns
from markets.engine.indicators.family import NAMES
from markets.engine.indicators.states import IndicatorStates
from markets.engine.table import Floats

GROUPS: Final[Mapping[str, tuple[str, ...]]] = {
    "bb": ("bb_upper", "bb_middle", "bb_lower"),
    "macd": ("macd", "macd_signal", "macd_hist"),
    "stoch": ("stoch_k", "stoch_d"),
    "adx": ("adx_14", "plus_di", "minus_di"),
}
"""One name for lines that are drawn together."""

CHARTED: Final = tuple(
    name for name in NAMES if not name.startswith(("candle_", "consecutive_"))
)
"""Indicators of a candle; the candle itself and its runs are not drawn."""

RUNNING_SUMS: Final = ("obv", "ad")
"""Their level is where they began; only their differences have a meaning."""

MOST_LEAD: Final = 2_000
"""Of an average of 200 this leaves 2e-9 of how wrong its beginning was."""

_SETTLES: Final = 20
"""Warm-ups until Wilder's averages, the slowest but KAMA, forget to 1e-9."""
_SETTLES_LATE: Final = ("kama_10",)
_LOOKS_BACK: Final = (
    "sma_", "bb_", "wma_", "stoch_", "williams_", "vroc_", "cci_", "mfi_",
)  # fmt: skip
_WARM_UP: Final = {metric.name: metric.warm_up for metric in CANDLE_METRICS}


def lead_of(names: Sequence[str]) -> int:
    """
    Return how many candles before the first shown one their values need.

    What only looks back needs its warm-up; what is smoothed goes on until its
    beginning no longer tells.
    """
    return max((_lead(name) for name in names), default=0)


def values_along(names: Sequence[str], candles: Floats) -> dict[str, Floats]:
    """
    Return indicators of a history, as the market table has them.

    Parameters
    ----------
    names
        Some of `CHARTED`.
    candles
        Open, high, low, close, volume, oldest first, shape ``(5, n_candles)``.

    Returns
    -------
    dict[str, Floats]
        By name, shape ``(n_candles,)``; NaN where there is no value yet.
    """
    count = candles.shape[1]
    if not count:
        return {name: np.empty(0) for name in names}
    columns = CandleColumns(candles[:, None], np.full((1, count), PRESENT, "u1"))
    found = IndicatorStates(1, 1).run(0, columns)
    return {name: found[NAMES.index(name), 0] for name in names}


def _lead(name: str) -> int:
    if name in RUNNING_SUMS:
        return 0
    if name.startswith(_LOOKS_BACK):
        return _WARM_UP[name]
    if name in _SETTLES_LATE:
        return MOST_LEAD
    return min(_SETTLES * _WARM_UP[name], MOST_LEAD)
