import math

import pytest
from hypothesis import given, settings, strategies as st

from markets.types import MINUTE_MS, TIMEFRAMES, Candle
from tests.markets.engine.markets_by_hand import (
    BTC,
    START,
    candle,
    engine,
    feed,
    random_candles,
)

DAY = 1_440
LOG = random_candles(2 * DAY + 700, seed=11)
"""Two UTC days and a part of the third."""


def obvious(minutes: int, log: list[Candle]) -> tuple[float, ...]:
    """Join by hand the last candle of so many minutes that has closed."""
    end = log[-1].open_time_ms // MINUTE_MS + 1
    boundary = end - end % minutes
    parts = [
        one
        for one in log
        if boundary - minutes <= one.open_time_ms // MINUTE_MS < boundary
    ]
    return (
        parts[0].open,
        max(one.high for one in parts),
        min(one.low for one in parts),
        parts[-1].close,
        math.fsum(one.volume for one in parts),
    )


@pytest.mark.parametrize("timeframe", TIMEFRAMES)
def test_the_last_closed_candle_is_joined_from_its_minutes(timeframe: str) -> None:
    made = engine(BTC)

    made.load({BTC: LOG})

    row = made.closed_table().row(BTC)
    fields = ("open", "high", "low", "close", "volume")
    found = tuple(row[f"candle_{field}_{timeframe}"] for field in fields)
    assert found == pytest.approx(obvious(TIMEFRAMES[timeframe], LOG), rel=1e-12)


@settings(max_examples=2, deadline=None)
@given(
    cut=st.integers(DAY, len(LOG) - 1),
    late=st.sets(st.integers(len(LOG) - 1_300, len(LOG) - 2), max_size=4),
    halt=st.integers(len(LOG) - 3_000, len(LOG) - 2),
)
def test_two_days_end_in_the_same_bits_after_restart_and_repair(
    cut: int, late: set[int], halt: int
) -> None:
    halted = {BTC: [LOG[halt].open_time_ms]}
    known = [one for number, one in enumerate(LOG) if number != halt]
    straight, again = engine(BTC), engine(BTC)
    straight.load({BTC: LOG[:300]})
    for number, one in enumerate(LOG[300:], 300):
        is_halted = number == halt
        straight.close_minute(
            one.open_time_ms, [] if is_halted else [one], halted=[BTC] * is_halted
        )

    times = {LOG[number].open_time_ms for number in late}
    start = LOG[cut].open_time_ms
    again.load({BTC: [one for one in known if one.open_time_ms < start]}, halted=halted)
    feed(
        again,
        [c for c in known if c.open_time_ms >= start and c.open_time_ms not in times],
    )
    again.closed_table()
    again.repair([one for one in known if one.open_time_ms in times], halted=halted)

    tables = (straight.closed_table(), again.closed_table())
    assert tables[0].values.tobytes() == tables[1].values.tobytes()


def test_a_run_that_lasts_all_day_is_counted_whole() -> None:
    made = engine(BTC)
    rising = [
        candle(START + number, (10.0 + number, 11.0 + number, 10.0, 11.0 + number))
        for number in range(2 * DAY)
    ]

    made.load({BTC: rising})

    row = made.closed_table().row(BTC)
    runs = {name: row[f"consecutive_up_{name}"] for name in TIMEFRAMES}
    assert runs == {
        "1m": 1_440, "5m": 288, "15m": 96, "1h": 24, "4h": 6, "8h": 3, "1d": 1,
    }  # fmt: skip


def test_a_run_that_reaches_an_unknown_candle_is_unknown() -> None:
    made = engine(BTC)
    rising = [
        candle(START + number, (10.0 + number, 11.0 + number, 10.0, 11.0 + number))
        for number in (0, 1, 3, 4)
    ]

    feed(made, rising)

    row = made.closed_table().row(BTC)
    assert math.isnan(row["consecutive_up_1m"])
    assert row["consecutive_down_1m"] == 0.0


def test_an_hour_of_halt_leaves_the_candle_before_it_the_last() -> None:
    made = engine(BTC)
    feed(made, random_candles(60, seed=2))
    before = made.closed_table().row(BTC)

    for number in range(60, 120):
        made.close_minute((START + number) * MINUTE_MS, [], halted=[BTC])

    row = made.closed_table().row(BTC)
    assert row["candle_volume_1h"] == before["candle_volume_1h"]
    assert row["volume_1h"] == 0.0
    assert row["price"] == before["price"]


def test_the_first_hour_of_a_listing_begins_with_its_first_minute() -> None:
    log = random_candles(60, seed=2)[20:]
    made = engine(BTC, listed=START + 20)

    feed(made, log)

    row = made.closed_table().row(BTC)
    assert row["candle_open_1h"] == log[0].open
    assert math.isnan(row["change_1h"])
