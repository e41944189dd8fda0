"""The market as a table: what the feed publishes and everyone else reads."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class _Header(msgspec.Struct, array_like=True):
    venue: str
    market_key: str
    market_label: str
    clock: str
    sequence: int
    as_of_ms: int
    symbols: list[str]
    columns: list[str]


@dataclass(frozen=True)
class Table:
    """
    Metrics of all instruments at one moment.

    `values` has the shape ``(n_columns, n_symbols)``, NaN where a value has no
    meaning. `clock` is ``closed`` (windows end with the last closed minute) or
    ``live`` (the price now against the same starts). `sequence` grows by one
    with every publication of this clock; `as_of_ms` is the exchange time.
    """

    venue: str
    market_key: str
    market_label: str
    clock: str
    sequence: int
    as_of_ms: int
    symbols: tuple[str, ...]
    columns: tuple[str, ...]
    values: Floats = field(repr=False)

    @property
    def version(self) -> Hashable:
        """What changes whenever the table does."""
        return self.market_key, self.sequence, self.as_of_ms

    @cached_property
    def row_of(self) -> Mapping[str, int]:
        """Row number of each symbol."""
        return {symbol: row for row, symbol in enumerate(self.symbols)}

    @cached_property
    def column_of(self) -> Mapping[str, int]:
        """Column number of each metric."""
        return {name: number for number, name in enumerate(self.columns)}

    def column(self, name: str) -> Floats:
        """Return one metric over all symbols; raises KeyError if unknown."""
        column: Floats = self.values[self.column_of[name]]
        return column

    def row(self, symbol: str) -> dict[str, float]:
        """Return all metrics of one symbol; raises KeyError if unknown."""
        cells: list[Any] = self.values[:, self.row_of[symbol]].tolist()
        return dict(zip(self.columns, cells, strict=True))

    def to_bytes(self) -> bytes:
        """Pack the table: header length, header (JSON, padded), float64 block."""
        header = msgspec.json.encode(
            _Header(
                self.venue,
                self.market_key,
                self.market_label,
                self.clock,
                self.sequence,
                self.as_of_ms,
                list(self.symbols),
                list(self.columns),
            )
        )
        # The block begins at a multiple of 8, as doubles should.
        header += b" " * (-(len(header) + 4) % 8)
        block = np.ascontiguousarray(self.values, dtype="<f8").tobytes()
        return len(header).to_bytes(4, "little") + header + block

    @classmethod
    def from_bytes(cls, packed: bytes) -> "Table":
        """Undo `to_bytes`; the values are read-only."""
        size = int.from_bytes(packed[:4], "little")
        header = msgspec.json.decode(packed[4 : 4 + size], type=_Header)
        shape = (len(header.columns), len(header.symbols))
        values = np.frombuffer(packed, dtype="<f8", offset=4 + size).reshape(shape)
        return cls(
            header.venue,
            header.market_key,
            header.market_label,
            header.clock,
            header.sequence,
            header.as_of_ms,
            tuple(header.symbols),
            tuple(header.columns),
            values,
        )
