"""The coins list of 700 pairs with 20 columns, while the market moves."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Final

import uvloop

from bench.api_question import COINS, COLUMNS, PAIRS
from bench.harness import Row, benchmark, cpu_s, percentile
from bench.http_load import Answers, HttpLoad

PER_S: Final = 200.0
WARM_UP_S: Final = 2.0
MEASURED_S: Final = 10.0
PEER_S: Final = 1.0
ALONE: Final = 30
START_LIMIT_S: Final = 60.0
P95_BAR_MS: Final = 50.0
SORTS: Final = ("-quote_volume_1d", "-change_1h", "change_1h", "symbol")
PEER: Final = "/peer/coins"
SERVER: Final = (
    "-m",
    "uvicorn",
    "--loop=uvloop",
    "--http=httptools",
    "--no-access-log",
    "--log-level=warning",
    "bench.api_server:application",
    "--port",
)


@benchmark("api")
def list_the_coins() -> Iterable[Row]:
    with (
        tempfile.TemporaryDirectory(prefix="scalpaiboard-api-") as data_dir,
        serving(data_dir) as (process, port),
    ):
        return uvloop.run(_measure(port, process.pid))


async def _measure(port: int, pid: int) -> list[Row]:
    load = HttpLoad(port)
    await load.run([COINS], per_s=PER_S, for_s=WARM_UP_S)
    began_s = cpu_s(pid)
    same = await load.run([COINS], per_s=PER_S, for_s=MEASURED_S)
    cpu_ms = 1_000 * (cpu_s(pid) - began_s) / len(same.delays_ms)
    sorts = [f"{COINS}&sort={sort}" for sort in SORTS]
    sorted_ = await load.run(sorts, per_s=PER_S, for_s=MEASURED_S)
    alone = await load.one_by_one(COINS, ALONE)
    peer_alone = await load.one_by_one(PEER, ALONE)
    peer = await load.run([PEER], per_s=PER_S, for_s=PEER_S)
    load.close()
    what = f"{PAIRS} coins x {len(COLUMNS)} columns"
    at = f"{what} at {PER_S:.0f}/s"
    name = "a DRF serializer each time"
    peer_p95 = _p95(peer)
    return [
        Row("api", f"{at}: p95", _p95(same), "ms", P95_BAR_MS, "lower", name, peer_p95),
        Row("api", f"{at}, {len(SORTS)} sort orders: p95", _p95(sorted_), "ms",
            P95_BAR_MS, "lower", name, peer_p95),
        Row("api", f"{at}: answers that failed", same.failed + sorted_.failed,
            "answers", 0.0),
        Row("api", f"{at}: CPU of the server an answer", cpu_ms, "ms"),
        Row("api", f"{what}, one by one: p50", percentile(alone.delays_ms, 0.5), "ms",
            None, "lower", name, percentile(peer_alone.delays_ms, 0.5)),
        Row("api", f"{what}: size, compressed",
            same.octets / len(same.delays_ms) / 1_024, "KB", None, "lower", name,
            peer.octets / max(len(peer.delays_ms), 1) / 1_024),
    ]  # fmt: skip


def _p95(answers: Answers) -> float:
    return percentile(answers.delays_ms, 0.95)


@contextmanager
def serving(data_dir: str) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    environment = os.environ | {
        "DATA_DIR": data_dir,
        "DATABASE_URL": f"sqlite:///{data_dir}/board.sqlite3",
        "REDIS_URL": "",
        "API_RATE_NAMELESS": str(10**9),
    }
    process = subprocess.Popen(  # noqa: S603 - our own server
        [sys.executable, *SERVER, str(port)], env=environment
    )
    try:
        _wait_for(process, port)
        yield process, port
    finally:
        process.terminate()
        process.wait(30)


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
