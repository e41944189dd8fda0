from dataclasses import replace

import numpy as np
import pytest
from django.core.cache import cache

from markets.engine.recent import Recent
from markets.recent_snapshots import read_recent, write_recent

pytestmark = pytest.mark.servers

KEY = "market:binanceusdm:recent"
VALUES = np.arange(8.0 * 3 * 2).reshape(8, 3, 2)
RECENT = Recent("binanceusdm", "m", ("A", "B"), ("x", "y", "z"), 100, VALUES)


def at(end: int, **slots: float) -> Recent:
    """Return the values of a later minute, some slots filled with a number."""
    values = VALUES.copy()
    for name, value in slots.items():
        values[int(name.removeprefix("slot"))] = value
    return replace(RECENT, end=end, values=values)


def stamps() -> list[bytes]:
    return [cache.get(f"{KEY}:{slot}")[:16] for slot in range(8)]


def test_what_is_written_is_read_again() -> None:
    values = VALUES.copy()
    values[3, 1] = np.nan
    write_recent(replace(RECENT, values=values))

    found = read_recent("binanceusdm")

    assert found is not None
    assert replace(found, values=()) == replace(RECENT, values=())
    np.testing.assert_array_equal(np.stack(list(found.values)), values)
    assert read_recent("binance") is None


def test_a_minute_writes_and_reads_the_slots_it_changed() -> None:
    write_recent(RECENT)
    first, before = stamps(), read_recent("binanceusdm")

    write_recent(at(101, slot5=7.0))
    found = read_recent("binanceusdm")

    changed = [slot for slot, stamp in enumerate(stamps()) if stamp != first[slot]]
    assert changed == [5]
    assert before is not None
    assert found is not None
    assert found.end == 101
    np.testing.assert_array_equal(np.stack(list(found.values))[5], np.full((3, 2), 7.0))
    np.testing.assert_array_equal(np.stack(list(found.values))[4], VALUES[4])


def test_slots_of_two_minutes_are_never_mixed() -> None:
    write_recent(RECENT)
    read_recent("binanceusdm")
    write_recent(at(101, slot5=7.0))
    # The next minute has been written as far as its slot, not yet its header.
    cache.set(f"{KEY}:5", b"n" * 16 + VALUES[5].tobytes())

    between = read_recent("binanceusdm")
    write_recent(at(102, slot5=8.0))
    found = read_recent("binanceusdm")

    assert between is not None
    assert between.end == 100
    assert found is not None
    assert found.end == 102
    assert found.values[5][0, 0] == 8.0


def test_a_cache_that_lost_everything_is_filled_anew() -> None:
    write_recent(RECENT)
    cache.clear()
    assert read_recent("binanceusdm") is None

    write_recent(at(101, slot5=7.0))

    found = read_recent("binanceusdm")
    assert found is not None
    assert found.values[4][0, 0] == VALUES[4, 0, 0]
