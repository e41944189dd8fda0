import math
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, strategies as st

from markets.engine import books
from markets.engine.table import Floats
from markets.engine.tape import large_value

PRICES = st.integers(1, 60).map(lambda ticks: ticks / 10)
SIDES = st.dictionaries(PRICES, st.floats(0.001, 1e6), max_size=40)


def side(levels: dict[float, float], *, is_bid: bool = False) -> Floats:
    ordered = sorted(levels.items(), reverse=is_bid)
    return np.array(ordered, np.float64).reshape(-1, 2)


BIDS = np.array([[99.0, 2.0], [98.5, 1.0], [97.0, 4.0]])
ASKS = np.array([[101.0, 1.0], [101.5, 2.0], [104.0, 8.0]])


@given(before=SIDES, after=SIDES, is_bid=st.booleans())
def test_a_side_with_its_changes_set_is_the_later_side(
    before: dict[float, float], after: dict[float, float], *, is_bid: bool
) -> None:
    changes = books.changed_levels(
        side(before, is_bid=is_bid), side(after, is_bid=is_bid)
    )

    told = dict(before)
    for price, quantity in changes.tolist():
        told[price] = quantity
        if quantity == 0:
            del told[price]

    assert told == after
    assert len(changes) == len(before.items() ^ after.items()) - len(
        {price for price in before.keys() & after if before[price] != after[price]}
    )


def test_packed_levels_come_back_best_first() -> None:
    block = np.concatenate((BIDS[:, 0], BIDS[:, 1])).tobytes()

    assert books.levels_of(block).tolist() == BIDS.tolist()
    assert books.levels_of(b"").shape == (0, 2)


def test_mid_and_spread_are_of_the_best_prices() -> None:
    assert books.mid_price(BIDS, ASKS) == 100.0
    assert books.spread_bps(BIDS, ASKS) == pytest.approx(200.0)


def test_an_empty_side_has_no_mid_and_no_pressure() -> None:
    empty = np.empty((0, 2))

    assert math.isnan(books.mid_price(BIDS, empty))
    assert math.isnan(books.spread_bps(empty, ASKS))
    assert books.pressure(empty, ASKS) == []


def test_pressure_counts_the_value_within_each_distance() -> None:
    near, wide = books.pressure(BIDS, ASKS, within_pct=(1.0, 2.0))

    assert (near.bid_value, near.ask_value) == (198.0, 101.0)
    assert near.imbalance == pytest.approx((198 - 101) / (198 + 101))
    assert (wide.bid_value, wide.ask_value) == (198.0 + 98.5, 101.0 + 203.0)
    assert near.is_whole
    assert wide.is_whole


def test_pressure_beyond_the_known_levels_says_so() -> None:
    (far,) = books.pressure(BIDS, ASKS, within_pct=(3.5,))

    assert not far.is_whole


def test_pressure_where_nobody_waits_has_no_imbalance() -> None:
    (none,) = books.pressure(BIDS, ASKS, within_pct=(0.1,))

    assert (none.bid_value, none.ask_value) == (0.0, 0.0)
    assert math.isnan(none.imbalance)


def test_buckets_take_bids_down_and_asks_up() -> None:
    bids = books.in_buckets(BIDS, 1.0, is_bid=True)
    asks = books.in_buckets(ASKS, 1.0, is_bid=False)

    assert bids.tolist() == [[99.0, 2.0], [98.0, 1.0], [97.0, 4.0]]
    assert asks.tolist() == [[101.0, 1.0], [102.0, 2.0], [104.0, 8.0]]


@given(levels=SIDES, ticks=st.integers(1, 30), is_bid=st.booleans())
def test_buckets_keep_every_quantity_and_their_order(
    levels: dict[float, float], ticks: int, *, is_bid: bool
) -> None:
    summed = books.in_buckets(side(levels, is_bid=is_bid), ticks / 10, is_bid=is_bid)

    assert summed[:, 1].sum() == pytest.approx(sum(levels.values()))
    prices = summed[:, 0].tolist()
    assert prices == sorted(prices, reverse=is_bid)
    for price in levels:
        edge = (math.floor if is_bid else math.ceil)(round(price * 10) / ticks)
        assert edge * ticks / 10 in [pytest.approx(one) for one in prices]


def test_a_level_on_a_step_stays_there_whatever_floats_say() -> None:
    levels = np.array([[0.3, 1.0], [0.7, 2.0], [1.1, 4.0]])

    assert books.in_buckets(levels, 0.1, is_bid=False)[:, 0] == pytest.approx(
        [0.3, 0.7, 1.1]
    )


@pytest.mark.parametrize(
    ("span", "step"), [(4.9, "0.1"), (5.1, "0.2"), (12.0, "0.5"), (260.0, "10.0")]
)
def test_the_nice_step_makes_about_fifty_buckets(span: float, step: str) -> None:
    bids = np.array([[1_000.0, 1.0], [1_000.0 - span, 1.0]])
    asks = np.array([[1_001.0, 1.0], [1_001.0 + 2 * span, 1.0]])

    assert books.nice_step(bids, asks, Decimal("0.1")) == Decimal(step)


def test_the_nice_step_of_an_empty_book_is_the_tick() -> None:
    empty = np.empty((0, 2))

    assert books.nice_step(empty, empty, Decimal("0.05")) == Decimal("0.05")


def test_a_large_trade_is_one_of_the_largest_hundredth() -> None:
    values = [float(value) for value in range(1, 1_002)]

    assert large_value(values) == 991.0


def test_too_few_trades_say_nothing_about_large_ones() -> None:
    assert large_value([1.0] * 99) is None
