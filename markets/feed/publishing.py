"""Telling everyone else, in order, even after the cache was away."""

import asyncio
from collections.abc import Callable, Collection
from typing import Any

from markets.engine.recent import Recent
from markets.engine.table import Table
from markets.errors import StoreUnavailableError
from markets.feed.ports import Publisher
from markets.feed.problems import Problems

PROBLEM = "publisher_unavailable"


class Publishing:
    """
    Owes every closed minute its announcement.

    While the publisher is away the minutes are kept; then each is announced,
    oldest first, with the newest table.

    Parameters
    ----------
    publisher
        Writes the snapshots and tells the bus.
    problems
        Told while the publisher is away.
    clock_ms
        Time for the problem's beginning, UTC ms.
    """

    def __init__(
        self,
        publisher: Publisher,
        *,
        problems: Problems,
        clock_ms: Callable[[], int],
    ) -> None:
        self._publisher = publisher
        self._problems = problems
        self._clock_ms = clock_ms
        self._owed_closed: list[int] = []
        self._owed_late: set[int] = set()
        self._owes_mended = False
        self._table: Table | None = None
        self._in_turn = asyncio.Lock()

    async def closed(self, table: Table, open_time_ms: int) -> None:
        """Publish the table of a minute that has just closed."""
        self._table = table
        self._owed_closed.append(open_time_ms)
        await self.settle()

    async def late(self, table: Table, open_times_ms: Collection[int]) -> None:
        """Publish a mended table and say which minutes are whole now."""
        self._table = table
        self._owed_late.update(open_times_ms)
        await self.settle()

    async def mended(self, table: Table) -> None:
        """Publish a table whose history is whole now, though nobody awaited it."""
        self._table = table
        self._owes_mended = True
        await self.settle()

    async def recent(self, recent: Recent) -> None:
        """Publish the last closed values; the next minute brings newer ones."""
        try:
            await self._publisher.publish_recent(recent)
        except StoreUnavailableError as error:
            self._fail(error)

    async def live(self, table: Table) -> None:
        """Publish a live table; one that fails is not tried again."""
        try:
            await self._publisher.publish_live(table)
        except StoreUnavailableError as error:
            self._fail(error)

    async def state(self, state: dict[str, Any]) -> None:
        """Publish the state, and then what is still owed."""
        try:
            await self._publisher.publish_state(state)
        except StoreUnavailableError as error:
            self._fail(error)
            return
        self._problems.clear(PROBLEM)
        await self.settle()

    async def settle(self) -> None:
        """Announce what is owed; what fails stays owed."""
        if self._table is None:
            return
        async with self._in_turn:
            try:
                await self._settle(self._table)
            except StoreUnavailableError as error:
                self._fail(error)

    async def _settle(self, table: Table) -> None:
        while self._owed_closed:
            await self._publisher.publish_closed(
                table, open_time_ms=self._owed_closed[0]
            )
            self._owed_closed.pop(0)
        if self._owed_late or self._owes_mended:
            late = frozenset(self._owed_late)
            await self._publisher.publish_late(table, open_times_ms=late)
            self._owed_late -= late
            self._owes_mended = False

    def _fail(self, error: StoreUnavailableError) -> None:
        self._problems.raise_(PROBLEM, str(error), at_ms=self._clock_ms())
