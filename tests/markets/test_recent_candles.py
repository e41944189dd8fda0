from typing import Any

import pytest
from django.db import connection
from pytest_django import DjangoAssertNumQueries

from markets import candle_table
from markets.models import Candle, Instrument
from markets.selectors.candles import recent_candles
from markets.types import DAY_MS, Symbol
from tests.markets.live.tables import MINUTE, table
from tests.markets.rows import a_market

pytestmark = pytest.mark.django_db
BTC = Symbol("BTCUSDT")
HOUR = 1_700_049_600_000 // 3_600_000 * 3_600_000
"""A full hour, UTC ms."""


@pytest.fixture
def pair() -> Instrument:
    candle_table.make_partitions(connection, [HOUR // DAY_MS, HOUR // DAY_MS + 1])
    return a_market({BTC: "0.1"}).instruments.get()


def store(pair: Instrument, minute: int, close: float, **more: Any) -> None:
    Candle.objects.create(
        instrument=pair,
        open_time_ms=HOUR + minute * MINUTE,
        open=close - 1,
        high=close + 2,
        low=close - 3,
        close=close,
        volume=1.5,
        received_at_ms=0,
        **{"quote_volume": 10.0, "trade_count": 4} | more,
    )


def at(minute: float) -> Any:
    return table({BTC: 1.0}, as_of_ms=int(HOUR + minute * MINUTE))


def test_a_longer_candle_is_made_of_those_of_its_minutes_that_exist(
    pair: Instrument,
) -> None:
    for minute, close in ((0, 100.0), (1, 110.0), (4, 90.0)):
        store(pair, minute, close)

    (found,) = recent_candles(at(5.1), BTC, "5m", limit=1, end_ms=HOUR + 5 * MINUTE)

    assert (found.open, found.high, found.low, found.close) == (99, 112, 87, 90)
    assert (found.volume, found.quote_volume, found.trade_count) == (4.5, 30.0, 12)
    assert found.is_closed


def test_a_figure_that_one_minute_lacks_is_unknown_for_the_whole(
    pair: Instrument,
) -> None:
    store(pair, 0, 100.0)
    store(pair, 1, 100.0, quote_volume=None)

    (found,) = recent_candles(at(2.1), BTC, "5m", limit=5)

    assert found.quote_volume is None
    assert found.trade_count == 8
    assert not found.is_closed


def test_the_newest_candles_come_oldest_first_within_the_limit(
    pair: Instrument,
) -> None:
    for minute in range(6):
        store(pair, minute, 100.0 + minute)

    found = recent_candles(at(6), BTC, "1m", limit=3, end_ms=HOUR + 6 * MINUTE)

    assert [candle.close for candle in found] == [103.0, 104.0, 105.0]


def test_a_range_is_open_at_its_end(pair: Instrument) -> None:
    for minute in range(6):
        store(pair, minute, 100.0 + minute)

    found = recent_candles(
        at(6),
        BTC,
        "1m",
        limit=500,
        start_ms=HOUR + MINUTE,
        end_ms=HOUR + 4 * MINUTE,
    )

    assert [candle.close for candle in found] == [101.0, 102.0, 103.0]


def test_candles_are_read_in_one_query(
    pair: Instrument, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    store(pair, 0, 100.0)

    with django_assert_num_queries(1):
        recent_candles(at(1), BTC, "1h", limit=500)


def test_candles_of_another_market_never_mix(pair: Instrument) -> None:
    store(pair, 0, 100.0)

    other = table({BTC: 1.0}, as_of_ms=HOUR + MINUTE, market_key="generated:7")

    assert recent_candles(other, BTC, "1m", limit=5) == []
