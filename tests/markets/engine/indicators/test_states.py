"""What holds for every indicator: one step, a look ahead, a history, holes."""

from typing import Final

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from markets.engine.candles import ABSENT, MISSING, PRESENT, CandleColumns
from markets.engine.indicators.family import NAMES
from markets.engine.indicators.states import IndicatorStates
from markets.engine.table import Floats
from tests.markets.engine.indicators.oracle import random_history, run, whole

HEALS: Final = {
    "sma_20": 20, "sma_50": 50, "sma_200": 200, "wma_20": 20, "bb_upper": 20,
    "bb_middle": 20, "bb_lower": 20, "bb_width": 20, "bb_percent": 20,
    "stoch_k": 16, "stoch_d": 18, "williams_r_14": 14, "cci_20": 20, "mfi_14": 15,
    "candle_open": 1, "candle_high": 1, "candle_low": 1, "candle_close": 1,
    "candle_volume": 1,
}  # fmt: skip
"""So many candles from a hole on are unknown; of all others, all that follow."""

UNBOUNDED: Final = {"vroc_14", "consecutive_up", "consecutive_down"}

BOUNDS: Final = {
    "rsi_14": (0, 100), "rsi_21": (0, 100), "rsi_30": (0, 100), "stoch_k": (0, 100),
    "stoch_d": (0, 100), "williams_r_14": (-100, 0), "mfi_14": (0, 100),
    "adx_14": (0, 100), "plus_di": (0, 100), "minus_di": (0, 100),
    "bb_width": (0, np.inf), "atr_14": (0, np.inf), "natr_14": (0, np.inf),
    "vroc_14": (-100, np.inf),
}  # fmt: skip

histories = st.builds(
    random_history,
    st.integers(1, 5),
    st.integers(1, 320),
    seed=st.integers(0, 10_000),
    quiet=st.sampled_from([0.0, 0.1, 0.7, 1.0]),
)


def column(candles: CandleColumns, number: int) -> CandleColumns:
    """Return one candle of each row as the only timeframe's."""
    return CandleColumns(
        candles.values[:, None, :, number].copy(),
        candles.presence[None, :, number].copy(),
    )


def assert_same_states(one: IndicatorStates, other: IndicatorStates) -> None:
    pairs = [
        (one.lanes, other.lanes),
        (one.looks, other.looks),
        (one.values, other.values),
        (one.past[0].closes.newest, other.past[0].closes.newest),
        (one.past[0].others.newest, other.past[0].others.newest),
    ]
    for mine, theirs in pairs:
        np.testing.assert_array_equal(mine, theirs)


@settings(max_examples=25, deadline=None)
@given(history=histories, data=st.data())
def test_step_look_ahead_and_history_agree_to_the_last_bit(
    history: Floats, data: st.DataObject
) -> None:
    presence = np.full(history.shape[1:], PRESENT, "u1")
    for kind in (ABSENT, MISSING):
        places = data.draw(st.sets(st.integers(0, presence.size - 1), max_size=6))
        presence.flat[list(places)] = kind
    candles = CandleColumns(np.where(presence == PRESENT, history, np.nan), presence)
    stepped, ran = (IndicatorStates(1, history.shape[1]) for _ in range(2))

    along = ran.run(0, candles)

    for number in range(history.shape[2]):
        now = column(candles, number)
        looked = np.empty_like(stepped.values)
        stepped.peek(now, looked)
        stepped.update(now)
        np.testing.assert_array_equal(looked, stepped.values)
        there = presence[:, number] == PRESENT
        np.testing.assert_array_equal(
            stepped.values[:, 0, there], along[:, there, number]
        )
    assert_same_states(stepped, ran)


@settings(max_examples=15, deadline=None)
@given(history=histories, cut=st.integers(1, 319))
def test_a_history_in_two_parts_gives_the_same_bits(history: Floats, cut: int) -> None:
    candles = whole(history)
    parts = [
        CandleColumns(candles.values[..., part], candles.presence[:, part])
        for part in (slice(cut), slice(cut, None))
    ]
    once, twice = (IndicatorStates(1, history.shape[1]) for _ in range(2))

    along = once.run(0, candles)
    both = [twice.run(0, part) for part in parts]

    np.testing.assert_array_equal(np.concatenate(both, axis=2), along)
    assert_same_states(once, twice)


@settings(max_examples=15, deadline=None)
@given(history=histories)
def test_a_row_alone_has_the_same_bits_as_among_others(history: Floats) -> None:
    together = run(history)

    for row in range(history.shape[1]):
        alone = run(history[:, row : row + 1])
        for name in NAMES:
            np.testing.assert_array_equal(alone[name][0], together[name][row])


def test_looking_ahead_leaves_the_states_alone() -> None:
    history = whole(random_history(3, 120, seed=2))
    looked, plain = (IndicatorStates(1, 3) for _ in range(2))
    looked.run(0, history)
    plain.run(0, history)

    ahead = column(whole(random_history(3, 1, seed=9)), 0)
    looked.peek(ahead, np.empty_like(looked.values))

    assert_same_states(looked, plain)


@settings(max_examples=25, deadline=None)
@given(history=histories)
def test_oscillators_stay_within_their_bounds(history: Floats) -> None:
    found = run(history)

    for name, (low, high) in BOUNDS.items():
        values = found[name][~np.isnan(found[name])]
        assert (values >= low - 1e-9).all(), name
        assert (values <= high + 1e-9).all(), name
    middle = found["bb_middle"]
    known = ~np.isnan(middle)
    assert (found["bb_lower"][known] <= middle[known]).all()
    assert (found["bb_upper"][known] >= middle[known]).all()


@settings(max_examples=15, deadline=None)
@given(history=histories, power=st.integers(-8, 8))
def test_another_unit_of_the_price_changes_prices_alone(
    history: Floats, power: int
) -> None:
    unit = np.array([2.0**power] * 4 + [1.0])[:, None, None]

    here, there = run(history), run(history * unit)

    prices = {"atr_14", "kama_10", "wma_20", "tema_20", "macd", "macd_signal"}
    prices |= {"macd_hist", "bb_upper", "bb_middle", "bb_lower"}
    prices |= {f"candle_{field}" for field in ("open", "high", "low", "close")}
    prices |= {name for name in NAMES if name.startswith(("sma_", "ema_"))}
    for name in NAMES:
        scale = 2.0**power if name in prices else 1.0
        np.testing.assert_array_equal(here[name] * scale, there[name], err_msg=name)


@pytest.mark.parametrize("hole", [230, 260])
def test_a_hole_is_unknown_as_long_as_a_value_depends_on_it(hole: int) -> None:
    history = random_history(1, 600, seed=4, quiet=0.0)
    candles = whole(history)
    candles.presence[0, hole] = MISSING
    candles.values[:, 0, hole] = np.nan

    found = IndicatorStates(1, 1).run(0, candles)

    straight = run(history)
    for name, values in zip(NAMES, found[:, 0], strict=True):
        if name in UNBOUNDED:
            continue
        end = hole + HEALS.get(name, 600)
        assert np.isnan(values[hole:end]).all(), name
        np.testing.assert_array_equal(values[end:], straight[name][0, end:], name)
        np.testing.assert_array_equal(values[:hole], straight[name][0, :hole], name)


def test_a_change_is_unknown_at_both_ends_of_a_hole_only() -> None:
    candles = whole(random_history(1, 60, seed=4, quiet=0.0))
    candles.values[:, 0, 30] = np.nan
    candles.presence[0, 30] = MISSING

    found = IndicatorStates(1, 1).run(0, candles)[NAMES.index("vroc_14"), 0]

    assert np.flatnonzero(np.isnan(found[14:])).tolist() == [16, 30]


@settings(max_examples=15, deadline=None)
@given(history=histories, data=st.data())
def test_candles_that_are_absent_leave_no_trace(
    history: Floats, data: st.DataObject
) -> None:
    n_candles = history.shape[2]
    absent = data.draw(st.sets(st.integers(0, n_candles - 1), max_size=40))
    there = [number for number in range(n_candles) if number not in absent]
    candles = whole(history)
    candles.presence[:, list(absent)] = ABSENT

    found = IndicatorStates(1, history.shape[1]).run(0, candles)

    without = IndicatorStates(1, history.shape[1])
    if there:
        along = without.run(0, whole(history[..., there]))
        np.testing.assert_array_equal(found[..., there], along)
    assert np.isnan(found[..., sorted(absent)]).all()


def test_candles_unknown_before_the_first_do_not_count() -> None:
    history = random_history(2, 300, seed=8)
    candles = whole(np.concatenate([history * np.nan, history], axis=2))
    candles.presence[:, :300] = MISSING

    found = IndicatorStates(1, 2).run(0, candles)

    along = IndicatorStates(1, 2).run(0, whole(history))
    np.testing.assert_array_equal(found[..., 300:], along)
    assert np.isnan(found[..., :300]).all()


@settings(max_examples=15, deadline=None)
@given(history=histories, data=st.data())
def test_advancing_ends_where_the_run_does(
    history: Floats, data: st.DataObject
) -> None:
    candles = whole(history)
    places = data.draw(st.sets(st.integers(0, candles.presence.size - 1), max_size=9))
    candles.presence.flat[list(places)] = ABSENT
    ran, advanced = (IndicatorStates(1, history.shape[1]) for _ in range(2))

    ran.run(0, candles)
    advanced.advance(0, candles)

    assert_same_states(ran, advanced)
