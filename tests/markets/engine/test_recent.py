from functools import cache

import numpy as np
import pytest

from markets.engine.catalogue import COLUMNS
from markets.engine.expressions.history import Track
from markets.engine.market import MarketEngine
from markets.engine.recent import SLOTS, STEPS_BACK, Recent, step_minutes
from markets.engine.table import Floats, Table
from markets.types import MINUTE_MS, TIMEFRAMES, Candle, Symbol
from tests.markets.engine.markets_by_hand import (
    BTC,
    ETH,
    START,
    candle,
    engine,
    instrument,
    random_candles,
)

DAY = 1_440
END = 3 * DAY + 67
LOGS = {
    BTC: random_candles(END + 10, seed=31),
    ETH: random_candles(END + 10, seed=32, symbol=ETH),
}
CANDLE_METRICS = [name for name in COLUMNS if step_minutes(name) > 1]
MINUTE_METRICS = [name for name in COLUMNS if step_minutes(name) == 1]
SOME = ("rsi_14", "ema_9", "macd_hist", "candle_close", "consecutive_up", "obv")


def close(made: MarketEngine, number: int) -> Table:
    some = [log[number] for log in LOGS.values()]
    made.close_minute(some[0].open_time_ms, some)
    return made.closed_table()


@cache
def watched() -> tuple[MarketEngine, dict[int, Table]]:
    """An engine that saw every minute, and its closed tables by their end."""
    made = engine(BTC, ETH)
    made.load({symbol: log[:1] for symbol, log in LOGS.items()})
    tables = {START + number + 1: close(made, number) for number in range(1, END)}
    return made, tables


def logs(start: int, end: int) -> dict[Symbol, list[Candle]]:
    return {symbol: log[start:end] for symbol, log in LOGS.items()}


def past(recent: Recent, metric: str, steps: int, table: Table) -> Floats:
    return recent.value(Track(metric, step_minutes(metric)), steps, table)


def expected(metric: str, steps: int) -> Floats:
    _, tables = watched()
    step = step_minutes(metric)
    moment = ((START + END) // step - steps) * step
    if moment not in tables:
        return np.full(2, np.nan)
    return tables[moment].column(metric)


@pytest.mark.parametrize("steps", [1, 3, STEPS_BACK])
def test_the_past_is_what_earlier_closed_tables_said(steps: int) -> None:
    made, tables = watched()
    recent = made.recent()

    for metric in COLUMNS:
        found = past(recent, metric, steps, tables[START + END])
        np.testing.assert_array_equal(found, expected(metric, steps), metric)


def test_further_back_is_unknown() -> None:
    made, tables = watched()

    found = past(made.recent(), "candle_close_5m", SLOTS, tables[START + END])

    assert np.isnan(found).all()


def test_a_history_that_is_loaded_at_once_brings_the_past_of_candles() -> None:
    made = engine(BTC, ETH)
    made.load(logs(0, END))

    recent, table = made.recent(), made.closed_table()

    for steps in (1, 2, STEPS_BACK):
        for metric in CANDLE_METRICS:
            found = past(recent, metric, steps, table)
            np.testing.assert_array_equal(found, expected(metric, steps), metric)
    assert not np.isnan(past(recent, "candle_close_8h", 6, table)).any()
    assert np.isnan(past(recent, "change_1h", 1, table)).all()


@pytest.mark.parametrize("minutes", [1, 67])
def test_a_restart_from_a_checkpoint_ends_with_the_same_past(minutes: int) -> None:
    end = 3 * DAY + minutes
    before, again, straight = engine(BTC, ETH), engine(BTC, ETH), engine(BTC, ETH)
    before.load(logs(0, 3 * DAY))
    checkpoint = before.checkpoint()
    assert checkpoint is not None
    straight.load(logs(0, end))

    again.restore(checkpoint)
    again.load(logs(end - DAY - 1, end))

    table = again.closed_table()
    for steps in (1, STEPS_BACK):
        for metric in CANDLE_METRICS:
            found = past(again.recent(), metric, steps, table)
            known = past(straight.recent(), metric, steps, table)
            np.testing.assert_array_equal(found, known, metric)
    assert not np.isnan(past(again.recent(), "candle_close_8h", 6, table)).any()


def test_a_candle_that_comes_late_mends_the_past_of_candles() -> None:
    made, gap = engine(BTC, ETH), END - 40
    some = logs(0, END)
    late = some[BTC].pop(gap)
    made.load(some)
    before = past(made.recent(), "rsi_14_5m", STEPS_BACK, made.closed_table())

    made.repair([late])

    after, table = made.recent(), made.closed_table()
    assert np.isnan(before[0])
    assert not np.isnan(before[1])
    for steps in range(1, STEPS_BACK + 1):
        for name in SOME:
            metric = f"{name}_5m"
            found = past(after, metric, steps, table)
            np.testing.assert_array_equal(found, expected(metric, steps), metric)


def test_minutes_that_were_passed_over_are_unknown() -> None:
    made = engine(BTC, ETH)
    made.load(logs(0, 2 * DAY))
    close(made, 2 * DAY)

    table = close(made, 2 * DAY + 3)

    recent = made.recent()
    assert np.isnan(past(recent, "price", 1, table)).all()
    assert np.isnan(past(recent, "candle_close_1m", 2, table)).all()
    assert past(recent, "price", 3, table)[0] == LOGS[BTC][2 * DAY].close


def test_a_halted_candle_leaves_the_last_value() -> None:
    made = engine(BTC)
    some = LOGS[BTC][:200]
    made.load({BTC: some[:195]}, halted={BTC: [c.open_time_ms for c in some[195:]]})

    table, recent = made.closed_table(), made.recent()

    closes = [past(recent, "candle_close_1m", back, table)[0] for back in range(1, 8)]
    assert closes == [some[194].close] * 4 + [c.close for c in some[194:191:-1]]


def test_live_one_step_back_is_the_last_that_closed() -> None:
    made, tables = watched()
    now_ms = (START + END) * MINUTE_MS + 20_000
    made.apply_forming(candle(START + END, (50.0, 90.0, 40.0, 80.0), is_closed=False))

    live = made.live_table(as_of_ms=now_ms)

    newest = tables[START + END]
    for metric in ("price", "change_1h", "rsi_14_15m", "candle_close_4h"):
        found = past(made.recent(), metric, 1, live)
        np.testing.assert_array_equal(found, newest.column(metric), metric)


def test_a_shorter_clock_takes_the_candle_that_was_the_last_then() -> None:
    made, tables = watched()
    table = tables[START + END]

    for steps in range(1, STEPS_BACK + 1):
        found = made.recent().value(Track("candle_high_1h", 1), steps, table)
        then = tables[START + END - steps].column("candle_high_1h")
        np.testing.assert_array_equal(found, then)
    # Seven minutes past the hour, so that the seventh step is the hour's first.
    assert (START + END) % 60 == STEPS_BACK


def test_pairs_that_stay_keep_their_past() -> None:
    made = engine(BTC, ETH)
    made.load(logs(0, 2 * DAY))
    metrics = [f"{name}_{timeframe}" for name in SOME for timeframe in TIMEFRAMES]
    before = [past(made.recent(), one, 1, made.closed_table())[1] for one in metrics]

    made.set_instruments([instrument("AAAUSDT"), instrument(ETH)])

    table, recent = made.closed_table(), made.recent()
    after = [past(recent, metric, 1, table) for metric in metrics]
    np.testing.assert_array_equal([kept for _, kept in after], before)
    assert np.isnan([fresh for fresh, _ in after]).all()
    assert np.isfinite(before).sum() > len(before) // 2


def test_of_other_pairs_and_unknown_metrics_nothing_is_known() -> None:
    made, tables = watched()
    recent = made.recent()

    other = Table("v", "m", "", "closed", 1, START, ("XUSDT",), (), np.empty((0, 1)))
    assert np.isnan(recent.value(Track("price", 1), 1, other)).all()
    assert np.isnan(recent.value(Track("nothing", 1), 1, tables[START + END])).all()


@pytest.mark.parametrize("back", [0, 1, 4, STEPS_BACK])
def test_a_closed_table_of_some_minutes_ago_is_the_one_that_was_made_then(
    back: int,
) -> None:
    made, tables = watched()
    end = START + END - back

    found = made.recent().table(end)

    assert found is not None
    assert (found.clock, found.as_of_ms) == ("closed", end * MINUTE_MS)
    for metric in COLUMNS:
        np.testing.assert_array_equal(
            found.column(metric), tables[end].column(metric), metric
        )


@pytest.mark.parametrize("back", [-1, SLOTS])
def test_there_is_no_table_of_longer_ago_or_to_come(back: int) -> None:
    made, _ = watched()

    assert made.recent().table(START + END - back) is None
