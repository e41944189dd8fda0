import tracemalloc

import numpy as np
import pytest
from hypothesis import given, strategies as st

from markets.engine.expressions.market import TableMarket
from markets.engine.expressions.parser import parse
from markets.engine.expressions.plan import Plan
from markets.engine.expressions.thresholds import (
    MOST_RECENT,
    Crossings,
    Threshold,
    ThresholdIndex,
    threshold_of,
)
from markets.engine.table import Table
from tests.markets.engine.expressions.strategies import FEW
from tests.markets.engine.expressions.tables import NAN, table_of

SYMBOLS = ("A", "B", "C")


def prices(*values: float, symbols: tuple[str, ...] = SYMBOLS) -> Table:
    return table_of({"price": values}, symbols=symbols[: len(values)])


def index_of(*conditions: Threshold, across_unknown: bool = False) -> ThresholdIndex:
    index = ThresholdIndex(across_unknown=across_unknown)
    index.load(enumerate(conditions))
    return index


def fired(crossings: Crossings) -> list[tuple[int, int]]:
    ids, rows = crossings.fired
    return sorted(zip(ids.tolist(), rows.tolist(), strict=True))


def ended(crossings: Crossings) -> list[tuple[int, int]]:
    ids, rows = crossings.ended
    return sorted(zip(ids.tolist(), rows.tolist(), strict=True))


@pytest.mark.parametrize(
    ("operator", "before", "now", "fires"),
    [
        (">", 1, 3, True),
        (">", 1, 2, False),
        (">", 2, 3, True),
        (">", 3, 4, False),
        (">=", 1, 2, True),
        (">=", 2, 3, False),
        ("<", 3, 1, True),
        ("<", 3, 2, False),
        ("<", 2, 1, True),
        ("<", 1, 0, False),
        ("<=", 3, 2, True),
        ("<=", 2, 1, False),
        (">", NAN, 3, False),
        (">", 1, NAN, False),
    ],
)
def test_a_threshold_fires_on_the_step_from_false_to_true(
    operator: str, before: float, now: float, fires: bool
) -> None:
    index = index_of(Threshold("price", operator, 2, "A"))
    index.step(prices(before))

    assert fired(index.step(prices(now))) == ([(0, 0)] if fires else [])


def test_what_ends_is_told_as_well() -> None:
    index = index_of(Threshold("price", ">", 2, "A"), Threshold("price", "<", 2, "A"))
    index.step(prices(3))

    crossings = index.step(prices(1))

    assert (fired(crossings), ended(crossings)) == ([(1, 0)], [(0, 0)])


def test_a_threshold_on_every_pair_fires_for_each_that_crosses() -> None:
    index = index_of(Threshold("price", ">=", 2), Threshold("price", ">=", 2, "B"))
    index.step(prices(1, 1, 5))

    assert fired(index.step(prices(2, 2, 5))) == [(0, 0), (0, 1), (1, 1)]


def test_all_limits_on_the_way_fire_and_no_others() -> None:
    index = index_of(*(Threshold("price", ">", value, "A") for value in range(100)))
    index.step(prices(10.5))

    assert fired(index.step(prices(20.5))) == [(value, 0) for value in range(11, 21)]
    assert fired(index.step(prices(20.7))) == []


def test_coming_back_from_unknown_does_not_fire_unless_asked_for() -> None:
    condition = Threshold("price", ">", 2, "A")
    plain, carrying = index_of(condition), index_of(condition, across_unknown=True)

    for index, expected in ((plain, []), (carrying, [(0, 0)])):
        index.step(prices(1))
        assert fired(index.step(prices(NAN))) == []
        assert fired(index.step(prices(3))) == expected
        index.step(prices(1))
        assert fired(index.step(prices(3))) == [(0, 0)]


def test_the_last_known_value_counts_for_what_is_added_while_it_is_unknown() -> None:
    index = index_of(across_unknown=True)
    index.step(prices(1))
    index.step(prices(NAN))

    index.add(7, Threshold("price", ">", 2, "A"))

    assert fired(index.step(prices(3))) == [(7, 0)]


def test_a_condition_that_is_added_while_true_waits_for_the_next_crossing() -> None:
    index = index_of()
    index.step(prices(3))

    index.add(7, Threshold("price", ">", 2, "A"))

    assert fired(index.step(prices(4))) == []
    assert fired(index.step(prices(1))) == []
    assert fired(index.step(prices(3))) == [(7, 0)]


def test_a_condition_that_is_added_while_false_fires_at_the_next_step() -> None:
    index = index_of()
    index.step(prices(1))

    index.add(7, Threshold("price", ">", 2, "A"))

    assert fired(index.step(prices(3))) == [(7, 0)]


def test_a_removed_condition_is_silent_and_a_changed_one_speaks_once() -> None:
    index = index_of(*[Threshold("price", ">", 2, "A")] * 3)
    index.step(prices(1))

    assert index.remove(0)
    assert not index.remove(0)
    assert not index.remove(99)
    index.add(1, Threshold("price", ">", 5, "A"))

    assert len(index) == 2
    assert fired(index.step(prices(3))) == [(2, 0)]
    assert fired(index.step(prices(6))) == [(1, 0)]


def test_two_conditions_of_one_id_are_refused() -> None:
    index = index_of(Threshold("price", ">", 2))

    with pytest.raises(ValueError, match="two conditions 0"):
        index.load([(0, Threshold("price", ">", 3))])

    assert len(index) == 1


@pytest.mark.parametrize(
    "wrong", [Threshold("price", "==", 2), Threshold("price", ">", NAN)]
)
def test_what_is_no_threshold_is_refused(wrong: Threshold) -> None:
    with pytest.raises(ValueError, match=r"must be|is one of"):
        ThresholdIndex().add(1, wrong)


def test_rows_follow_their_symbols_and_a_new_listing_begins_unknown() -> None:
    index = index_of(
        Threshold("price", ">", 2, "B"),
        Threshold("price", ">", 2, "C"),
        Threshold("price", ">", 2),
    )
    index.step(prices(1, 1, symbols=("A", "C")))

    crossings = index.step(prices(1, 3, 3))
    assert fired(crossings) == [(1, 2), (2, 2)]

    index.step(prices(1, 1, 1))
    assert fired(index.step(prices(1, 3, 1))) == [(0, 1), (2, 1)]


def test_a_metric_that_the_table_lacks_never_fires() -> None:
    index = index_of(Threshold("mark_price", ">", 2))
    index.step(prices(1))

    assert fired(index.step(prices(3))) == []


def test_many_additions_are_sorted_in_and_lose_nothing() -> None:
    index = index_of()
    index.step(prices(0))

    for number in range(MOST_RECENT + 10):
        index.add(number, Threshold("price", ">", number % 100, "A"))

    assert len(index) == MOST_RECENT + 10
    ids, _ = index.step(prices(1000)).fired
    assert sorted(ids.tolist()) == list(range(MOST_RECENT + 10))
    for number in range(MOST_RECENT):
        index.remove(number)
    index.step(prices(0))
    assert [number for number, _ in fired(index.step(prices(1000)))] == list(
        range(MOST_RECENT, MOST_RECENT + 10)
    )


limits = st.builds(
    Threshold,
    st.sampled_from(["price", "mark_price"]),
    st.sampled_from([">", ">=", "<", "<="]),
    st.sampled_from(FEW[:-1]) | st.floats(-2, 2),
    st.sampled_from([*SYMBOLS, "D", None]),
)
columns = st.lists(st.sampled_from(FEW) | st.floats(-2, 2), min_size=3, max_size=3)


@given(
    st.lists(limits, max_size=20),
    st.lists(limits, max_size=5),
    st.lists(st.tuples(columns, columns), min_size=1, max_size=6),
    st.data(),
)
def test_the_index_agrees_with_the_plain_evaluation(
    loaded: list[Threshold],
    added: list[Threshold],
    steps: list[tuple[list[float], list[float]]],
    data: st.DataObject,
) -> None:
    index = index_of(*loaded)
    conditions = dict(enumerate(loaded))
    moment = data.draw(st.integers(0, len(steps) - 1))
    before: Table | None = None

    for number, (price, mark_price) in enumerate(steps):
        if number == moment:
            for place, threshold in enumerate(added):
                conditions[place * 2] = threshold
                index.add(place * 2, threshold)
        now = table_of({"price": price, "mark_price": mark_price}, symbols=SYMBOLS)
        crossings = index.step(now)
        assert len(index) == len(conditions)
        rises, falls = expected(conditions, before, now)
        assert (fired(crossings), ended(crossings)) == (rises, falls)
        before = now


def expected(
    conditions: dict[int, Threshold], before: Table | None, now: Table
) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    if before is None:
        return [], []
    rises: list[tuple[int, int]] = []
    falls: list[tuple[int, int]] = []
    for number, (metric, operator, value, symbol) in sorted(conditions.items()):
        plan = Plan.of([parse(f"{metric} {operator} {value!r}")])
        early, late = (plan.run(TableMarket(table))[0] for table in (before, now))
        for row, name in enumerate(SYMBOLS):
            if symbol in {None, name} and early[row] * late[row] == -1:
                (rises if late[row] == 1 else falls).append((number, row))
    return rises, falls


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("price > 2", Threshold("price", ">", 2)),
        ("2 > price", Threshold("price", "<", 2)),
        ("-2 <= price", Threshold("price", ">=", -2)),
        ("symbol == 'aUSDT' and price > 2", Threshold("price", ">", 2, "AUSDT")),
        ("price > 2 and symbol in ('A',)", Threshold("price", ">", 2, "A")),
        ("symbol in ('A', 'B') and price > 2", None),
        ("symbol != 'A' and price > 2", None),
        ("price == 2", None),
        ("1 < price < 2", None),
        ("price > change_1h", None),
        ("not price > 2", None),
        ("price > 1 and price > 2", None),
    ],
)
def test_a_simple_expression_is_known_as_a_threshold(
    text: str, found: Threshold | None
) -> None:
    assert threshold_of(parse(text)) == found


def test_memory_of_many_conditions_is_bounded() -> None:
    rng = np.random.default_rng(7)
    symbols = tuple(f"S{number}" for number in range(100))
    picks = rng.integers(0, 100, 20_000)
    levels = rng.normal(100, 10, 20_000)

    tracemalloc.start()
    index = ThresholdIndex()
    index.load(
        (number, Threshold("price", ">", float(level), symbols[pick]))
        for number, (level, pick) in enumerate(zip(levels, picks, strict=True))
    )
    index.step(table_of({"price": rng.normal(100, 10, 100).tolist()}, symbols=symbols))
    kept, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert kept / 20_000 < 120
    assert peak / 20_000 < 250
    assert index.memory_bytes <= kept


def test_the_conditions_of_a_range_of_ids_are_found_and_no_removed_ones() -> None:
    index = ThresholdIndex()
    index.load((number, Threshold("price", ">", number, "A")) for number in (-8, 3, 9))
    index.add(4, Threshold("mark_price", "<", 2, "B"))
    index.add(40, Threshold("mark_price", "<", 2))
    index.remove(3)

    found, metrics, symbols = index.watched(range(-8, 9))

    assert sorted(found.ids.tolist()) == [-8, 4]
    assert sorted(index.watched().conditions.ids.tolist()) == [-8, 4, 9, 40]
    codes = zip(found.metric, found.symbol, strict=True)
    named = [(metrics[metric], symbols[symbol]) for metric, symbol in codes]
    assert named == [("price", "A"), ("mark_price", "B")]


def test_what_one_index_knew_another_goes_on_from() -> None:
    condition = Threshold("price", ">", 2, "B")
    index = index_of(condition, across_unknown=True)
    index.step(prices(5, 1))
    index.step(prices(5, NAN))

    other = index_of(condition, across_unknown=True)
    other.restore(index.known)

    assert fired(other.step(prices(3, 3))) == [(0, 1)]
