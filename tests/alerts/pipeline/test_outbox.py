"""What is owed for a close, to whom, and what is held back."""

from datetime import UTC, datetime, timedelta

import pytest

from accounts.models import User
from alerts.models import (
    Delivery,
    Destination,
    DestinationState,
    EpisodeEvent,
    Signal,
    SignalChoice,
)
from alerts.types import DeliveryState, Reason
from markets.types import MINUTE_MS
from tests.alerts.stage import START_MS, Stage, in_app, make_alert, webhook

HOUR_MS = 60 * MINUTE_MS


@pytest.fixture
def program(alice: User) -> Destination:
    return webhook(alice)


def fire(stage: Stage, times: int = 1) -> None:
    """Let BTC rise above 101 and fall again."""
    for _ in range(times):
        stage.btc(100)
        stage.btc(102)


def test_an_opening_is_owed_once_to_each_destination(
    stage: Stage, alice: User, program: Destination
) -> None:
    make_alert(alice, "price > 101", name="High <b>", to=[program, in_app(alice)])

    fire(stage)

    event = EpisodeEvent.objects.get()
    owed = {one.destination.kind: one for one in Delivery.objects.all()}
    assert {kind: one.state for kind, one in owed.items()} == {
        "webhook": DeliveryState.OWED,
        "in_app": DeliveryState.DELIVERED,
    }
    told = owed["webhook"]
    assert told.key == f"event:{event.pk}:{program.pk}"
    assert told.content["title"].startswith("High <b>: BTCUSDT 102.00")
    assert "High" not in told.content["text"]
    assert "on the close of 1m" in told.content["text"]
    assert told.content["payload"]["phase"] == "open"
    assert list(told.events.all()) == [event]


def test_an_unproved_paused_or_muted_destination_is_owed_nothing(
    stage: Stage, alice: User
) -> None:
    later = datetime.fromtimestamp(START_MS / 1_000, tz=UTC) + timedelta(days=1)
    silent = [
        webhook(alice, state=DestinationState.UNVERIFIED),
        webhook(alice, state=DestinationState.PAUSED),
        webhook(alice, muted_until=later),
    ]
    make_alert(alice, "price > 101", to=silent)

    fire(stage)

    assert not Delivery.objects.exists()
    assert EpisodeEvent.objects.count() == 1


def test_four_pairs_of_one_rule_are_one_summary_with_those_traded_most(
    stage: Stage, alice: User, program: Destination
) -> None:
    make_alert(alice, "change_1h > 2", scope="market", symbol="", to=[program])

    stage.close(change_1h=[1] * 5)
    stage.close(change_1h=[3, 3, 3, 3, 1], quote_volume_1d=[4, 1, 3, 2, 9])

    told = Delivery.objects.get()
    assert told.content["symbols"] == ["BTCUSDT", "ETHUSDT", "SOLUSDT"]
    assert told.content["payload"]["total"] == told.events.count() == 4
    assert told.content["title"] == "An alert: 4 pairs"


def test_three_pairs_of_one_rule_are_told_one_by_one(
    stage: Stage, alice: User, program: Destination
) -> None:
    make_alert(alice, "change_1h > 2", scope="market", symbol="", to=[program])

    stage.close(change_1h=[1] * 5)
    stage.close(change_1h=[3, 3, 3, 1, 1])

    assert Delivery.objects.count() == 3


def test_past_the_limit_of_an_hour_one_digest_grows(stage: Stage, alice: User) -> None:
    program = webhook(alice, messages_an_hour=2)
    for number in range(5):
        make_alert(alice, "price > 101", name=f"Alert {number}", to=[program])

    fire(stage)

    digests = Delivery.objects.filter(key__startswith="digest:limit")
    assert Delivery.objects.count() - digests.count() == 2
    digest = digests.get()
    assert digest.due_at.timestamp() * 1_000 % HOUR_MS == 0
    assert digest.events.count() == 3
    held = EpisodeEvent.objects.filter(held_back=Reason.LIMIT)
    assert held.count() == 3
    fire(stage)
    digest.refresh_from_db()
    assert digest.events.count() == 8
    assert digest.content["title"].startswith("8 messages were held back")


def test_quiet_hours_hold_back_until_their_end_but_not_in_the_app(
    stage: Stage, alice: User, program: Destination
) -> None:
    start = datetime.fromtimestamp(START_MS / 1_000, tz=UTC)
    minute = start.hour * 60 + start.minute
    make_alert(
        alice,
        "price > 101",
        to=[program, in_app(alice)],
        quiet_start=(minute - 5) % 1_440,
        quiet_end=(minute + 30) % 1_440,
    )

    fire(stage)

    digest = Delivery.objects.get(destination=program)
    assert digest.key.startswith("digest:quiet_hours")
    assert digest.due_at == (start + timedelta(minutes=30)).replace(second=0)
    assert Delivery.objects.filter(destination=in_app(alice)).count() == 1
    assert EpisodeEvent.objects.get().held_back == ""


def test_what_is_held_back_from_all_says_so(
    stage: Stage, alice: User, program: Destination
) -> None:
    make_alert(alice, "price > 101", to=[program], quiet_start=0, quiet_end=1_439)

    fire(stage)

    assert EpisodeEvent.objects.get().held_back == Reason.QUIET_HOURS


def test_a_signal_is_told_to_those_who_chose_it(
    stage: Stage, alice: User, bob: User, program: Destination
) -> None:
    Signal.objects.update(is_enabled=False)
    signal = Signal.objects.create(
        slug="high", name="High", side="bull", expression="price > 101", version="1"
    )
    chosen = SignalChoice.objects.create(owner=alice, signal=signal)
    chosen.destinations.set([program])
    off = SignalChoice.objects.create(owner=bob, signal=signal, is_enabled=False)
    off.destinations.set([webhook(bob)])

    fire(stage)

    assert [one.owner for one in Delivery.objects.all()] == [alice]
    assert Delivery.objects.get().content["payload"]["rule"]["kind"] == "signal"


def test_nobody_is_told_of_a_signal_that_contradicts_its_mirror(
    stage: Stage, alice: User, program: Destination
) -> None:
    Signal.objects.update(is_enabled=False)
    bull = Signal.objects.create(
        slug="up", name="Up", side="bull", expression="price > 101", version="1"
    )
    bear = Signal.objects.create(
        slug="down", name="Down", side="bear", expression="price > 101.5", version="1",
        mirror=bull,
    )  # fmt: skip
    for signal in (bull, bear):
        SignalChoice.objects.create(owner=alice, signal=signal).destinations.set(
            [program]
        )

    fire(stage)

    assert not Delivery.objects.filter(destination=program).exists()
    assert EpisodeEvent.objects.count() == 2
    bull.refresh_from_db()
    assert "BTCUSDT" in bull.tripped_reason


def test_an_edit_goes_only_where_messages_are_edited(
    stage: Stage, alice: User, program: Destination
) -> None:
    make_alert(alice, "price > 101", to=[program, in_app(alice)])

    fire(stage)
    stage.btc(100)

    told = Delivery.objects.order_by("created_at", "pk").values_list(
        "destination__kind", "content__payload__phase"
    )
    assert sorted(told) == [
        ("in_app", "open"),
        ("webhook", "close"),
        ("webhook", "open"),
    ]


def test_a_late_opening_says_how_late(
    stage: Stage, alice: User, program: Destination
) -> None:
    make_alert(alice, "price > 101", to=[program])
    stage.delay_ms = 3 * MINUTE_MS

    fire(stage)

    assert "late by 3 min" in Delivery.objects.get().content["text"]
