import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, strategies as st

from alerts.rules.outcomes import (
    HORIZONS,
    PATH_MINUTES,
    Aim,
    Verdict,
    forward_returns,
    outcome_at,
    verdicts,
)
from markets.features.spans import Prices
from tests.alerts.rules.plain_record import NOTHING, Minute, plain_verdict

NAN = math.nan
UP = Aim(target_pct=2, stop_pct=1, horizon_minutes=3)
DOWN = Aim(target_pct=2, stop_pct=1, horizon_minutes=3, side=-1)


def minutes(*candles: tuple[float, float, float]) -> Prices:
    """Take candles as (low, close, high)."""
    low, close, high = np.array(candles, np.float64).reshape(-1, 3).T
    return Prices(close[None], high[None], low[None])


CALM = (99.5, 100.0, 100.5)


@pytest.mark.parametrize(
    ("after", "up", "down"),
    [
        ([CALM, (100, 101, 102), CALM], Verdict.TARGET, Verdict.STOP),
        ([CALM, CALM, (98, 98.5, 100)], Verdict.STOP, Verdict.TARGET),
        ([CALM, CALM, CALM], Verdict.UNDECIDED, Verdict.UNDECIDED),
        ([(99.2, 100, 101.9)] * 3, Verdict.UNDECIDED, Verdict.STOP),
        # Both in one minute: nobody knows which came first.
        ([(97, 100, 103), CALM, CALM], Verdict.STOP, Verdict.STOP),
        ([(100, 101, 102), (90, 91, 101), CALM], Verdict.TARGET, Verdict.STOP),
        ([CALM, (NAN, NAN, NAN), (100, 101, 103)], *[Verdict.UNMEASURED] * 2),
        ([(100, 101, 103), (NAN, NAN, NAN), CALM], Verdict.TARGET, Verdict.STOP),
        # The horizon is not over, whatever the first minutes say.
        ([(100, 101, 103), CALM], *[Verdict.UNMEASURED] * 2),
        ([], *[Verdict.UNMEASURED] * 2),
    ],
)
def test_the_verdict_is_what_came_first(
    after: Sequence[tuple[float, float, float]], up: Verdict, down: Verdict
) -> None:
    assert outcome_at(100.0, minutes(*after), UP).verdict is up
    assert outcome_at(100.0, minutes(*after), DOWN).verdict is down


def test_a_minute_after_the_horizon_decides_nothing() -> None:
    after = minutes(CALM, CALM, CALM, (100, 105, 110))

    assert outcome_at(100.0, after, UP).verdict is Verdict.UNDECIDED


def test_returns_are_percents_from_the_price_of_the_opening() -> None:
    close = np.linspace(50, 1_490, 1_441)[None, 1:]

    found = outcome_at(50.0, Prices(close, close, close), UP)

    # A dollar a minute, from 50.
    assert found.returns_pct == pytest.approx([30.0, 120.0, 480.0, 2_880.0])
    assert found.path_pct == pytest.approx([2.0 * minute for minute in PATH_MINUTES])
    assert list(HORIZONS.values()) == [15, 60, 240, 1_440]


def test_a_return_is_unknown_where_a_close_is_missing_or_not_there_yet() -> None:
    close = np.array([100.0, 101.0, NAN, 103.0])

    found = forward_returns(close, np.array([0, 1, 2]), [1, 2, 3])

    expected = [[1, NAN, 3], [NAN, 100 * (103 / 101 - 1), NAN], [NAN, NAN, NAN]]
    np.testing.assert_allclose(found, expected, rtol=1e-12)


price = st.sampled_from([96.0, 98.0, 99.0, 100.0, 101.0, 102.0, 104.0])
candle = st.tuples(price, price, price).map(lambda one: Minute(*sorted(one)))


@given(
    st.lists(candle | candle | candle | st.just(NOTHING), min_size=1, max_size=40),
    st.integers(1, 6),
    st.sampled_from([1, -1]),
    st.integers(1, 4),
)
def test_every_moment_has_the_verdict_of_a_plain_loop(
    pair: list[Minute], horizon: int, side: int, step: int
) -> None:
    low, close, high = np.array(pair).T
    aim = Aim(2, 1, horizon, side)
    at = list(range(0, len(pair), step))

    on_a_grid = verdicts(Prices(close, high, low), slice(0, None, step), aim)
    at_places = verdicts(Prices(close, high, low), np.array(at), aim)

    expected = [plain_verdict(pair, moment, aim) for moment in at]
    assert on_a_grid.tolist() == at_places.tolist() == expected


def test_what_an_episode_is_measured_by_is_what_the_preview_says() -> None:
    rng = np.random.default_rng(3)
    close = 100 * np.exp(rng.normal(0, 0.004, 2_000).cumsum())
    whole = Prices(close, close * 1.002, close * 0.998)
    aim = Aim(1, 1, 60)
    moments = np.arange(0, 400, 7)

    found = verdicts(whole, moments, aim)
    returns = forward_returns(close, moments, HORIZONS.values())

    for place, moment in enumerate(moments):
        after = Prices(*(column[None, moment + 1 :] for column in whole))
        outcome = outcome_at(float(close[moment]), after, aim)
        assert outcome.verdict == found[place]
        assert list(outcome.returns_pct) == returns[place].tolist()
    assert {-1, 1} <= set(found.tolist())


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ((0, 1), "The target is 0 %; it lies within 0 to 100."),
        ((1, 100), "The stop is 100 %; it lies within 0 to 100."),
        ((1, 1, 0), "The horizon is 0 minutes; it must be 1 to 1,440."),
        ((1, 1, 9, 0), "The side is 0; it must be 1 or -1."),
    ],
)
def test_an_aim_that_means_nothing_is_refused(
    given: tuple[int, ...], sentence: str
) -> None:
    with pytest.raises(ValueError, match=sentence.replace(".", r"\.")):
        Aim(*given)
