"""A thread for blocking work, with database connections of its own."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from django.db import (
    DatabaseError,
    DataError,
    IntegrityError,
    InterfaceError,
    connections,
)
from redis.exceptions import RedisError

from markets.errors import DataRefusedError, StoreUnavailableError


class SinkThread:
    """
    Runs blocking calls one after the other, off the event loop.

    What the database, the disk, the cache or the bus refuses becomes a
    StoreUnavailableError, or a DataRefusedError where the rows themselves are
    at fault; the connection is then renewed.

    Parameters
    ----------
    name
        Of the thread, as it shows in a stack dump.
    """

    def __init__(self, name: str) -> None:
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)

    async def run[T](self, call: Callable[[], T]) -> T:
        """
        Return what the call returns.

        Raises
        ------
        StoreUnavailableError
            If a service behind it cannot take it now.
        DataRefusedError
            If the database will never take it: a value out of range, or one
            that breaks a constraint.
        """
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._executor, _guarded, call)

    async def close(self) -> None:
        """Finish what was begun and give the connections back."""
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._executor, connections.close_all)
        self._executor.shutdown()


def _guarded[T](call: Callable[[], T]) -> T:
    try:
        return call()
    # SQLite's driver refuses a number that is too large before SQLite sees it.
    except (DataError, IntegrityError, OverflowError) as error:
        connections.close_all()
        raise DataRefusedError(f"{type(error).__name__}: {error}") from error
    except (DatabaseError, InterfaceError, RedisError, OSError) as error:
        connections.close_all()
        raise StoreUnavailableError(f"{type(error).__name__}: {error}") from error
