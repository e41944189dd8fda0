"""Signals and alerts over a real socket, told by the pipeline's own announcement."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from channels.db import database_sync_to_async
from django.conf import settings
from django.test import Client, override_settings

from accounts.models import User
from alerts.live import announce_events
from alerts.models import Alert, Episode, EpisodeEvent, Signal, SignalChoice
from alerts.services.signals import save_signal
from markets.live.consumers import hub_of_this_loop, stop_hub_of_this_loop
from scalpaiboard.routing import sockets
from tests.alerts.rows import an_alert, an_episode, an_event

pytestmark = pytest.mark.django_db(transaction=True)
MEMORY = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
NOON_MS = 1_700_049_600_000
Open = Callable[..., Any]

# Closes its connection, which a thread of its own would leave behind.
in_thread = database_sync_to_async


class Socket:
    """
    A client of the real application.

    That of Channels would keep the server from closing its connections.
    """

    def __init__(self, cookie: str) -> None:
        self._in: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._out: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        headers = [(b"cookie", cookie.encode())] if cookie else []
        scope = {"type": "websocket", "path": "/ws", "headers": headers}
        self._in.put_nowait({"type": "websocket.connect"})
        serving = sockets(scope, self._in.get, self._out.put)
        self._task = asyncio.create_task(serving)

    async def send(self, message: dict[str, Any]) -> None:
        await self._in.put({"type": "websocket.receive", "text": json.dumps(message)})

    async def heard(self) -> dict[str, Any]:
        async with asyncio.timeout(5):
            while (event := await self._out.get())["type"] != "websocket.send":
                pass
        frame: dict[str, Any] = json.loads(event["text"])
        return frame

    async def close(self) -> None:
        await self._in.put({"type": "websocket.disconnect"})
        await self._task


@pytest.fixture
async def open_socket() -> AsyncIterator[Open]:
    opened: list[Socket] = []

    async def open_one(cookie: str = "") -> Socket:
        opened.append(Socket(cookie))
        async with asyncio.timeout(5):
            await hub_of_this_loop().is_listening.wait()
        return opened[-1]

    with override_settings(CHANNEL_LAYERS=MEMORY):
        yield open_one
        for socket in opened:
            await socket.close()
        await stop_hub_of_this_loop()


async def ask(socket: Socket, topic: str) -> dict[str, Any]:
    await socket.send({"op": "subscribe", "topics": [topic]})
    return await socket.heard()


def person(name: str) -> User:
    return User.objects.create_user(f"{name}@example.org", "plain")


def cookie_of(user: User) -> str:
    client = Client()
    client.force_login(user)
    return f"theme=dark; {client.cookies[settings.SESSION_COOKIE_NAME].OutputString()}"


def signal(slug: str = "own") -> Signal:
    made = Signal(
        slug=slug, name="Own", side="bull", expression="change_1h >= 3", version=""
    )
    save_signal(made)
    return made


def episode(rule: Signal | Alert, symbol: str = "ADAUSDT", **more: Any) -> Episode:
    return an_episode(rule, symbol=symbol, **({"opened_ms": NOON_MS} | more))


def told(*events: EpisodeEvent) -> None:
    announce_events(events)


async def test_a_stranger_hears_signals_as_they_come(open_socket: Open) -> None:
    rule = await in_thread(signal)()
    old = await in_thread(episode)(rule, "BTCUSDT", closed_ms=NOON_MS)
    socket = await open_socket()
    first = await ask(socket, "signals")
    fresh = await in_thread(episode)(rule)

    await in_thread(told)(await in_thread(an_event)(fresh))

    second = await socket.heard()
    assert [one["id"] for one in first["data"]["signals"]] == [old.pk]
    assert second["type"] == "update"
    [row] = second["data"]["signals"]
    assert row["id"] == fresh.pk
    assert row["rule"] == {"kind": "signal", "slug": "own", "name": "Own"}
    assert (row["symbol"], row["side"], row["price"]) == ("ADAUSDT", "bull", 0.6812)
    assert (row["opened_ms"], row["closed_ms"]) == (NOON_MS, None)
    assert row["words"] == "change 1h +3.25 %"
    assert row["outcome"] is None


async def test_signals_that_were_stopped_are_not_told(open_socket: Open) -> None:
    stopped = await in_thread(signal)("stopped")
    stopped.tripped_at = stopped.updated_at
    await in_thread(stopped.save)()
    working = await in_thread(signal)()
    silent = await in_thread(episode)(stopped)
    socket = await open_socket()
    first = await ask(socket, "signals")
    loud = await in_thread(episode)(working)

    await in_thread(told)(
        await in_thread(an_event)(silent), await in_thread(an_event)(loud)
    )

    assert first["data"]["signals"] == []
    assert [one["id"] for one in (await socket.heard())["data"]["signals"]] == [loud.pk]


async def test_alerts_need_a_session(open_socket: Open) -> None:
    socket = await open_socket()
    forged = await open_socket(f"{settings.SESSION_COOKIE_NAME}=nonsense")

    for frame in (await ask(socket, "alerts"), await ask(forged, "alerts")):
        assert (frame["type"], frame["code"]) == ("error", "log_in_needed")
        assert frame["field"] == "topics[0]"
        assert "logged in" in frame["message"]


async def test_a_session_that_ended_names_nobody(open_socket: Open) -> None:
    alice = await in_thread(person)("alice")
    cookie = await in_thread(cookie_of)(alice)
    alice.set_password("another")
    await in_thread(alice.save)()

    frame = await ask(await open_socket(cookie), "alerts")

    assert frame["code"] == "log_in_needed"


async def test_a_person_who_was_shut_out_hears_nothing(open_socket: Open) -> None:
    alice = await in_thread(person)("alice")
    cookie = await in_thread(cookie_of)(alice)
    alice.is_active = False
    await in_thread(alice.save)()

    frame = await ask(await open_socket(cookie), "alerts")

    assert frame["code"] == "log_in_needed"


async def test_each_person_hears_their_own_alerts_only(open_socket: Open) -> None:
    alice = await in_thread(person)("alice")
    bob = await in_thread(person)("bob")
    hers = await in_thread(episode)(await in_thread(an_alert)(alice))
    his = await in_thread(episode)(await in_thread(an_alert)(bob))
    socket = await open_socket(await in_thread(cookie_of)(alice))
    first = await ask(socket, "alerts")

    await in_thread(told)(
        await in_thread(an_event)(his), await in_thread(an_event)(hers, "escalate")
    )

    frame = await socket.heard()
    assert first["data"]["unread"] == 0
    assert [one["id"] for one in first["data"]["open"]] == [hers.pk]
    [row] = frame["data"]["alerts"]
    assert (row["phase"], row["value"], row["held_back"]) == ("escalate", 3.25, "")
    assert row["episode"]["id"] == hers.pk
    assert row["episode"]["rule"]["kind"] == "alert"


async def test_signals_that_a_person_chose_are_among_their_alerts(
    open_socket: Open,
) -> None:
    alice = await in_thread(person)("alice")
    rule = await in_thread(signal)()
    await in_thread(SignalChoice.objects.create)(owner=alice, signal=rule)
    socket = await open_socket(await in_thread(cookie_of)(alice))
    await ask(socket, "alerts")
    found = await in_thread(episode)(rule)

    await in_thread(told)(await in_thread(an_event)(found))

    [row] = (await socket.heard())["data"]["alerts"]
    assert row["episode"]["rule"]["slug"] == "own"


async def test_announcing_nothing_asks_nothing() -> None:
    announce_events([])
