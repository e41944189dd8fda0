import numpy as np
import pytest

from markets.engine.expressions.history import History, Track
from markets.engine.expressions.parser import parse
from markets.engine.expressions.plan import Plan
from tests.markets.engine.expressions.tables import (
    MIDNIGHT,
    NAN,
    answer,
    history_of,
    table_of,
)

PRICE = Track("price", 1)
HOUR = Track("candle_close_1h", 60)


def test_a_candles_metric_steps_by_its_own_candles() -> None:
    expression = parse(
        "prev(candle_close_1h, 1) == 7 and prev(candle_close_1h, 2) == 5"
    )
    closes = [(-60, 5), (-59, 5), (-1, 5), (0, 7), (1, 7), (59, 7), (60, 9), (75, 9)]

    tables = [
        table_of({"candle_close_1h": [close]}, minute=MIDNIGHT + minute)
        for minute, close in closes
    ]

    assert answer(expression, tables) == [1]


def test_mixed_metrics_are_taken_at_the_same_moments_by_the_shortest_clock() -> None:
    # The average of the hour stands still while the price crosses it.
    expression = parse("crosses_above(price, candle_close_1h)")

    tables = [
        table_of({"price": [price], "candle_close_1h": [10]}, minute=MIDNIGHT + minute)
        for minute, price in [(20, 9), (21, 11)]
    ]

    assert Plan.of([expression]).depths == {PRICE: 1, Track("candle_close_1h", 1): 1}
    assert answer(expression, tables) == [1]


def test_at_the_live_clock_one_step_back_is_the_last_closed_value() -> None:
    expression = parse("prev(price, 1) == 2 and prev(candle_close_1h, 1) == 7")
    closed = [
        table_of({"price": [price], "candle_close_1h": [7]}, minute=MIDNIGHT + minute)
        for minute, price in enumerate([1, 2])
    ]

    live = table_of(
        {"price": [5], "candle_close_1h": [5]}, clock="live", minute=MIDNIGHT + 1.5
    )

    assert answer(expression, closed, live) == [1]


def test_a_live_table_is_no_history() -> None:
    with pytest.raises(ValueError, match="history is of closed ones"):
        History().push(table_of({"price": [1]}, clock="live"))


def test_a_skipped_minute_is_unknown_and_a_late_one_fills_it() -> None:
    plan = Plan.of([parse("prev(price, 2) == 1 and prev(price, 1) > 0")])
    first, second, third = (
        table_of({"price": [1.0 + number]}, minute=MIDNIGHT + number)
        for number in range(3)
    )
    history = history_of(plan, [first, third])

    assert np.isnan(history.value(PRICE, 1, third)).all()
    history.push(second)

    assert history.value(PRICE, 1, third).tolist() == [2.0]
    assert history.value(PRICE, 2, third).tolist() == [1.0]


def test_a_long_gap_leaves_nothing_of_the_past() -> None:
    history = History()
    history.keep({PRICE: 3})
    history.push(table_of({"price": [1]}))
    later = table_of({"price": [2]}, minute=MIDNIGHT + 1_000)

    history.push(later)

    for steps in (1, 2, 3, 1_000):
        assert np.isnan(history.value(PRICE, steps, later)).all()


def test_rows_follow_their_symbols_when_a_pair_is_listed() -> None:
    history = History()
    history.keep({PRICE: 2})
    history.push(table_of({"price": [1, 2]}, symbols=["B", "D"]))

    now = table_of({"price": [7, 8, 9]}, symbols=["A", "B", "D"], minute=MIDNIGHT + 1)
    history.push(now)

    np.testing.assert_array_equal(history.value(PRICE, 1, now), [NAN, 1, 2])


def test_only_what_is_asked_for_is_kept_and_survives_a_deeper_wish() -> None:
    history = History()
    history.keep({PRICE: 1, HOUR: 1})
    tables = [
        table_of({"price": [number], "candle_close_1h": [0]}, minute=MIDNIGHT + number)
        for number in range(3)
    ]
    for table in tables[:2]:
        history.push(table)

    history.keep({PRICE: 4})
    history.push(tables[2])

    assert history.tracks == (PRICE,)
    assert history.memory_bytes == 8 * 5
    assert history.value(PRICE, 1, tables[2]).tolist() == [1]
    assert history.value(PRICE, 2, tables[2]).tolist() == [0]


def test_memory_stays_under_its_limit_and_says_what_was_left_out() -> None:
    history = History(limit_bytes=100)
    history.keep({PRICE: 5, HOUR: 50, Track("change_1h", 1): 1})

    history.push(table_of({"price": [1, 1]}))

    assert history.left_out == (HOUR, Track("change_1h", 1))
    assert history.memory_bytes == 96


def test_stored_values_fill_what_was_closed_before_the_start() -> None:
    history = History()
    history.keep({HOUR: 2})
    now = table_of({"candle_close_1h": [3]}, symbols=["A"], minute=MIDNIGHT + 5)
    history.push(now)

    history.fill(HOUR, (MIDNIGHT - 60) * 60_000, {"A": 2.0})
    history.fill(HOUR, (MIDNIGHT - 600) * 60_000, {"A": 9.0})
    history.fill(PRICE, MIDNIGHT * 60_000, {"A": 9.0})

    assert history.value(HOUR, 1, now).tolist() == [2.0]
    assert np.isnan(history.value(HOUR, 2, now)).all()


def test_a_metric_that_tables_no_longer_have_is_unknown_from_then_on() -> None:
    tables = [
        table_of({"price": [1], "change_1h": [2]}, minute=MIDNIGHT + number)
        for number in range(4)
    ]
    tables += [
        table_of({"price": [1]}, minute=MIDNIGHT + number) for number in range(4, 9)
    ]

    assert answer(parse("prev(change_1h, 1) == 2"), tables) == [0]


def test_a_metric_that_the_tables_lack_is_unknown() -> None:
    tables = [table_of({"price": [1]}, minute=MIDNIGHT + number) for number in range(3)]

    assert answer(parse("prev(mark_price, 1) > 0"), tables) == [0]


def test_a_packed_history_goes_on_where_it_was() -> None:
    history = History()
    history.keep({PRICE: 2, HOUR: 1})
    tables = [
        table_of(
            {"price": [number, NAN], "candle_close_1h": [number, 2 * number]},
            symbols=["A", "币安人生USDT"],
            minute=MIDNIGHT + number,
        )
        for number in range(4)
    ]
    for table in tables[:3]:
        history.push(table)

    back = History.from_bytes(history.to_bytes())
    back.push(tables[3])
    history.push(tables[3])

    assert back.tracks == history.tracks
    assert back.to_bytes() == history.to_bytes()
    np.testing.assert_array_equal(back.value(PRICE, 2, tables[3]), [1, NAN])
    assert History.from_bytes(History().to_bytes()).tracks == ()
