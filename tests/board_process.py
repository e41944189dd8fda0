"""A board as a process of its own, for tests that start and stop the whole product."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx

from tests.conftest import ROOT

START_LIMIT_S = 90.0
STOP_LIMIT_S = 20.0
STEP_S = 0.1
ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+")


class BoardProcess:
    """A running board with what it has said so far."""

    def __init__(self, data_dir: Path, *arguments: str, **environment: str) -> None:
        own = {"DATA_DIR": str(data_dir), "DATABASE_URL": "", "REDIS_URL": ""}
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "board", "--port", "0", *arguments],
            cwd=ROOT,
            env=os.environ
            | {"DJANGO_SETTINGS_MODULE": "scalpaiboard.settings"}
            | own
            | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.lines: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def said(self) -> str:
        """All that it has printed."""
        return "\n".join(self.lines)

    def address(self) -> str:
        """Wait until it says where it listens."""
        found = self._until(lambda: ADDRESS.search(self.said), START_LIMIT_S)
        return str(found.group())

    def until_said(self, words: str) -> None:
        """Wait until it has printed some words."""
        self._until(lambda: words in self.said, START_LIMIT_S)

    def ready(self) -> str:
        """Wait until /readyz answers 200; returns the address."""
        address = self.address()
        self._until(lambda: self._answers(f"{address}/readyz"), START_LIMIT_S)
        return address

    def filled(self) -> str:
        """Wait until the past is there too; returns the address."""
        address = self.ready()
        self._until(lambda: "follows" in self._text(f"{address}/readyz"), START_LIMIT_S)
        return address

    def wait_for_state(self, phase: str) -> dict[str, Any]:
        """Wait until the feed is in a phase; returns the answer of /api/health."""
        address = self.address()

        def state() -> dict[str, Any] | None:
            try:
                answer = httpx.get(f"{address}/api/health", timeout=5.0).json()
            except (httpx.HTTPError, ValueError):
                return None
            return answer if f'"{phase}"' in str(answer).replace("'", '"') else None

        found: dict[str, Any] = self._until(state, START_LIMIT_S)
        return found

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Send a signal; returns the exit code."""
        self.process.send_signal(number)
        code = self.process.wait(STOP_LIMIT_S)
        self._reader.join(STOP_LIMIT_S)
        return code

    def _text(self, url: str) -> str:
        try:
            return httpx.get(url, timeout=5.0).text
        except httpx.HTTPError:
            return ""

    def _answers(self, url: str) -> bool:
        try:
            return httpx.get(url, timeout=5.0).status_code == 200
        except httpx.HTTPError:
            return False

    def _until(self, condition: Any, limit_s: float) -> Any:
        end = time.monotonic() + limit_s
        while time.monotonic() < end:
            if found := condition():
                return found
            assert self.process.poll() is None, self.said
            time.sleep(STEP_S)
        raise AssertionError(f"Not so within {limit_s} s; the board said:\n{self.said}")

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self.lines.append(line.rstrip())


@contextlib.contextmanager
def running_board(
    data_dir: Path, *arguments: str, **environment: str
) -> Iterator[BoardProcess]:
    """Start a board; whatever the test does, it is gone afterwards."""
    board = BoardProcess(data_dir, *arguments, **environment)
    try:
        yield board
    finally:
        if board.process.poll() is None:
            board.process.kill()
            board.process.wait()
        if board.process.stdout:
            board.process.stdout.close()
