"""From owed messages to what real receivers show, with their faults on the way."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import redis
from django.conf import settings
from django.db.models import F
from pytest_django import Settings

from accounts.models import User
from alerts.models import Delivery, Destination, DestinationState
from alerts.pipeline.claims import claim, record_delivered
from alerts.pipeline.deliver import deliver
from alerts.transports.limits import _limits
from alerts.types import DeliveryState, DestinationKind
from scalpaiboard.lib.clock import now
from tests.alerts.stage import Stage, in_app, make_alert, webhook
from tests.fakes.discord import FakeDiscord
from tests.fakes.http_server import FakeServer, Reply
from tests.fakes.telegram import TOKEN, FakeTelegram

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _from_nothing() -> None:
    forget_counts()


def forget_counts() -> None:
    """Let it be the next turn of every destination."""
    _limits.cache_clear()
    if settings.REDIS_URL:
        client = redis.Redis.from_url(settings.REDIS_URL)
        for key in client.scan_iter("alerts:sent:*"):
            client.delete(key)


@pytest.fixture
def receiver(settings: Settings) -> Iterator[FakeServer]:
    settings.WEBHOOK_ALLOWED_HOSTS = ["127.0.0.1"]
    with FakeServer() as fake:
        yield fake


@pytest.fixture
def telegram(settings: Settings) -> Iterator[FakeTelegram]:
    with FakeTelegram() as fake:
        settings.TELEGRAM_API_URL = fake.url
        settings.TELEGRAM_BOT_TOKEN = TOKEN
        yield fake


@pytest.fixture
def discord(settings: Settings) -> Iterator[FakeDiscord]:
    settings.WEBHOOK_ALLOWED_HOSTS = ["127.0.0.1"]
    with FakeDiscord() as fake:
        yield fake


@pytest.fixture
def program(alice: User, receiver: FakeServer) -> Destination:
    return webhook(
        alice, config={"url": f"{receiver.url}/hook", "secret": "a secret long enough"}
    )


def phone(alice: User) -> Destination:
    return Destination.objects.create(
        owner=alice,
        kind=DestinationKind.TELEGRAM,
        name="Phone",
        state=DestinationState.VERIFIED,
        config={"chat_id": "77"},
    )


def fire(stage: Stage, alice: User, *to: Destination, **more: object) -> None:
    make_alert(alice, "price > 101", name="High", to=to, **more)
    stage.btc(100)
    stage.btc(102)


def hurry() -> None:
    """Let everything that is owed be due."""
    Delivery.objects.update(due_at=F("created_at"))


def test_an_opening_reaches_a_program_once(
    stage: Stage, alice: User, program: Destination, receiver: FakeServer
) -> None:
    fire(stage, alice, program)

    assert deliver() == 1
    assert deliver() == 0

    (came,) = receiver.received
    told = Delivery.objects.get()
    assert came.json()["symbol"] == "BTCUSDT"
    assert came.json()["id"] == came.headers["idempotency-key"] == str(told.pk)
    assert (told.state, told.attempts) == (DeliveryState.DELIVERED, 1)
    assert told.delivered_at is not None


def test_what_was_refused_for_now_comes_later_under_the_same_key(
    stage: Stage, alice: User, program: Destination, receiver: FakeServer
) -> None:
    receiver.faults += [Reply(503), "cut", Reply(429, headers={"Retry-After": "9"})]
    fire(stage, alice, program)

    for number in range(1, 4):
        assert deliver() == 0
        told = Delivery.objects.get()
        assert (told.state, told.attempts) == (DeliveryState.OWED, number)
        assert now() + timedelta(seconds=3) < told.due_at
        assert told.due_at < now() + timedelta(seconds=15)
        hurry()
    assert Destination.objects.exclude(failing_since=None).get() == program
    assert deliver() == 1

    keys = {one.headers["idempotency-key"] for one in receiver.received}
    assert (len(receiver.received), len(keys)) == (4, 1)
    assert Destination.objects.get(failing_since=None, last_error="") == program


def test_what_is_gone_is_paused_and_its_owner_is_told(
    stage: Stage, alice: User, program: Destination, receiver: FakeServer
) -> None:
    receiver.faults.append(Reply(410))
    fire(stage, alice, program)

    deliver()

    program.refresh_from_db()
    assert program.state == DestinationState.PAUSED
    told = Delivery.objects.get(destination=program)
    assert told.state == DeliveryState.FAILED
    assert told.last_error
    shown = Delivery.objects.get(destination=in_app(alice))
    assert shown.content["title"] == "A program is paused"


def test_what_fails_for_a_day_is_given_up_and_the_destination_paused(
    stage: Stage, alice: User, program: Destination, receiver: FakeServer
) -> None:
    receiver.faults += [Reply(500), Reply(500)]
    fire(stage, alice, program)
    deliver()
    long_ago = now() - timedelta(hours=25)
    Delivery.objects.update(created_at=long_ago, due_at=long_ago)
    Destination.objects.filter(pk=program.pk).update(failing_since=long_ago)

    deliver()

    program.refresh_from_db()
    assert program.state == DestinationState.PAUSED
    assert Delivery.objects.get(destination=program).state == DeliveryState.FAILED


def test_a_message_whose_sender_died_is_sent_again(
    stage: Stage, alice: User, program: Destination, receiver: FakeServer
) -> None:
    fire(stage, alice, program)
    (dead,) = claim(10, now() - timedelta(minutes=10))

    assert deliver() == 1
    assert not record_delivered([(dead, "")], now())

    assert Delivery.objects.get().attempts == 2
    assert len(receiver.received) == 1


def test_what_another_worker_holds_is_left_to_it(
    stage: Stage, alice: User, program: Destination, receiver: FakeServer
) -> None:
    fire(stage, alice, program)
    assert len(claim(10, now())) == 1

    assert deliver() == 0
    assert receiver.received == []


def test_an_episode_is_one_message_that_is_edited(
    stage: Stage, alice: User, telegram: FakeTelegram
) -> None:
    fire(stage, alice, phone(alice), escalate_step=5.0)
    deliver()
    first = telegram.only()

    stage.btc(110)
    stage.btc(100)
    for _ in range(3):
        hurry()
        forget_counts()
        deliver()

    last = telegram.only()
    assert first.text.startswith("High: BTCUSDT")
    assert last.edits == 2
    assert "is over" in last.text


def test_an_edit_waits_for_the_message_that_it_edits(
    stage: Stage, alice: User, telegram: FakeTelegram
) -> None:
    telegram.faults.append(Reply(502))
    fire(stage, alice, phone(alice))
    stage.btc(100)

    deliver()
    assert telegram.messages == {}
    for _ in range(3):
        hurry()
        forget_counts()
        deliver()

    assert telegram.only().edits == 1


def test_a_chat_is_told_once_a_second(
    stage: Stage, alice: User, telegram: FakeTelegram
) -> None:
    own = phone(alice)
    make_alert(alice, "price > 101", name="Other", to=[own])
    fire(stage, alice, own)

    assert deliver() == 1

    waiting = Delivery.objects.get(state=DeliveryState.OWED)
    assert waiting.attempts == 0
    assert waiting.due_at <= now() + timedelta(seconds=1)


def test_a_chat_that_blocked_the_board_is_paused(
    stage: Stage, alice: User, telegram: FakeTelegram
) -> None:
    own = phone(alice)
    telegram.blocked.add("77")
    fire(stage, alice, own)

    deliver()

    own.refresh_from_db()
    assert own.state == DestinationState.PAUSED


def test_markup_in_a_name_arrives_as_it_was_typed(
    stage: Stage, alice: User, telegram: FakeTelegram, discord: FakeDiscord
) -> None:
    channel = Destination.objects.create(
        owner=alice,
        kind=DestinationKind.DISCORD,
        name="Channel",
        state=DestinationState.VERIFIED,
        config={"url": discord.webhook},
    )
    name = "<b>5 & 6</b> _*[x](y)"
    make_alert(alice, "price > 101", name=name, to=[phone(alice), channel])
    stage.btc(100)
    stage.btc(102)

    assert deliver() == 2

    assert name in telegram.only().text
    assert name in discord.only().title
