"""From a fresh clone to the first page with live data, and a restart."""

import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

import httpx

from bench.harness import NotMeasuredError, Row, benchmark

ROOT = Path(__file__).resolve().parent.parent
START_LIMIT_S = 300.0
STOP_LIMIT_S = 30.0
STEP_S = 0.05
FRESH_BAR_S = 60.0
RESTART_BAR_S = 5.0


@benchmark("start")
def fresh_clone_and_restart() -> Iterable[Row]:
    if not (ROOT / ".git").exists():
        raise NotMeasuredError("this is no clone, so it cannot be cloned")
    with tempfile.TemporaryDirectory(prefix="scalpaiboard-fresh-") as folder:
        clone = Path(folder) / "clone"
        git = shutil.which("git") or "git"
        started = time.monotonic()
        subprocess.run(  # noqa: S603 - our own repository into our own folder
            [git, "clone", "--quiet", str(ROOT), str(clone)], check=True
        )
        fresh_s = _start_and_stop(clone, started)
        restart_s = _start_and_stop(clone, time.monotonic())
    yield Row(
        "start", "fresh clone to page with live data", fresh_s, "s", bar=FRESH_BAR_S
    )
    yield Row(
        "start", "restart with a filled database", restart_s, "s", bar=RESTART_BAR_S
    )


def _start_and_stop(clone: Path, started: float) -> float:
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in {"DATA_DIR", "DJANGO_SETTINGS_MODULE", "VIRTUAL_ENV"}
    }
    log = clone / "start.log"
    with log.open("w") as output:
        board = subprocess.Popen(
            ["make", "run", "PORT=0", "ARGS=--demo"],  # noqa: S607 - from the PATH
            cwd=clone,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        return _wait_for_page(board, log, started)
    finally:
        os.killpg(board.pid, signal.SIGTERM)
        board.wait(STOP_LIMIT_S)


# Live data is there once the table has rows and the page itself is served.
def _wait_for_page(board: subprocess.Popen[bytes], log: Path, started: float) -> float:
    while time.monotonic() - started < START_LIMIT_S:
        found = re.search(r"http://127\.0\.0\.1:\d+", log.read_text())
        if found and _shows_prices(found.group()):
            return time.monotonic() - started
        if board.poll() is not None:
            break
        time.sleep(STEP_S)
    raise RuntimeError(f"The board did not come up:\n{log.read_text()}")


def _shows_prices(address: str) -> bool:
    try:
        coins = httpx.get(f"{address}/api/coins", timeout=5.0)
        page = httpx.get(f"{address}/", timeout=5.0)
    except httpx.HTTPError:
        return False
    ok = coins.status_code == page.status_code == httpx.codes.OK
    return ok and bool(coins.json()["coins"])
