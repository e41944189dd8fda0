"""The topics that are views of the live table: all of it, one pair, the overview."""

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Final, override

import orjson

from markets.engine.table import Table
from markets.live.broadcast import Broadcast, TickBroadcast, changed_rows
from markets.live.mailbox import Mailbox
from markets.live.metrics import MetricsBroadcast
from markets.live.reader import Reader
from markets.live.ticks import Ticks
from markets.live.topics import Topic, TopicKind

OVERVIEW_EVERY_S: Final = 1.0


class PairBroadcast(TickBroadcast):
    """One row of the market table."""

    @override
    def data(self) -> bytes | None:
        return self.ticks.snapshot_of(self.topic.symbol) if self.ticks else None

    @override
    def advance(self, ticks: Ticks, rows: Mapping[str | int, bytes] | None) -> None:
        own: dict[str | int, bytes] = {}
        if rows and self.topic.symbol in rows:
            own[self.topic.symbol] = rows[self.topic.symbol]
        super().advance(ticks, None if rows is None else own)


class OverviewBroadcast(Broadcast):
    """The market in a few named parts, of which those that changed are told."""

    def __init__(self, topic: Topic) -> None:
        super().__init__(topic)
        self._parts: dict[str | int, bytes] = {}

    @override
    def data(self) -> bytes | None:
        if not self._parts:
            return None
        return _HEAD + b",".join(self._parts.values()) + _TAIL

    def advance(self, parts: Mapping[str, object]) -> None:
        """Go on to newer parts."""
        encoded: dict[str | int, bytes] = {
            name: orjson.dumps(name) + b":" + orjson.dumps(part)
            for name, part in parts.items()
        }
        before, self._parts = self._parts, encoded
        if not before:
            self.tell_all()
            return
        news = {
            name: part for name, part in encoded.items() if before.get(name) != part
        }
        if news:
            self.tell(_HEAD, news, _TAIL)


class TableTopics:
    """
    Hands the live table to those who listen to it, or to a part of it.

    Parameters
    ----------
    reader
        Works the overview out.
    clock_s
        Seconds that never go back.
    """

    def __init__(
        self, reader: Reader, *, clock_s: Callable[[], float] = time.monotonic
    ) -> None:
        self._reader = reader
        self._clock_s = clock_s
        self._ticks = TickBroadcast(Topic(TopicKind.TICKS))
        self._pairs: dict[Topic, PairBroadcast] = {}
        self._overviews: dict[Topic, OverviewBroadcast] = {}
        self._metrics: dict[Topic, MetricsBroadcast] = {}
        self._overview_due_s = 0.0

    async def join(self, mailbox: Mailbox, topic: Topic, table: Table | None) -> None:
        """Send a snapshot of a topic as `table` has it, then its changes."""
        if topic.kind is TopicKind.OVERVIEW:
            overview = self._overviews.setdefault(topic, OverviewBroadcast(topic))
            overview.join(mailbox)
            if overview.data() is None and table is not None:
                await self._refresh_overview(overview, table)
        elif topic.kind is TopicKind.METRICS:
            metrics = self._metrics.setdefault(topic, MetricsBroadcast(topic))
            if table is not None:
                metrics.advance(table)
            metrics.join(mailbox)
        elif topic.symbol:
            pair = self._pairs.setdefault(topic, PairBroadcast(topic))
            pair.ticks = self._ticks.ticks
            pair.join(mailbox)
        else:
            self._ticks.join(mailbox)

    def leave(self, mailbox: Mailbox, topic: Topic) -> None:
        """Send nothing more of a topic."""
        for broadcast in self._all():
            if broadcast.topic == topic:
                broadcast.listeners.discard(mailbox)

    def drop(self, mailbox: Mailbox) -> None:
        """Forget a listener."""
        for broadcast in self._all():
            broadcast.listeners.discard(mailbox)

    async def refresh(self, table: Table) -> None:
        """Go on to a newer table, and tell what changed."""
        before = self._ticks.ticks
        # Rounding and encoding 700 rows takes milliseconds that sockets need.
        after, rows = await asyncio.to_thread(_ticks_of, table, before)
        self._ticks.advance(after, rows)
        self._forget_silent()
        for pair in self._pairs.values():
            pair.advance(after, rows)
        for metrics in self._metrics.values():
            metrics.advance(table)
        if self._clock_s() >= self._overview_due_s:
            self._overview_due_s = self._clock_s() + OVERVIEW_EVERY_S
            for overview in list(self._overviews.values()):
                await self._refresh_overview(overview, table)

    async def _refresh_overview(
        self, broadcast: OverviewBroadcast, table: Table
    ) -> None:
        broadcast.advance(await self._reader.overview(table, broadcast.topic.window))

    def _all(self) -> Iterable[Broadcast]:
        of_parts = (self._pairs, self._metrics, self._overviews)
        return (self._ticks, *(one for some in of_parts for one in some.values()))

    def _forget_silent(self) -> None:
        self._pairs = _heard(self._pairs)
        self._metrics = _heard(self._metrics)
        self._overviews = _heard(self._overviews)


def _heard[B: Broadcast](broadcasts: dict[Topic, B]) -> dict[Topic, B]:
    return {topic: one for topic, one in broadcasts.items() if one.listeners}


def _ticks_of(
    table: Table, before: Ticks | None
) -> tuple[Ticks, Mapping[str | int, bytes] | None]:
    after = Ticks.of(table)
    return after, changed_rows(before, after)


_HEAD: Final = b'{"parts":{'
_TAIL: Final = b"}}"
