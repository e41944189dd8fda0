"""The last hours as days of features, before there is a whole day."""

from itertools import batched
from pathlib import Path

import numpy as np
import pytest
from pytest_django import Settings

from markets import tasks
from markets.errors import FeatureStoreTakenError
from markets.feature_shelf import shelf, store_of
from markets.features.store import only_writer
from markets.feed.ports import LedgerEntry, MinuteBatch
from markets.replay import Replay
from markets.selectors.minute_log import stored_market
from markets.services.instruments import save_instruments
from markets.services.minutes import save_minutes
from markets.services.running_days import running_days, write_running_days
from markets.types import MINUTE_MS, LedgerState, Venue
from tests.markets.feed.doubles import BTC, ETH, an_instrument
from tests.markets.live_market import MIDNIGHT_MS, SOURCE, wandering_log

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]
BEFORE, AFTER = 120, 90
START_MS = MIDNIGHT_MS - BEFORE * MINUTE_MS
STREAM = LedgerEntry(LedgerState.STREAM)


@pytest.fixture(autouse=True)
def own_folder(settings: Settings, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path


def store(minutes: int) -> None:
    log = wandering_log((BTC, ETH), start_ms=START_MS, minutes=minutes)
    places = save_instruments(
        Venue.BINANCE_USDM, SOURCE, [an_instrument(BTC), an_instrument(ETH)]
    )
    times = range(START_MS, START_MS + minutes * MINUTE_MS, MINUTE_MS)
    batches = [
        MinuteBatch(time, [log[BTC, time], log[ETH, time]], {BTC: STREAM}, time)
        for time in times
    ]
    for some in batched(batches, 600):
        save_minutes(places, some)


def test_what_is_stored_is_held_minute_by_minute_over_midnight() -> None:
    store(BEFORE + AFTER)
    market = stored_market(Venue.BINANCE_USDM)
    end_ms = START_MS + (BEFORE + AFTER) * MINUTE_MS
    run = Replay(market, start_ms=START_MS, end_ms=end_ms)
    truth = {table.as_of_ms // MINUTE_MS: table for table in run.tables()}
    assert running_days(shelf(), market) is None
    told: list[tuple[int, int]] = []

    held = write_running_days(
        shelf(), market, on_progress=lambda *step: told.append(step)
    )

    assert (held.start_ms, held.end_ms) == (START_MS, end_ms)
    assert len(held.days) == 2
    assert told[-1][0] == told[-1][1]
    for day, ends in zip(
        held.days,
        (
            np.arange(START_MS // MINUTE_MS + 1, MIDNIGHT_MS // MINUTE_MS + 1),
            np.arange(MIDNIGHT_MS // MINUTE_MS + 1, end_ms // MINUTE_MS + 1),
        ),
        strict=True,
    ):
        for metric in ("price", "change_1h", "candle_close_5m"):
            found = day.values(metric, slice(None), ends)
            expected = np.stack([truth[end].column(metric) for end in ends.tolist()])
            np.testing.assert_array_equal(found.T, expected)
    again = running_days(shelf(), market)
    assert again is not None
    assert again.end_ms == end_ms


def test_they_do_not_count_among_the_whole_days_and_go_when_one_is_there() -> None:
    store(BEFORE + AFTER)
    market = stored_market(Venue.BINANCE_USDM)
    write_running_days(shelf(), market)

    tasks.write_features()
    assert store_of(market.venue, market.key).days() == []
    assert running_days(shelf(), market) is not None

    whole = store_of(market.venue, market.key)
    whole.write(1, [an_instrument(BTC)], lambda _: "a digest", now_ms=1)
    tasks.write_features()
    assert running_days(shelf(), market) is None


def test_two_do_not_write_them_at_once() -> None:
    store(BEFORE)
    market = stored_market(Venue.BINANCE_USDM)

    with (
        only_writer(shelf().root.with_name("features-running")),
        pytest.raises(FeatureStoreTakenError),
    ):
        write_running_days(shelf(), market)
