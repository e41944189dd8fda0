"""The indicators in the table, against candles that pandas has made of the log."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st

from markets.engine.market import MarketEngine
from markets.types import MINUTE_MS, TIMEFRAMES, Candle
from tests.markets.engine.indicators.oracle import (
    FIELDS,
    size_of,
    talib_figures,
)
from tests.markets.engine.markets_by_hand import (
    BTC,
    ETH,
    START,
    engine,
    feed,
    instrument,
    random_candles,
)

DAYS = 3
LOG = random_candles(DAYS * 1_440 + 655, seed=31)
NEW = random_candles(700, seed=32, symbol=ETH, start=LOG[-700].open_time_ms // 60_000)


def obvious_candles(log: list[Candle], timeframe: str) -> np.ndarray:
    """Join the closed candles of a timeframe with pandas, shape ``(5, n)``."""
    frame = pd.DataFrame(
        [[getattr(one, name) for name in FIELDS] for one in log],
        columns=list(FIELDS),
        index=[one.open_time_ms // MINUTE_MS for one in log],
    )
    frame = frame[~frame.index.duplicated(keep="last")].sort_index()
    minutes = TIMEFRAMES[timeframe]
    end = LOG[-1].open_time_ms // MINUTE_MS + 1
    frame = frame[frame.index < end - end % minutes]
    first = -(-(log[0].open_time_ms // MINUTE_MS) // minutes) * minutes
    frame = frame[frame.index >= first]
    groups = frame.groupby(frame.index // minutes)
    how = ("first", "max", "min", "last", "sum")
    return groups.agg(dict(zip(FIELDS, how, strict=True))).to_numpy().T


def assert_row(row: dict[str, float], log: list[Candle], timeframe: str) -> None:
    history = obvious_candles(log, timeframe)
    for name, values in talib_figures(history).items():
        if math.isnan(values[-1]):
            continue  # TA-Lib shows some lines later than we do
        tolerance = 1e-12 * size_of(name, history)
        found = row[f"{name}_{timeframe}"]
        assert found == pytest.approx(values[-1], rel=1e-9, abs=tolerance), name


def test_a_log_with_halts_late_and_repeated_candles_gives_the_figures_of_talib() -> (
    None
):
    halts = {*range(2_000, 2_047), *range(4_300, 4_306)}
    late = {4_400, 4_700}
    known = [one for number, one in enumerate(LOG) if number not in halts]
    halted = {BTC: [LOG[number].open_time_ms for number in halts if number < 4_250]}
    made = engine(BTC)
    made.load({BTC: known[:2_000] + known[1_900:4_203]}, halted=halted)

    for number in range(4_250, len(LOG)):
        is_halted = number in halts
        some = [] if is_halted or number in late else [LOG[number]]
        made.close_minute(LOG[number].open_time_ms, some, halted=[BTC] * is_halted)
        if number - 20 in late:
            made.repair([LOG[number - 20], LOG[number - 25]])

    row = made.closed_table().row(BTC)
    for timeframe in TIMEFRAMES:
        assert_row(row, known, timeframe)


def test_a_listing_begins_with_its_first_candle_and_a_delisting_leaves_no_trace() -> (
    None
):
    made = engine(BTC)
    start = len(LOG) - len(NEW)
    made.load({BTC: LOG[: start + 100]})

    made.set_instruments([instrument(BTC), instrument(ETH, listed=None)])
    made.load({ETH: NEW[:100]})
    for number in range(100, 300):
        both = [LOG[start + number], NEW[number]]
        made.close_minute(both[0].open_time_ms, both)
    made.set_instruments([instrument(ETH, listed=None)])
    feed(made, NEW[300:])

    assert made.symbols == (ETH,)
    for timeframe in ("1m", "5m", "15m", "1h"):
        assert_row(made.closed_table().row(ETH), NEW, timeframe)


@settings(max_examples=5, deadline=None)
@given(minute=st.integers(1_441, len(LOG) - 1))
def test_the_live_values_before_a_close_are_those_after_it(minute: int) -> None:
    made = engine(BTC)
    made.load({BTC: LOG[:minute]})
    made.apply_forming(LOG[minute])

    live = made.live_table(as_of_ms=LOG[minute].open_time_ms + 59_900).row(BTC)

    made.close_minute(LOG[minute].open_time_ms, [LOG[minute]])
    closed = made.closed_table().row(BTC)
    ends = [
        name
        for name, minutes in TIMEFRAMES.items()
        if (START + minute + 1) % minutes == 0
    ]
    assert "1m" in ends
    for name in ends:
        for metric in ("rsi_14", "ema_50", "macd_hist", "cci_20", "obv", "adx_14"):
            column = f"{metric}_{name}"
            assert live[column] == pytest.approx(closed[column], abs=0, nan_ok=True)


def test_the_next_minutes_candle_does_not_leave_out_the_one_that_is_over() -> None:
    made = engine(BTC)
    made.load({BTC: LOG[:2_000]})
    made.apply_forming(LOG[2_000])
    before = _live(made, 2_000)

    made.apply_forming(LOG[2_001])

    after = _live(made, 2_001)
    assert after["rsi_14_1m"] == before["rsi_14_1m"]
    assert after["candle_open_1m"] == LOG[2_001].open


def test_without_a_forming_candle_the_last_closed_values_stay() -> None:
    made = engine(BTC)
    made.load({BTC: LOG[:2_160]})

    live, closed = _live(made, 2_160), made.closed_table().row(BTC)

    for name in ("rsi_14_1m", "ema_9_5m", "atr_14_1h", "consecutive_up_15m"):
        assert live[name] == closed[name]
    assert math.isnan(live["candle_open_1m"])


def _live(made: MarketEngine, minute: int) -> dict[str, float]:
    return made.live_table(as_of_ms=(START + minute) * MINUTE_MS + 500).row(BTC)
