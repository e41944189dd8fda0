from typing import Any

import pytest
from django.db import connection

from markets import candle_table, models
from markets.feed.ports import LedgerEntry, MinuteBatch
from markets.services.instruments import Places, save_instruments
from markets.services.minutes import save_minutes
from markets.services.retention import drop_expired
from markets.services.supply import save_supplies, supplies_of
from markets.types import DAY_MS, LedgerState, MarketKind, MarketSource, Symbol, Venue
from tests.markets.feed.doubles import BTC, START_MS, a_candle, an_instrument

pytestmark = pytest.mark.django_db(transaction=True)
LIVE = MarketSource(MarketKind.LIVE, "live")
PEPE = Symbol("1000PEPEUSDT")
DAY = START_MS // DAY_MS


def a_market(*minutes: int) -> Places:
    places = save_instruments(
        Venue.BINANCE_USDM, LIVE, [an_instrument(BTC), an_instrument(PEPE)]
    )
    entry = LedgerEntry(LedgerState.STREAM)
    for minute in minutes:
        save_minutes(
            places, [MinuteBatch(minute, (a_candle(BTC, minute),), {BTC: entry}, 0)]
        )
    return places


def test_only_what_is_older_than_its_time_goes() -> None:
    old, kept, newest = START_MS, START_MS + 2 * DAY_MS, START_MS + 4 * DAY_MS
    a_market(old, kept, newest)

    # Days that other tests have left behind go as well.
    assert drop_expired(keep_hours=49) >= 1

    left = models.Candle.objects.order_by("open_time_ms")
    assert list(left.values_list("open_time_ms", flat=True)) == [kept, newest]
    assert models.LedgerMinute.objects.count() == 3


def test_dropping_twice_does_no_harm() -> None:
    a_market(START_MS, START_MS + 4 * DAY_MS)
    drop_expired(keep_hours=48)

    assert drop_expired(keep_hours=48) == 0


def test_a_market_of_old_dates_keeps_its_window() -> None:
    a_market(START_MS)
    other = MarketSource(MarketKind.RECORDED, "recorded:2023")
    places = save_instruments(Venue.BINANCE_USDM, other, [an_instrument(BTC)])
    recent = START_MS + 400 * DAY_MS
    save_minutes(places, [MinuteBatch(recent, (a_candle(BTC, recent),), {}, 0)])

    drop_expired(keep_hours=48)

    assert models.Candle.objects.count() == 2


def test_partitions_are_made_once_and_listed() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("PostgreSQL is not the database of this run.")

    candle_table.make_partitions(connection, [DAY, DAY + 1])
    candle_table.make_partitions(connection, [DAY])

    assert {DAY, DAY + 1} <= set(candle_table.list_partitions(connection))


def test_the_supply_of_a_thousand_units_is_a_thousandth() -> None:
    a_market()
    coins: list[dict[str, Any]] = [
        {"symbol": "btc", "circulating_supply": 19_000_000.0},
        {"symbol": "pepe", "circulating_supply": 4.2e14},
        {"symbol": "btc", "circulating_supply": 5.0},
        {"symbol": "odd", "circulating_supply": None},
    ]

    stored = save_supplies(supplies_of(coins))

    supply = dict(models.Instrument.objects.values_list("symbol", "circulating_supply"))
    assert stored == 2
    assert supply == {BTC: 19_000_000.0, PEPE: 4.2e11}
