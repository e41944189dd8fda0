"""
The simulator as a child: it ends when the process that started it does.

Without Django it is up in a fraction of the time of the management command.
"""

import os
import signal
import sys
import threading
from argparse import ArgumentParser

from markets.errors import RecordingError
from markets.simulator.command_line import add_arguments, play

STDIN = 0


def main() -> None:
    """Play the market of the arguments, on the leash of the standard input."""
    threading.Thread(target=_end_with_parent, daemon=True, name="leash").start()
    parser = ArgumentParser(prog="simulate_exchange", description=__doc__)
    add_arguments(parser)
    try:
        play(vars(parser.parse_args()), _say)
    except (ValueError, RecordingError) as error:
        sys.exit(f"{error}")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


# Whatever ends the parent, even SIGKILL, closes its end of the pipe.
def _end_with_parent() -> None:
    while os.read(STDIN, 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main()
