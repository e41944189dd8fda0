"""The product in one process, and in its roles on servers; each part can be killed."""

import json
import os
import sqlite3
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, Final, override

import psycopg
import redis

from tests.conftest import ROOT

type Kill = Callable[[], None]
LIMIT_S: Final = 90.0
CELERY: Final = ("-m", "celery", "--app", "scalpaiboard")
COMMANDS: Final[Mapping[str, tuple[str, ...]]] = {
    "web": ("-m", "uvicorn", "scalpaiboard.asgi:application", "--port", "0"),
    "feed": ("manage.py", "ingest_market_data"),
    "worker": (*CELERY, "worker", "--pool", "threads", "--concurrency", "4"),
    "beat": (*CELERY, "beat", "--schedule"),
}


class Topology(ABC):
    """A product that is started, killed in part, and asked what it has stored."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self.folder = folder
        self.environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "scalpaiboard.settings",
            "DATA_DIR": str(folder),
            "WEBHOOK_ALLOWED_HOSTS": "127.0.0.1",
            "MESSAGES_AN_HOUR": "1000000",
            **environment,
        }
        self._processes: dict[str, subprocess.Popen[bytes]] = {}

    @abstractmethod
    def roles(self) -> Mapping[str, tuple[str, ...]]:
        """Return the processes by name."""

    def kills(self) -> dict[str, Kill]:
        """Return what may be done to it, by name."""
        return {name: lambda name=name: self.kill(name) for name in self.roles()}  # type: ignore[misc]  # mypy cannot infer a lambda with a default

    def start(self) -> None:
        """Start whatever does not run."""
        for name, command in self.roles().items():
            running = self._processes.get(name)
            if running is not None and running.poll() is None:
                continue
            with (self.folder / f"{name}.log").open("ab") as log:
                self._processes[name] = subprocess.Popen(
                    [sys.executable, *command],
                    cwd=ROOT, env=self.environment, stdout=log, stderr=log,
                )  # fmt: skip

    def kill(self, name: str) -> None:
        """End a process as the machine would."""
        process = self._processes.pop(name)
        process.kill()
        process.wait()

    def stop(self) -> None:
        """End everything in order, so that no more is stored or sent."""
        for process in self._processes.values():
            process.terminate()
        for process in self._processes.values():
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._processes.clear()

    def manage(self, *words: str) -> None:
        command = [sys.executable, "manage.py", *words]
        subprocess.run(command, cwd=ROOT, env=self.environment, check=True)

    def ask(self, *words: object) -> Any:
        """Ask the child something about what is stored."""
        written = [json.dumps(one) for one in words[1:]]
        command = [sys.executable, "-m", "tests.faults.alerts_child", str(words[0])]
        done = subprocess.run(
            [*command, *written], cwd=ROOT, env=self.environment, check=True,
            stdout=subprocess.PIPE,
        )  # fmt: skip
        return json.loads(done.stdout)

    @abstractmethod
    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Ask the database itself, past the product's own code."""

    def until(self, is_true: Callable[[], bool]) -> None:
        """Wait for something in the database."""
        end = time.monotonic() + LIMIT_S
        while not is_true():
            assert time.monotonic() < end, self.said()
            time.sleep(0.3)

    def said(self) -> str:
        """Return the last that each process has said."""
        logs = self.folder.glob("*.log")
        return "\n".join(f"{log.name}: {log.read_text()[-1_500:]}" for log in logs)


class OneProcess(Topology):
    """The board on SQLite."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        super().__init__(folder, {**environment, "DATABASE_URL": "", "REDIS_URL": ""})

    @override
    def rows(self, query: str) -> list[tuple[Any, ...]]:
        path = f"file:{self.folder / 'board.sqlite3'}?mode=ro"
        with closing(sqlite3.connect(path, uri=True)) as connection:
            return connection.execute(query).fetchall()

    @override
    def roles(self) -> Mapping[str, tuple[str, ...]]:
        return {"board": ("manage.py", "board", "--port", "0")}


class InProcesses(Topology):
    """Web, feed, worker and beat on PostgreSQL and Redis."""

    @override
    def roles(self) -> Mapping[str, tuple[str, ...]]:
        beat = (*COMMANDS["beat"], str(self.folder / "beat"))
        return {**COMMANDS, "beat": beat}

    @override
    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.environment["DATABASE_URL"]) as connection:
            return connection.execute(query.encode()).fetchall()

    @override
    def kills(self) -> dict[str, Kill]:
        return super().kills() | {
            "database": self._end_sessions,
            "broker's connections": self._cut_redis,
            "broker's memory": self._empty_redis,
        }

    def _end_sessions(self) -> None:
        with psycopg.connect(self.environment["DATABASE_URL"]) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )

    # Only this test's: others may use other databases of the server.
    def _cut_redis(self) -> None:
        with redis.Redis.from_url(self.environment["REDIS_URL"]) as client:
            own = client.connection_pool.connection_kwargs["db"]
            for one in client.client_list():
                if one["db"] == str(own):
                    client.client_kill_filter(_id=one["id"])

    def _empty_redis(self) -> None:
        with redis.Redis.from_url(self.environment["REDIS_URL"]) as client:
            client.flushdb()
