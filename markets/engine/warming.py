"""Candles of a timeframe from elsewhere, laid out for the states that begin anew."""

from collections.abc import Sequence

import numpy as np

from markets.engine.candles import (
    ABSENT,
    MISSING,
    PRESENT,
    VOLUME,
    CandleColumns,
    Presences,
)
from markets.types import MINUTE_MS, Candle


def page_of(
    histories: Sequence[Sequence[Candle]], *, length: int
) -> tuple[int, CandleColumns]:
    """
    Return the number of the first candle, and all of them as columns.

    Parameters
    ----------
    histories
        One a row, none empty, each oldest first.
    length
        Minutes of a candle.

    Returns
    -------
    tuple[int, CandleColumns]
        Shape ``(5, n_rows, n_candles)``. A candle that a history skips is
        ABSENT, and so are those before its first; after its last, MISSING.
    """
    step_ms = length * MINUTE_MS
    numbers = [
        np.array([candle.open_time_ms for candle in history], np.int64) // step_ms
        for history in histories
    ]
    first = int(min(some[0] for some in numbers))
    size = int(max(some[-1] for some in numbers)) + 1 - first
    values = np.full((VOLUME + 1, len(histories), size), np.nan)
    presence: Presences = np.full((len(histories), size), MISSING, "u1")
    for row, (some, history) in enumerate(zip(numbers, histories, strict=True)):
        presence[row, : some[-1] - first] = ABSENT
        presence[row, some - first] = PRESENT
        values[:, row, some - first] = np.array(
            [(one.open, one.high, one.low, one.close, one.volume) for one in history]
        ).T
    return first, CandleColumns(values, presence)


def over(page: CandleColumns, own: CandleColumns, size: int) -> CandleColumns:
    """
    Return `size` candles: the page, and over its end what is known better.

    Parameters
    ----------
    page
        From the first candle on, shape ``(5, n_rows, n_candles)``.
    own
        The last of the candles wanted; at most `size`.
    size
        How many are wanted; none where it is negative.
    """
    size = max(size, 0)
    count = min(size, page.presence.shape[1])
    values = np.full((*page.values.shape[:2], size), np.nan)
    presence: Presences = np.full((len(page.presence), size), MISSING, "u1")
    values[..., :count] = page.values[..., :count]
    presence[:, :count] = page.presence[:, :count]
    end = slice(size - own.presence.shape[1], size)
    is_own = (own.presence == PRESENT) | (presence[:, end] == MISSING)
    values[..., end] = np.where(is_own, own.values, values[..., end])
    presence[:, end] = np.where(is_own, own.presence, presence[:, end])
    return CandleColumns(values, presence)
