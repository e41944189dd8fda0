"""The live socket ``/ws``: reads requests, hands on what its mailbox holds."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any, Final
from weakref import WeakKeyDictionary

from asgiref.typing import (
    ASGIReceiveCallable,
    ASGISendCallable,
    Scope,
)
from django.conf import settings

from markets.errors import MarketUnavailableError
from markets.live import bus
from markets.live.extra import NamelessError, is_personal
from markets.live.hub import LiveHub
from markets.live.mailbox import Mailbox
from markets.live.messages import (
    MAX_TOPICS,
    PONG,
    BadMessageError,
    Request,
    error,
    parse_request,
)
from markets.live.people import person_of
from markets.live.topics import Topic, parse_topic

MESSAGES_IN_A_ROW: Final = 30
MESSAGES_PER_S: Final = 5.0
GOING_AWAY: Final = 1001

_hubs: WeakKeyDictionary[asyncio.AbstractEventLoop, LiveHub] = WeakKeyDictionary()


def hub_of_this_loop() -> LiveHub:
    """Return the hub of the running server, started at the first call."""
    loop = asyncio.get_running_loop()
    hub = _hubs.get(loop)
    if hub is None:
        bus.serve_on(loop)
        hub = _hubs[loop] = LiveHub(settings.VENUE)
        hub.start()
    return hub


async def stop_hub_of_this_loop() -> None:
    """Take leave of every socket, and of the bus."""
    loop = asyncio.get_running_loop()
    hub = _hubs.pop(loop, None)
    if hub is not None:
        await hub.stop()
    bus.leave(loop)


async def live_socket(
    scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable
) -> None:
    """Serve one client until it leaves, stalls, or the server stops."""
    hub = hub_of_this_loop()
    await receive()
    await send({"type": "websocket.accept", "subprotocol": None, "headers": []})
    mailbox = hub.open_mailbox()
    client = Client(hub, mailbox, lambda: person_of(scope))
    hearing = asyncio.create_task(_hear(client, receive))
    telling = asyncio.create_task(_tell(mailbox, send))
    leaving = asyncio.create_task(mailbox.abandoned.wait())
    tasks = (hearing, telling, leaving)
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        if telling.done() and not hearing.done():
            await send({"type": "websocket.close", "code": GOING_AWAY, "reason": "bye"})
    except OSError:
        pass  # The client is gone; there is nobody to tell.
    finally:
        hub.close_mailbox(mailbox)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _hear(client: "Client", receive: ASGIReceiveCallable) -> None:
    while True:
        event: Any = await receive()
        if event["type"] == "websocket.disconnect":
            return
        await client.take(event.get("text"))


async def _tell(mailbox: Mailbox, send: Any) -> None:
    while (text := await mailbox.take()) is not None:
        await send({"type": "websocket.send", "text": text})


class Client:
    """
    One client's requests, with how many it may make.

    Parameters
    ----------
    hub, mailbox
        Whom it asks, and what takes the answers.
    find_person
        Finds out who it is; asked where a topic is a person's own.
    """

    def __init__(
        self,
        hub: LiveHub,
        mailbox: Mailbox,
        find_person: Callable[[], Awaitable[str | None]],
    ) -> None:
        self._hub = hub
        self._mailbox = mailbox
        self._find_person = find_person
        self._topics: set[Topic] = set()
        self._allowance = float(MESSAGES_IN_A_ROW)
        self._counted_at_s = time.monotonic()

    async def take(self, text: str | None) -> None:
        """Do what a message asks, or answer what is wrong with it."""
        try:
            self._count()
            await self._obey(parse_request(text))
        except BadMessageError as problem:
            self._mailbox.put_reply(
                error(str(problem), code=problem.code, field=problem.field)
            )

    def _count(self) -> None:
        now_s = time.monotonic()
        earned = (now_s - self._counted_at_s) * MESSAGES_PER_S
        self._allowance = min(self._allowance + earned, MESSAGES_IN_A_ROW)
        self._counted_at_s = now_s
        if self._allowance < 1:
            raise BadMessageError(
                f"More than {MESSAGES_PER_S:g} messages a second came; this one was "
                "not read.",
                field="message",
                code="too_frequent",
            )
        self._allowance -= 1

    async def _obey(self, request: Request) -> None:
        if request.operation == "ping":
            self._mailbox.put_reply(PONG)
        for number, name in enumerate(request.topics):
            field = f"topics[{number}]"
            try:
                topic = parse_topic(name)
                if request.operation == "unsubscribe":
                    self._topics.discard(topic)
                    self._hub.unsubscribe(self._mailbox, topic)
                else:
                    await self._subscribe(topic)
            except MarketUnavailableError as problem:
                self._refuse(str(problem), field, "market_unavailable")
            except NamelessError as problem:
                self._refuse(str(problem), field, "log_in_needed")
            except ValueError as problem:
                self._refuse(str(problem), field, "invalid")

    async def _subscribe(self, topic: Topic) -> None:
        if topic not in self._topics and len(self._topics) >= MAX_TOPICS:
            raise ValueError(f"A socket may listen to {MAX_TOPICS} topics, not more.")
        person = await self._find_person() if is_personal(topic) else None
        await self._hub.subscribe(self._mailbox, topic, person=person)
        self._topics.add(topic)

    def _refuse(self, message: str, field: str, code: str) -> None:
        self._mailbox.put_reply(error(message, code=code, field=field))
