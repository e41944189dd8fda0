"""One day of metrics by column: how it is written, and how it is read."""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from markets.engine.checkpoint import Checkpoint
from markets.engine.table import Floats, Table
from markets.errors import FeatureStoreError
from markets.features.columns import (
    AS_OF,
    DAY_MINUTES,
    LISTED_AT,
    STEPS,
    VERSION,
    catalogue_digest,
    derived_metric,
    slots_of,
)
from markets.features.states import save_states
from markets.types import MINUTE_MS, Instrument

Minutes = NDArray[np.int64]
Rows = NDArray[np.intp]

_MANIFEST: Final = "manifest.json"
_MINUTES_A_WRITE: Final = 60


class Manifest(msgspec.Struct, frozen=True):
    """
    What a day's files hold.

    `day` counts days since 1970. `digest` is that of the replay they come from,
    `version` and `catalogue` say by which formulas. Lists follow `symbols`.
    """

    version: int
    catalogue: str
    venue: str
    market_key: str
    day: int
    symbols: tuple[str, ...]
    listed_at_ms: tuple[int | None, ...]
    base_assets: tuple[str, ...]
    categories: tuple[tuple[str, ...], ...]
    steps: dict[str, int]
    digest: str
    written_at_ms: int
    size_bytes: int

    @property
    def is_current(self) -> bool:
        """Whether the engine of now would write the same numbers."""
        return (self.version, self.catalogue) == (VERSION, catalogue_digest())


class DayWriter:
    """
    Writes the tables of a day, in order, into a new folder.

    A column is a file of doubles of the shape ``(n_symbols, n_slots)``. Slot
    ``n`` holds what was true ``n`` steps after the day's first midnight, so the
    first is what the day before left.

    Parameters
    ----------
    folder
        Where the files go; it is made.
    day
        Days since 1970.
    instruments
        The rows, in any order; those of the tables.
    """

    def __init__(
        self, folder: Path, day: int, instruments: Sequence[Instrument]
    ) -> None:
        self._folder = folder
        self._day = day
        self._instruments = sorted(instruments, key=lambda one: one.symbol)
        self._symbols = tuple(str(one.symbol) for one in self._instruments)
        count = len(self._symbols)
        self._each_minute = [name for name, step in STEPS.items() if step == 1]
        shape = (len(self._each_minute), count, _MINUTES_A_WRITE)
        self._waiting = np.full(shape, np.nan)
        self._waiting_from = 0
        folder.mkdir(parents=True)
        self._columns: dict[str, Floats] = {}
        for name, step in STEPS.items():
            if step == 1:
                self._columns[name] = self._new_file(name, count)
            else:
                self._columns[name] = np.full((count, slots_of(step)), np.nan)

    def put(self, table: Table) -> None:
        """
        Take the closed table of a minute; one that is left out is unknown.

        Raises
        ------
        ValueError
            If its rows are not those of the day.
        """
        if table.symbols != self._symbols:
            raise ValueError("The table has other rows than the day.")
        slot = table.as_of_ms // MINUTE_MS - self._day * DAY_MINUTES
        if slot - self._waiting_from >= _MINUTES_A_WRITE:
            self._flush()
            self._waiting_from = slot
        place = slot - self._waiting_from
        for number, name in enumerate(self._each_minute):
            self._waiting[number, :, place] = table.column(name)
        for name, step in STEPS.items():
            if step > 1:
                self._columns[name][:, slot // step] = table.column(name)

    def keep_states(self, checkpoint: Checkpoint) -> None:
        """Keep what the indicators hold at the end of the day, for the next one."""
        save_states(self._folder, checkpoint)

    def finish(
        self, *, venue: str, market_key: str, digest: str, now_ms: int
    ) -> Manifest:
        """Complete the folder; the manifest, which makes it one, comes last."""
        self._flush()
        for name, column in self._columns.items():
            if isinstance(column, np.memmap):
                column.flush()
            else:
                np.save(self._folder / f"{name}.npy", column)
        size = sum(path.stat().st_size for path in self._folder.iterdir())
        manifest = Manifest(
            VERSION,
            catalogue_digest(),
            venue,
            market_key,
            self._day,
            self._symbols,
            tuple(one.listed_at_ms for one in self._instruments),
            tuple(one.base_asset for one in self._instruments),
            tuple(one.categories for one in self._instruments),
            dict(STEPS),
            digest,
            now_ms,
            size,
        )
        (self._folder / _MANIFEST).write_bytes(msgspec.json.encode(manifest))
        return manifest

    def abandon(self) -> None:
        """Remove what was written."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def _new_file(self, name: str, count: int) -> Floats:
        column = np.lib.format.open_memmap(
            self._folder / f"{name}.npy", "w+", np.float64, (count, slots_of(1))
        )
        column[:] = np.nan
        return column

    # Several minutes at once: a column lies by pair, not by minute.
    def _flush(self) -> None:
        end = min(self._waiting_from + _MINUTES_A_WRITE, slots_of(1))
        for number, name in enumerate(self._each_minute):
            values = self._waiting[number, :, : end - self._waiting_from]
            self._columns[name][:, self._waiting_from : end] = values
        self._waiting[:] = np.nan


@dataclass(frozen=True)
class StoredDay:
    """A day that was written; its columns are mapped into memory when asked for."""

    folder: Path
    manifest: Manifest

    @classmethod
    def open(cls, folder: Path) -> "StoredDay":
        """
        Read the manifest of a folder.

        Raises
        ------
        FeatureStoreError
            If there is none, or it cannot be read.
        """
        try:
            packed = (folder / _MANIFEST).read_bytes()
            return cls(folder, msgspec.json.decode(packed, type=Manifest))
        except (OSError, msgspec.MsgspecError) as error:
            raise FeatureStoreError(f"{folder} holds no day: {error}") from error

    @cached_property
    def row_of(self) -> Mapping[str, int]:
        """Row number of each symbol."""
        return {symbol: row for row, symbol in enumerate(self.manifest.symbols)}

    def values(self, metric: str, rows: Rows | slice, ends: Minutes) -> Floats:
        """
        Return a metric as it was when some minutes had closed.

        Parameters
        ----------
        metric
            Its name; NaN where the day does not have it.
        rows
            The pairs.
        ends
            Numbers of the minutes that began when the tables were made, in
            order, from the day's first midnight to its last.

        Returns
        -------
        Floats
            Shape ``(n_rows, len(ends))``.
        """
        listed_at = self._listed_at[rows, None]
        whole = np.empty((len(listed_at), len(ends)))

        def read(name: str) -> Floats:
            if name == LISTED_AT:
                return listed_at
            if name == AS_OF:
                return ends.astype(np.float64) * MINUTE_MS
            return self._stored(name, rows, ends)

        derived = derived_metric(metric, read)
        whole[:] = read(metric) if derived is None else derived
        return whole

    def _stored(self, name: str, rows: Rows | slice, ends: Minutes) -> Floats:
        step = self.manifest.steps.get(name)
        if step is None:
            return np.full((len(self._listed_at[rows]), len(ends)), np.nan)
        slots = (ends - self.manifest.day * DAY_MINUTES) // step
        column = self._column(name)[rows]
        first, last = int(slots[0]), int(slots[-1])
        if last - first == len(slots) - 1:
            found: Floats = column[:, first : last + 1]
            return found
        spread: Floats = column[:, slots]
        return spread

    @cached_property
    def _listed_at(self) -> Floats:
        times = self.manifest.listed_at_ms
        return np.array([np.nan if time is None else time for time in times])

    def _column(self, name: str) -> Floats:
        if name not in self._columns:
            path = self.folder / f"{name}.npy"
            try:
                self._columns[name] = np.load(path, mmap_mode="r")
            except (OSError, ValueError) as error:
                raise FeatureStoreError(f"{path} cannot be read: {error}") from error
        return self._columns[name]

    @cached_property
    def _columns(self) -> dict[str, Floats]:
        return {}
