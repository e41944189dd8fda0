"""The generated market: repeatable, joined, plausible."""

import numpy as np
import pytest

from markets.simulator.generated import GeneratedMarket
from markets.simulator.market import (
    ABSENT,
    CLOSE,
    FIRST_ID,
    HIGH,
    LOW,
    OPEN,
    TRADES,
    PairStatus,
)
from markets.types import MarketKind

MIDNIGHT = 20_777 * 1_440


def test_a_market_of_the_same_seed_has_the_same_candles_whatever_its_size() -> None:
    small = GeneratedMarket(count=5).history(3, MIDNIGHT, MIDNIGHT + 300)
    large = GeneratedMarket(count=40).history(3, MIDNIGHT, MIDNIGHT + 300)
    other = GeneratedMarket(count=5, seed=8).history(3, MIDNIGHT, MIDNIGHT + 300)

    assert (small == large).all()
    assert (small != other).any()


def test_one_pair_alone_equals_the_pair_among_all() -> None:
    market = GeneratedMarket(count=20)
    alone = market.history(4, MIDNIGHT - 10, MIDNIGHT + 10)

    together = np.concatenate(
        [block[4] for block in market.blocks(MIDNIGHT - 10, MIDNIGHT + 10)]
    )

    assert (alone == together).all()


def test_prices_and_trade_ids_run_on_over_midnight() -> None:
    bars = GeneratedMarket(count=2).history(0, MIDNIGHT - 1, MIDNIGHT + 1)

    assert bars[1, OPEN] == bars[0, CLOSE]
    assert bars[1, FIRST_ID] == bars[0, FIRST_ID] + bars[0, TRADES]


def test_every_candle_is_whole_and_some_minutes_are_quiet_or_halted() -> None:
    block = next(GeneratedMarket(count=300).blocks(MIDNIGHT, MIDNIGHT + 1_440))
    there = block[block[:, :, TRADES] != ABSENT]

    assert (there[:, LOW] <= there[:, [OPEN, CLOSE]].min(axis=1)).all()
    assert (there[:, HIGH] >= there[:, [OPEN, CLOSE]].max(axis=1)).all()
    assert (there[:, LOW] > 0).all()
    assert 0 < (there[:, TRADES] == 0).mean() < 0.2
    assert 0 < (block[:, :, TRADES] == ABSENT).mean() < 0.1


def test_a_newcomer_has_no_candle_before_its_listing() -> None:
    market = GeneratedMarket(count=120)
    week = MIDNIGHT - MIDNIGHT % (7 * 1_440)
    listing = market.listing(119, week)
    since = listing.listed_at_ms // 60_000

    bars = market.history(119, since - 1, since + 1)

    assert listing.status is PairStatus.PENDING
    assert market.listing(119, since).status is PairStatus.TRADING
    assert bars[:, TRADES].tolist()[0] == ABSENT
    assert bars[1, TRADES] != ABSENT


def test_the_source_says_that_prices_are_not_real() -> None:
    source = GeneratedMarket(count=1, seed=9).source

    assert source.kind is MarketKind.GENERATED
    assert source.key == "generated:9"
    assert source.label == "Generated market: these prices are not real"


def test_two_thousand_pairs_have_different_symbols() -> None:
    market = GeneratedMarket(count=2_000)

    assert len({pair.symbol for pair in market.pairs}) == 2_000
    with pytest.raises(ValueError, match="2001"):
        GeneratedMarket(count=2_001)
