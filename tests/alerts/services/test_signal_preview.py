"""What a signal would have fired, against a plain walk over the same tables."""

from pathlib import Path

import pytest
from pytest_django import Settings

from alerts.models import Signal
from alerts.selectors.would_have_fired import would_have_fired
from alerts.services.signal_preview import begin_preview, preview_job, run_preview
from alerts.services.signals import save_signal
from alerts.tasks import preview_signal
from markets.feature_shelf import shelf
from markets.replay import Replay
from markets.selectors.minute_log import stored_market
from markets.services.features import write_day
from markets.types import DAY_MS, MINUTE_MS, Venue
from tests.alerts.stored_market import BEFORE, store_minutes
from tests.markets.feed.doubles import BTC, ETH
from tests.markets.live_market import MIDNIGHT_MS

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]
COOL_DOWN = 15


@pytest.fixture(autouse=True)
def own_folder(settings: Settings, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path


@pytest.fixture
def signal() -> Signal:
    made = Signal(
        slug="own",
        name="Own",
        side="bull",
        expression="change_5m > 0 and prev(change_5m, 3) < 0",
        cool_down_minutes=COOL_DOWN,
        false_closes=2,
        version="",
    )
    save_signal(made)
    return made


def plain_fires(start_ms: int, end_ms: int) -> list[tuple[str, int]]:
    """Walk over the closes of each pair; return symbol and close of each opening."""
    market = stored_market(Venue.BINANCE_USDM)
    run = Replay(market, start_ms=start_ms, end_ms=end_ms)
    changes: dict[str, list[float]] = {BTC: [], ETH: []}
    times: list[int] = []
    for table in run.tables():
        times.append(table.as_of_ms)
        for symbol, found in changes.items():
            found.append(float(table.column("change_5m")[table.row_of[symbol]]))
    return sorted(
        (symbol, at)
        for symbol, values in changes.items()
        for at in _plain_openings(values, times)
    )


def _plain_openings(values: list[float], times: list[int]) -> list[int]:
    opened: list[int] = []
    last: bool | None = None
    is_open, is_waiting, falses = False, False, 0
    for number, at in enumerate(times):
        before = values[number - 3] if number >= 3 else float("nan")
        now = values[number]
        if now <= 0 or before >= 0:
            truth: bool | None = False
        else:
            truth = True if now > 0 and before < 0 else None
        if truth is None:
            continue
        if is_open:
            falses = 0 if truth else falses + 1
            is_open = falses < 2
        elif truth and (last is False or is_waiting):
            is_cool = not opened or at - opened[-1] >= COOL_DOWN * MINUTE_MS
            is_waiting = not is_cool
            if is_cool:
                opened.append(at)
                is_open, falses = True, 0
        elif not truth:
            is_waiting = False
        last = truth
    return opened


def test_a_preview_from_candles_is_what_a_plain_walk_finds(signal: Signal) -> None:
    store_minutes(100)
    start_ms, end_ms = MIDNIGHT_MS - BEFORE * MINUTE_MS, MIDNIGHT_MS + 100 * MINUTE_MS

    found = would_have_fired(signal)

    fires = plain_fires(start_ms, end_ms)
    assert len(fires) > 4
    assert (found.start_ms, found.end_ms) == (start_ms, end_ms)
    assert found.fires == len(fires) == sum(hour.fires for hour in found.hours)
    assert dict(found.pairs) == {
        symbol: sum(one == symbol for one, _ in fires) for symbol in (BTC, ETH)
    }
    assert [hour.start_ms for hour in found.hours] == [
        MIDNIGHT_MS + hours * 3_600_000 for hours in (-2, -1, 0, 1)
    ]
    assert [hour.fires for hour in found.hours] == [
        sum(hour.start_ms < at <= hour.start_ms + 3_600_000 for _, at in fires)
        for hour in found.hours
    ]


def test_a_day_of_the_feature_store_gives_the_same(signal: Signal) -> None:
    store_minutes(1_440 + 60)
    from_candles = would_have_fired(signal)
    day = MIDNIGHT_MS // DAY_MS
    write_day(shelf(), stored_market(Venue.BINANCE_USDM), day)
    shares: list[float] = []

    from_store = would_have_fired(signal, on_progress=shares.append)

    assert from_candles.end_ms - from_candles.start_ms == DAY_MS
    # Of the first closes the replay knows nothing yet of what was before.
    assert abs(from_store.fires - from_candles.fires) <= 2
    assert from_store.hours[2:-2] == from_candles.hours[2:-2]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


def test_an_own_condition_of_ending_is_obeyed(signal: Signal) -> None:
    store_minutes(100)
    before = would_have_fired(signal)
    signal.closes_when = "price < 0"

    never_ending = would_have_fired(signal)

    assert before.fires > 2
    assert never_ending.fires == never_ending.pairs_total == 2


def test_a_job_is_begun_once_and_ends_with_the_preview(signal: Signal) -> None:
    store_minutes(30)

    assert preview_job(signal) is None
    assert begin_preview(signal)
    assert not begin_preview(signal)
    preview_signal(signal.pk)

    job = preview_job(signal)
    assert job is not None
    assert (job["state"], job["progress"], job["error"]) == ("done", 1.0, "")
    assert job["preview"] is not None
    assert job["preview"]["end_ms"] == MIDNIGHT_MS + 30 * MINUTE_MS
    assert begin_preview(signal)


def test_without_a_market_the_job_says_so(signal: Signal) -> None:
    begin_preview(signal)

    run_preview(signal)

    job = preview_job(signal)
    assert job is not None
    assert job["state"] == "failed"
    assert "is stored" in job["error"]


def test_another_definition_has_no_preview_yet(signal: Signal) -> None:
    begin_preview(signal)
    signal.expression = "change_5m > 1"
    save_signal(signal)

    assert preview_job(signal) is None


def test_a_signal_that_is_gone_is_no_error() -> None:
    preview_signal(10**9)
