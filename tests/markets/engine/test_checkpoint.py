from dataclasses import replace

import numpy as np
import pytest

from markets.engine.candle_states import RECENT
from markets.engine.checkpoint import Checkpoint
from markets.engine.market import MarketEngine
from markets.types import Candle, Symbol
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
OLD, NEW = Symbol("OLDUSDT"), Symbol("NEWUSDT")
LOGS = {
    BTC: random_candles(5 * DAY, seed=21),
    ETH: random_candles(5 * DAY, seed=22, symbol=ETH),
}


def logs(start: int, end: int) -> dict[Symbol, list[Candle]]:
    return {symbol: log[start:end] for symbol, log in LOGS.items()}


def checkpoint_after(days: int) -> Checkpoint:
    made = engine(BTC, ETH)
    made.load(logs(0, days * DAY))
    found = made.checkpoint()
    assert found is not None
    return found


def same_tables(one: MarketEngine, other: MarketEngine) -> bool:
    return one.closed_table().values.tobytes() == other.closed_table().values.tobytes()


@pytest.mark.parametrize("minutes", [1, 100, 1_415, 1_439, 2_000])
def test_a_restart_from_a_checkpoint_ends_in_the_same_bits(minutes: int) -> None:
    end = 3 * DAY + minutes
    straight, again = engine(BTC, ETH), engine(BTC, ETH)
    straight.load(logs(0, end))

    again.restore(checkpoint_after(3))
    again.load(logs(min(3 * DAY, end - DAY - 1), end))

    assert same_tables(straight, again)
    assert not np.isnan(again.closed_table().row(BTC)["sma_50_1h"])
    late = candle(START + max(end - 30, 3 * DAY), (90.0, 91.0, 89.0, 90.5))
    for made in (straight, again):
        made.repair([late])
        made.close_minute(LOGS[BTC][end].open_time_ms, [LOGS[BTC][end]])
    assert same_tables(straight, again)


def test_a_running_engine_gives_the_checkpoint_of_its_last_midnight() -> None:
    made = engine(BTC, ETH)
    made.load(logs(0, 3 * DAY - 2))

    for number in range(3 * DAY - 2, 3 * DAY + 5):
        some = [log[number] for log in LOGS.values()]
        made.close_minute(some[0].open_time_ms, some)

    found, expected = made.checkpoint(), checkpoint_after(3)
    assert found is not None
    assert (found.end_ms, found.symbols) == (expected.end_ms, expected.symbols)
    for name in expected.arrays.keys() - {RECENT}:
        np.testing.assert_array_equal(found.arrays[name], expected.arrays[name])
    # What has closed since stands in the place of the oldest minutes.
    known = found.arrays[RECENT]
    whole = np.where(np.isnan(known), np.nan, expected.arrays[RECENT])
    np.testing.assert_array_equal(known, whole)
    assert not np.isnan(known[:, 0, 2:6]).any()  # the opens of 15m to 8h


def test_a_candle_missing_since_the_checkpoint_leaves_what_follows_unknown() -> None:
    made = engine(BTC, ETH)
    made.restore(checkpoint_after(3))
    since = logs(3 * DAY, 3 * DAY + 90)

    made.load({BTC: since[BTC], ETH: since[ETH][:20] + since[ETH][21:]})

    table = made.closed_table()
    assert not np.isnan(table.row(BTC)["ema_9_1m"])
    assert np.isnan(table.row(ETH)["ema_9_1m"])
    assert not np.isnan(table.row(ETH)["sma_20_1m"])


def test_pairs_that_stay_keep_their_states_when_others_come_and_go() -> None:
    end = 2 * DAY + 50
    straight, changed = engine(BTC), engine(BTC, OLD)
    straight.load({BTC: LOGS[BTC][:end]})
    changed.load({BTC: LOGS[BTC][:end]})

    changed.set_instruments([instrument(BTC), instrument(NEW)])

    for made in (straight, changed):
        made.close_minute(LOGS[BTC][end].open_time_ms, [LOGS[BTC][end]])
    row = changed.closed_table().row(BTC)
    assert row == pytest.approx(straight.closed_table().row(BTC), abs=0, nan_ok=True)
    assert np.isnan(changed.closed_table().row(NEW)["obv_1m"])


def test_a_pair_that_the_checkpoint_lacks_begins_with_its_first_candle() -> None:
    made, alone = engine(BTC, NEW), engine(NEW)
    log = random_candles(300, seed=5, symbol=NEW, start=START + 3 * DAY)
    made.restore(checkpoint_after(3))

    made.load({BTC: LOGS[BTC][3 * DAY : 3 * DAY + 300], NEW: log})

    alone.load({NEW: log})
    row = made.closed_table().row(NEW)
    assert row == pytest.approx(alone.closed_table().row(NEW), abs=0, nan_ok=True)


def test_a_checkpoint_of_another_layout_is_refused() -> None:
    checkpoint = checkpoint_after(1)

    with pytest.raises(ValueError, match="version 0"):
        engine(BTC).restore(replace(checkpoint, version=0))
    with pytest.raises(ValueError, match="layout"):
        engine(BTC).restore(replace(checkpoint, timeframes=(1, 5)))


def test_a_checkpoint_comes_before_the_first_candle() -> None:
    checkpoint, made = checkpoint_after(1), engine(BTC)
    made.load({BTC: LOGS[BTC][:10]})

    with pytest.raises(ValueError, match="before the first"):
        made.restore(checkpoint)
