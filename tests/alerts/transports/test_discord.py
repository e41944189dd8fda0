import json
from collections.abc import Iterator
from typing import Any

import pytest

from alerts.errors import (
    DestinationConfigError,
    DestinationGoneError,
    MessageRefusedError,
    TransportError,
)
from alerts.transports.discord import DiscordTransport, check_discord
from scalpaiboard.lib.http import HttpClient
from scalpaiboard.lib.networks import AllowedHosts
from tests.alerts.transports.messages import PICTURE, TRICKY, message
from tests.fakes.discord import WAIT, FakeDiscord
from tests.fakes.http_server import Fault, Reply


@pytest.fixture
def discord() -> Iterator[FakeDiscord]:
    with FakeDiscord() as fake:
        yield fake


@pytest.fixture
def transport(discord: FakeDiscord, client: HttpClient) -> DiscordTransport:
    return DiscordTransport(discord.webhook, client)


@pytest.mark.parametrize("picture", [None, PICTURE])
def test_a_message_is_an_embed_with_its_picture(
    discord: FakeDiscord, transport: DiscordTransport, picture: bytes | None
) -> None:
    transport.send(message(picture=picture))

    shown = discord.only()
    assert shown.title == "BTCUSDT crossed above 70,000"
    assert shown.text == "Price 70,012.50, up 1.20 % in 15m\nConfirmed at 12:34 UTC"
    assert shown.link == "https://board.example/alerts/7/"
    assert shown.picture == picture


def test_markup_in_names_is_shown_as_typed(
    discord: FakeDiscord, transport: DiscordTransport
) -> None:
    text = f"{TRICKY}\n# no head\n- no list\n1. nor this\n> no quote\n\\ a backslash"

    transport.send(message(title=TRICKY, text=text))

    embed = discord.received[0].json()["embeds"][0]
    for mark in (
        "**bold",
        "_wild_",
        "[x](",
        "`z`",
        "~q~",
        "|p|",
        "\n# ",
        "\n- ",
        "\n1.",
    ):
        assert mark not in embed["description"]
    assert (discord.only().title, discord.only().text) == (TRICKY, text)


@pytest.mark.parametrize("text", ["*" * 5_000, "x" * 5_000, "🚀" * 5_000])
def test_a_long_text_is_cut_after_its_marks_are_counted(
    discord: FakeDiscord, transport: DiscordTransport, text: str
) -> None:
    transport.send(message(title=text, text=text))

    embed = discord.received[0].json()["embeds"][0]
    assert 255 <= len(embed["title"].encode("utf-16-le")) / 2 <= 256
    assert 4_094 <= len(embed["description"].encode("utf-16-le")) / 2 <= 4_096
    assert discord.only().text.endswith(f"{text[0]}…")


@pytest.mark.parametrize("picture", [None, PICTURE])
def test_a_later_phase_edits_the_message_and_leaves_its_picture(
    discord: FakeDiscord, transport: DiscordTransport, picture: bytes | None
) -> None:
    first = transport.send(message(picture=picture))

    later = transport.send(message(text="It is over.", edits=first.reference))

    shown = discord.only()
    assert (shown.text, shown.is_edited) == ("It is over.", True)
    assert shown.picture == picture
    assert later == first


def test_an_edit_of_a_vanished_message_is_sent_anew(
    discord: FakeDiscord, transport: DiscordTransport
) -> None:
    first = transport.send(message())
    discord.messages.clear()

    second = transport.send(message(edits=first.reference))

    assert list(discord.messages) == [second.reference]
    assert second != first


def test_a_thread_of_the_channel_stays_part_of_the_address(
    discord: FakeDiscord, client: HttpClient
) -> None:
    transport = DiscordTransport(f"{discord.webhook}?thread_id=5", client)

    first = transport.send(message())
    transport.send(message(text="Over.", edits=first.reference))

    assert discord.threads == ["5", "5"]
    assert discord.only().is_edited


def test_a_silent_message_makes_no_sound(
    discord: FakeDiscord, transport: DiscordTransport
) -> None:
    transport.send(message(silent=True))

    assert discord.received[0].json()["flags"] == 4_096


@pytest.mark.parametrize(
    ("fault", "wait_s"),
    [
        (Reply(429, WAIT, {"Retry-After": "1"}), 0.65),
        (Reply(429, b"<html>", {"Retry-After": "3"}), 3.0),
        (Reply(503, headers={"Retry-After": "9"}), 9.0),
        (Reply(500), None),
        ("cut", None),
    ],
)
def test_a_limit_or_trouble_is_tried_again(
    discord: FakeDiscord,
    transport: DiscordTransport,
    fault: Fault,
    wait_s: float | None,
) -> None:
    discord.faults.append(fault)

    with pytest.raises(TransportError) as caught:
        transport.send(message())

    assert not caught.value.permanent
    assert caught.value.retry_after_s == wait_s
    assert "secret-token" not in str(caught.value)


@pytest.mark.parametrize("is_edit", [False, True])
def test_a_webhook_that_was_deleted_is_gone(
    discord: FakeDiscord, transport: DiscordTransport, *, is_edit: bool
) -> None:
    edits = transport.send(message()).reference if is_edit else ""
    discord.is_deleted = True

    with pytest.raises(DestinationGoneError):
        transport.send(message(edits=edits))


def test_what_they_find_at_fault_is_final_for_the_message(
    discord: FakeDiscord, transport: DiscordTransport
) -> None:
    discord.faults.append(Reply(400, json.dumps({"code": 50035}).encode()))

    with pytest.raises(MessageRefusedError):
        transport.send(message())


def test_an_allowed_host_of_the_operators_may_stand_in(discord: FakeDiscord) -> None:
    allowed = AllowedHosts.parse([discord.host])

    assert check_discord({"url": discord.webhook}, allowed) == {"url": discord.webhook}


@pytest.mark.parametrize(
    "url",
    [
        "https://discord.com/api/webhooks/123/a-token_X",
        "https://canary.discord.com/api/v10/webhooks/123/token?thread_id=9",
    ],
)
def test_an_address_of_discord_needs_no_look(url: str) -> None:
    assert check_discord({"url": url}, AllowedHosts()) == {"url": url}


@pytest.mark.parametrize(
    "url",
    [
        None,
        "",
        "http://discord.com/api/webhooks/1/x",
        "https://discord.com:8443/api/webhooks/1/x",
        "https://discord.com.evil.example/api/webhooks/1/x",
        "https://user@discord.com/api/webhooks/1/x",
        "https://discord.com/api/users/@me",
        "https://discord.com/api/webhooks/1/x/../../../users",
        "https://127.0.0.1/api/webhooks/1/x",
        "https://[::1/api/webhooks/1/x",
    ],
)
def test_what_is_no_webhook_of_discord_is_told(url: Any) -> None:
    with pytest.raises(DestinationConfigError, match="no webhook of Discord"):
        check_discord({"url": url}, AllowedHosts())
