from collections.abc import Iterator

import pytest

from alerts.errors import (
    BotRefusedError,
    DestinationConfigError,
    DestinationGoneError,
    NotConfiguredError,
    TransportError,
)
from alerts.transports.telegram import TelegramTransport, check_telegram
from alerts.transports.telegram_bot import BotApi
from scalpaiboard.lib.http import HttpClient
from tests.alerts.transports.messages import PICTURE, TRICKY, message
from tests.fakes.http_server import Reply
from tests.fakes.telegram import TOKEN, FakeTelegram

CHAT = "777"


@pytest.fixture
def telegram() -> Iterator[FakeTelegram]:
    with FakeTelegram() as fake:
        yield fake


@pytest.fixture
def transport(telegram: FakeTelegram, client: HttpClient) -> TelegramTransport:
    return TelegramTransport(BotApi(TOKEN, client, url=telegram.url), CHAT)


def methods(telegram: FakeTelegram) -> list[str]:
    return [came.path.rpartition("/")[2] for came in telegram.received]


def test_a_message_without_a_picture_is_a_text(
    telegram: FakeTelegram, transport: TelegramTransport
) -> None:
    sent = transport.send(message())

    shown = telegram.only()
    assert shown.text == (
        "BTCUSDT crossed above 70,000\n"
        "Price 70,012.50, up 1.20 % in 15m\nConfirmed at 12:34 UTC\nOpen"
    )
    assert shown.links == ("https://board.example/alerts/7/",)
    assert not shown.silent
    assert sent.reference == "text:101"


def test_a_picture_bears_the_text_below_it(
    telegram: FakeTelegram, transport: TelegramTransport
) -> None:
    sent = transport.send(message(picture=PICTURE, silent=True))

    shown = telegram.only()
    assert shown.picture == PICTURE
    assert shown.text.startswith("BTCUSDT crossed above 70,000\nPrice 70,012.50")
    assert shown.silent
    assert sent.reference == "photo:101"


@pytest.mark.parametrize("picture", [None, PICTURE])
def test_markup_in_names_is_shown_as_typed(
    telegram: FakeTelegram, transport: TelegramTransport, picture: bytes | None
) -> None:
    transport.send(message(title=TRICKY, text=TRICKY, link="", picture=picture))

    assert telegram.only().text == f"{TRICKY}\n{TRICKY}"


@pytest.mark.parametrize("picture", [None, PICTURE])
def test_a_later_phase_edits_the_message(
    telegram: FakeTelegram, transport: TelegramTransport, picture: bytes | None
) -> None:
    first = transport.send(message(picture=picture))

    later = transport.send(message(text="It is over.", edits=first.reference))

    shown = telegram.only()
    assert shown.text == "BTCUSDT crossed above 70,000\nIt is over.\nOpen"
    assert (shown.edits, shown.picture) == (1, picture)
    assert later == first


@pytest.mark.parametrize("picture", [None, PICTURE])
def test_an_edit_that_changes_nothing_is_done(
    telegram: FakeTelegram, transport: TelegramTransport, picture: bytes | None
) -> None:
    first = transport.send(message(picture=picture))

    assert transport.send(message(edits=first.reference)) == first
    assert telegram.only().edits == 0


def test_an_edit_of_a_vanished_message_is_sent_anew(
    telegram: FakeTelegram, transport: TelegramTransport
) -> None:
    first = transport.send(message())
    telegram.messages.clear()

    second = transport.send(message(edits=first.reference))

    assert telegram.only().edits == 0
    assert second.reference == "text:102"


def test_markup_that_cannot_be_read_is_sent_again_plain(
    telegram: FakeTelegram, transport: TelegramTransport
) -> None:
    telegram.faults.append(
        Reply(
            400,
            {
                "ok": False,
                "error_code": 400,
                "description": "Bad Request: can't parse entities: Unmatched end tag",
            },
        )
    )

    transport.send(message(title=TRICKY))

    text = telegram.only().text
    assert text.startswith(f"{TRICKY}\nPrice")
    assert text.endswith("\nhttps://board.example/alerts/7/")


# A sign beyond the basic plane counts twice.
@pytest.mark.parametrize("sign", ["x", "🚀", "&"])
@pytest.mark.parametrize(("picture", "most"), [(None, 4_096), (PICTURE, 1_024)])
def test_a_long_text_is_cut_and_keeps_its_link(
    telegram: FakeTelegram,
    transport: TelegramTransport,
    picture: bytes | None,
    most: int,
    sign: str,
) -> None:
    transport.send(message(text=sign * 5_000, picture=picture))

    shown = telegram.only()
    assert shown.text.endswith(f"{sign}…\nOpen")
    assert most - 2 <= len(shown.text.encode("utf-16-le")) // 2 <= most
    assert shown.links


def test_a_limit_says_how_long_to_wait(
    telegram: FakeTelegram, transport: TelegramTransport
) -> None:
    telegram.faults.append(
        Reply(
            429,
            {
                "ok": False,
                "error_code": 429,
                "description": "Too Many Requests: retry after 17",
                "parameters": {"retry_after": 17},
            },
        )
    )

    with pytest.raises(TransportError) as caught:
        transport.send(message())

    assert caught.value.retry_after_s == 17
    assert not caught.value.permanent


@pytest.mark.parametrize("where", ["blocked", "unknown"])
def test_a_chat_that_takes_no_messages_is_gone(
    telegram: FakeTelegram, transport: TelegramTransport, where: str
) -> None:
    getattr(telegram, where).add(CHAT)

    with pytest.raises(DestinationGoneError):
        transport.send(message())


def test_a_group_that_moved_is_followed(
    telegram: FakeTelegram, transport: TelegramTransport
) -> None:
    telegram.moved[CHAT] = "-100777"

    transport.send(message())

    assert list(telegram.messages) == [("-100777", 101)]


def test_a_wrong_token_is_the_operators_matter_and_not_told(
    telegram: FakeTelegram, client: HttpClient
) -> None:
    bot = BotApi("1:wrong-token", client, url=telegram.url)

    with pytest.raises(NotConfiguredError) as caught:
        TelegramTransport(bot, CHAT).send(message())

    assert "wrong-token" not in str(caught.value)
    assert not caught.value.permanent


@pytest.mark.parametrize(
    "fault", [Reply(502, b"<html>"), Reply(200, b"not JSON"), "cut"]
)
def test_trouble_at_their_side_is_tried_again(
    telegram: FakeTelegram, transport: TelegramTransport, fault: Reply
) -> None:
    telegram.faults.append(fault)

    with pytest.raises(TransportError) as caught:
        transport.send(message())

    assert not caught.value.permanent
    assert caught.value.may_have_arrived
    assert TOKEN not in str(caught.value)


def test_what_else_they_refuse_is_final_for_the_message(
    telegram: FakeTelegram, transport: TelegramTransport
) -> None:
    refusal = {"ok": False, "error_code": 400, "description": "Bad Request: PHOTO_BAD"}
    telegram.faults.append(Reply(400, refusal))

    with pytest.raises(BotRefusedError, match="PHOTO_BAD") as caught:
        transport.send(message(picture=PICTURE))

    assert caught.value.permanent
    assert methods(telegram) == ["sendPhoto"]


def test_the_bot_reads_what_people_write_to_it(
    telegram: FakeTelegram, client: HttpClient
) -> None:
    telegram.updates += [
        {"update_id": number, "message": {"text": f"/start {number}"}}
        for number in (5, 6, 7)
    ]
    bot = BotApi(TOKEN, client, url=telegram.url)

    updates = bot.get_updates(6, wait_s=0)

    assert [one["message"]["text"] for one in updates] == ["/start 6", "/start 7"]
    assert bot.get_me()["username"] == "board_bot"


def test_the_bot_has_updates_sent_to_an_address(
    telegram: FakeTelegram, client: HttpClient
) -> None:
    bot = BotApi(TOKEN, client, url=telegram.url)

    bot.set_webhook("https://board.example/telegram/", "a-token")
    assert telegram.webhook == "https://board.example/telegram/ a-token"
    bot.delete_webhook()
    assert telegram.webhook == ""


@pytest.mark.parametrize("chat", ["777", -100777, "@a_channel"])
def test_a_chat_is_a_number_or_a_name(chat: object) -> None:
    assert check_telegram({"chat_id": chat}) == {"chat_id": str(chat)}


@pytest.mark.parametrize("chat", [None, "", "me", "7 7", "@x", "https://t.me/x"])
def test_what_is_no_chat_is_told(chat: object) -> None:
    with pytest.raises(DestinationConfigError, match="must be a number"):
        check_telegram({"chat_id": chat})
