"""The whole product on a recording that the test wrote, past its end and a kill."""

import contextlib
import csv
import json
import signal
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from markets.feed import ledger
from markets.types import MINUTE_MS, LedgerState
from tests.board_process import BoardProcess, running_board

pytestmark = [pytest.mark.process, pytest.mark.timeout(240)]

SPEED = 40
LENGTH = 16
LEAD = LENGTH // 2
FIRST_MS = 1_700_000_040_000
FIELDS = (
    "open", "high", "low", "close", "volume", "close_time",
    "quote_volume", "trades", "taker_buy_base", "taker_buy_quote",
)  # fmt: skip
STORED = (
    "open", "high", "low", "close", "volume",
    "quote_volume", "trade_count", "taker_buy_volume", "taker_buy_quote_volume",
)  # fmt: skip
# The minutes that each pair lacks: one has a hole, one is gone before the end.
ABSENT = {"ALLUSDT": (), "HOLEUSDT": (9, 10), "GONEUSDT": tuple(range(11, LENGTH))}

PAGES = ("/", "/market/", "/heatmaps/", "/symbols/ALLUSDT/", "/data-health/")

Figures = tuple[float, ...]
Key = tuple[str, int]


def write_recording(path: Path) -> dict[Key, Figures]:
    """Write sixteen minutes of three pairs; return them by symbol and number."""
    truth: dict[Key, Figures] = {}
    with path.open("w", newline="", encoding="utf-8") as text:
        rows = csv.writer(text)
        rows.writerow(("symbol", "open_time", *FIELDS))
        for number in range(LENGTH):
            for place, (symbol, absent) in enumerate(ABSENT.items()):
                if number in absent:
                    continue
                low, volume = 10.25 + place + number / 8, 100.5 + number
                prices = (low + 0.5, low + 1.125, low, low + 0.75)
                close_ms = FIRST_MS + (number + 1) * MINUTE_MS - 1
                quote, share = volume * (low + 0.5), volume / 4
                trades = 40 + number
                rest = (quote, trades, share, share * (low + 0.5))
                opened = FIRST_MS + number * MINUTE_MS
                rows.writerow((symbol, opened, *prices, volume, close_ms, *rest))
                truth[symbol, number] = (*prices, volume, *map(float, rest))
    return truth


def test_what_is_stored_is_the_recording_round_after_round(tmp_path: Path) -> None:
    recording = tmp_path / "usdm_full_1m.csv"
    truth = write_recording(recording)
    options = ("--recording", str(recording), "--speed", str(SPEED))
    data = tmp_path / "data"

    with running_board(data, *options) as board:
        address = board.ready()
        pages = [httpx.get(f"{address}{path}", timeout=10.0) for path in PAGES]
        wait_for_minute(board, data, LEAD + 2)
        board.process.kill()
        board.process.wait()
    with running_board(data, *options) as board:
        board.ready()
        wait_for_minute(board, data, LENGTH + 3)
        assert board.stop(signal.SIGTERM) == 0

    label = "Recorded market of 14 November 2023, replayed"
    assert [page.status_code for page in pages] == [200] * len(PAGES)
    assert all(label in page.text and "estimated" not in page.text for page in pages)
    assert label in board.said
    assert "Traceback" not in board.said
    found, states = read(data)
    # A stop does not wait for the candles of the minute that has just ended.
    whole = range(max(number for _, number in found))
    played = {
        (symbol, number + lap): figures
        for (symbol, number), figures in truth.items()
        for lap in (0, LENGTH)
        if number + lap in whole
    }
    kept = {key: found[key] for key in found if key[1] in whole}
    assert kept == {key: played[key] for key in kept}
    # A pair that was gone before the feed came is not looked for.
    assert {key for key in played if key not in kept and key[0] != "GONEUSDT"} == set()
    settled = {key: state for key, state in states.items() if key[1] < LENGTH}
    assert {key for key in settled if settled[key] is LedgerState.MISSING} == set()
    assert {key for key in settled if settled[key] is LedgerState.HALTED} <= {
        (symbol, number) for symbol, absent in ABSENT.items() for number in absent
    }


def wait_for_minute(board: BoardProcess, data: Path, number: int) -> None:
    """Wait until the ledger has a minute of the recording, counted on and on."""
    limit = time.monotonic() + 90
    while max((minute for _, minute in read(data)[1]), default=0) < number:
        assert time.monotonic() < limit, board.said
        assert board.process.poll() is None, board.said
        time.sleep(0.2)


def read(data: Path) -> tuple[dict[Key, Figures], dict[Key, LedgerState]]:
    """Read candles and ledger, minutes counted from the recording's first."""
    (course,) = json.loads((data / "played.json").read_text()).values()
    with database(data) as connection:
        candles = connection.execute(
            f"SELECT symbol, open_time_ms, {', '.join(STORED)} "  # noqa: S608 - constants only
            "FROM markets_candle c JOIN markets_instrument i ON i.id = instrument_id"
        ).fetchall()
        symbols = dict(
            connection.execute("SELECT slot, symbol FROM markets_instrument").fetchall()
        )
        blocks = connection.execute(
            "SELECT open_time_ms, entries FROM markets_ledgerminute"
        ).fetchall()

    def number(open_time_ms: int) -> int:
        return (open_time_ms - int(course["anchor"])) // MINUTE_MS

    states = {
        (symbols[slot], number(minute)): ledger.decode(byte).state
        for minute, block in blocks
        for slot, byte in enumerate(block)
    }
    return {(row[0], number(row[1])): row[2:] for row in candles}, states


@contextlib.contextmanager
def database(data: Path) -> Iterator[sqlite3.Connection]:
    path = f"file:{data / 'board.sqlite3'}?mode=ro"
    with contextlib.closing(sqlite3.connect(path, uri=True)) as connection:
        yield connection
