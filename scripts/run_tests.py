"""
Run the tests: on SQLite and memory, then what depends on it on PostgreSQL and Redis.

What this machine cannot serve is left out, and said so at the end.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import psycopg
import redis

ROOT = Path(__file__).resolve().parent.parent
DATABASE_URL = os.environ.get(
    "TEST_DATABASE_URL", "postgres://postgres@127.0.0.1:5432/postgres"
)
REDIS_URL = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/14")
WORKERS = "4"
"""More than cores, for many of them wait for a simulated exchange."""
ON_SERVERS = "2"
"""So many take as many databases of Redis from the first on, which is 14 of 16."""
WHOLE = "e2e or process or faults"
"""Tests that start processes of their own, or hold a browser's loop."""
BROWSERS = ("chromium-headless-shell", "chromium")
"""As Debian names them. The first draws the same without a browser's own windows."""
NO_TESTS = 5
ONCE_MORE = ("--reruns", "1", "-rR")
"""On a busy machine much may be late: what fails runs once more, and is named."""


def main() -> int:
    """Run every part; the exit code is the last that is not zero."""
    arguments = sys.argv[1:]
    alone = {"DATABASE_URL": "", "REDIS_URL": ""}
    if "--faults" in arguments:
        return pytest(["-m", "faults", *arguments], alone)
    arguments = [*ONCE_MORE, *arguments]
    left_out = [find_chromium(), find_postgresql(), find_redis()]
    code = pytest(["-n", WORKERS, "-m", f"not ({WHOLE})", *arguments], alone)
    with beside(arguments) if not any(left_out[1:]) else nullcontext() as servers:
        say("The whole product in its own processes, and in a browser: one at a time")
        code = pytest(["-m", WHOLE, *arguments], alone) or code
    if servers is not None:
        code = servers.code or code
    for reason in filter(None, left_out):
        say(f"Left out: {reason}")
    return code


@dataclass
class Beside:
    """A run of pytest that goes on beside another, and its exit code once it ended."""

    code: int = 0


@contextmanager
def beside(arguments: Sequence[str]) -> Iterator[Beside]:
    """
    Test what depends on the servers while a browser waits for its pages.

    It takes the processor only where nobody else does, and says what it found
    at the end.
    """
    run = Beside()
    servers = {"DATABASE_URL": DATABASE_URL, "REDIS_URL": REDIS_URL}
    chosen = ["-n", ON_SERVERS, "--on-servers", "-m", f"not ({WHOLE})", *arguments]
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            ["nice", "-n", "15", sys.executable, "-m", "pytest", *chosen],
            cwd=ROOT,
            env=os.environ | servers,
            stdout=said,
            stderr=subprocess.STDOUT,
        )
        try:
            yield run
            run.code = judged(process.wait())
        finally:
            process.terminate()
            process.wait()
        say("The same again where it depends on the servers: PostgreSQL and Redis")
        said.seek(0)
        shutil.copyfileobj(said, sys.stdout.buffer)
        sys.stdout.flush()


def pytest(arguments: list[str], environment: dict[str, str]) -> int:
    """Run pytest with changes to the environment; returns its exit code."""
    command = [sys.executable, "-m", "pytest", *arguments]
    done = subprocess.run(command, cwd=ROOT, env=os.environ | environment, check=False)
    return judged(done.returncode)


def judged(code: int) -> int:
    """Return an exit code; that a narrow ARGS= chooses no test is no fault."""
    return 0 if code == NO_TESTS else code


def find_chromium() -> str:
    """Make sure of a Chromium; returns why not, or an empty text."""
    if find_browser():
        return ""
    if os.geteuid() == 0 and shutil.which("apt-get"):
        say("Installing Chromium for the browser tests")
        for step in ("update", f"install -y {BROWSERS[0]}"):
            subprocess.run(
                ["apt-get", "-qq", *step.split()],
                stdout=subprocess.DEVNULL,
                check=False,
            )
        if find_browser():
            return ""
    return f"the browser tests, for there is no Chromium (apt install {BROWSERS[0]})."


def find_browser() -> str | None:
    """Return the path of the first browser there is."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def find_postgresql() -> str:
    """Say why PostgreSQL cannot be used, or an empty text."""
    try:
        psycopg.connect(DATABASE_URL, connect_timeout=3).close()
    except psycopg.Error as error:
        reason = str(error).splitlines()[0]
        return f"the tests on PostgreSQL ({reason}); TEST_DATABASE_URL names a server."
    return ""


def find_redis() -> str:
    """Say why Redis cannot be used, or an empty text."""
    try:
        redis.Redis.from_url(REDIS_URL, socket_connect_timeout=3).ping()
    except redis.RedisError as error:
        return f"the tests on Redis ({error}); TEST_REDIS_URL names a server."
    return ""


def say(sentence: str) -> None:
    """Tell the person what happens."""
    sys.stdout.write(f"\n· {sentence}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
