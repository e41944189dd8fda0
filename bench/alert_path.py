"""From the close of a candle to stored episodes, and from there to the receivers."""

import json
import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

from bench.close import REDIS_URL, database, run
from bench.harness import Row, benchmark, percentile

STORED_BAR_MS: Final = 100.0
HANDED_BAR_S: Final = 5.0
PEOPLE: Final = 1_000
CHILD: Final = (
    "import django; django.setup(); from bench import _alert_path; _alert_path.main()"
)

type Measure = Callable[[str, Mapping[str, str]], Iterable[Row]]


@benchmark("alerts")
def alert_path_on_one_process() -> Iterable[Row]:
    servers = {"DATABASE_URL": "", "REDIS_URL": ""}
    for measure in (_to_stored, _to_handed):
        yield from measure("SQLite", servers)


@benchmark("alerts")
def alert_path_on_servers() -> Iterable[Row]:
    redis_url = os.environ.get("TEST_REDIS_URL", REDIS_URL)
    for measure in (_to_stored, _to_handed):
        with database() as database_url:
            servers = {"DATABASE_URL": database_url, "REDIS_URL": redis_url}
            yield from measure("PostgreSQL, Redis", servers)


# From the feed's publication through snapshot, signal, broker, worker and books to the
# commit of episodes, events, what is owed and the clock.
def _to_stored(name: str, servers: Mapping[str, str]) -> Iterable[Row]:
    found = _child(servers, "closes")
    yield Row(
        area="alerts",
        what=f"candle close to episode stored, 700 instruments, {found['alerts']:,} "
        f"alerts ({found['opened']:.0f} open), {name}, p95",
        figure=percentile(found["spans_ms"], 0.95),
        unit="ms",
        bar=STORED_BAR_MS,
    )


def _to_handed(name: str, servers: Mapping[str, str]) -> Iterable[Row]:
    with _receiver() as (url, came_s):
        found = _child(servers, "messages", url)
    spans = [one - found["stored_s"] for one in came_s]
    missing = [float("inf")] * (PEOPLE - len(spans))
    yield Row(
        area="alerts",
        what=f"stored to handed over, {PEOPLE:,} messages at once to {PEOPLE:,} "
        f"people, {name}, p95",
        figure=percentile([*spans, *missing], 0.95),
        unit="s",
        bar=HANDED_BAR_S,
    )


def _child(servers: Mapping[str, str], *words: str) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="scalpaiboard-alerts-") as folder:
        environment = {**os.environ, **servers, "DATA_DIR": folder}
        environment |= {
            "DJANGO_SETTINGS_MODULE": "scalpaiboard.settings",
            "SECRET_KEY": "benchmark",
            "WEBHOOK_ALLOWED_HOSTS": "127.0.0.1",
            "MESSAGES_AN_HOUR": "1000000",
        }
        run(environment, "manage.py", "migrate", "-v0", "--skip-checks")
        found: dict[str, Any] = json.loads(run(environment, "-c", CHILD, *words))
        return found


@contextmanager
def _receiver() -> Iterator[tuple[str, list[float]]]:
    # What a thousand programs would answer, on one port.
    came_s: list[float] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            came_s.append(time.time())
            self.rfile.read(int(self.headers["content-length"]))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", came_s
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
