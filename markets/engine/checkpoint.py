"""The states of the indicators at a UTC midnight, to be kept and taken up again."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any, Final, Self
from zipfile import BadZipFile

import numpy as np

from markets.engine.candle_states import empty_arrays
from markets.engine.indicators.family import NAMES
from markets.engine.indicators.states import copy_rows
from markets.engine.table import Floats
from markets.engine.timeframes import LENGTHS

VERSION: Final = 2
"""Grows whenever a state means something else, though its shape be the same."""

_HEAD: Final = "head"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """
    What the indicators hold after every candle that ended by `end_ms`.

    `arrays` are float64 and have the symbols as their last axis: ``lanes`` (what
    is carried from candle to candle) and ``looks`` (what is looked back at) of
    shape ``(n, n_timeframes, n_symbols)``; ``values``, the last value of every
    metric in `metrics`; for each timeframe t ``closes_t`` and ``others_t``, the
    newest candles, of shape ``(n_candles, n_fields, n_symbols)``; ``recent``, the
    values of the last closed steps, a step at its number modulo their count, of
    shape ``(n_steps, n_metrics, n_timeframes, n_symbols)``. With the
    candles since, they end in the same bits as a run without a break.
    """

    version: int
    end_ms: int
    symbols: tuple[str, ...]
    metrics: tuple[str, ...]
    timeframes: tuple[int, ...]
    arrays: Mapping[str, Floats] = field(repr=False)

    @classmethod
    def of(
        cls, end_ms: int, symbols: Sequence[str], arrays: Mapping[str, Floats]
    ) -> Self:
        """Take a copy of some states' arrays."""
        copies = {name: array.copy() for name, array in arrays.items()}
        return cls(VERSION, end_ms, tuple(symbols), NAMES, LENGTHS, copies)

    def pack(self) -> bytes:
        """Return it as the bytes of an ``.npz`` file without pickled objects."""
        head = [self.version, self.end_ms, self.symbols, self.metrics, self.timeframes]
        file = BytesIO()
        named: dict[str, Any] = {_HEAD: np.array(json.dumps(head)), **self.arrays}
        np.savez(file, allow_pickle=False, **named)
        return file.getvalue()

    @classmethod
    def unpack(cls, packed: bytes) -> Self:
        """
        Return what was packed.

        Raises
        ------
        ValueError
            If the bytes are not those of a checkpoint.
        """
        try:
            with np.load(BytesIO(packed), allow_pickle=False) as file:
                arrays = {name: file[name] for name in file.files}
            version, end_ms, *names = json.loads(str(arrays.pop(_HEAD)))
            symbols, metrics, timeframes = map(tuple, names)
        except (BadZipFile, EOFError, KeyError, TypeError, ValueError) as error:
            raise ValueError(f"The bytes are no checkpoint: {error}") from error
        return cls(version, end_ms, symbols, metrics, timeframes, arrays)

    def arrays_for(self, symbols: Sequence[str]) -> Mapping[str, Floats]:
        """
        Return the arrays for these rows; symbols not known are at their start.

        Raises
        ------
        ValueError
            If the layout is not the one of this version of the engine.
        """
        found = empty_arrays(len(symbols))
        shapes = {name: array.shape[:-1] for name, array in found.items()}
        mine = {name: array.shape[:-1] for name, array in self.arrays.items()}
        layout = (self.version, self.metrics, self.timeframes, mine)
        if layout != (VERSION, NAMES, LENGTHS, shapes):
            raise ValueError(
                f"The checkpoint of version {self.version} has another layout than "
                f"version {VERSION}."
            )
        row_of = {symbol: row for row, symbol in enumerate(self.symbols)}
        rows = [row for row, symbol in enumerate(symbols) if symbol in row_of]
        kept = [row_of[symbols[row]] for row in rows]
        copy_rows(found, np.array(rows, np.intp), self.arrays, np.array(kept, np.intp))
        return found
