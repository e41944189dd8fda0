"""The course of a board's life: prepare, choose a market, run, stop in order."""

import contextlib
import logging
import os
import signal
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import FrameType

import uvicorn
from django.conf import settings
from django.core.management import call_command

from scalpaiboard.board.errors import BoardError
from scalpaiboard.board.first_start import (
    OPERATOR_EMAIL,
    hold_data_dir,
    listen,
    make_operator,
    migrate,
)
from scalpaiboard.board.market import PlayedMarket, Simulator, why_not_live
from scalpaiboard.board.screen import Screen

logger = logging.getLogger(__name__)

ROLE_STOP_LIMIT_S = 15.0
HEAVY = ("scalpaiboard.board.roles", "scalpaiboard.asgi")
"""Half of all that the board imports; done while the simulator starts."""
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, slots=True)
class BoardOptions:
    """What the command line said."""

    host: str
    port: int
    demo: bool
    recording: Path | None
    pairs: int
    seed: int
    speed: float

    @property
    def played(self) -> PlayedMarket:
        """The market that the simulator would play."""
        return PlayedMarket(self.recording, self.pairs, self.seed, self.speed)


def run_board(options: BoardOptions, screen: Screen) -> None:
    """
    Run the product until a signal ends it.

    Raises
    ------
    BoardError
        If it cannot start.
    """
    data_dir: Path = settings.DATA_DIR
    with contextlib.ExitStack() as stack:
        stack.enter_context(hold_data_dir(data_dir))
        screen.done(f"Data in {data_dir}")
        listener = stack.enter_context(listen(options.host, options.port))
        simulator = _choose_market(options, screen)
        if simulator:
            # It starts beside the database: both take seconds on a small machine.
            stack.callback(simulator.stop)
            simulator.start()
        _prepare_database(screen)
        for room in HEAVY:
            import_module(room)
        if simulator:
            with screen.waiting("Starting the simulator"):
                simulator.wait_until_ready()
            screen.notice(simulator.hello["market"]["label"])
        _tell_address(listener, screen)
        _run_roles(listener, data_dir, screen)


def _prepare_database(screen: Screen) -> None:
    changes = migrate()
    screen.done(f"Database ready ({changes} changes)" if changes else "Database ready")
    if password := make_operator():
        screen.important(
            "First log-in, shown only this once:",
            f"{OPERATOR_EMAIL}   {password}",
        )
    settings.STATIC_ROOT.mkdir(exist_ok=True)
    if not settings.WHITENOISE_USE_FINDERS:
        call_command("collectstatic", interactive=False, verbosity=0)


def _choose_market(options: BoardOptions, screen: Screen) -> Simulator | None:
    if options.recording and not options.recording.exists():
        raise BoardError(f"There is no recording at {options.recording}.")
    if not (options.demo or options.recording):
        with screen.waiting("Asking the live exchange"):
            reason = why_not_live()
        if not reason:
            screen.done(f"Live market of {settings.VENUE}")
            return None
        screen.notice(f"The live exchange cannot be reached: {reason}.")
    return Simulator(options.played, settings.DATA_DIR)


def _tell_address(listener: socket.socket, screen: Screen) -> None:
    host, port = listener.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    screen.important("Open", f"http://{shown}:{port}/")
    if host not in LOOPBACK:
        screen.notice(
            "Others can reach this board; ALLOWED_HOSTS names the hosts it answers to."
        )


def _run_roles(listener: socket.socket, data_dir: Path, screen: Screen) -> None:
    from scalpaiboard.board.roles import (  # noqa: PLC0415 - see HEAVY
        BeatThread,
        FeedThread,
        WorkerThread,
    )

    with screen.progress("Filling the last 24 hours") as on_progress:
        feed = FeedThread(on_progress)
        roles = (feed, WorkerThread(), BeatThread(data_dir))
        server = _Server(_web_config(), ask_to_stop=feed.ask_to_stop)
        for role in roles:
            role.start()
        server.run(sockets=[listener])
    screen.done("Stopping")
    for role in roles:
        role.ask_to_stop()
    for role in roles:
        role.join(ROLE_STOP_LIMIT_S)
        if role.is_alive():
            logger.error("The %s did not end in %s s.", role.name, ROLE_STOP_LIMIT_S)
    if not server.started:
        raise BoardError("The web server did not start; its reason stands above.")
    screen.done("Stopped; everything is stored")


def _web_config() -> uvicorn.Config:
    return uvicorn.Config(
        "scalpaiboard.asgi:application",
        loop="uvloop",
        http="httptools",
        ws="websockets-sansio",
        ws_max_size=65_536,
        # Small frames each 250 ms to many: deflating them would cost the core.
        ws_per_message_deflate=False,
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=3,
    )


class _Server(uvicorn.Server):
    """A server whose first signal stops the board, and whose second forces it."""

    def __init__(
        self, config: uvicorn.Config, *, ask_to_stop: Callable[[], None]
    ) -> None:
        super().__init__(config)
        self._ask_to_stop = ask_to_stop

    # uvicorn's own would raise the signal again, before the feed has stored.
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._on_signal)
        yield

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        if self.should_exit:
            os._exit(1)
        self.should_exit = True
        self._ask_to_stop()
