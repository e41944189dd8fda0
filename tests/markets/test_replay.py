"""The stored log through the engine again, against what the live feed published."""

import io
from datetime import UTC, datetime

import pytest
from asgiref.sync import sync_to_async
from django.core.management import CommandError, call_command
from django.db import connections

from markets import models
from markets.engine.replay import digest_of
from markets.replay import Replay
from markets.selectors.minute_log import stored_market
from markets.types import MINUTE_MS, WINDOW_CANDLES, Venue
from tests.markets.feed.doubles import BTC, ETH
from tests.markets.live_market import MIDNIGHT_MS, LiveMarket, wandering_log

pytestmark = pytest.mark.django_db(transaction=True)
# Across a midnight, at which a candle of every timeframe closes.
FIRST_MS = MIDNIGHT_MS - 8 * MINUTE_MS
# A start of the feed takes up all of a pair that is not older than its window.
AGE_MINUTES = 1_350


def replayed(start_ms: int, end_ms: int) -> dict[int, str]:
    market = stored_market(Venue.BINANCE_USDM)
    run = Replay(market, start_ms=start_ms, end_ms=end_ms)
    return {table.as_of_ms - MINUTE_MS: digest_of(table) for table in run.tables()}


async def replayed_of(live: LiveMarket, start_ms: int = FIRST_MS) -> dict[int, str]:
    found = await sync_to_async(replayed)(start_ms, live.next_ms)
    await sync_to_async(connections.close_all)()
    return found


def a_market(age: int = AGE_MINUTES) -> LiveMarket:
    start_ms = FIRST_MS - age * MINUTE_MS
    log = wandering_log((BTC, ETH), start_ms=start_ms, minutes=age + 60)
    return LiveMarket(log, next_ms=FIRST_MS)


async def test_a_replay_ends_each_minute_in_the_bits_of_the_live_run() -> None:
    live = a_market()
    await live.start()
    await live.close_minutes(20)
    await live.end()

    found = await replayed_of(live)

    assert len(set(found.values())) == 20
    assert found == live.publisher.digests


async def test_a_late_candle_and_a_restart_leave_the_replay_the_same() -> None:
    live = a_market()
    await live.start()
    await live.close_minutes(3)
    await live.close_minutes(1, without=ETH)
    await live.mend()
    await live.close_minutes(8)
    await live.end()
    await live.start()
    await live.close_minutes(6)
    await live.end()

    found = await replayed_of(live)

    holed_ms = FIRST_MS + 3 * MINUTE_MS
    assert found[holed_ms] != live.publisher.digests[holed_ms]
    assert live.publisher.mended[holed_ms] == found[holed_ms]
    assert found == live.publisher.digests | live.publisher.mended


async def test_a_replay_begins_with_what_the_live_engine_held_at_midnight() -> None:
    live = a_market(age=2_000)
    await live.start()
    await live.close_minutes(14)
    await live.end()
    late_ms = MIDNIGHT_MS + 2 * MINUTE_MS
    window_ms = late_ms - WINDOW_CANDLES * MINUTE_MS
    gone, _ = await models.Candle.objects.filter(open_time_ms__lt=window_ms).adelete()

    found = await replayed_of(live, late_ms)

    published = live.publisher.digests
    assert gone > 0
    assert found == {time: published[time] for time in published if time >= late_ms}


def iso(time_ms: int) -> str:
    return datetime.fromtimestamp(time_ms / 1_000, tz=UTC).isoformat()


def told(start_ms: int, end_ms: int, *more: str) -> str:
    out = io.StringIO()
    call_command(
        "replay_market", "--from", iso(start_ms), "--to", iso(end_ms), *more, stdout=out
    )
    return out.getvalue()


async def test_the_command_says_the_same_twice_and_each_minute_when_asked() -> None:
    live = a_market()
    await live.start()
    await live.close_minutes(4)
    await live.end()
    end_ms = live.next_ms

    once = await sync_to_async(told)(FIRST_MS, end_ms)
    again = await sync_to_async(told)(FIRST_MS, end_ms, "--each")
    await sync_to_async(connections.close_all)()

    *minutes, total = again.splitlines()
    assert once.splitlines() == [total]
    assert total.startswith("4 minutes of 2 pairs: ")
    digests = list(live.publisher.digests.values())
    assert [line.rpartition(" ")[2] for line in minutes] == digests


async def test_what_the_store_does_not_hold_is_said() -> None:
    live = a_market()
    await live.start()
    await live.end()

    with pytest.raises(CommandError, match=r"is stored from 2023-11-14 01:22 UTC to"):
        await sync_to_async(told)(FIRST_MS, FIRST_MS + 9_000 * MINUTE_MS)
    with pytest.raises(CommandError, match="No market 'binance' is stored"):
        await sync_to_async(told)(FIRST_MS, FIRST_MS + MINUTE_MS, "--venue", "binance")
    with pytest.raises(CommandError, match="must be after --from"):
        await sync_to_async(told)(FIRST_MS, FIRST_MS)
    await sync_to_async(connections.close_all)()
