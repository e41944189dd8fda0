"""Earlier closed values of the metrics that live expressions look back at."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

import msgspec
import numpy as np

from markets.engine.table import Floats, Table
from markets.types import MINUTE_MS

DEFAULT_LIMIT_BYTES: Final = 128 * 2**20


class Track(NamedTuple):
    """A metric, followed from one end of a step of `clock` minutes to the next."""

    metric: str
    clock: int


class _Header(msgspec.Struct, array_like=True):
    symbols: list[str]
    rings: list[tuple[str, int, int, int | None]]


@dataclass(slots=True)
class _Ring:
    # Rows are steps, at their number modulo the depth; columns are symbols.
    values: Floats
    newest: int | None = None

    def at(self, step: int) -> Floats | None:
        if self.newest is None or not 0 <= self.newest - step < len(self.values):
            return None
        row: Floats = self.values[step % len(self.values)]
        return row

    def move_to(self, step: int) -> None:
        """Begin a step; those that were skipped are unknown."""
        depth = len(self.values)
        if self.newest is None or step - self.newest >= depth:
            self.values[:] = np.nan
        else:
            for skipped in range(self.newest + 1, step + 1):
                self.values[skipped % depth] = np.nan
        self.newest = step


class History:
    """
    A few closed values of just the columns that somebody looks back at.

    Whoever evaluates keeps one: `keep` says what is wanted, `push` takes each
    closed table. A step is numbered by its end: one of an hour that ends at
    10:00 UTC holds the values of the closed table of 10:00. What was not seen
    is NaN, until `fill` or a later `push` brings it.
    """

    def __init__(self, *, limit_bytes: int = DEFAULT_LIMIT_BYTES) -> None:
        self._limit_bytes = limit_bytes
        self._symbols: tuple[str, ...] = ()
        self._compared: tuple[str, ...] = ()
        self._rings: dict[Track, _Ring] = {}
        self._depths: dict[Track, int] = {}

    @property
    def tracks(self) -> tuple[Track, ...]:
        """What is being followed."""
        return tuple(self._depths)

    @property
    def memory_bytes(self) -> int:
        """Bytes of all values kept."""
        return sum(ring.values.nbytes for ring in self._rings.values())

    @property
    def left_out(self) -> tuple[Track, ...]:
        """Tracks for which there is no room under the limit: they stay unknown."""
        return tuple(track for track in self._depths if track not in self._rings)

    def keep(self, depths: Mapping[Track, int]) -> None:
        """Follow these tracks, each so many steps back, and no others."""
        self._depths = dict(depths)
        self._fit()

    def push(self, table: Table) -> None:
        """
        Take a closed table; an earlier one corrects the steps that it ended.

        Raises
        ------
        ValueError
            If the table is not of the closed clock.
        """
        if table.clock != "closed":
            raise ValueError(f"The table is {table.clock}; history is of closed ones.")
        if not self._has_rows_of(table):
            self._set_symbols(table.symbols)
        for track, ring in self._rings.items():
            step = _step(table.as_of_ms, track.clock)
            if ring.newest is None or step > ring.newest:
                ring.move_to(step)
            row = ring.at(step)
            place = table.column_of.get(track.metric)
            if row is not None and place is not None:
                row[:] = table.values[place]

    def fill(self, track: Track, end_ms: int, values: Mapping[str, float]) -> None:
        """
        Set the values, by symbol, of the step that ends at a time.

        For what is known from storage when evaluation begins. Steps older than
        what is kept, tracks and symbols that are not followed are left out.
        """
        ring = self._rings.get(track)
        if ring is None:
            return
        step = end_ms // MINUTE_MS // track.clock
        if ring.newest is None:
            ring.move_to(step)
        row = ring.at(step)
        if row is not None:
            known = [values.get(symbol, np.nan) for symbol in self._symbols]
            row[:] = np.where(np.isnan(known), row, known)

    def value(self, track: Track, steps: int, table: Table) -> Floats:
        """
        Return a metric as it was so many steps before a table, NaN where unknown.

        For a closed table 1 is the step before the one that it ended; for a
        live table 1 is the last that has closed.
        """
        ring = self._rings.get(track)
        if ring is None or ring.newest is None or not self._has_rows_of(table):
            return np.full(len(table.symbols), np.nan)
        if table.clock == "closed":
            step = _step(table.as_of_ms, track.clock) - steps
        else:
            step = ring.newest + 1 - steps
        row = ring.at(step)
        return np.full(len(table.symbols), np.nan) if row is None else row

    def to_bytes(self) -> bytes:
        """
        Pack what is kept, for the next process that evaluates.

        Its layout is header length, header (JSON), and the rings as float64.
        """
        rings = [
            (*track, len(ring.values), ring.newest)
            for track, ring in self._rings.items()
        ]
        header = msgspec.json.encode(_Header(list(self._symbols), rings))
        blocks = (ring.values.astype("<f8").tobytes() for ring in self._rings.values())
        return b"".join([len(header).to_bytes(4, "little"), header, *blocks])

    @classmethod
    def from_bytes(
        cls, packed: bytes, *, limit_bytes: int = DEFAULT_LIMIT_BYTES
    ) -> "History":
        """Undo `to_bytes`; what was left out then is asked for with `keep`."""
        place = 4 + int.from_bytes(packed[:4], "little")
        header = msgspec.json.decode(packed[4:place], type=_Header)
        history = cls(limit_bytes=limit_bytes)
        history._symbols = tuple(header.symbols)
        for metric, clock, depth, newest in header.rings:
            shape = (depth, len(header.symbols))
            count = depth * len(header.symbols)
            values = np.frombuffer(packed, "<f8", count, place).reshape(shape).copy()
            place += values.nbytes
            track = Track(metric, clock)
            history._rings[track] = _Ring(values, newest)
            history._depths[track] = depth - 1
        return history

    # A table from the cache has symbols of its own; those compared last are
    # remembered, since a plan asks for many columns of one table.
    def _has_rows_of(self, table: Table) -> bool:
        if table.symbols is not self._compared:
            if table.symbols != self._symbols:
                return False
            self._compared = table.symbols
        return True

    def _set_symbols(self, symbols: tuple[str, ...]) -> None:
        before = {symbol: column for column, symbol in enumerate(self._symbols)}
        source = np.array([before.get(symbol, -1) for symbol in symbols], np.intp)
        is_known = source >= 0
        self._symbols = self._compared = symbols
        for ring in self._rings.values():
            values = np.full((len(ring.values), len(symbols)), np.nan)
            values[:, is_known] = ring.values[:, source[is_known]]
            ring.values = values
        self._fit()

    # Tracks that stay keep their values; those asked for last go without first.
    def _fit(self) -> None:
        room, rings = self._limit_bytes, {}
        for track, depth in self._depths.items():
            # One more than asked for: the newest step is the table's own.
            shape = (depth + 1, len(self._symbols))
            size = 8 * shape[0] * shape[1]
            if size <= room:
                rings[track] = _resized(self._rings.get(track), shape)
                room -= size
        self._rings = rings


def _step(as_of_ms: int, clock: int) -> int:
    return as_of_ms // (MINUTE_MS * clock)


def _resized(ring: _Ring | None, shape: tuple[int, int]) -> _Ring:
    if ring is not None and ring.values.shape == shape:
        return ring
    fresh = _Ring(np.full(shape, np.nan), ring.newest if ring else None)
    if ring is not None and ring.newest is not None:
        depth = min(shape[0], len(ring.values))
        for step in range(ring.newest - depth + 1, ring.newest + 1):
            fresh.values[step % shape[0]] = ring.values[step % len(ring.values)]
    return fresh
