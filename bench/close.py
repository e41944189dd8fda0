"""How long a closed minute takes to be computed, stored, published and told."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from bench.harness import NotMeasuredError, Row, benchmark, percentile

ROOT = Path(__file__).resolve().parent.parent
BAR_MS: Final = 100.0
DATABASE_URL: Final = "postgres://postgres@127.0.0.1:5432/postgres"
REDIS_URL: Final = "redis://127.0.0.1:6379/13"
CHILD: Final = (
    "import django; django.setup(); from bench import _closing; _closing.main()"
)


@benchmark("live")
def closed_minute_on_one_process() -> Iterable[Row]:
    yield from _rows("SQLite", {"DATABASE_URL": "", "REDIS_URL": ""})


@benchmark("live")
def closed_minute_on_servers() -> Iterable[Row]:
    redis_url = os.environ.get("TEST_REDIS_URL", REDIS_URL)
    with database() as database_url:
        servers = {"DATABASE_URL": database_url, "REDIS_URL": redis_url}
        yield from _rows("PostgreSQL, Redis", servers)


def _rows(name: str, servers: Mapping[str, str]) -> list[Row]:
    with tempfile.TemporaryDirectory(prefix="scalpaiboard-close-") as folder:
        environment = {**os.environ, **servers, "DATA_DIR": folder}
        environment |= {
            "DJANGO_SETTINGS_MODULE": "scalpaiboard.settings",
            "SECRET_KEY": "benchmark",
        }
        run(environment, "manage.py", "migrate", "-v0", "--skip-checks")
        said = run(environment, "-c", CHILD)
    spans_ms: dict[str, list[float]] = json.loads(said)
    what = f"closed minute of 700 pairs, {name}:"
    parts = [
        Row("live", f"{what} {part}, p95", percentile(spans, 0.95), "ms")
        for part, spans in spans_ms.items()
        if part != "all"
    ]
    whole = percentile(spans_ms["all"], 0.95)
    return [*parts, Row("live", f"{what} to the socket, p95", whole, "ms", BAR_MS)]


def run(environment: Mapping[str, str], *command: str) -> bytes:
    return subprocess.run(  # noqa: S603 - our own commands
        [sys.executable, *command],
        cwd=ROOT,
        env=environment,
        check=True,
        stdout=subprocess.PIPE,
    ).stdout


@contextmanager
def database() -> Iterator[str]:
    # A database of its own, which is gone afterwards.
    import psycopg  # noqa: PLC0415 - only the servers need it
    from psycopg import sql  # noqa: PLC0415 - likewise

    server_url = os.environ.get("TEST_DATABASE_URL", DATABASE_URL)
    name = f"scalpaiboard_bench_{os.getpid()}"
    try:
        server = psycopg.connect(server_url, autocommit=True, connect_timeout=3)
    except psycopg.OperationalError as error:
        raise NotMeasuredError(
            f"no PostgreSQL ({error}); TEST_DATABASE_URL names one"
        ) from error
    with server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield f"{server_url.rpartition('/')[0]}/{name}"
        finally:
            drop = sql.SQL("DROP DATABASE {} WITH (FORCE)")
            server.execute(drop.format(sql.Identifier(name)))
