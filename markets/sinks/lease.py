"""One writer a market: a lock that the system frees when its holder dies."""

import fcntl
import hashlib
from pathlib import Path
from typing import IO

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from markets.errors import FeedTakenError, StoreUnavailableError
from markets.types import MarketSource, Venue


class FeedLease:
    """
    The right to write one market, held by at most one process.

    On PostgreSQL it is an advisory lock of a connection kept for it, on SQLite
    a lock on a file beside the database. Both end with the process, so that a
    killed feed is replaced at once.

    Parameters
    ----------
    venue, source
        The market.
    directory
        Where the lock file stands.
    """

    def __init__(self, venue: Venue, source: MarketSource, *, directory: Path) -> None:
        self._name = f"{venue} {source.key}"
        self._directory = directory
        self._file: IO[str] | None = None
        self._connection: BaseDatabaseWrapper | None = None

    def take(self) -> None:
        """
        Take the lease.

        Raises
        ------
        FeedTakenError
            If another feed holds it.
        StoreUnavailableError
            If the database cannot say.
        """
        is_ours = (
            self._lock_session()
            if connection.vendor == "postgresql"
            else self._lock_file()
        )
        if not is_ours:
            self.release()
            raise FeedTakenError(
                f"Another feed already writes {self._name}. "
                "Stop it first, or let this one read its snapshots."
            )

    def is_held(self) -> bool:
        """Return whether it is still ours; a lost connection loses it."""
        if self._connection is None:
            return self._file is not None
        try:
            with self._connection.cursor() as cursor:
                cursor.execute("SELECT 1")
        except DatabaseError:
            return False
        return True

    def release(self) -> None:
        """Give it back; harmless where it is not held."""
        if self._file is not None:
            self._file.close()
            self._file = None
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _lock_file(self) -> bool:
        self._directory.mkdir(parents=True, exist_ok=True)
        digest = hashlib.sha256(self._name.encode()).hexdigest()[:12]
        self._file = (self._directory / f"feed-{digest}.lock").open("w")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    # The server notices within 20 s that the holder's machine is gone.
    def _lock_session(self) -> bool:
        key = int.from_bytes(
            hashlib.sha256(self._name.encode()).digest()[:8], "big", signed=True
        )
        self._connection = _own_connection()
        self._connection.inc_thread_sharing()
        try:
            with self._connection.cursor() as cursor:
                cursor.execute(
                    "SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; "
                    "SET tcp_keepalives_count = 2"
                )
                cursor.execute("SELECT pg_try_advisory_lock(%s)", [key])
                row = cursor.fetchone()
        except DatabaseError as error:
            self.release()
            raise StoreUnavailableError(f"No lease on {self._name}: {error}") from error
        return bool(row and row[0])


# Outside the pool: a pooled connection would keep the lock when given back.
def _own_connection() -> BaseDatabaseWrapper:
    shared = connections[DEFAULT_DB_ALIAS]
    options = dict(shared.settings_dict["OPTIONS"])
    options.pop("pool", None)
    return type(shared)({**shared.settings_dict, "OPTIONS": options}, shared.alias)
