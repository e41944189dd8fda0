"""Background work, each task run as a worker would run it."""

import pytest
from celery import current_app
from django.conf import settings as product
from pytest_django import Settings

from markets import models, tasks
from markets.errors import ExchangeUnavailableError
from markets.feed.ports import LedgerEntry, MinuteBatch
from markets.services.instruments import save_instruments
from markets.services.minutes import save_minutes
from markets.simulator.market import ABSENT, TRADES
from markets.simulator.server import Simulator
from markets.types import (
    DAY_MS,
    MINUTE_MS,
    InstrumentStatus,
    LedgerState,
    Symbol,
    Venue,
)
from scalpaiboard.lib.clock import now_ms
from tests.markets.feed.doubles import an_instrument

pytestmark = pytest.mark.django_db(transaction=True)

STREAM = LedgerEntry(LedgerState.STREAM)


def watch_now(simulator: Simulator) -> None:
    """Store the pairs, and one ledger minute of now."""
    symbols = [Symbol(pair.symbol) for pair in simulator.market.pairs]
    listed = [an_instrument(one, InstrumentStatus.TRADING) for one in symbols]
    places = save_instruments(Venue.BINANCE_USDM, simulator.market.source, listed)
    minute = now_ms() // MINUTE_MS * MINUTE_MS
    entries = dict.fromkeys(symbols, STREAM)
    save_minutes(places, [MinuteBatch(minute, (), entries, minute)])


def test_every_scheduled_task_exists() -> None:
    for entry in product.CELERY_BEAT_SCHEDULE.values():
        assert entry["task"] in current_app.tasks


def test_yesterday_is_read_anew_from_the_exchange(simulator: Simulator) -> None:
    watch_now(simulator)

    tasks.reconcile_market()

    today_ms = now_ms() // DAY_MS * DAY_MS
    opened = models.Candle.objects.values_list("open_time_ms", flat=True)
    first = (today_ms - DAY_MS) // MINUTE_MS
    (day,) = simulator.market.blocks(first, first + DAY_MS // MINUTE_MS)
    assert len(opened) == (day[:, :, TRADES] != ABSENT).sum()
    assert {today_ms - DAY_MS <= one < today_ms for one in opened} == {True}


def test_an_exchange_that_is_away_leaves_the_comparison_for_later(
    settings: Settings,
) -> None:
    settings.BINANCE_USDM_REST_URL = "http://127.0.0.1:9"

    with pytest.raises(ExchangeUnavailableError):
        tasks.reconcile_market()


def test_the_circulating_supply_is_fetched_and_kept(
    simulator: Simulator, settings: Settings
) -> None:
    watch_now(simulator)
    settings.COINGECKO_URL = simulator.addresses.rest

    tasks.refresh_circulating_supply()

    kept = models.Instrument.objects.values_list("symbol", "circulating_supply")
    assert dict(kept) == {
        pair.symbol: pair.circulating_supply for pair in simulator.market.pairs
    }


def test_old_minutes_go_and_new_ones_stay(simulator: Simulator) -> None:
    watch_now(simulator)
    tasks.reconcile_market()
    before = models.Candle.objects.count()

    tasks.drop_expired_candles()

    assert models.Candle.objects.count() == before
