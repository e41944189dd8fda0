import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from channels.testing import WebsocketCommunicator
from django.conf import settings
from django.test import override_settings

from markets import snapshots
from markets.live.consumers import (
    MESSAGES_IN_A_ROW,
    hub_of_this_loop,
    stop_hub_of_this_loop,
)
from scalpaiboard.routing import sockets
from tests.markets.live.tables import table

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]
MEMORY = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}


@pytest.fixture
async def socket() -> AsyncIterator[WebsocketCommunicator]:
    with override_settings(CHANNEL_LAYERS=MEMORY):
        snapshots.write_table(table({"BTCUSDT": 100.0}))
        socket = WebsocketCommunicator(sockets, "/ws")
        assert (await socket.connect())[0]
        await hub_of_this_loop().refresh({"live"})
        yield socket
        await socket.disconnect()
        await stop_hub_of_this_loop()


async def heard(socket: WebsocketCommunicator) -> dict[str, Any]:
    frame: dict[str, Any] = json.loads(await socket.receive_from(timeout=3))
    return frame


async def test_a_stranger_hears_public_topics(socket: WebsocketCommunicator) -> None:
    await socket.send_to(json.dumps({"op": "subscribe", "topics": ["ticks"]}))

    frame = await heard(socket)

    assert (frame["type"], frame["topic"]) == ("snapshot", "ticks")
    assert frame["data"]["rows"][0][:2] == ["BTCUSDT", 100.0]


async def test_a_ping_is_answered(socket: WebsocketCommunicator) -> None:
    await socket.send_to('{"op": "ping"}')

    assert await heard(socket) == {"type": "pong"}


@pytest.mark.parametrize(
    ("message", "field", "right"),
    [
        (" ", "message", "not JSON"),
        ("{", "message", "not JSON"),
        ("[]", "message", "must be an object"),
        ("{}", "op", "subscribe, unsubscribe, ping"),
        ('{"op": 7}', "op", "subscribe, unsubscribe, ping"),
        ('{"op": "subscribe"}', "topics", "list of 1 to 64"),
        ('{"op": "subscribe", "topics": []}', "topics", "list of 1 to 64"),
        ('{"op": "subscribe", "topics": "ticks"}', "topics", "list of 1 to 64"),
        ('{"op": "subscribe", "topics": [1]}', "topics[0]", "must be a text"),
        ('{"op": "subscribe", "topics": ["feed", "x"]}', "topics[1]", "must be ticks"),
        (
            '{"op": "subscribe", "topics": ["candles.NOPE.1m"]}',
            "topics[0]",
            "one of the 1 pairs",
        ),
        ('{"op": "ping", "more": "%s"}' % ("x" * 5_000), "message", "may have 4096"),
    ],
)
async def test_a_bad_message_is_told_its_field_and_what_is_right(
    socket: WebsocketCommunicator, message: str, field: str, right: str
) -> None:
    await socket.send_to(message)

    frame = await heard(socket)

    assert (frame["type"], frame["field"]) == ("error", field)
    assert right in frame["message"]


async def test_a_binary_message_is_told_to_be_text(
    socket: WebsocketCommunicator,
) -> None:
    await socket.send_to(bytes_data=b"\xff\xfe")

    assert (await heard(socket))["field"] == "message"


async def test_a_socket_stays_open_after_a_mistake(
    socket: WebsocketCommunicator,
) -> None:
    await socket.send_to("nonsense")
    await socket.send_to('{"op": "ping"}')

    assert [(await heard(socket))["type"] for _ in range(2)] == ["error", "pong"]


async def test_a_client_that_talks_too_much_is_told_so(
    socket: WebsocketCommunicator,
) -> None:
    for _ in range(MESSAGES_IN_A_ROW + 2):
        await socket.send_to('{"op": "ping"}')

    frames = [await heard(socket) for _ in range(MESSAGES_IN_A_ROW + 2)]

    assert frames[0] == {"type": "pong"}
    assert (frames[-1]["type"], frames[-1]["code"]) == ("error", "too_frequent")


async def test_a_server_that_stops_says_bye_and_closes(
    socket: WebsocketCommunicator,
) -> None:
    hub_of_this_loop().say_bye()

    frame = await heard(socket)
    closing = await socket.receive_output(timeout=3)

    assert frame == {"type": "bye", "reason": "shutdown"}
    assert (closing["type"], closing["code"]) == ("websocket.close", 1001)


async def test_a_socket_that_left_is_forgotten() -> None:
    with override_settings(CHANNEL_LAYERS=MEMORY):
        socket = WebsocketCommunicator(sockets, "/ws")
        await socket.connect()
        hub = hub_of_this_loop()
        before = hub.sockets

        await socket.disconnect()

        assert (before, hub.sockets) == (1, 0)
        await stop_hub_of_this_loop()


@pytest.mark.parametrize(
    ("origin", "is_welcome"),
    [
        (b"http://localhost:8000", True),
        (b"https://evil.example", False),
        (b"null", False),
    ],
)
async def test_only_our_own_pages_may_open_the_socket(
    origin: bytes, *, is_welcome: bool
) -> None:
    assert "localhost" in settings.ALLOWED_HOSTS
    with override_settings(CHANNEL_LAYERS=MEMORY):
        socket = WebsocketCommunicator(sockets, "/ws", headers=[(b"origin", origin)])

        connected, _ = await socket.connect()

        assert connected is is_welcome
        if connected:
            await socket.disconnect()
            await stop_hub_of_this_loop()


async def test_there_is_no_other_socket() -> None:
    connected, code = await WebsocketCommunicator(sockets, "/ws/more").connect()

    assert (connected, code) == (False, 4404)
