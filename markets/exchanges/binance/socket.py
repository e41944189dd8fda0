"""One WebSocket: opens, keeps its subscriptions as wanted, hands frames on."""

import asyncio
import itertools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

import msgspec
from websockets.asyncio.client import ClientConnection, connect

# A SUBSCRIBE of this many names is about 2 kB, and so is their part of a URL.
NAMES_PER_MESSAGE: Final = 100

# Frames that may wait for us before the socket stops reading: half a second of
# 200 klines at four a second.
WAITING_FRAMES: Final = 512

OPEN_TIMEOUT_S: Final = 10.0
CLOSE_TIMEOUT_S: Final = 2.0
MAX_FRAME_BYTES: Final = 8 * 1024 * 1024

# A peer that is gone without a word is found out within twice this.
KEEPALIVE_S: Final = 20.0

# We stay below the allowed rate: on spot our pings and pongs count too.
RATE_SHARE: Final = 0.7


@dataclass(frozen=True, slots=True)
class SocketAddress:
    """Where to connect: the root, the route below it, and our allowed rate."""

    root: str
    route: str
    messages_per_second: int

    def url(self, names: Iterable[str]) -> str:
        """Return the address of a combined stream of `names`."""
        # Symbols may hold characters outside ASCII.
        query = "/".join(quote(name, safe="@!_") for name in names)
        return f"{self.root}{self.route}/stream?streams={query}"


class Socket:
    """
    One socket from its opening to its end.

    Parameters
    ----------
    address
        Where to connect.
    streams
        Names to subscribe to; the first go into the URL, the rest follow in
        messages within the allowed rate.
    on_frame
        Called with each frame that is received.
    """

    def __init__(
        self,
        address: SocketAddress,
        streams: Mapping[str, None],
        on_frame: Callable[[bytes], None],
    ) -> None:
        self._address = address
        self._on_frame = on_frame
        self._wanted = dict(streams)
        self._subscribed: dict[str, None] = {}
        self._ids = itertools.count(1)
        self._changed = asyncio.Event()
        self._has_frame = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._peer: ClientConnection | None = None

    @property
    def is_done(self) -> bool:
        """Whether it has ended, by whoever's doing."""
        return any(task.done() for task in self._tasks)

    async def open(self) -> None:
        """
        Connect and begin to hand frames on.

        Raises
        ------
        OSError, TimeoutError, WebSocketException
            If it cannot be opened.
        """
        first = list(itertools.islice(self._wanted, NAMES_PER_MESSAGE))
        self._peer = await connect(
            self._address.url(first),
            compression=None,
            open_timeout=OPEN_TIMEOUT_S,
            close_timeout=CLOSE_TIMEOUT_S,
            ping_interval=KEEPALIVE_S,
            ping_timeout=KEEPALIVE_S,
            max_size=MAX_FRAME_BYTES,
            max_queue=WAITING_FRAMES,
        )
        self._subscribed = dict.fromkeys(first)
        self._changed.set()
        self._tasks = [
            asyncio.create_task(self._read(self._peer)),
            asyncio.create_task(self._keep_subscribed(self._peer)),
        ]

    def set_streams(self, streams: Mapping[str, None]) -> None:
        """Subscribe and unsubscribe until exactly `streams` are carried."""
        self._wanted = dict(streams)
        self._changed.set()

    async def wait_first_frame(self) -> None:
        """Return once a frame of a stream has come, or the socket has ended."""
        waiter = asyncio.ensure_future(self._has_frame.wait())
        try:
            await asyncio.wait(
                [waiter, *self._tasks], return_when=asyncio.FIRST_COMPLETED
            )
        finally:
            waiter.cancel()

    async def wait_done(self) -> None:
        """Return once the socket has ended."""
        await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)

    def raise_why(self) -> None:
        """Raise the error that ended the socket, if one did."""
        for task in self._tasks:
            if task.done() and not task.cancelled():
                task.result()

    async def close(self) -> None:
        """Close it; returns when it is closed. Harmless a second time."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._peer is not None:
            await self._peer.close()

    async def _read(self, peer: ClientConnection) -> None:
        while True:
            frame = await peer.recv(decode=False)
            # The answers to our own messages are not a sign of life.
            if not frame.startswith(b'{"result"'):
                self._has_frame.set()
            self._on_frame(frame)

    async def _keep_subscribed(self, peer: ClientConnection) -> None:
        gap_s = 1.0 / (self._address.messages_per_second * RATE_SHARE)
        while True:
            await self._changed.wait()
            self._changed.clear()
            while message := self._next_message():
                # The pause comes first: opening counts as a message.
                await asyncio.sleep(gap_s)
                await peer.send(message, text=True)

    def _next_message(self) -> bytes | None:
        gone = [name for name in self._subscribed if name not in self._wanted]
        if gone:
            return self._message("UNSUBSCRIBE", gone[:NAMES_PER_MESSAGE])
        new = [name for name in self._wanted if name not in self._subscribed]
        if new:
            return self._message("SUBSCRIBE", new[:NAMES_PER_MESSAGE])
        return None

    def _message(self, method: str, names: list[str]) -> bytes:
        for name in names:
            if method == "SUBSCRIBE":
                self._subscribed[name] = None
            else:
                del self._subscribed[name]
        return msgspec.json.encode(
            {"method": method, "params": names, "id": next(self._ids)}
        )
