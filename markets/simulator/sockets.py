"""The WebSocket side of the exchange: routes, subscriptions, limits, pings."""

import asyncio
import contextlib
from collections import deque
from dataclasses import dataclass
from typing import Any, Final

import orjson
from aiohttp import WSMsgType, web

from markets.simulator.hub import StreamHub
from markets.simulator.session import Session
from markets.simulator.streams import carries, parse
from markets.types import Venue

# Client messages a second and seconds between pings.
_MESSAGES_A_SECOND: Final = {Venue.BINANCE_USDM: 10, Venue.BINANCE_SPOT: 5}
_PING_S: Final = {Venue.BINANCE_USDM: 180.0, Venue.BINANCE_SPOT: 20.0}
_MOST_STREAMS: Final = {Venue.BINANCE_USDM: 200, Venue.BINANCE_SPOT: 1_024}
_MOST_MESSAGE_BYTES: Final = 64 * 1_024
_POLICY_VIOLATION: Final = 1_008


@dataclass(slots=True)
class SocketDoor:
    """Takes new sockets and their requests."""

    hub: StreamHub
    venue: Venue
    symbols: frozenset[str]
    ping_s: float | None = None

    def add_routes(self, router: web.UrlDispatcher) -> None:
        """Add the WebSocket addresses of the venue."""
        prefixes = ["", "/market", "/public"] if self._has_routes else [""]
        for prefix in prefixes:
            router.add_get(f"{prefix}/ws", self.accept)
            router.add_get(f"{prefix}/ws/{{streams:.*}}", self.accept)
            router.add_get(f"{prefix}/stream", self.accept)

    @property
    def _has_routes(self) -> bool:
        return self.venue is Venue.BINANCE_USDM

    async def accept(self, request: web.Request) -> web.StreamResponse:
        """Serve one socket until it closes, at the latest after its 24 hours."""
        path = request.path
        route = next((name for name in ("market", "public") if f"/{name}/" in path), "")
        is_combined = path.endswith("/stream")
        wanted = request.query.get("streams", "") if is_combined else ""
        wanted = wanted or request.match_info.get("streams", "")
        socket = web.WebSocketResponse(
            compress=False,
            max_msg_size=_MOST_MESSAGE_BYTES,
            heartbeat=self.ping_s or _PING_S[self.venue],
        )
        await socket.prepare(request)
        transport = request.transport
        if not isinstance(transport, asyncio.Transport):
            return socket
        session = Session(route, is_combined, transport)
        self.hub.sessions.add(session)
        self._subscribe(session, [name for name in wanted.split("/") if name])
        life = self.hub.faults.cut_after_s
        try:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(life):
                    await self._listen(socket, session)
        finally:
            self.hub.forget(session)
        with contextlib.suppress(ConnectionError):
            await socket.close()
        return socket

    async def _listen(self, socket: web.WebSocketResponse, session: Session) -> None:
        most = _MESSAGES_A_SECOND[self.venue]
        recent: deque[float] = deque(maxlen=most + 1)
        async for message in socket:
            recent.append(asyncio.get_running_loop().time())
            if len(recent) > most and recent[-1] - recent[0] < 1.0:
                await socket.close(code=_POLICY_VIOLATION, message=b"Too many requests")
                return
            if message.type is WSMsgType.TEXT:
                answer = self._answer(session, message.data)
                await socket.send_str(orjson.dumps(answer).decode())

    def _answer(self, session: Session, text: str) -> dict[str, Any]:
        try:
            request = orjson.loads(text)
            number = request.get("id")
        except (ValueError, AttributeError):
            return _error(None, 3, "Invalid JSON: expected an object")
        try:
            return {"result": self._do(session, request), "id": number}
        except ValueError as error:
            return _error(number, 2, f"Invalid request: {error}")

    def _do(self, session: Session, request: dict[str, Any]) -> list[str] | None:
        method, params = request.get("method"), request.get("params", [])
        if method == "LIST_SUBSCRIPTIONS":
            return sorted(session.streams)
        if not isinstance(params, list) or not all(isinstance(p, str) for p in params):
            raise ValueError("params must be a list of stream names")
        if method == "SUBSCRIBE":
            if len(session.streams) + len(params) > _MOST_STREAMS[self.venue]:
                raise ValueError("too many streams")
            self._subscribe(session, params)
        elif method == "UNSUBSCRIBE":
            for name in params:
                self.hub.unsubscribe(session, name)
        else:
            raise ValueError(f"unknown method {method!r}")
        return None

    def _subscribe(self, session: Session, names: list[str]) -> None:
        # A wrong route and an unknown stream are acknowledged and stay silent.
        for name in names[: _MOST_STREAMS[self.venue]]:
            stream = parse(name, self.venue)
            if (
                stream is not None
                and carries(session.route, stream.kind, self.venue)
                and stream.kind not in self.hub.faults.silent
                and (not stream.name or stream.name in self.symbols)
            ):
                self.hub.subscribe(session, stream)


def _error(number: object, code: int, message: str) -> dict[str, Any]:
    return {"error": {"code": code, "msg": message}, "id": number}
