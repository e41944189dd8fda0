"""The last stored hours as days of features, for a board that has no whole day yet."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree
from typing import Final

from markets.features.day import StoredDay
from markets.features.store import FeatureStore, only_writer
from markets.replay import OnProgress, Replay
from markets.selectors.minute_log import StoredMarket, stored_range
from markets.services.features import Shelf, filler
from markets.types import DAY_MS, MINUTE_MS
from scalpaiboard.lib.clock import now_ms

FRESH_MS: Final = 60 * MINUTE_MS
"""So long they serve before they are written anew."""

_FOLDER: Final = "features-running"
_WHOLE: Final = "written"
_NEXT: Final = "next"
"""Written apart, so that nobody reads some of the days."""


@dataclass(frozen=True, slots=True)
class RunningDays:
    """Days that are not whole, and the stretch that they hold, UTC ms."""

    days: Sequence[StoredDay]
    start_ms: int
    end_ms: int


def running_days(shelf: Shelf, market: StoredMarket) -> RunningDays | None:
    """Return those written within the last hour, None where there are none."""
    days = _store(shelf, market).days()
    if not days:
        return None
    written_ms = min(one.manifest.written_at_ms for one in days)
    is_current = all(one.manifest.is_current for one in days)
    if not is_current or now_ms() - written_ms > FRESH_MS:
        return None
    first_ms, end_ms = stored_range(market)
    return _held(days, first_ms, min(end_ms, written_ms))


def write_running_days(
    shelf: Shelf, market: StoredMarket, *, on_progress: OnProgress | None = None
) -> RunningDays:
    """
    Write what is stored of the last two days, whole or not.

    They stand apart from the whole days, which they do not count among. What is
    held is the last market that was asked for.

    Raises
    ------
    NotStoredError
        If nothing is stored.
    FeatureStoreTakenError
        If another process writes them now.
    """
    first_ms, end_ms = stored_range(market)
    last = (end_ms - 1) // DAY_MS
    written_ms = now_ms()
    root = _root(shelf)
    with only_writer(root):
        rmtree(root / _NEXT, ignore_errors=True)
        store = FeatureStore(root / _NEXT, market.venue, market.key)
        for day in range(max(first_ms // DAY_MS, last - 1), last + 1):
            replay = Replay(
                market,
                start_ms=max(first_ms, day * DAY_MS),
                end_ms=min(end_ms, (day + 1) * DAY_MS),
                on_progress=on_progress,
            )
            store.write(day, replay.instruments, filler(replay), now_ms=written_ms)
        rmtree(root / _WHOLE, ignore_errors=True)
        (root / _NEXT).rename(root / _WHOLE)
        days = _store(shelf, market).days()
    return _held(days, first_ms, min(end_ms, written_ms))


def drop_running_days(shelf: Shelf) -> None:
    """Let them go, once there are whole days."""
    root = _root(shelf)
    if (root / _WHOLE).exists():
        with only_writer(root):
            rmtree(root / _WHOLE, ignore_errors=True)


def _held(days: Sequence[StoredDay], first_ms: int, written_ms: int) -> RunningDays:
    start_ms = max(first_ms, min(one.manifest.day for one in days) * DAY_MS)
    end_ms = min(written_ms, (max(one.manifest.day for one in days) + 1) * DAY_MS)
    return RunningDays(days, start_ms, end_ms // MINUTE_MS * MINUTE_MS)


def _store(shelf: Shelf, market: StoredMarket) -> FeatureStore:
    return FeatureStore(_root(shelf) / _WHOLE, market.venue, market.key)


def _root(shelf: Shelf) -> Path:
    return shelf.root.with_name(_FOLDER)
