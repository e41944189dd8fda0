"""One live connection: opened again when it breaks, replaced when it ages."""

import asyncio
import logging
import random
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass
from typing import Any, Final

from websockets.exceptions import WebSocketException

from markets.exchanges.base import ClockMs, ConnectionState
from markets.exchanges.binance.socket import Socket, SocketAddress

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Timings:
    """
    How long a connection waits and lives, in seconds.

    The exchange ends every socket after 24 h; `lifetime_s` less up to
    `lifetime_spread_s` stays below, and sockets of one start part ways.
    """

    lifetime_s: float = 23.5 * 3_600
    lifetime_spread_s: float = 3_600
    first_backoff_s: float = 0.5
    longest_backoff_s: float = 60.0
    failures_in_a_row: int = 10
    rest_s: float = 300.0
    takeover_s: float = 10.0
    """How long an old socket goes on beside a new one that is still silent."""


DEFAULT_TIMINGS: Final = Timings()

FrameHandler = Callable[["Connection", bytes], None]


class Connection:
    """
    Keeps one set of streams flowing.

    One socket carries the streams. It is replaced by overlap, the old one going
    on until the new one's first frame, when it grows old, when the exchange
    announces its end, or when `replace` is called. When it breaks, another is
    opened after a growing, jittered pause; after ten failures in a row the
    connection rests and then tries again.

    Parameters
    ----------
    name
        How the data-health page calls it.
    address
        Where to connect, and how fast we may talk.
    on_frame
        Called with this connection and each frame that is received.
    clock
        Current time in UTC ms.
    timings
        Its waits and ages.
    """

    def __init__(
        self,
        name: str,
        address: SocketAddress,
        on_frame: FrameHandler,
        *,
        clock: ClockMs,
        timings: Timings = DEFAULT_TIMINGS,
    ) -> None:
        self.state = ConnectionState(name=name, route=address.route)
        self._address = address
        self._on_frame = on_frame
        self._clock = clock
        self._timings = timings
        self._wanted: dict[str, None] = {}
        self._socket: Socket | None = None
        self._failures = 0
        self._replace = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    @property
    def streams(self) -> frozenset[str]:
        """Names of the streams it should carry."""
        return frozenset(self._wanted)

    def add(self, names: Iterable[str]) -> None:
        """Subscribe to more streams, and open the socket if this is the first."""
        self._wanted.update(dict.fromkeys(names))
        self._changed()
        if self._task is None and self._wanted:
            self._task = asyncio.create_task(self._run(), name=self.state.name)

    def remove(self, names: Iterable[str]) -> None:
        """Drop streams."""
        for name in names:
            self._wanted.pop(name, None)
        self._changed()

    def replace(self) -> None:
        """Open a new socket and close the present one once it has taken over."""
        self._replace.set()

    async def close(self) -> None:
        """Close the socket and forget the streams."""
        self._wanted.clear()
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        self.state.is_open = False
        self.state.streams = 0

    def _changed(self) -> None:
        self.state.streams = len(self._wanted)
        if self._socket is not None:
            self._socket.set_streams(self._wanted)

    async def _run(self) -> None:
        while True:
            try:
                await self._carry()
            except (OSError, TimeoutError, WebSocketException) as error:
                self.state.last_error = f"{type(error).__name__}: {error}"
                logger.warning("%s was lost: %s", self.state.name, error)
            except Exception as error:
                self.state.last_error = f"{type(error).__name__}: {error}"
                logger.exception("%s stopped on an error of ours", self.state.name)
            self.state.is_open = False
            await asyncio.sleep(self._pause_s())
            self.state.reconnects += 1

    async def _carry(self) -> None:
        # Returns or raises when the socket has ended and none has taken over.
        current = await self._open()
        try:
            while True:
                await self._wait_for_end(current)
                if current.is_done:
                    current.raise_why()
                    return
                self._replace.clear()
                current = await self._take_over(current)
        finally:
            self._socket = None
            await current.close()

    async def _open(self) -> Socket:
        socket = Socket(self._address, self._wanted, self._receive)
        await socket.open()
        self._socket = socket
        # What was added or dropped while it was opening.
        socket.set_streams(self._wanted)
        self.state.is_open = True
        self.state.opened_at_ms = self._clock()
        return socket

    async def _wait_for_end(self, socket: Socket) -> None:
        # Until it ends, grows old, or is to be replaced.
        spread = random.uniform(0.0, self._timings.lifetime_spread_s)  # noqa: S311 -- spreads load
        age_s = self._timings.lifetime_s - spread
        await _first_of(age_s, socket.wait_done(), self._replace.wait())

    async def _take_over(self, old: Socket) -> Socket:
        try:
            new = await self._open()
        except (OSError, TimeoutError, WebSocketException) as error:
            # The old one still flows, or will end by itself; ask again later.
            self.state.last_error = f"{type(error).__name__}: {error}"
            logger.warning("%s could not be replaced: %s", self.state.name, error)
            await _first_of(self._pause_s(), old.wait_done())
            self._replace.set()
            return old
        try:
            await _first_of(self._timings.takeover_s, new.wait_first_frame())
        except asyncio.CancelledError:
            await new.close()
            raise
        await old.close()
        self.state.reconnects += 1
        logger.info("%s was taken over by a new socket", self.state.name)
        return new

    def _receive(self, frame: bytes) -> None:
        # A frame, not an open socket, proves that the connection works.
        self._failures = 0
        self.state.last_frame_at_ms = self._clock()
        self._on_frame(self, frame)

    def _pause_s(self) -> float:
        self._failures += 1
        if self._failures >= self._timings.failures_in_a_row:
            self._failures = 0
            self.state.last_error += f"; resting for {self._timings.rest_s:.0f} s"
            return self._timings.rest_s
        longest = self._timings.longest_backoff_s
        pause = min(
            longest, self._timings.first_backoff_s * 2.0 ** (self._failures - 1)
        )
        return pause * random.uniform(0.5, 1.0)  # noqa: S311 -- jitter


async def _first_of(timeout_s: float, *events: Coroutine[Any, Any, object]) -> None:
    # Waits for the first of `events`, for `timeout_s` at most.
    tasks = [asyncio.ensure_future(event) for event in events]
    try:
        await asyncio.wait(
            tasks, timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED
        )
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
