"""The cache and bus side of the feed's ports."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from markets import signals, snapshots
from markets.engine.recent import Recent
from markets.engine.table import Table
from markets.recent_snapshots import write_recent
from markets.sinks.worker import SinkThread

Announce = Callable[[Mapping[str, Any]], None]
"""Says on the bus what there is to read; thread-safe, never waits."""


class SnapshotPublisher:
    """
    Writes snapshots to the cache, says so on the bus, and sends the signals.

    Parameters
    ----------
    announce
        The bus.
    """

    def __init__(self, announce: Announce) -> None:
        self._announce = announce
        self._thread = SinkThread("publisher")
        self._second = 0

    async def close(self) -> None:
        """Finish what was begun."""
        await self._thread.close()

    async def publish_closed(self, table: Table, *, open_time_ms: int) -> None:
        """Publish the closed table, then say that the minute has closed."""

        def publish() -> None:
            self._write("closed", table)
            signals.minute_closed.send(
                type(self),
                venue=table.venue,
                market_key=table.market_key,
                open_time_ms=open_time_ms,
            )

        await self._thread.run(publish)

    async def publish_late(
        self, table: Table, *, open_times_ms: Collection[int]
    ) -> None:
        """Publish the mended table, then say which minutes became whole late."""

        def publish() -> None:
            self._write("late", table)
            if open_times_ms:
                signals.minutes_repaired.send(
                    type(self),
                    venue=table.venue,
                    market_key=table.market_key,
                    open_times_ms=sorted(open_times_ms),
                )

        await self._thread.run(publish)

    async def publish_recent(self, recent: Recent) -> None:
        """Publish the last closed values of every metric."""
        await self._thread.run(lambda: write_recent(recent))

    async def publish_live(self, table: Table) -> None:
        """Publish the live table; the first of a second is told to those above."""

        def publish() -> None:
            self._write("live", table)
            second = table.as_of_ms // 1_000
            if second != self._second:
                self._second = second
                signals.second_passed.send(
                    type(self), venue=table.venue, market_key=table.market_key
                )

        await self._thread.run(publish)

    async def publish_state(self, state: Mapping[str, Any]) -> None:
        """Publish the feed's state for the data-health page and the alarms."""

        def publish() -> None:
            snapshots.write_state(state["venue"], state)
            self._announce({"kind": "state", "venue": state["venue"]})

        await self._thread.run(publish)

    def _write(self, kind: str, table: Table) -> None:
        snapshots.write_table(table)
        self._announce({"kind": kind, "venue": table.venue})
