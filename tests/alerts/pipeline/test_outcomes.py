"""What came after an opening, measured from stored candles."""

import pytest
from django.db import connection

from accounts.models import User
from alerts.models import Episode, Outcome
from alerts.pipeline.outcomes import measure_outcomes
from markets import candle_table, models, snapshots
from markets.types import DAY_MS, MINUTE_MS
from tests.alerts.stage import SYMBOLS, Stage, make_alert, table_at


def store(symbol: str, closes: dict[int, float]) -> None:
    """Store flat candles of a pair by their open times."""
    instrument = models.Instrument.objects.get(symbol=symbol)
    days = sorted({open_ms // DAY_MS for open_ms in closes})
    candle_table.make_partitions(connection, days)
    for open_ms, close in closes.items():
        models.Candle.objects.create(
            instrument=instrument, open_time_ms=open_ms, received_at_ms=open_ms,
            open=close, high=close, low=close, close=close, volume=1.0,
        )  # fmt: skip


def opened(stage: Stage, alice: User) -> Episode:
    make_alert(alice, "price > 101")
    stage.btc(100)
    stage.btc(102)
    return Episode.objects.get()


def at(ms: int) -> None:
    """Publish the closed table of a later moment."""
    snapshots.write_table(table_at(ms, {"price": [100.0] * len(SYMBOLS)}))


def test_returns_come_as_their_time_comes(stage: Stage, alice: User) -> None:
    episode = opened(stage, alice)
    start = episode.opened_ms
    assert Outcome.objects.get().due_ms == start + 15 * MINUTE_MS

    # A hundredth of 102 is 1.02: up by half a percent, then down to the stop.
    prices = {start + n * MINUTE_MS: 102.51 if n < 100 else 100.0 for n in range(1_440)}
    store("BTCUSDT", prices)
    at(start + 15 * MINUTE_MS)
    assert measure_outcomes() == 0
    at(start + 16 * MINUTE_MS)
    assert measure_outcomes() == 1

    outcome = Outcome.objects.get()
    assert outcome.return_15m == pytest.approx(100 * (102.51 / 102 - 1))
    assert (outcome.return_1h, outcome.has_hit) == (None, None)
    assert outcome.due_ms == start + 60 * MINUTE_MS

    at(start + 241 * MINUTE_MS)
    measure_outcomes()
    outcome = Outcome.objects.get()
    assert outcome.return_4h == pytest.approx(100 * (100 / 102 - 1))
    assert outcome.has_hit is False

    at(start + 1_441 * MINUTE_MS)
    measure_outcomes()
    outcome = Outcome.objects.get()
    assert outcome.return_24h == pytest.approx(100 * (100 / 102 - 1))
    assert outcome.due_ms is None
    assert measure_outcomes() == 0


def test_a_missing_minute_leaves_a_return_open(stage: Stage, alice: User) -> None:
    start = opened(stage, alice).opened_ms
    minutes = [n for n in range(61) if n != 14]
    store("BTCUSDT", {start + n * MINUTE_MS: 102.0 for n in minutes})

    at(start + 62 * MINUTE_MS)
    measure_outcomes()

    outcome = Outcome.objects.get()
    assert outcome.return_15m is None
    assert outcome.return_1h == 0.0


def test_a_live_opening_says_whether_its_minute_closed_true(
    stage: Stage, alice: User
) -> None:
    make_alert(alice, "price > 101", clock="live")
    make_alert(alice, "price > 101", clock="live", symbol="ETHUSDT")
    at_ms = stage.at_ms + 20_000
    stage.second(at_ms, price=[100.0] * 5)
    stage.second(at_ms + 1_000, price=[102.0] * 5)

    stage.close(price=[103.0, 100, 100, 100, 100])

    held = Outcome.objects.values_list("episode__symbol", "was_true_at_close")
    assert dict(held) == {"BTCUSDT": True, "ETHUSDT": False}
