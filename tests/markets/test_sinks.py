import sqlite3
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from asgiref.sync import sync_to_async
from django.db import connection, connections

from markets import models, signals, snapshots
from markets.engine.checkpoint import Checkpoint
from markets.engine.indicators.states import IndicatorStates
from markets.engine.table import Table
from markets.errors import (
    DataRefusedError,
    FeedTakenError,
    StoreUnavailableError,
)
from markets.feed.ports import LedgerEntry, MinuteBatch, QuarantinedCandle
from markets.sinks.lease import FeedLease
from markets.sinks.publisher import SnapshotPublisher
from markets.sinks.store import DatabaseStore
from markets.sinks.worker import SinkThread
from markets.types import (
    DAY_MS,
    MINUTE_MS,
    TIMEFRAMES,
    InstrumentStatus,
    LedgerState,
    MarketKind,
    MarketSource,
    Venue,
)
from tests.markets.feed.doubles import (
    BTC,
    ETH,
    START_MS,
    XRP,
    a_candle,
    an_instrument,
)

pytestmark = pytest.mark.django_db(transaction=True)
SOURCE = MarketSource(MarketKind.GENERATED, "generated:7", "Generated")
FROM_STREAM = LedgerEntry(LedgerState.STREAM, is_continuous=True)
END_MS = START_MS + MINUTE_MS


@pytest.fixture
async def store() -> AsyncIterator[DatabaseStore]:
    store = DatabaseStore(Venue.BINANCE_USDM, SOURCE)
    await store.save_instruments(SOURCE, [an_instrument(BTC), an_instrument(ETH)])
    yield store
    await store.close()
    await sync_to_async(connections.close_all)()


def a_batch(**changes: Any) -> MinuteBatch:
    return replace(
        MinuteBatch(
            START_MS,
            (a_candle(BTC), a_candle(ETH)),
            {BTC: FROM_STREAM, ETH: FROM_STREAM},
            END_MS + 40,
        ),
        **changes,
    )


async def test_a_minute_comes_back_as_it_was_stored(store: DatabaseStore) -> None:
    await store.save_minutes([a_batch()])

    candles = await store.load_candles([BTC, ETH], start_ms=START_MS, end_ms=END_MS)
    entries = await store.load_ledger(start_ms=START_MS, end_ms=END_MS)

    assert candles[BTC] == [replace(a_candle(BTC), event_time_ms=0)]
    assert entries == {BTC: {START_MS: FROM_STREAM}, ETH: {START_MS: FROM_STREAM}}


async def test_a_batch_stored_twice_is_stored_once(store: DatabaseStore) -> None:
    await store.save_minutes([a_batch()])
    await store.save_minutes([a_batch(), a_batch()])

    assert await models.Candle.objects.acount() == 2
    assert await models.LedgerMinute.objects.acount() == 1


async def test_a_final_candle_replaces_and_keeps_the_trade_ids(
    store: DatabaseStore,
) -> None:
    await store.save_minutes([a_batch()])
    final = a_candle(BTC, close=99.5, first_trade_id=None, last_trade_id=None)

    await store.save_minutes(
        [a_batch(candles=(final,), entries={BTC: LedgerEntry(LedgerState.REST)})]
    )

    found = await store.load_candles([BTC], start_ms=START_MS, end_ms=END_MS)
    assert found[BTC][0].close == 99.5
    assert found[BTC][0].first_trade_id == a_candle(BTC).first_trade_id
    entries = await store.load_ledger(start_ms=START_MS, end_ms=END_MS)
    assert entries[BTC][START_MS].state is LedgerState.REST
    assert entries[ETH][START_MS] == FROM_STREAM


async def test_fields_a_market_lacks_stay_empty(store: DatabaseStore) -> None:
    bare = a_candle(
        BTC, quote_volume=None, trade_count=None, taker_buy_volume=None,
        taker_buy_quote_volume=None, first_trade_id=None, last_trade_id=None,
        event_time_ms=0,
    )  # fmt: skip

    await store.save_minutes([a_batch(candles=(bare,))])

    found = await store.load_candles([BTC], start_ms=START_MS, end_ms=END_MS)
    assert found[BTC] == [bare]


async def test_a_candle_of_an_unknown_symbol_is_left_out(store: DatabaseStore) -> None:
    await store.save_minutes([a_batch(candles=(a_candle(XRP), a_candle(BTC)))])

    assert await models.Candle.objects.acount() == 1


async def test_a_failed_batch_leaves_nothing_behind(store: DatabaseStore) -> None:
    broken = a_candle(ETH, close=None)

    with pytest.raises(StoreUnavailableError):
        await store.save_minutes([a_batch(candles=(a_candle(BTC), broken))])

    assert await models.Candle.objects.acount() == 0
    assert await models.LedgerMinute.objects.acount() == 0


async def test_a_number_the_table_cannot_hold_is_refused_for_good(
    store: DatabaseStore,
) -> None:
    absurd = a_candle(BTC, first_trade_id=2**70)

    with pytest.raises(DataRefusedError):
        await store.save_minutes([a_batch(candles=(absurd,))])


async def test_an_instrument_that_is_gone_is_delisted_and_keeps_its_slot(
    store: DatabaseStore,
) -> None:
    await store.save_instruments(SOURCE, [an_instrument(ETH), an_instrument(XRP)])

    rows = [row async for row in models.Instrument.objects.order_by("slot")]

    assert [row.symbol for row in rows] == [BTC, ETH, XRP]
    assert rows[0].status == InstrumentStatus.DELISTED
    assert rows[0].delisted_at is not None


async def test_no_instruments_at_all_change_nothing(store: DatabaseStore) -> None:
    await store.save_instruments(SOURCE, [])

    trading = models.Instrument.objects.filter(status=InstrumentStatus.TRADING)
    assert await trading.acount() == 2


async def test_a_quarantined_candle_is_kept_with_its_reason(
    store: DatabaseStore,
) -> None:
    odd = a_candle(BTC, high=float("inf"))

    await store.quarantine([QuarantinedCandle(odd, "Its prices are odd.", END_MS)])

    kept = await models.QuarantinedCandle.objects.aget()
    assert kept.payload["high"] == "inf"
    assert kept.reason == "Its prices are odd."


async def test_markets_do_not_mix(store: DatabaseStore) -> None:
    await store.save_minutes([a_batch()])
    other = MarketSource(MarketKind.LIVE, "live")
    live = DatabaseStore(Venue.BINANCE_USDM, other)
    await live.save_instruments(other, [an_instrument(BTC)])

    found = await live.load_candles([BTC], start_ms=START_MS, end_ms=END_MS)
    await live.close()

    assert found == {BTC: []}


# Holds until the connection is renewed, as it is after every refusal.
def leave_no_room() -> None:
    with connection.cursor() as cursor:
        cursor.execute("VACUUM")
        cursor.execute("PRAGMA max_page_count=1")


def wait_no_longer() -> None:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout=20")


@pytest.fixture
def on_sqlite() -> None:
    if connection.vendor != "sqlite":
        pytest.skip("SQLite is not the database of this run.")


@pytest.mark.usefixtures("on_sqlite")
async def test_what_a_full_disk_refuses_is_taken_whole_once_there_is_room(
    store: DatabaseStore,
) -> None:
    times = range(START_MS, START_MS + 2_000 * MINUTE_MS, MINUTE_MS)
    batches = [
        a_batch(open_time_ms=at, candles=[replace(a_candle(BTC), open_time_ms=at)])
        for at in times
    ]
    await store._thread.run(leave_no_room)

    with pytest.raises(StoreUnavailableError, match="disk is full"):
        await store.save_minutes(batches)

    assert await models.Candle.objects.acount() == 0
    assert await models.LedgerMinute.objects.acount() == 0
    await store.save_minutes(batches)
    assert await models.Candle.objects.acount() == len(times)


@pytest.mark.usefixtures("on_sqlite")
async def test_a_database_locked_by_another_takes_the_minute_afterwards(
    store: DatabaseStore,
) -> None:
    with sqlite3.connect(connection.settings_dict["NAME"]) as other:
        other.execute("BEGIN IMMEDIATE")
        await store._thread.run(wait_no_longer)
        with pytest.raises(StoreUnavailableError, match="locked"):
            await store.save_minutes([a_batch()])
    other.close()

    await store.save_minutes([a_batch()])

    assert await models.Candle.objects.acount() == 2


async def test_a_service_that_is_away_is_named() -> None:
    thread = SinkThread("test")

    def refuse() -> None:
        raise OSError("No space left on device")

    with pytest.raises(StoreUnavailableError, match="No space left"):
        await thread.run(refuse)
    await thread.close()


@pytest.fixture
def heard() -> Iterator[list[Any]]:
    heard: list[Any] = []

    def hear(**told: Any) -> None:
        heard.append(
            (told["open_time_ms"], snapshots.read_table("binanceusdm", "closed"))
        )

    signals.minute_closed.connect(hear)
    yield heard
    signals.minute_closed.disconnect(hear)


async def test_the_snapshot_is_there_when_the_minute_is_told(heard: list[Any]) -> None:
    said: list[Any] = []
    publisher = SnapshotPublisher(said.append)
    table = Table(
        "binanceusdm", "live", "", "closed", 1, END_MS, ("A",), ("x",), np.ones((1, 1))
    )

    await publisher.publish_closed(table, open_time_ms=START_MS)
    await publisher.publish_state({"venue": "binanceusdm", "phase": "live"})
    await publisher.close()

    assert [minute for minute, _ in heard] == [START_MS]
    assert heard[0][1].sequence == 1
    assert [one["kind"] for one in said] == ["closed", "state"]
    assert snapshots.read_state("binanceusdm") == {
        "venue": "binanceusdm",
        "phase": "live",
    }


def test_a_second_feed_of_the_same_market_is_refused(tmp_path: Path) -> None:
    first = FeedLease(Venue.BINANCE_USDM, SOURCE, directory=tmp_path)
    second = FeedLease(Venue.BINANCE_USDM, SOURCE, directory=tmp_path)
    first.take()

    with pytest.raises(FeedTakenError, match="generated:7"):
        second.take()
    assert first.is_held()
    first.release()

    second.take()
    assert second.is_held()
    second.release()


@pytest.mark.usefixtures("on_sqlite")
def test_the_candle_table_is_laid_out_for_its_use() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT sql FROM sqlite_master WHERE name = 'markets_candle'")
        assert "WITHOUT ROWID" in cursor.fetchone()[0]


async def test_a_checkpoint_comes_back_and_the_oldest_goes(
    store: DatabaseStore,
) -> None:
    midnight = START_MS // DAY_MS * DAY_MS
    ends = [midnight + number * DAY_MS for number in range(3)]
    kept = [a_checkpoint(end_ms) for end_ms in ends]
    for checkpoint in kept:
        await store.save_checkpoint(checkpoint)

    newest = await store.load_checkpoint(start_ms=0, end_ms=ends[2] + 1)
    before = await store.load_checkpoint(start_ms=0, end_ms=ends[2] - 1)

    assert newest is not None
    assert before is not None
    assert (newest.end_ms, newest.symbols) == (ends[2], (BTC,))
    assert before.end_ms == ends[1]
    for name, array in kept[2].arrays.items():
        np.testing.assert_array_equal(newest.arrays[name], array)
    assert await store.load_checkpoint(start_ms=0, end_ms=ends[0]) is None


async def test_a_checkpoint_that_cannot_be_read_is_refused(
    store: DatabaseStore,
) -> None:
    await store.save_checkpoint(a_checkpoint(START_MS))
    await models.EngineCheckpoint.objects.aupdate(state=b"PK")

    with pytest.raises(ValueError, match="no checkpoint"):
        await store.load_checkpoint(start_ms=0, end_ms=START_MS)


def a_checkpoint(end_ms: int) -> Checkpoint:
    states = IndicatorStates(len(TIMEFRAMES), 1)
    states.lanes[:] = end_ms / 3
    return Checkpoint.of(end_ms, [BTC], states.arrays())
