"""The feed is killed at random moments; nothing may be missing afterwards."""

import json
import os
import random
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from markets.feed import ledger
from markets.types import MINUTE_MS, LedgerState
from tests.conftest import ROOT

PAIRS = 20
SPEED = 20
LIMIT_S = 60.0
PAGE = 499
WHOLE = {LedgerState.STREAM, LedgerState.REST, LedgerState.HALTED}

Key = tuple[str, int]
Figures = tuple[float, ...]


@dataclass(frozen=True)
class Stored:
    """What the database holds at one moment."""

    minutes: list[int]
    states: dict[Key, LedgerState]
    candles: dict[Key, Figures]

    @property
    def is_whole(self) -> bool:
        pairs = {symbol for symbol, _ in self.states}
        complete = len(self.states) == PAIRS * len(self.minutes)
        return len(pairs) == PAIRS and complete and set(self.states.values()) <= WHOLE


@pytest.fixture
def address() -> Iterator[dict[str, str]]:
    """Run a simulated exchange in a process of its own, faster than life."""
    command = manage("simulate_exchange", f"--pairs={PAIRS}", f"--speed={SPEED}")
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        assert process.stdout
        yield json.loads(process.stdout.readline())
        process.kill()


@pytest.mark.faults
@pytest.mark.timeout(600)
def test_a_killed_feed_leaves_no_hole_and_no_wrong_candle(
    tmp_path: Path, address: dict[str, str], *, long_form: bool
) -> None:
    env = environment(tmp_path, address)
    subprocess.run(manage("migrate", "-v0"), cwd=ROOT, env=env, check=True)
    database = tmp_path / "board.sqlite3"
    chance = random.Random()  # noqa: S311 - picks moments

    # The first work of a feed is the fill; later it closes minute after minute.
    for _ in range(10 if long_form else 2):
        with feed(env):
            time.sleep(chance.uniform(1.5, 7.0))
    newest = max(read(database).minutes, default=0)
    with feed(env) as last:
        found = wait_until_whole(database, after=newest)
        last.terminate()
        assert last.wait(timeout=30) == 0

    first, end = found.minutes[0], found.minutes[-1] + MINUTE_MS
    truth = market_candles(address, first, end)
    assert found.minutes == list(range(first, end, MINUTE_MS))
    assert found.candles == truth
    halted = {k for k, state in found.states.items() if state is LedgerState.HALTED}
    assert halted == found.states.keys() - truth.keys()


def environment(folder: Path, address: dict[str, str]) -> dict[str, str]:
    """Return a feed's own settings: a fresh SQLite file and the simulator."""
    kept = {
        k: v for k, v in os.environ.items() if k not in {"DATABASE_URL", "REDIS_URL"}
    }
    return kept | {
        "DJANGO_SETTINGS_MODULE": "scalpaiboard.settings",
        "DATA_DIR": str(folder),
        "BINANCE_USDM_REST_URL": address["rest"],
        "BINANCE_USDM_STREAM_URL": address["stream"],
    }


def manage(*words: str) -> list[str]:
    return [sys.executable, "manage.py", *words]


@contextmanager
def feed(env: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """Run the feed as its own process; leaving kills it, as the machine would."""
    with subprocess.Popen(
        manage("ingest_market_data"), cwd=ROOT, env=env,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    ) as process:  # fmt: skip
        try:
            yield process
        finally:
            process.kill()


def wait_until_whole(database: Path, *, after: int) -> Stored:
    """Wait until a minute after `after` is there, and all are accounted for."""
    deadline = time.monotonic() + LIMIT_S
    while True:
        found = read(database)
        if found.is_whole and found.minutes[-1] > after:
            return found
        assert time.monotonic() < deadline, missing_from(found)
        time.sleep(0.5)


def missing_from(found: Stored) -> str:
    lacking = {k: str(s) for k, s in found.states.items() if s not in WHOLE}
    return (
        f"{len(found.minutes)} minutes hold {len(found.states)} states; "
        f"not whole: {dict(list(lacking.items())[:20])}"
    )


def read(database: Path) -> Stored:
    """Read ledger and candles as of one moment, past the product's own code."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        connection.execute("BEGIN")
        symbols = connection.execute("SELECT slot, symbol FROM markets_instrument")
        symbol_at: dict[int, str] = dict(symbols.fetchall())
        blocks = connection.execute(
            "SELECT open_time_ms, entries FROM markets_ledgerminute ORDER BY 1"
        ).fetchall()
        candles = connection.execute(
            "SELECT symbol, open_time_ms, open, high, low, close, volume "
            "FROM markets_candle c JOIN markets_instrument i ON i.id = instrument_id"
        ).fetchall()
    states = {
        (symbol_at[slot], minute): ledger.decode(byte).state
        for minute, block in blocks
        for slot, byte in enumerate(block)
    }
    minutes = [minute for minute, _ in blocks]
    return Stored(minutes, states, {(row[0], row[1]): row[2:] for row in candles})


def market_candles(
    address: dict[str, str], start_ms: int, end_ms: int
) -> dict[Key, Figures]:
    """Ask the market itself, not our adapter, for the same minutes."""
    candles: dict[Key, Figures] = {}
    with httpx.Client(base_url=address["rest"], timeout=10) as client:
        listed = client.get("/fapi/v1/exchangeInfo").json()["symbols"]
        for symbol in (one["symbol"] for one in listed):
            for page_ms in range(start_ms, end_ms, PAGE * MINUTE_MS):
                query = {
                    "symbol": symbol, "interval": "1m", "limit": PAGE,
                    "startTime": page_ms, "endTime": end_ms - 1,
                }  # fmt: skip
                for row in client.get("/fapi/v1/klines", params=query).json():
                    figures = tuple(float(cell) for cell in row[1:6])
                    candles[symbol, row[0]] = figures
    return candles
