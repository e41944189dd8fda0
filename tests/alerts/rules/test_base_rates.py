import math

import numpy as np
import pytest

from alerts.rules.base_rates import PairBase, choose_grid, join, pair_base
from alerts.rules.outcomes import HORIZONS, Aim
from alerts.rules.summaries import Moves
from markets.features.spans import Prices
from tests.alerts.rules.plain_record import Minute, plain_return, plain_verdict


@pytest.mark.parametrize(
    ("pairs", "days", "grid"),
    [(1, 30, 1), (57, 30, 1), (58, 30, 5), (700, 30, 15), (700, 90, 60)],
)
def test_the_grid_is_as_fine_as_so_many_minutes_allow(
    pairs: int, days: int, grid: int
) -> None:
    assert choose_grid(pairs, days * 1_440) == grid


def test_the_base_of_a_pair_is_every_so_manieth_minute_of_it() -> None:
    rng = np.random.default_rng(5)
    close = 100 * np.exp(rng.normal(0, 0.003, 900).cumsum())
    prices = Prices(close, close * 1.001, close * 0.999)
    aim = Aim(1, 0.5, 90)

    found = pair_base(prices, slice(3, 700, 7), aim)

    pair = [
        Minute(*one) for one in zip(prices.low, prices.close, prices.high, strict=True)
    ]
    moments = range(3, 700, 7)
    verdicts = [plain_verdict(pair, moment, aim) for moment in moments]
    assert found.hits == verdicts.count(1) > 10
    assert found.measured == len(moments)
    expected = [
        [plain_return(pair, moment, ahead) for moment in moments]
        for ahead in HORIZONS.values()
    ]
    np.testing.assert_allclose(found.returns_pct, expected, rtol=1e-9)


def base(returns: list[float], *, hits: int, measured: int) -> PairBase:
    return PairBase(np.array([returns] * len(HORIZONS)), hits, measured)


QUIET = base([-1.0, 0.0, math.nan], hits=1, measured=10)
LIVELY = base([-8.0, 2.0, 4.0, 10.0], hits=3, measured=4)


def test_a_pair_counts_in_the_base_rate_as_often_as_it_was_fired_on() -> None:
    found = join([QUIET, LIVELY], [1, 3])

    # A quarter of the weight is the quiet pair's, an eighth each of its returns.
    assert found.hit_rate == pytest.approx(0.25 * 0.1 + 0.75 * 0.75)
    assert found.measured == 14
    for moves in found.moves:
        assert moves.count == 6
        assert moves.mean_pct == pytest.approx(0.25 * -0.5 + 0.75 * 2)
        assert moves.share_up == pytest.approx(0.75 * 0.75)
        assert moves.median_pct == 2.0


def test_a_pair_that_was_not_fired_on_is_no_part_of_the_base_rate() -> None:
    found = join([QUIET, LIVELY], [0, 2])

    assert found.hit_rate == 0.75
    assert found.moves[0] == Moves(4, 2.0, 3.0, 0.75)


def test_all_pairs_count_alike_where_nothing_fired() -> None:
    assert join([QUIET, LIVELY], [0, 0]).hit_rate == pytest.approx((0.1 + 0.75) / 2)


def test_there_is_no_base_rate_where_nothing_was_measured() -> None:
    found = join([base([math.nan], hits=0, measured=0)], [1])

    assert math.isnan(found.hit_rate)
    assert found.moves[0].count == 0
