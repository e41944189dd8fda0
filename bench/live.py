"""A thousand listeners: how late the market is, and what it takes to tell them."""

import asyncio
import os
import resource
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, cast

import uvloop

from bench.harness import Row, benchmark, percentile

CLIENTS: Final = 1_000
WARM_UP_S: Final = 3.0
MEASURED_S: Final = 8.0
START_LIMIT_S: Final = 60.0
OPEN_LIMIT_S: Final = 30.0
MESSAGES_A_S: Final = 10
UVICORN: Final = (
    "-m",
    "uvicorn",
    "--loop=uvloop",
    "--ws=websockets-sansio",
    "--ws-per-message-deflate=false",
    "--no-access-log",
    "--log-level=warning",
    "bench.live_server:application",
    "--port",
)
DAPHNE: Final = ("-m", "daphne", "-v0", "bench.live_server:application", "--port")
SUBSCRIBE: Final = b'{"op":"subscribe","topics":["ticks"]}'
HANDSHAKE: Final = (
    b"GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
    b"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)


@dataclass(slots=True)
class Figures:
    """What the listeners saw together."""

    is_measuring: bool = False
    delays_ms: list[float] = field(default_factory=list)
    frames: int = 0
    octets: int = 0
    conflated: int = 0


class Listener(asyncio.Protocol):
    """The least that understands the server's frames: a client must cost nothing."""

    def __init__(self, figures: Figures) -> None:
        self._figures = figures
        self._buffer = bytearray()
        self._is_open = False
        self.opened = asyncio.get_running_loop().create_future()
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports do not inherit from asyncio's.
        self.transport = cast("asyncio.Transport", transport)
        self.transport.write(HANDSHAKE)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if not self._is_open:
            end = self._buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            del self._buffer[: end + 4]
            self._is_open = True
            assert self.transport is not None
            # Masked with zeros: the same bytes, and the server is content.
            head = bytes([0x81, 0x80 | len(SUBSCRIBE), 0, 0, 0, 0])
            self.transport.write(head + SUBSCRIBE)
            self.opened.set_result(None)
        while self._take_frame():
            pass

    def _take_frame(self) -> bool:
        buffer = self._buffer
        if len(buffer) < 2:
            return False
        size, start = buffer[1], 2
        if size == 126:
            size, start = int.from_bytes(buffer[2:4]), 4
        elif size == 127:
            size, start = int.from_bytes(buffer[2:10]), 10
        if len(buffer) < start + size:
            return False
        if self._figures.is_measuring:
            self._note(bytes(buffer[start : start + size]))
        del buffer[: start + size]
        return True

    def _note(self, frame: bytes) -> None:
        at = frame.find(b'"as_of":', 0, 160)
        if at < 0:
            return
        figures = self._figures
        as_of_ms = int(frame[at + 8 : at + 21])
        figures.delays_ms.append(time.time_ns() / 1e6 - as_of_ms)
        figures.frames += 1
        figures.octets += len(frame)
        figures.conflated += b'"from_seq"' in frame[:120]


@dataclass(frozen=True, slots=True)
class Result:
    """One way of telling a thousand listeners."""

    p50_ms: float
    p95_ms: float
    frames_a_s: float
    frame_bytes: float
    conflated: int
    memory_mb: float


@benchmark("live")
def tell_a_thousand_listeners() -> Iterator[Row]:
    resource.setrlimit(resource.RLIMIT_NOFILE, (8_192, _most_files()))
    hub = _measure(UVICORN, fanout="hub")
    group = _measure(UVICORN, fanout="groups")
    daphne = _measure(DAPHNE, fanout="hub")
    what = f"{CLIENTS:,} sockets, {MESSAGES_A_S} a second of {hub.frame_bytes:,.0f} B"
    for peer, other in (("group send to each", group), ("the hub on daphne", daphne)):
        yield _row(f"{what}: p95", hub.p95_ms, "ms", 100, peer, other.p95_ms)
    peer = "group send to each"
    yield _row(f"{what}: p50", hub.p50_ms, "ms", None, peer, group.p50_ms)
    yield _row("memory of the server", hub.memory_mb, "MB", 200, peer, group.memory_mb)
    yield Row("live", "frames told, merged ones once", hub.frames_a_s, "a second")
    yield Row("live", "frames that were merged", hub.conflated, "frames")


def _row(
    what: str, figure: float, unit: str, bar: float | None, *peer: str | float
) -> Row:
    name, peer_figure = peer
    return Row(
        "live",
        what,
        figure,
        unit,
        bar,
        peer=str(name),
        peer_figure=float(peer_figure),
    )


def _measure(command: tuple[str, ...], *, fanout: str) -> Result:
    with _server(command, fanout=fanout) as (process, port):
        figures = uvloop.run(_listen(port))
        memory_mb = _memory_mb(process.pid)
    return Result(
        percentile(figures.delays_ms, 0.5),
        percentile(figures.delays_ms, 0.95),
        figures.frames / MEASURED_S,
        figures.octets / max(figures.frames, 1),
        figures.conflated,
        memory_mb,
    )


async def _listen(port: int) -> Figures:
    figures = Figures()
    loop = asyncio.get_running_loop()
    listeners = []
    for number in range(CLIENTS):
        _, listener = await loop.create_connection(
            lambda: Listener(figures), "127.0.0.1", port
        )
        listeners.append(listener)
        if number % 50 == 49:
            async with asyncio.timeout(OPEN_LIMIT_S):
                await asyncio.gather(*(one.opened for one in listeners[-50:]))
    await asyncio.sleep(WARM_UP_S)
    figures.is_measuring = True
    await asyncio.sleep(MEASURED_S)
    figures.is_measuring = False
    for listener in listeners:
        if listener.transport is not None:
            listener.transport.abort()
    return figures


@contextmanager
def _server(
    command: tuple[str, ...], *, fanout: str
) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    environment = os.environ | {"FANOUT": fanout, "REDIS_URL": "", "DATABASE_URL": ""}
    process = subprocess.Popen(  # noqa: S603 - our own server
        [sys.executable, *command, str(port)],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(process, port)
        yield process, port
    finally:
        process.kill()
        process.wait()


def _wait_for(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + START_LIMIT_S
    while process.poll() is None and time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"The server did not start within {START_LIMIT_S} s.")


def _memory_mb(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1_024
    return float("nan")


def _most_files() -> int:
    return max(8_192, resource.getrlimit(resource.RLIMIT_NOFILE)[1])
