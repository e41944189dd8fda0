"""The one-process product as a person meets it: a real process, a real port."""

import contextlib
import signal
import socket
import sqlite3
import time
from pathlib import Path

import httpx
import pytest

from tests.board_process import running_board

DEMO = ("--demo", "--pairs", "20", "--seed", "11")

pytestmark = [pytest.mark.process, pytest.mark.timeout(240)]


def ledger_minutes(data_dir: Path) -> list[int]:
    with contextlib.closing(sqlite3.connect(data_dir / "board.sqlite3")) as database:
        return [
            minute
            for (minute,) in database.execute(
                "SELECT open_time_ms FROM markets_ledgerminute ORDER BY open_time_ms"
            )
        ]


def test_a_demo_board_starts_serves_and_stops_cleanly_and_goes_on(
    tmp_path: Path,
) -> None:
    with running_board(tmp_path, *DEMO) as board:
        address = board.ready()
        coins = httpx.get(f"{address}/api/coins", timeout=10.0).json()
        page = httpx.get(f"{address}/", timeout=10.0)

        assert len(coins["coins"]) > 10
        assert "these prices are not real" in page.text
        assert "operator@localhost" in board.said
        assert board.stop(signal.SIGTERM) == 0
        assert "Stopped; everything is stored" in board.said

    first = ledger_minutes(tmp_path)
    with running_board(tmp_path, *DEMO) as board:
        board.ready()

        assert "operator@localhost" not in board.said
        assert board.stop(signal.SIGINT) == 0

    minutes = ledger_minutes(tmp_path)
    assert minutes[0] <= first[0]
    assert set(first) <= set(minutes) | set(range(first[0], minutes[0], 60_000))
    assert minutes == list(range(minutes[0], minutes[-1] + 1, 60_000))


@pytest.mark.parametrize(
    ("after", "number"),
    [
        ("Data in", signal.SIGTERM),
        ("Database ready", signal.SIGINT),
        ("Open", signal.SIGTERM),
        ("Filling", signal.SIGINT),
    ],
)
def test_a_signal_ends_a_board_in_any_phase_without_a_trace(
    tmp_path: Path, after: str, number: int
) -> None:
    with running_board(tmp_path, *DEMO) as board:
        board.until_said(after)

        code = board.stop(number)

    assert "Traceback" not in board.said
    assert "ERROR" not in board.said
    assert code == 0 or "Stopped before it had started." in board.said


def test_a_port_in_use_is_said_at_once_with_what_helps(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        with running_board(tmp_path, "--demo", "--port", str(port)) as board:
            code = board.process.wait(90)
            board._reader.join(5)

    assert code == 1
    assert f"port {port} of 127.0.0.1" in board.said
    assert f"PORT={port + 1}" in board.said


def test_a_second_board_on_the_same_data_is_refused(tmp_path: Path) -> None:
    with running_board(tmp_path, *DEMO) as board:
        board.address()

        with running_board(tmp_path, *DEMO) as second:
            assert second.process.wait(90) == 1
            second._reader.join(5)

        assert "Another board runs" in second.said
        assert board.process.poll() is None


def test_a_recording_that_is_not_there_is_named(tmp_path: Path) -> None:
    with running_board(tmp_path, "--recording", "/nowhere/candles.csv") as board:
        assert board.process.wait(90) == 1
        board._reader.join(5)

    assert "There is no recording at /nowhere/candles.csv" in board.said


def test_the_simulator_ends_with_a_board_that_was_killed(tmp_path: Path) -> None:
    with running_board(tmp_path, *DEMO) as board:
        board.address()
        children = Path(
            f"/proc/{board.process.pid}/task/{board.process.pid}/children"
        ).read_text()
        simulator = Path("/proc") / children.split()[0]
        assert b"markets.simulator" in (simulator / "cmdline").read_bytes()

        board.process.kill()
        board.process.wait()

        deadline = time.monotonic() + 10
        while is_running(simulator) and time.monotonic() < deadline:
            time.sleep(0.1)
        assert not is_running(simulator)


# A process that nobody has waited for yet still has its folder, but no command.
def is_running(process: Path) -> bool:
    try:
        return bool((process / "cmdline").read_bytes())
    except FileNotFoundError:
        return False
