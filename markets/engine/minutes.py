"""Minutes of the window joined into longer candles."""

import numpy as np

from markets.engine.candles import (
    CLOSE,
    HIGH,
    LOW,
    MISSING,
    OPEN,
    PRESENT,
    VOLUME,
    CandleColumns,
)
from markets.engine.window import Window, slots_of
from markets.types import WINDOW_CANDLES


def joined(window: Window, first_minute: int, end_minute: int) -> CandleColumns:
    """
    Return the minutes ``[first_minute, end_minute)`` as one candle each row.

    Open, high, low, close and volume of those minutes that exist; MISSING
    where one of them is not known, or no longer held.
    """
    shape = (VOLUME + 1, window.n_symbols)
    if first_minute >= end_minute:
        return CandleColumns(np.full(shape, np.nan), np.zeros(shape[1], "u1"))
    if first_minute < window.first_minute:
        return CandleColumns(np.full(shape, np.nan), np.full(shape[1], MISSING, "u1"))
    values, presence = window.values, window.presence
    parts = list(slots_of(first_minute, end_minute - 1))
    whole = np.empty(shape)
    whole[OPEN] = values[OPEN, :, first_minute % WINDOW_CANDLES]
    whole[HIGH] = np.max([values[HIGH, :, part].max(axis=1) for part in parts], axis=0)
    whole[LOW] = np.min([values[LOW, :, part].min(axis=1) for part in parts], axis=0)
    whole[CLOSE] = values[CLOSE, :, (end_minute - 1) % WINDOW_CANDLES]
    # In one piece, so that the sum does not depend on where the ring wraps.
    volumes = np.concatenate([values[VOLUME, :, part] for part in parts], axis=1)
    whole[VOLUME] = volumes.sum(axis=1)
    candles = CandleColumns(whole, np.full(shape[1], PRESENT, "u1"))
    complete = np.all(
        [(presence[:, part] == PRESENT).all(axis=1) for part in parts], axis=0
    )
    # Only rows with a halt, a hole or a listing inside need a look at each minute.
    rows = np.flatnonzero(~complete)
    if len(rows):
        minutes = np.arange(first_minute, end_minute)
        partial = fold(window.candles_of(minutes, rows))
        whole[:, rows] = partial.values
        candles.presence[rows] = partial.presence
    return candles


def fold(parts: CandleColumns) -> CandleColumns:
    """Join the candles along the last axis, oldest first, into one."""
    values, presence = parts.values, parts.presence
    if not presence.shape[-1]:
        shape = presence.shape[:-1]
        return CandleColumns(
            np.full((len(values), *shape), np.nan), np.zeros(shape, "u1")
        )
    exists = presence == PRESENT
    first = exists.argmax(axis=-1)[..., None]
    last = exists.shape[-1] - 1 - exists[..., ::-1].argmax(axis=-1)[..., None]
    whole = np.empty(values.shape[:-1])
    whole[OPEN] = np.take_along_axis(values[OPEN], first, -1)[..., 0]
    whole[HIGH] = np.fmax.reduce(values[HIGH], axis=-1)
    whole[LOW] = np.fmin.reduce(values[LOW], axis=-1)
    whole[CLOSE] = np.take_along_axis(values[CLOSE], last, -1)[..., 0]
    # NumPy adds in an order that follows the layout; contiguous is the same for all.
    volumes = np.ascontiguousarray(np.where(exists, values[VOLUME], 0.0))
    whole[VOLUME] = volumes.sum(axis=-1)
    joined_presence = presence.max(axis=-1)
    whole[:, joined_presence != PRESENT] = np.nan
    return CandleColumns(whole, joined_presence)
