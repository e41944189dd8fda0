"""A stored day beside the exchange's own account of it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

import pytest
from asgiref.sync import sync_to_async
from django.db import connections

from markets.exchanges.base import Exchange
from markets.exchanges.connect import connect
from markets.feed.ports import LedgerEntry, MinuteBatch
from markets.services.reconcile import Reconciled, reconcile_yesterday
from markets.simulator.clock import start_clock
from markets.simulator.generated import GeneratedMarket
from markets.simulator.server import Options, serve
from markets.sinks.store import DatabaseStore
from markets.types import DAY_MS, MINUTE_MS, Candle, LedgerState, MarketSource, Venue

pytestmark = pytest.mark.django_db(transaction=True)

TODAY_MS = 1_700_006_400_000 // DAY_MS * DAY_MS
YESTERDAY = range(TODAY_MS - DAY_MS, TODAY_MS, MINUTE_MS)
LATE = LedgerEntry(LedgerState.REST, is_late=True)


@dataclass
class Night:
    """The hour after midnight: an exchange, and a store that watched yesterday."""

    exchange: Exchange
    store: DatabaseStore
    source: MarketSource
    truth: list[Candle]

    async def keep(self, candles: list[Candle]) -> None:
        received = LedgerEntry(LedgerState.STREAM)
        await self.store.save_minutes(
            [
                MinuteBatch(one.open_time_ms, (one,), {one.symbol: received}, 0)
                for one in candles
            ]
        )

    async def stored(self) -> list[Candle]:
        symbols = {one.symbol for one in self.truth}
        found = await self.store.load_candles(
            symbols, start_ms=YESTERDAY.start, end_ms=YESTERDAY.stop
        )
        return [one for symbol in sorted(found) for one in found[symbol]]


@pytest.fixture(params=list(Venue))
async def night(request: pytest.FixtureRequest) -> AsyncIterator[Night]:
    market = GeneratedMarket(venue=request.param, count=2)
    clock = start_clock(start_ms=TODAY_MS + 20 * MINUTE_MS)
    async with serve(market, options=Options(clock=clock)) as simulator:
        exchange = await connect(market.venue, simulator.addresses)
        store = DatabaseStore(market.venue, market.source)
        instruments = await exchange.list_instruments()
        await store.save_instruments(market.source, instruments)
        truth = [
            one
            for symbol in sorted(one.symbol for one in instruments)
            for one in await exchange.fetch_candles(
                symbol, start_ms=YESTERDAY.start, end_ms=YESTERDAY.stop
            )
        ]
        night = Night(exchange, store, market.source, truth)
        (first,) = await exchange.fetch_candles(
            truth[0].symbol, start_ms=TODAY_MS, end_ms=TODAY_MS + MINUTE_MS
        )
        await night.keep([first])
        yield night
        await store.close()
        await exchange.close()
        await sync_to_async(connections.close_all)()


async def test_a_day_that_was_watched_well_shows_no_difference(
    night: Night, caplog: pytest.LogCaptureFixture
) -> None:
    await night.keep(night.truth)

    found = await reconcile_yesterday(night.exchange, night.source)

    assert found == Reconciled(compared=2 * len(YESTERDAY), differed=0)
    assert caplog.messages == []


async def test_what_differs_or_lacks_is_told_and_stored_anew(
    night: Night, caplog: pytest.LogCaptureFixture
) -> None:
    wrong, lacking = night.truth[100], night.truth[-1]
    await night.keep(night.truth[:-1])
    await night.keep([replace(wrong, close=wrong.low * 0.5, low=wrong.low * 0.5)])

    found = await reconcile_yesterday(night.exchange, night.source)

    assert found.differed == 2
    assert caplog.messages == [
        f"Yesterday's {one.symbol} differed in 1 minutes." for one in (wrong, lacking)
    ]
    assert await night.stored() == night.truth
    ledger = await night.store.load_ledger(
        start_ms=YESTERDAY.start, end_ms=YESTERDAY.stop
    )
    assert {
        (symbol, minute)
        for symbol, entries in ledger.items()
        for minute, entry in entries.items()
        if entry == LATE
    } == {(one.symbol, one.open_time_ms) for one in (wrong, lacking)}


async def test_once_mended_a_day_shows_no_difference_any_more(night: Night) -> None:
    first = await reconcile_yesterday(night.exchange, night.source)

    again = await reconcile_yesterday(night.exchange, night.source)

    assert first.differed == first.compared == again.compared > 0
    assert again.differed == 0


async def test_a_market_that_was_never_watched_has_nothing_to_compare(
    night: Night,
) -> None:
    elsewhere = replace(night.source, key="generated:other")

    found = await reconcile_yesterday(night.exchange, elsewhere)

    assert found == Reconciled()
