"""What has to be there before a board runs: its folder, database and operator."""

import fcntl
import secrets
import socket
from pathlib import Path
from typing import IO

from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from scalpaiboard.board.errors import BoardError

OPERATOR_EMAIL = "operator@localhost"
BACKLOG = 2_048


def hold_data_dir(data_dir: Path) -> IO[str]:
    """
    Make the data directory and hold it for this process, as long as it lives.

    Raises
    ------
    BoardError
        If it cannot be written, or another board runs on it.
    """
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        lock = (data_dir / "board.lock").open("w", encoding="ascii")
    except OSError as error:
        raise BoardError(f"{data_dir} cannot be written: {error}.") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        lock.close()
        raise BoardError(
            f"Another board runs on {data_dir}; stop it, or name another DATA_DIR."
        ) from error
    return lock


def listen(host: str, port: int) -> socket.socket:
    """
    Return a listening socket; taken first, so that nothing starts in vain.

    Raises
    ------
    BoardError
        If the port is in use, or the host is none of this machine.
    """
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listener = socket.socket(family)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except OSError as error:
        raise BoardError(
            f"The board cannot listen on port {port} of {host}: {error.strerror}. "
            f"Choose another: make run PORT={port + 1 if port else 8000}."
        ) from error
    listener.set_inheritable(True)
    return listener


def migrate() -> int:
    """Bring the database up to date; returns the number of changes."""
    try:
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
        if plan:
            call_command("migrate", interactive=False, verbosity=0)
    except DatabaseError as error:
        raise BoardError(f"The database does not answer: {error}.") from error
    return len(plan)


def make_operator() -> str | None:
    """Make the first operator and return the password; None where there is one."""
    users = get_user_model().objects
    if users.filter(is_superuser=True).exists():
        return None
    password = secrets.token_urlsafe(12)
    users.create_superuser(email=OPERATOR_EMAIL, password=password, name="Operator")
    return password
