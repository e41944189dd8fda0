"""The trades of a minute, against the candle they belong to."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, strategies as st

from markets.simulator.generated import GeneratedMarket
from markets.simulator.market import (
    CLOSE,
    COLUMNS,
    HIGH,
    LOW,
    OPEN,
    QUOTE_VOLUME,
    TRADES,
    VOLUME,
    one_minute,
)
from markets.simulator.path import forming, tape

MINUTE = 29_920_000


@st.composite
def bars(draw: st.DrawFn) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    low = draw(st.integers(1, 10**8))
    high = low + draw(st.integers(0, 10**6))
    trades = draw(st.integers(4, 5_000))
    volume = trades + draw(st.integers(0, 10**12))
    bar = np.zeros(COLUMNS, np.int64)
    bar[[LOW, HIGH, TRADES, VOLUME]] = low, high, trades, volume
    bar[OPEN] = draw(st.integers(low, high))
    bar[CLOSE] = draw(st.integers(low, high))
    bar[QUOTE_VOLUME] = draw(st.integers(0, 10**17))
    return bar


@given(bars())
def test_the_trades_of_a_minute_make_its_candle(
    bar: np.ndarray[tuple[int, ...], np.dtype[np.int64]],
) -> None:
    trades = tape(bar, row=0, minute_number=MINUTE, start=0, stop=int(bar[TRADES]))

    prices = [price for _, price, _, _ in trades]
    assert len(trades) == bar[TRADES]
    assert sum(volume for _, _, volume, _ in trades) == bar[VOLUME]
    assert (prices[0], prices[-1]) == (bar[OPEN], bar[CLOSE])
    assert (max(prices), min(prices)) == (bar[HIGH], bar[LOW])
    assert [at for at, _, _, _ in trades] == sorted(at for at, _, _, _ in trades)


@given(bars(), st.lists(st.integers(0, 60_000), min_size=2, max_size=20))
def test_a_forming_candle_only_grows_and_stays_inside_the_finished_one(
    bar: np.ndarray[tuple[int, ...], np.dtype[np.int64]], offsets: list[int]
) -> None:
    stages = [
        forming(bar[None], minute_number=MINUTE, offset_ms=at)[0]
        for at in [*sorted(offsets), 60_000]
    ]

    for earlier, later in pairwise(stages):
        assert (earlier[[VOLUME, TRADES, HIGH]] <= later[[VOLUME, TRADES, HIGH]]).all()
        assert earlier[LOW] >= later[LOW]
        assert earlier[LOW] <= earlier[CLOSE] <= earlier[HIGH]
    assert (stages[-1] == bar).all()


def test_the_tape_and_the_forming_candle_tell_the_same_volume() -> None:
    market = GeneratedMarket(count=3)
    minute = one_minute(market, MINUTE)

    partial = forming(minute, minute_number=MINUTE, offset_ms=30_000)[1]

    trades = tape(
        minute[1], row=1, minute_number=MINUTE, start=0, stop=int(partial[TRADES])
    )
    assert sum(volume for _, _, volume, _ in trades) == partial[VOLUME]
    assert trades[-1][1] == partial[CLOSE]
    assert trades[-1][0] == pytest.approx(30_000, abs=60_000 / minute[1, TRADES] + 2)


def test_a_tape_has_many_small_trades_and_a_few_large_ones() -> None:
    minute = one_minute(GeneratedMarket(count=3), MINUTE)[1].copy()
    minute[[TRADES, VOLUME]] = 3_000, 10**9

    trades = tape(minute, row=1, minute_number=MINUTE, start=0, stop=3_000)

    sizes = sorted(volume for _, _, volume, _ in trades)
    assert sizes[-1] > 50 * sizes[1_500]
    assert sum(sizes) == 10**9
