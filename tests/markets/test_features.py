"""Days of the feature store written from the database, by hand and by night."""

import io
from datetime import UTC, datetime
from itertools import batched
from pathlib import Path

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from markets import models, tasks
from markets.engine.replay import digest_of, digest_of_all
from markets.feature_shelf import shelf, shelf_state, store_of
from markets.features.day import StoredDay
from markets.features.store import date_of, only_writer
from markets.feed.ports import LedgerEntry, MinuteBatch
from markets.replay import Replay
from markets.selectors.minute_log import stored_market
from markets.services.features import Shelf, drop_oldest, write_day
from markets.services.instruments import save_instruments
from markets.services.minutes import save_minutes
from markets.types import DAY_MS, MINUTE_MS, LedgerState, Venue
from tests.markets.feed.doubles import BTC, ETH, an_instrument
from tests.markets.live_market import MIDNIGHT_MS, SOURCE, wandering_log

pytestmark = pytest.mark.django_db(transaction=True)
DAY = MIDNIGHT_MS // DAY_MS
BEFORE = 120
STREAM = LedgerEntry(LedgerState.STREAM)


@pytest.fixture(autouse=True)
def own_folder(settings: Settings, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path


def store_days(count: int) -> None:
    """Store some whole days of two pairs, two hours before and one after."""
    start_ms = MIDNIGHT_MS - BEFORE * MINUTE_MS
    minutes = BEFORE + count * 1_440 + 60
    log = wandering_log((BTC, ETH), start_ms=start_ms, minutes=minutes)
    places = save_instruments(
        Venue.BINANCE_USDM, SOURCE, [an_instrument(BTC), an_instrument(ETH)]
    )
    times = range(start_ms, start_ms + minutes * MINUTE_MS, MINUTE_MS)
    batches = [
        MinuteBatch(time, [log[BTC, time], log[ETH, time]], {BTC: STREAM}, time)
        for time in times
    ]
    for some in batched(batches, 600):
        save_minutes(places, some)


def held() -> list[StoredDay]:
    return store_of(Venue.BINANCE_USDM, SOURCE.key).days()


def told(command: str, *arguments: str) -> str:
    out = io.StringIO()
    call_command(command, *arguments, stdout=out, stderr=out)
    return out.getvalue()


def iso(day: int) -> str:
    return date_of(day).isoformat()


def at(minute: int) -> str:
    time_ms = MIDNIGHT_MS + minute * MINUTE_MS
    return f"{datetime.fromtimestamp(time_ms / 1_000, tz=UTC):%Y-%m-%dT%H:%M}"


@pytest.mark.once
def test_a_day_goes_on_where_the_one_before_ended() -> None:
    store_days(2)
    market = stored_market(Venue.BINANCE_USDM)
    run = Replay(market, start_ms=MIDNIGHT_MS, end_ms=MIDNIGHT_MS + 2 * DAY_MS)
    tables = list(run.tables())
    first = write_day(shelf(), market, DAY)
    kept_ms = MIDNIGHT_MS - MINUTE_MS
    models.Candle.objects.filter(open_time_ms__lt=kept_ms).delete()

    second = write_day(shelf(), market, DAY + 1)

    parts = [digest_of_all(map(digest_of, part)) for part in batched(tables, 1_440)]
    assert [first.digest, second.digest] == parts
    ends = np.array([MIDNIGHT_MS // MINUTE_MS + 1_440 + 700])
    found = held()[1].values("ema_200_5m", slice(None), ends)
    assert found[:, 0].tolist() == tables[1_440 + 699].column("ema_200_5m").tolist()


@pytest.mark.once
def test_a_night_writes_each_whole_day_once_and_a_full_shelf_drops_the_oldest() -> None:
    store_days(2)

    tasks.write_features()
    first = [day.manifest for day in held()]
    tasks.write_features()

    assert [one.day for one in first] == [DAY, DAY + 1]
    assert [day.manifest for day in held()] == first
    assert first[0].symbols == (BTC, ETH)
    state = shelf_state()
    assert (state.days, state.newest_day, state.outdated) == (2, DAY + 1, 0)
    assert state.size_bytes == sum(one.size_bytes for one in first)

    assert drop_oldest(Shelf(shelf().root, state.size_bytes)) == 0
    assert drop_oldest(Shelf(shelf().root, state.size_bytes - 1)) == 1
    assert [day.manifest.day for day in held()] == [DAY + 1]
    assert drop_oldest(Shelf(shelf().root, 1)) == 0


def test_nothing_is_written_where_none_is_wanted(settings: Settings) -> None:
    settings.FEATURE_STORE_GB = 0
    store_days(1)

    tasks.write_features()

    assert held() == []


def test_a_night_before_the_first_candle_passes() -> None:
    tasks.write_features()

    assert shelf_state().days == 0


def test_two_do_not_write_at_once() -> None:
    store_days(1)
    left = shelf().root / "binanceusdm" / "live" / "2023-11-15.unfinished"
    left.mkdir(parents=True)

    with only_writer(shelf().root):
        tasks.write_features()

        assert held() == []
        with pytest.raises(CommandError, match="are being written"):
            told("write_features")
    assert not left.exists()


@pytest.mark.once
def test_a_write_that_fails_leaves_the_day_as_it_was() -> None:
    store_days(1)
    tasks.write_features()
    before = held()[0].manifest
    store = store_of(Venue.BINANCE_USDM, SOURCE.key)

    with pytest.raises(ZeroDivisionError):
        store.write(DAY, [an_instrument(BTC)], lambda _: str(1 // 0), now_ms=1)

    assert held()[0].manifest == before
    assert len(list(store.folder.iterdir())) == 1


@pytest.mark.once
def test_the_commands_write_a_day_and_tell_when_something_was_true() -> None:
    store_days(1)

    written = told("write_features", "--day", iso(DAY))
    whole = told("when", "change_1h > 0.5")
    part = told("when", "price > 0", "--from", at(10), "--to", at(25))
    one = told("when", "prev(price, 1) > 0", "--symbol", "btcusdt", "--limit", "1")

    assert written.startswith(f"{iso(DAY)}: 2 pairs, ")
    assert told("write_features") == (
        "Every whole day that is stored is written already.\n"
    )
    assert "of 2,880 minutes of 2 pairs" in whole
    assert part.splitlines()[-1] == (
        "2 episodes of 2 pairs; true in 30 of 30 minutes of 2 pairs, unknown in 0."
    )
    assert one.startswith(f"BTCUSDT          {at(1).replace('T', ' ')} UTC  still")


@pytest.mark.once
def test_what_cannot_be_answered_is_said() -> None:
    store_days(1)
    tasks.write_features()
    early = ("--from", "2020-01-01", "--to", "2020-01-02")

    for command, sentence in (
        (("when", "price >"), "a value is missing"),
        (("when", "funding_rate > 0"), "cannot be asked of the past"),
        (("when", "price > 0", *early), "No day of this range"),
        (("when", "price > 0", "--symbol", "NOUSDT"), "No stored day has a pair"),
        (("when", "price > 0", "--from", "soon"), "must be a time such as"),
        (("write_features", "--day", "2020-01-01"), "is stored from 2023-11-14"),
        (("write_features", "--from", "2020-01-02"), "need each other"),
        (("write_features", "--day", "2020-01-02", *early), "exclude each other"),
    ):
        with pytest.raises(CommandError, match=sentence):
            told(*command)


def test_asking_before_any_day_is_written_says_how_to_write_one() -> None:
    store_days(0)

    with pytest.raises(CommandError, match="see write_features"):
        told("when", "price > 0")
