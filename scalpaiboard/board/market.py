"""Which market the board watches: the live exchange, or one that is played."""

import contextlib
import json
import logging
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from django.conf import settings

from markets.types import Venue
from scalpaiboard.board.errors import BoardError

logger = logging.getLogger(__name__)

PROBE_LIMIT_S = 5.0
START_LIMIT_S = 180.0
STOP_LIMIT_S = 5.0
PING_PATH = {Venue.BINANCE_USDM: "/fapi/v1/ping", Venue.BINANCE_SPOT: "/api/v3/ping"}
PREFIX = {Venue.BINANCE_USDM: "BINANCE_USDM", Venue.BINANCE_SPOT: "BINANCE_SPOT"}


@dataclass(frozen=True, slots=True)
class PlayedMarket:
    """What the simulator shall play; without a recording, a generated market."""

    recording: Path | None
    pairs: int
    seed: int
    speed: float

    @property
    def name(self) -> str:
        """Stable across restarts, and another for another market."""
        if self.recording:
            return f"recorded:{self.recording.resolve()}:{self.speed}"
        return f"generated:{self.seed}:{self.pairs}:{self.speed}"


def why_not_live() -> str:
    """Ask the live exchange for at most 5 s; returns why not, or an empty text."""
    venue = Venue(settings.VENUE)
    url = getattr(settings, f"{PREFIX[venue]}_REST_URL") + PING_PATH[venue]
    answers: list[str] = []

    def ask() -> None:
        try:
            status = httpx.get(url, timeout=PROBE_LIMIT_S).status_code
            answers.append("" if status == 200 else f"it answered {status}")
        except httpx.HTTPError as error:
            answers.append(str(error) or type(error).__name__)

    # The look-up of a name has no time limit of its own, so a thread gives one.
    asking = threading.Thread(target=ask, daemon=True, name="probe")
    asking.start()
    asking.join(PROBE_LIMIT_S)
    return answers[0] if answers else f"no answer in {PROBE_LIMIT_S:.0f} s"


class Simulator:
    """
    The simulator as a process of its own, kept alive until `stop`.

    It holds on to this process by its standard input: however the board ends,
    that closes, and the simulator ends as well.
    """

    def __init__(self, market: PlayedMarket, data_dir: Path) -> None:
        self._market = market
        self._log = data_dir / "simulator.log"
        self._courses = _Courses(data_dir / "played.json")
        self._is_stopping = threading.Event()
        self._process: subprocess.Popen[str] | None = None
        self.hello: dict[str, Any] = {}

    def start(self) -> None:
        """Start the process; it takes a while until it listens."""
        self._process = self._spawn(port=0)

    def wait_until_ready(self) -> None:
        """
        Wait until it listens, and point the settings at its addresses.

        Raises
        ------
        BoardError
            If it ends, or does not listen in time.
        """
        if self._process is None:
            raise BoardError("The simulator was not started.")
        self.hello = self._read_hello(self._process)
        _point_settings(self.hello)
        course = {"began": self.hello["began_ms"]}
        if self._market.recording:
            course["anchor"] = int(self.hello["market"]["key"].rpartition(":")[2])
        self._courses.keep(self._market.name, course)
        threading.Thread(target=self._keep, name="simulator", daemon=True).start()

    def stop(self) -> None:
        """End the process; it keeps nothing that an orderly end would save."""
        self._is_stopping.set()
        if self._process is not None:
            self._process.kill()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(STOP_LIMIT_S)

    # A played market that died would look like a dead exchange for ever.
    def _keep(self) -> None:
        port = int(self.hello["rest"].rpartition(":")[2])
        while self._process is not None:
            code = self._process.wait()
            if self._is_stopping.wait(1.0):
                return
            logger.error("The simulator ended with code %s; starting it again.", code)
            self._process = self._spawn(port=port)

    def _spawn(self, *, port: int) -> subprocess.Popen[str]:
        market = self._market
        command = [
            sys.executable,
            *("-m", "markets.simulator"),
            *("--port", str(port)),
            *("--seed", str(market.seed)),
            *("--pairs", str(market.pairs)),
            *("--speed", str(market.speed)),
        ]
        if market.recording:
            command += ["--recording", str(market.recording.resolve())]
        else:
            command += ["--venue", settings.VENUE]
        for option, moment_ms in self._courses.read(market.name).items():
            command += [f"--{option}", str(moment_ms)]
        with self._log.open("a", encoding="utf-8") as log:
            # The board's own interpreter and command, with checked arguments.
            return subprocess.Popen(  # noqa: S603
                command,
                cwd=settings.BASE_DIR,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                # Ctrl+C reaches the whole group; the board ends this one itself.
                start_new_session=True,
            )

    def _read_hello(self, process: subprocess.Popen[str]) -> dict[str, Any]:
        if process.stdout is None:
            raise BoardError("The simulator has no output to be read.")
        timer = threading.Timer(START_LIMIT_S, process.kill)
        timer.start()
        line = process.stdout.readline()
        timer.cancel()
        if not line.startswith("{"):
            said = self._log.read_text(encoding="utf-8").strip().splitlines()
            raise BoardError(
                f"The market cannot be played: {said[-1] if said else 'no reason.'}\n"
                f"More may be in {self._log}."
            )
        hello: dict[str, Any] = json.loads(line)
        return hello


class _Courses:
    """
    When each played market began, and the moment its recording was moved to.

    A restart goes on with the same market at the time that it has reached, so
    that what was stored stays true.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self, name: str) -> dict[str, int]:
        return self._all().get(name, {})

    # At once or not at all: a board may be killed at any moment.
    def keep(self, name: str, course: dict[str, int]) -> None:
        part = self._path.with_suffix(".part")
        part.write_text(json.dumps(self._all() | {name: course}), encoding="utf-8")
        part.replace(self._path)

    def _all(self) -> dict[str, dict[str, int]]:
        try:
            courses: dict[str, dict[str, int]] = json.loads(
                self._path.read_text("utf-8")
            )
        except (OSError, ValueError):
            return {}
        return courses


# The only change to the settings of a running process, before anything reads
# them: the address of a simulator is known only once it listens.
def _point_settings(hello: dict[str, Any]) -> None:
    prefix = PREFIX[Venue(hello["venue"])]
    settings.VENUE = hello["venue"]
    setattr(settings, f"{prefix}_REST_URL", hello["rest"])
    setattr(settings, f"{prefix}_STREAM_URL", hello["stream"])
    settings.COINGECKO_URL = hello["rest"]
