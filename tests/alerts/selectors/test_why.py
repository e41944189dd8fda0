"""Each of the ten reasons, of minutes that a stage has played."""

from datetime import UTC, datetime
from typing import Any

import pytest
from pytest_django import Settings

from accounts.models import User
from alerts.errors import BadContentError
from alerts.models import Alert, AlertRevision, Delivery, Episode, Signal, SignalVersion
from alerts.selectors import looking_back
from alerts.selectors.why import Answer, explain
from alerts.types import DeliveryState, Reason
from markets.selectors.tables import current_table
from markets.types import DAY_MS, MINUTE_MS
from tests.alerts.stage import NAN, Stage, make_alert, webhook


@pytest.fixture(autouse=True)
def no_former_looks() -> None:
    looking_back._looks.clear()


def an_alert(person: User, expression: str = "price > 101", **more: Any) -> Alert:
    """An alert that was there long before the stage."""
    alert = make_alert(person, expression, **more)
    AlertRevision.objects.create(
        alert=alert,
        since_ms=0,
        is_active=True,
        definition={
            "watched": expression,
            "scope": alert.scope,
            "symbol": alert.symbol,
            "symbols": None,
        },
    )
    return alert


def why(
    alert: Alert | Signal, stage: Stage, *, ago: int = 0, symbol: str = "BTCUSDT"
) -> Answer:
    """Ask about the last minute of the stage, or one some minutes ago."""
    owner = alert.owner_id if isinstance(alert, Alert) else None
    return explain(
        alert,
        symbol,
        stage.at_ms - ago * MINUTE_MS,
        current_table("closed"),
        now_ms=stage.at_ms + 500,
        owner_id=owner,
    )


def test_it_fired(stage: Stage, alice: User) -> None:
    alert = an_alert(alice)
    stage.btc(100)
    stage.btc(102)

    found = why(alert, stage)

    assert found.reason is Reason.FIRED
    assert found.episode_id == Episode.objects.get().pk
    assert found.part is not None
    assert found.part.is_true
    assert found.sentence.startswith("Fired at ")


def test_it_is_still_open(stage: Stage, alice: User) -> None:
    alert = an_alert(alice)
    for price in (100, 102, 103):
        stage.btc(price)

    found = why(alert, stage)

    assert found.reason is Reason.STILL_OPEN
    assert found.episode_id == Episode.objects.get().pk


def test_it_was_false_by_so_much(stage: Stage, alice: User) -> None:
    alert = an_alert(alice)
    stage.btc(99.5)

    found = why(alert, stage)

    assert found.reason is Reason.FALSE
    assert found.nearest is not None
    short = found.nearest.shortfall
    assert (short.value, short.limit, short.distance) == (99.5, 101, 1.5)
    assert "1.50 below the 101 that is asked" in found.sentence


def test_it_was_false_again_when_its_episode_closed(stage: Stage, alice: User) -> None:
    alert = an_alert(alice)
    for price in (100, 102, 100):
        stage.btc(price)

    assert [why(alert, stage, ago=ago).reason for ago in (2, 1, 0)] == [
        Reason.FALSE,
        Reason.FIRED,
        Reason.FALSE,
    ]


def test_it_cooled_down(stage: Stage, alice: User) -> None:
    alert = an_alert(alice, cool_down_minutes=10)
    for price in (100, 102, 100, 102, 102):
        stage.btc(price)

    assert why(alert, stage, ago=1).reason is Reason.COOL_DOWN
    found = why(alert, stage)
    assert found.reason is Reason.COOL_DOWN
    assert "the cool-down lasts until" in found.sentence


def test_a_metric_was_not_known(stage: Stage, alice: User) -> None:
    alert = an_alert(alice, "change_1h > 1")
    stage.close(change_1h=[NAN, 1, 1, 1, 1])

    found = why(alert, stage)

    assert (found.reason, found.missing) == (Reason.UNKNOWN, ("change_1h",))


def test_there_was_no_price(stage: Stage, alice: User) -> None:
    alert = an_alert(alice)
    stage.btc(NAN)

    assert why(alert, stage).reason is Reason.STALE


def test_nothing_is_stored_of_then(stage: Stage, alice: User) -> None:
    alert = an_alert(alice)
    stage.btc(100)

    found = why(alert, stage, ago=60)

    assert found.reason is Reason.STALE
    assert found.sentence.startswith("Nothing is stored of ")


def test_it_was_held_back_in_quiet_hours(stage: Stage, alice: User) -> None:
    alert = an_alert(alice, to=[webhook(alice)], quiet_start=0, quiet_end=1_439)
    stage.btc(100)
    stage.btc(102)

    found = why(alert, stage)

    assert found.reason is Reason.QUIET_HOURS
    assert "23:59" in found.sentence


def test_it_was_held_back_by_the_limit(
    stage: Stage, alice: User, settings: Settings
) -> None:
    settings.MESSAGES_AN_HOUR = 1
    alert = an_alert(alice, to=[webhook(alice)])
    for price in (100, 102, 100, 102):
        stage.btc(price)

    assert why(alert, stage, ago=2).reason is Reason.FIRED
    assert why(alert, stage).reason is Reason.LIMIT


def test_no_destination_took_the_message(stage: Stage, alice: User) -> None:
    alert = an_alert(alice, to=[webhook(alice), webhook(alice)])
    stage.btc(100)
    stage.btc(102)
    first = Delivery.objects.all()[0]

    first.state, first.last_error = DeliveryState.FAILED, "It said 500."
    first.save()
    one_failed = why(alert, stage)
    Delivery.objects.update(state=DeliveryState.FAILED, last_error="It said 500.")
    all_failed = why(alert, stage)

    assert one_failed.reason is Reason.FIRED
    assert all_failed.reason is Reason.DELIVERY_FAILED
    assert "A program did not take the message: It said 500" in all_failed.sentence


def test_it_was_switched_off_or_not_there_yet(stage: Stage, alice: User) -> None:
    alert = an_alert(alice)
    stage.btc(100)
    stage.btc(102)
    AlertRevision.objects.create(
        alert=alert, since_ms=stage.at_ms, is_active=False, definition={}
    )

    assert why(alert, stage).reason is Reason.DISABLED
    assert why(alert, stage, ago=1).reason is Reason.FALSE
    AlertRevision.objects.filter(since_ms=0).update(since_ms=stage.at_ms)
    assert why(alert, stage, ago=1).reason is Reason.DISABLED


def test_it_was_true_when_it_was_first_asked(stage: Stage, alice: User) -> None:
    alert = an_alert(alice)
    stage.btc(102)

    found = why(alert, stage)

    assert found.reason is Reason.STILL_OPEN
    assert found.sentence.startswith("It was true already when it was first asked")


def test_what_looks_back_is_explained_as_it_was_asked(
    stage: Stage, alice: User
) -> None:
    alert = an_alert(alice, "crosses_above(price, 101)")
    stage.btc(100)
    stage.btc(100.5)

    found = why(alert, stage)

    assert found.reason is Reason.FALSE
    assert "100.50" in found.sentence


def test_a_rule_of_longer_candles_is_asked_at_their_closes(
    stage: Stage, alice: User
) -> None:
    alert = an_alert(alice, timeframe="5m")
    for _ in range(7):
        stage.btc(100)

    found = why(alert, stage)

    assert found.at_ms == stage.at_ms // (5 * MINUTE_MS) * 5 * MINUTE_MS
    assert found.reason is Reason.FALSE


def test_a_signal_is_explained_as_well(stage: Stage) -> None:
    signal = Signal.objects.get(slug="flat_8h")
    since = datetime.fromtimestamp(0, tz=UTC)
    SignalVersion.objects.filter(signal=signal).update(since=since)
    stage.close(range_8h=[2.5] * 5)

    found = why(signal, stage)

    assert found.reason is Reason.FALSE
    assert found.nearest is not None
    assert found.nearest.shortfall.value == 2.5


@pytest.mark.parametrize("ago", [-10, 8 * DAY_MS // MINUTE_MS])
def test_what_is_to_come_or_long_gone_is_refused(
    stage: Stage, alice: User, ago: int
) -> None:
    alert = an_alert(alice)
    stage.btc(100)

    with pytest.raises(BadContentError) as caught:
        why(alert, stage, ago=ago)

    assert list(caught.value.fields) == ["at"]


def test_a_pair_that_it_does_not_watch_is_refused(stage: Stage, alice: User) -> None:
    alert = an_alert(alice)
    stage.btc(100)

    with pytest.raises(BadContentError) as caught:
        why(alert, stage, symbol="ETHUSDT")

    assert list(caught.value.fields) == ["symbol"]
