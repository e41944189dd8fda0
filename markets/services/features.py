"""Writing the days of the feature store, and keeping it within its size."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from markets.engine.replay import digest_of, digest_of_all
from markets.features.day import DayWriter, Manifest
from markets.features.states import load_states
from markets.features.store import FeatureStore, all_days, date_of, only_writer
from markets.replay import OnProgress, Replay
from markets.selectors.minute_log import StoredMarket, stored_range
from markets.types import DAY_MS
from scalpaiboard.lib.clock import now_ms

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where the feature store lies, and how many bytes all its days may take."""

    root: Path
    limit_bytes: int


def write_day(
    shelf: Shelf,
    market: StoredMarket,
    day: int,
    *,
    on_progress: OnProgress | None = None,
) -> Manifest:
    """
    Write a day of a market from its stored candles; let the oldest days go.

    The indicators go on from what the live engine held at its first midnight, else
    from the end of the day before where that was written by the same formulas, else
    they begin with the first stored candle.

    Raises
    ------
    NotStoredError
        If the store does not hold the whole day.
    FeatureStoreTakenError
        If another process writes now.
    """
    store = FeatureStore(shelf.root, market.venue, market.key)
    before = [one for one in store.days() if one.manifest.day == day - 1]
    checkpoint = None
    if before and before[0].manifest.is_current:
        checkpoint = load_states(before[0].folder)
    replay = Replay(
        market,
        start_ms=day * DAY_MS,
        end_ms=(day + 1) * DAY_MS,
        checkpoint=checkpoint,
        on_progress=on_progress,
    )

    with only_writer(shelf.root):
        manifest = store.write(day, replay.instruments, filler(replay), now_ms=now_ms())
        drop_oldest(shelf)
    logger.info("Wrote the metrics of %s: %d bytes.", date_of(day), manifest.size_bytes)
    return manifest


def filler(replay: Replay) -> Callable[[DayWriter], str]:
    """Return what gives a day's writer the tables of a replay, and their digest."""

    def fill(writer: DayWriter) -> str:
        opening = replay.warm_up()
        if opening is not None:
            writer.put(opening)
        digests = []
        for table in replay.tables():
            writer.put(table)
            digests.append(digest_of(table))
        states = replay.engine.checkpoint()
        if states is not None:
            writer.keep_states(states)
        return digest_of_all(digests)

    return fill


def days_to_write(shelf: Shelf, market: StoredMarket, *, newest: int) -> Sequence[int]:
    """
    Return the whole stored days, `newest` of them, that are not in the store.

    A day that was written by other formulas counts as one that is not.
    """
    first_ms, end_ms = stored_range(market)
    held = FeatureStore(shelf.root, market.venue, market.key).days()
    known = {one.manifest.day for one in held if one.manifest.is_current}
    whole = range(-(-first_ms // DAY_MS), end_ms // DAY_MS)[-newest:]
    return [day for day in whole if day not in known]


def drop_oldest(shelf: Shelf) -> int:
    """Let the days that were written first go until the rest fits; return how many."""
    held = all_days(shelf.root)
    size = sum(day.manifest.size_bytes for _, day in held)
    dropped = 0
    # The last one stays: it was wanted.
    for store, day in held[:-1]:
        if size <= shelf.limit_bytes:
            break
        store.drop(day)
        size -= day.manifest.size_bytes
        dropped += 1
    return dropped
