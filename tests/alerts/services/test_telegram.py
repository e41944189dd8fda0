import io
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django import Settings

from accounts.models import User
from alerts.models import Destination
from alerts.services.proofs import start_proof
from alerts.services.telegram import poll_once, webhook_path, webhook_secret
from scalpaiboard.lib.clock import now
from tests.alerts.services.test_rules import made
from tests.alerts.world import World
from tests.fakes.telegram import TOKEN

pytestmark = [pytest.mark.usefixtures("market"), pytest.mark.once]


def written(text: str, *, chat: int = 7, kind: str = "private") -> dict[str, Any]:
    return {"chat": {"id": chat, "type": kind, "username": "alice"}, "text": text}


def says(world: World, text: str, **more: Any) -> str:
    """Write to the bot, and return its answer; empty where there is none."""
    number = len(world.telegram.updates) + 1
    update = {"update_id": number, "message": written(text, **more)}
    world.telegram.updates.append(update)
    before = len(world.telegram.messages)
    poll_once()
    answers = list(world.telegram.messages.values())[before:]
    return answers[0].text if answers else ""


@pytest.fixture
def chat(alice: User) -> Destination:
    """A Telegram destination of Alice's that is still to be proved."""
    return Destination.objects.create(owner=alice, kind="telegram", name="Phone")


def token_of(chat: Destination) -> str:
    start_proof(chat.pk)
    chat.refresh_from_db()
    return str(chat.config["link"]).partition("start=")[2]


def test_whoever_presses_start_proves_the_chat(world: World, chat: Destination) -> None:
    answer = says(world, f"/start {token_of(chat)}")

    chat.refresh_from_db()
    assert answer.startswith("Done: 'Phone' speaks here from now on.")
    assert chat.is_ready
    assert chat.config == {"chat_id": "7", "chat_name": "alice"}


@pytest.mark.parametrize("age_minutes", [0, 16])
def test_a_link_is_good_once_and_for_a_while(
    world: World, chat: Destination, age_minutes: int
) -> None:
    token = token_of(chat)
    if age_minutes:
        sent_at = now() - timedelta(minutes=age_minutes)
        Destination.objects.update(secret_sent_at=sent_at)
    else:
        says(world, f"/start {token}")

    assert says(world, f"/start {token}", chat=8).startswith("This link is too old")
    chat.refresh_from_db()
    assert chat.config.get("chat_id") != "8"


def test_a_proved_chat_hears_of_its_owners_alerts(
    world: World, chat: Destination, alice: User, bob: User
) -> None:
    says(world, f"/start {token_of(chat)}")
    made(alice)
    made(bob, name="Bob's")

    assert says(world, "/alerts") == "Bitcoin high: BTCUSDT, active"
    assert says(world, "/alerts", chat=9) == (
        "This chat belongs to no destination; add one on the board."
    )


def test_a_chat_is_muted_for_a_while_and_told_again(
    world: World, chat: Destination
) -> None:
    says(world, f"/start {token_of(chat)}")

    said = says(world, "/mute 2h")
    chat.refresh_from_db()
    muted_until = chat.muted_until
    again = says(world, "/mute off")
    chat.refresh_from_db()

    assert said.startswith("Quiet until ")
    assert muted_until is not None
    assert abs(muted_until - now() - timedelta(hours=2)) < timedelta(minutes=1)
    assert (again, chat.muted_until) == ("You are told again.", None)


@pytest.mark.parametrize("length", ["soon", "0h", "-1h", "9999d", "1h2"])
def test_a_length_that_makes_no_sense_mutes_nothing(
    world: World, chat: Destination, length: str
) -> None:
    says(world, f"/start {token_of(chat)}")

    assert says(world, f"/mute {length}").startswith("Say how long")
    chat.refresh_from_db()
    assert chat.muted_until is None


def test_prices_are_told_to_anyone(world: World) -> None:
    assert says(world, "/price btc") == "BTCUSDT 65,432.1, – in 1d"
    assert says(world, "/price BTC/USDT").startswith("BTCUSDT 65,432.1")
    assert says(world, "/price btcusd") == (
        "There is no pair BTCUSD. Did you mean BTCUSDT?"
    )
    assert says(world, "/price") == "Say which pair: /price BTC."


def test_help_is_told_for_what_is_no_command(world: World) -> None:
    assert "/mute" in says(world, "hello")
    assert "/mute" in says(world, "/help@board_bot")


def test_talk_in_a_group_is_not_for_the_bot(world: World) -> None:
    assert says(world, "hello all", kind="group") == ""
    assert "/mute" in says(world, "/help", kind="group")


@pytest.mark.parametrize(
    "update", [{}, {"message": 7}, {"message": {"text": "/help"}}, {"edited": {}}]
)
def test_what_is_no_message_is_passed_over(
    world: World, update: dict[str, Any]
) -> None:
    world.telegram.updates.append({"update_id": 1} | update)

    assert poll_once() == 1
    assert not world.telegram.messages


def test_nothing_is_answered_twice(world: World) -> None:
    says(world, "/help")

    assert poll_once() == 0
    assert len(world.telegram.messages) == 1


def test_a_chat_that_blocks_the_bot_stops_nobody_else(world: World) -> None:
    world.telegram.blocked.add("7")

    assert says(world, "/help") == ""
    assert "/mute" in says(world, "/help", chat=8)


def test_a_board_without_a_bot_asks_nobody(world: World, settings: Settings) -> None:
    settings.TELEGRAM_BOT_TOKEN = ""

    assert poll_once() == 0
    assert not world.telegram.received
    with pytest.raises(CommandError, match="TELEGRAM_BOT_TOKEN"):
        call_command("poll_telegram", once=True)


def test_poll_telegram_answers_what_is_there(world: World) -> None:
    world.telegram.updates.append({"update_id": 1, "message": written("/help")})
    out = io.StringIO()

    call_command("poll_telegram", once=True, stdout=out)

    assert out.getvalue() == "1 update answered.\n"
    assert "/mute" in world.telegram.only().text


def test_poll_telegram_has_telegram_call_the_board(
    world: World, settings: Settings
) -> None:
    settings.TELEGRAM_WEBHOOK_URL = "https://board.example/"

    call_command("poll_telegram", stdout=io.StringIO())

    address = f"https://board.example{webhook_path()}"
    assert world.telegram.webhook == f"{address} {webhook_secret()}"
    assert poll_once() == 0


def test_telegram_calls_the_board(world: World, settings: Settings) -> None:
    settings.TELEGRAM_WEBHOOK_URL = "https://board.example"
    body = {"update_id": 1, "message": written("/help")}

    def call(path: str, told: str) -> int:
        headers = {"X-Telegram-Bot-Api-Secret-Token": told}
        answer = Client(enforce_csrf_checks=True).post(
            path, body, content_type="application/json", headers=headers
        )
        return answer.status_code

    assert call(webhook_path(), webhook_secret()) == 204
    assert "/mute" in world.telegram.only().text
    assert call(webhook_path(), "guess") == 404
    assert call("/api/telegram/guess", webhook_secret()) == 404
    settings.TELEGRAM_WEBHOOK_URL = ""
    assert call(webhook_path(), webhook_secret()) == 404
    assert TOKEN not in webhook_path()


def test_one_process_asks_at_a_time(world: World) -> None:
    cache.add("telegram:turn", 1, 60)

    assert says(world, "/help") == ""
