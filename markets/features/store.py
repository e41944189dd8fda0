"""The days of one market that are kept, a folder each."""

import fcntl
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final
from urllib.parse import quote

from markets.errors import FeatureStoreError, FeatureStoreTakenError
from markets.features.day import DayWriter, Manifest, StoredDay
from markets.types import DAY_MS, Instrument

_UNFINISHED: Final = ".unfinished"
_LOCK: Final = "writer.lock"


class FeatureStore:
    """
    Days of metrics of one market, each complete or not there.

    Parameters
    ----------
    root
        The folder of all markets.
    venue, market_key
        Whose days.
    """

    def __init__(self, root: Path, venue: str, market_key: str) -> None:
        self.folder = root / venue / quote(market_key, safe="")
        self._names = (str(venue), market_key)

    def days(self) -> list[StoredDay]:
        """Return the days held, oldest first."""
        if not self.folder.is_dir():
            return []
        found = []
        for folder in self.folder.iterdir():
            # Another process may be replacing one, or letting it go.
            with suppress(FeatureStoreError):
                if _is_day(folder.name):
                    found.append(StoredDay.open(folder))
        return sorted(found, key=lambda one: one.manifest.day)

    def write(
        self,
        day: int,
        instruments: Sequence[Instrument],
        fill: Callable[[DayWriter], str],
        *,
        now_ms: int,
    ) -> Manifest:
        """
        Write a day, replacing what there was of it once the new one is whole.

        To be called by the `only_writer`.

        Parameters
        ----------
        day
            Days since 1970.
        instruments
            The rows.
        fill
            Gives the writer its tables; returns the digest of all of them.
        now_ms
            When it is written.
        """
        name = date_of(day).isoformat()
        fresh = self.folder / f"{name}{_UNFINISHED}"
        shutil.rmtree(fresh, ignore_errors=True)
        writer = DayWriter(fresh, day, instruments)
        try:
            digest = fill(writer)
            venue, market_key = self._names
            manifest = writer.finish(
                venue=venue, market_key=market_key, digest=digest, now_ms=now_ms
            )
        except BaseException:
            writer.abandon()
            raise
        self._replace(self.folder / name, fresh)
        return manifest

    def drop(self, day: StoredDay) -> None:
        """Let a day go."""
        self._replace(day.folder, None)

    # A folder cannot take the place of another in one step: for a moment there
    # is neither. Who has the old one open goes on reading it.
    @staticmethod
    def _replace(folder: Path, fresh: Path | None) -> None:
        gone = folder.with_name(f"{folder.name}.gone{_UNFINISHED}")
        if folder.exists():
            folder.rename(gone)
        if fresh is not None:
            fresh.rename(folder)
        shutil.rmtree(gone, ignore_errors=True)


@contextmanager
def only_writer(root: Path) -> Iterator[None]:
    """
    Be the only process or thread that writes below a folder.

    What one that was killed left unfinished is removed.

    Raises
    ------
    FeatureStoreTakenError
        If another one writes now.
    """
    root.mkdir(parents=True, exist_ok=True)
    with (root / _LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise FeatureStoreTakenError(
                f"Past days are being written to {root} already; try again later."
            ) from None
        for folder in root.glob(f"*/*/*{_UNFINISHED}"):
            shutil.rmtree(folder, ignore_errors=True)
        yield


def all_days(root: Path) -> list[tuple[FeatureStore, StoredDay]]:
    """Return every day of every market, in the order in which they were written."""
    found = []
    for folder in root.glob("*/*"):
        for held in folder.iterdir() if folder.is_dir() else ():
            with suppress(FeatureStoreError):
                if _is_day(held.name):
                    day = StoredDay.open(held)
                    manifest = day.manifest
                    store = FeatureStore(root, manifest.venue, manifest.market_key)
                    found.append((store, day))
    return sorted(found, key=lambda one: one[1].manifest.written_at_ms)


def date_of(day: int) -> date:
    """Return the date of a day since 1970."""
    return datetime.fromtimestamp(day * DAY_MS / 1_000, tz=UTC).date()


def _is_day(name: str) -> bool:
    try:
        date.fromisoformat(name)
    except ValueError:
        return False
    return True
