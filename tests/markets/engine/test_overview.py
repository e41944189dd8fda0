import math

import numpy as np
import pytest

from markets.engine import overview
from markets.engine.table import Table

NAN = math.nan


def table(symbols: str, **columns: list[float]) -> Table:
    return Table(
        venue="binanceusdm",
        market_key="generated:7",
        market_label="",
        clock="live",
        sequence=1,
        as_of_ms=0,
        symbols=tuple(symbols),
        columns=tuple(columns),
        values=np.array(list(columns.values()), np.float64),
    )


def test_breadth_counts_unknown_changes_nowhere() -> None:
    found = overview.breadth(np.array([1.0, -2.0, 0.0, NAN, 3.0]))

    assert (found.advancing, found.declining, found.unchanged) == (2, 1, 1)


def test_pace_is_of_a_minute_against_a_minute_of_the_rest_of_the_day() -> None:
    # 120 in the last hour is 2 a minute; the other 1,380 minutes had 1 each.
    ratio = overview.pace(np.array([120.0]), np.array([1_500.0]), minutes=60)

    assert ratio.tolist() == [2.0]


def test_pace_after_a_silent_day_is_unknown() -> None:
    ratio = overview.pace(np.array([5.0, NAN]), np.array([5.0, 9.0]), minutes=60)

    assert np.isnan(ratio).all()


def test_pace_of_the_market_leaves_out_pairs_that_are_not_known() -> None:
    market = table(
        "ABC", quote_volume_1h=[60.0, 60.0, 9e9], quote_volume_1d=[750.0, 750.0, NAN]
    )

    assert overview.market_pace(market, "1h") == pytest.approx(2.0)
    assert math.isnan(overview.market_pace(market, "1d"))


def test_movers_of_a_falling_market_have_no_gainers() -> None:
    market = table(
        "ABCD",
        change_1h=[-1.0, -3.0, NAN, 0.0],
        quote_volume_1h=[10.0, 30.0, 20.0, NAN],
        relative_volume_1h=[0.5, NAN, 4.0, 2.0],
    )

    found = overview.movers(market, "1h", limit=2)

    assert found.gainers.tolist() == []
    assert found.losers.tolist() == [1, 0]
    assert found.volume.tolist() == [1, 2]
    assert found.unusual.tolist() == [2, 3]


def test_unusual_volume_of_a_day_is_that_of_eight_hours() -> None:
    market = table("AB", relative_volume_8h=[1.0, 2.0], change_1d=[1.0, 2.0])

    assert overview.movers(market, "1d", limit=5).unusual.tolist() == [1, 0]


def test_activity_needs_trades_and_volume_and_a_pair_of_some_size() -> None:
    # A: 4 times the trades at the usual volume; B: both as ever; C is too small.
    market = table(
        "ABC",
        trades_1h=[240.0, 60.0, 600.0],
        trades_1d=[1_620.0, 1_440.0, 601.0],
        quote_volume_1h=[60.0, 600.0, 9.0],
        quote_volume_1d=[1_440.0, 14_400.0, 10.0],
    )

    assert overview.activity(market).tolist()[:2] == [2.0, 1.0]
    assert math.isnan(overview.activity(market)[2])


def test_categories_are_of_their_members_whose_change_is_known() -> None:
    market = table(
        "ABCD",
        change_1h=[1.0, 2.0, 6.0, NAN],
        quote_volume_1d=[1.0, 2.0, 4.0, 8.0],
    )

    meme, quiet = overview.categories(
        market, "1h", {"Quiet": [3], "Meme": [0, 1, 2, 3]}
    )

    assert (meme.name, meme.members) == ("Meme", 4)
    assert (meme.mean_change, meme.median_change) == (3.0, 2.0)
    assert (meme.quote_volume, quiet.quote_volume) == (15.0, 8.0)
    assert math.isnan(quiet.mean_change)


def test_spark_spans_its_lowest_and_highest() -> None:
    assert overview.spark([10.0, 30.0, 20.0]) == [0, 100, 50]
    assert overview.spark([5.0, 5.0]) == [50, 50]
    assert overview.spark([]) == []
