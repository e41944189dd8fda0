"""Run the whole product in one process."""

import signal
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console

from scalpaiboard.board.errors import BoardError
from scalpaiboard.board.run import BoardOptions, run_board
from scalpaiboard.board.screen import Screen

HIGHEST_PORT = 65_535


class Command(BaseCommand):
    help = __doc__ or ""
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
        parser.add_argument("--port", type=_port, default=8000, help="0: any free one")
        parser.add_argument(
            "--demo", action="store_true", help="a generated market, without network"
        )
        parser.add_argument(
            "--recording", type=Path, help="file or folder of a recorded market"
        )
        parser.add_argument("--pairs", type=int, default=300, help="generated pairs")
        parser.add_argument("--seed", type=int, default=7, help="of the generator")
        parser.add_argument("--speed", type=float, default=1.0, help="of a played one")

    def handle(self, *_args: Any, **options: Any) -> None:
        names = BoardOptions.__dataclass_fields__
        board = BoardOptions(**{name: options[name] for name in names})
        # Until the server takes the signals, both end the start in order.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            run_board(board, Screen(Console(soft_wrap=True)))
        except BoardError as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt:
            raise CommandError("Stopped before it had started.") from None


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= HIGHEST_PORT:
        raise ValueError(text)
    return port
