"""A venue on loopback that does exactly what a test tells it."""

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from aiohttp import web
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from markets.exchanges.base import Addresses

HOST = "127.0.0.1"
PATIENCE_S = 20.0


@dataclass
class VenueSocket:
    """One socket that a client opened, and what it said."""

    peer: ServerConnection
    path: str
    messages: list[dict[str, Any]] = field(default_factory=list)
    is_closed: bool = False

    async def send(self, stream: str, data: Any) -> None:
        await self.peer.send(json.dumps({"stream": stream, "data": data}))


@dataclass
class FakeVenue:
    """Sockets that were opened, requests that came, answers that are due."""

    addresses: Addresses = field(default_factory=lambda: Addresses("", ""))
    sockets: list[VenueSocket] = field(default_factory=list)
    requests: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    answers: deque[tuple[int, dict[str, str], str]] = field(default_factory=deque)
    refuse_sockets: bool = False
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    def answer(
        self, body: Any, *, status: int = 200, headers: dict[str, str] | None = None
    ) -> None:
        text = body if isinstance(body, str) else json.dumps(body)
        self.answers.append((status, headers or {}, text))

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait until something that came in makes `condition()` true."""
        async with asyncio.timeout(PATIENCE_S):
            while not condition():
                self._changed.clear()
                await self._changed.wait()

    async def socket(self, number: int) -> VenueSocket:
        await self.until(lambda: len(self.sockets) > number)
        return self.sockets[number]

    async def _serve_socket(self, peer: ServerConnection) -> None:
        assert peer.request is not None
        if self.refuse_sockets:
            return
        one = VenueSocket(peer, unquote(peer.request.path))
        self.sockets.append(one)
        self._changed.set()
        try:
            async for text in peer:
                message = json.loads(text)
                one.messages.append(message)
                await peer.send(json.dumps({"result": None, "id": message["id"]}))
                self._changed.set()
        except ConnectionClosed:
            pass
        finally:
            one.is_closed = True
            self._changed.set()

    async def _serve_request(self, request: web.Request) -> web.Response:
        self.requests.append((request.path, dict(request.query)))
        status, headers, text = self.answers.popleft()
        return web.Response(status=status, headers=headers, text=text)


@asynccontextmanager
async def fake_venue() -> AsyncIterator[FakeVenue]:
    """Serve a fake venue until the block ends."""
    venue = FakeVenue()
    app = web.Application()
    app.router.add_get("/{path:.*}", venue._serve_request)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, HOST, 0)
    await site.start()
    async with serve(venue._serve_socket, HOST, 0) as server:
        rest_port = runner.addresses[0][1]
        stream_port = next(iter(server.sockets)).getsockname()[1]
        venue.addresses = Addresses(
            f"http://{HOST}:{rest_port}", f"ws://{HOST}:{stream_port}"
        )
        yield venue
    await runner.cleanup()


async def eventually(condition: Callable[[], bool]) -> None:
    """Wait for something that tells nobody when it becomes true."""
    async with asyncio.timeout(PATIENCE_S):
        while not condition():  # noqa: ASYNC110 - there is no event to wait for
            await asyncio.sleep(0.001)
