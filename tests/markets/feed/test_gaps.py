from itertools import pairwise

from hypothesis import given, strategies as st

from markets.feed.gaps import Repair, RepairQueue, Run, merge_runs, missing_runs
from markets.types import MINUTE_MS
from tests.markets.feed.doubles import BTC, ETH, START_MS, XRP

minutes = st.sets(st.integers(0, 60).map(lambda n: START_MS + n * MINUTE_MS))


def a_run(first: int, count: int = 1) -> Run:
    start_ms = START_MS + first * MINUTE_MS
    return Run(start_ms, start_ms + count * MINUTE_MS)


@given(minutes)
def test_missing_runs_hold_exactly_what_is_not_known(known: set[int]) -> None:
    end_ms = START_MS + 61 * MINUTE_MS

    runs = missing_runs(known, start_ms=START_MS, end_ms=end_ms)

    found = [minute for run in runs for minute in run.minutes()]
    assert found == sorted(set(range(START_MS, end_ms, MINUTE_MS)) - known)
    assert all(a.end_ms < b.start_ms for a, b in pairwise(runs))


def test_near_runs_are_one_request_and_far_ones_two() -> None:
    runs = [a_run(0), a_run(50), a_run(900)]

    assert merge_runs(runs, apart_ms=100 * MINUTE_MS) == [a_run(0, 51), a_run(900)]


def test_repairs_of_a_symbol_join() -> None:
    queue = RepairQueue()
    queue.add(Repair(BTC, [a_run(0)], priority=5))

    queue.add(Repair(BTC, [a_run(1), a_run(3)], priority=1))

    repair = queue.take(0)
    assert repair is not None
    assert repair.runs == [a_run(0, 2), a_run(3)]
    assert repair.priority == 1
    assert len(queue) == 0


def test_the_most_urgent_repair_whose_time_has_come_goes_first() -> None:
    queue = RepairQueue()
    queue.add(Repair(BTC, [a_run(0)], priority=0, not_before_ms=100))
    queue.add(Repair(ETH, [a_run(0)], priority=2))
    queue.add(Repair(XRP, [a_run(0)], priority=1))

    order = [queue.take(50), queue.take(50), queue.take(50), queue.take(100)]

    assert [one and one.symbol for one in order] == [XRP, ETH, None, BTC]
