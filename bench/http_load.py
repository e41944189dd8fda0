"""Requests at a steady pace, whatever the server makes of them."""

import asyncio
import re
import time
from dataclasses import dataclass, field
from typing import Final

_LENGTH: Final = re.compile(rb"\r\ncontent-length: (\d+)\r\n", re.IGNORECASE)
_MOST_WAITING: Final = 2_000


@dataclass(slots=True)
class Answers:
    """What came back: how late after the planned moment, in ms, and how much."""

    delays_ms: list[float] = field(default_factory=list)
    octets: int = 0
    failed: int = 0


class HttpLoad:
    """
    An open loop: the next request goes out in time though the last one waits.

    Connections are kept open and used again; a delay counts from the moment a
    request was due, so that a queue shows.

    Parameters
    ----------
    port
        Of the server on this machine.
    """

    def __init__(self, port: int) -> None:
        self._port = port
        self._free: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def run(self, paths: list[str], *, per_s: float, for_s: float) -> Answers:
        """Ask for the paths in turn, `per_s` times a second."""
        answers = Answers()
        waiting: set[asyncio.Task[None]] = set()
        began = time.perf_counter()
        for number in range(int(per_s * for_s)):
            due = began + number / per_s
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            if len(waiting) >= _MOST_WAITING:
                answers.failed += 1
                continue
            path = paths[number % len(paths)]
            task = asyncio.create_task(self._ask(path, due, answers))
            waiting.add(task)
            task.add_done_callback(waiting.discard)
        await asyncio.gather(*waiting)
        return answers

    async def one_by_one(self, path: str, count: int) -> Answers:
        """Ask `count` times, each after the answer to the last."""
        answers = Answers()
        for _ in range(count):
            await self._ask(path, time.perf_counter(), answers)
        return answers

    def close(self) -> None:
        """Close the connections."""
        for _, writer in self._free:
            writer.close()

    async def _ask(self, path: str, due: float, answers: Answers) -> None:
        is_used = bool(self._free)
        reader, writer = self._free.pop() if is_used else await self._open()
        request = (
            f"GET {path} HTTP/1.1\r\nHost: localhost\r\n"
            "Accept-Encoding: gzip\r\nAccept: application/json\r\n\r\n"
        )
        try:
            writer.write(request.encode())
            head = await reader.readuntil(b"\r\n\r\n")
            length = _LENGTH.search(head)
            body = await reader.readexactly(int(length[1]) if length else 0)
        except (ConnectionError, asyncio.IncompleteReadError):
            writer.close()
            # The server closes what was not used for some seconds.
            if is_used:
                await self._ask(path, due, answers)
            else:
                answers.failed += 1
            return
        answers.delays_ms.append((time.perf_counter() - due) * 1_000)
        answers.octets += len(body)
        answers.failed += not head.startswith(b"HTTP/1.1 200")
        self._free.append((reader, writer))

    async def _open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection("127.0.0.1", self._port, limit=2**20)
