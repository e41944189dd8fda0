"""Metrics of candles, of all timeframes in the order of the table's columns."""

from typing import Final

import numpy as np

from markets.engine.candles import PRESENT, CandleColumns, join
from markets.engine.indicators.carry import Truths
from markets.engine.indicators.family import NAMES
from markets.engine.indicators.states import IndicatorStates
from markets.engine.table import Floats
from markets.engine.timeframes import LENGTHS

N_COLUMNS: Final = len(NAMES) * len(LENGTHS)
"""They are the last columns of the table."""

_DAY: Final = 1_440
_MINUTES: Final = np.array(LENGTHS)[:, None]
_CANDLE: Final = slice(0, NAMES.index("candle_volume") + 1)
_RUNS: Final = slice(NAMES.index("consecutive_up"), NAMES.index("consecutive_down") + 1)


def write_closed(columns: Floats, states: IndicatorStates) -> None:
    """Write the metrics of the last closed candles, ``(n_metrics, n_symbols)``."""
    values = columns.reshape(states.values.shape)
    values[...] = states.values
    bound_runs(values)


def write_live(
    columns: Floats,
    states: IndicatorStates,
    begun: CandleColumns,
    forming: tuple[CandleColumns, CandleColumns],
    end: int,
) -> None:
    """
    Write the metrics with the candles being formed.

    Parameters
    ----------
    columns
        Where, shape ``(n_metrics, n_symbols)``.
    states
        With every candle that has closed.
    begun
        The closed minutes of the candles being formed.
    forming
        The minute after the last closed one and the next, shape
        ``(5, n_symbols)``: around a close the second may be there already.
    end
        Number of the first of these two minutes.
    """
    first, second = forming
    now = join(begun, first)
    shown = now
    if (second.presence == PRESENT).any():
        # Where the second minute begins a candle, the indicators stay with the
        # one that is over but not yet applied, or they would leave it out.
        begins = (end + 1) % _MINUTES == 0
        now = _where(begins, now, join(now, second))
        shown = _where(begins & (second.presence == PRESENT), _each(second), now)
    values = columns.reshape(states.values.shape)
    states.peek(now, values)
    values[_CANDLE] = shown.values
    values[_RUNS] = states.values[_RUNS]
    bound_runs(values)


def bound_runs(values: Floats) -> None:
    """Count runs back for a day at most; ``(n_names, n_timeframes, n_symbols)``."""
    np.minimum(values[_RUNS], _DAY / _MINUTES, out=values[_RUNS])


def _each(candles: CandleColumns) -> CandleColumns:
    return CandleColumns(candles.values[:, None], candles.presence)


def _where(chosen: Truths, one: CandleColumns, other: CandleColumns) -> CandleColumns:
    values = np.where(chosen, one.values, other.values)
    return CandleColumns(values, np.where(chosen, one.presence, other.presence))
