"""
LiveHub: the one listener of the bus in a server process.

It reads a table once, encodes each change once, and hands the same text to
every socket's mailbox.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Collection, Mapping
from typing import Any, Final

from markets.demand import Demand, demand_for
from markets.engine.table import Table
from markets.errors import MarketUnavailableError
from markets.live import bus
from markets.live.broadcast import CandleBroadcast, StateBroadcast
from markets.live.candles import row_of, rows_of
from markets.live.extra import Extras, is_extra
from markets.live.mailbox import Mailbox
from markets.live.messages import PING, bye
from markets.live.reader import MarketReader, Reader
from markets.live.table_topics import TableTopics
from markets.live.topics import MOST_CANDLES, WATCHED_KINDS, Topic, TopicKind
from markets.live.watching import Watching

logger = logging.getLogger(__name__)

HEARTBEAT_S: Final = 30.0
STALL_LIMIT_S: Final = 60.0
REFRESH_S: Final = 5.0
"""The tables are read so often even if the bus is silent, or lost a word."""
RETRY_S: Final = 2.0
FILLING: Final = ("starting", "filling")
KINDS: Final = frozenset({"live", "closed", "state"})


class LiveHub:
    """
    Tells the sockets of this process what changes.

    Everything but the reading happens on one loop.
    """

    def __init__(
        self,
        venue: str,
        *,
        reader: Reader | None = None,
        demand: Demand | None = None,
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self.venue = venue
        self.dropped = 0
        self._reader = reader or MarketReader()
        self._clock_s = clock_s
        self._mailboxes: set[Mailbox] = set()
        self._conflated_before = 0
        self._views = TableTopics(self._reader, clock_s=clock_s)
        self._state = StateBroadcast(Topic(TopicKind.FEED))
        self._candles: dict[Topic, CandleBroadcast] = {}
        self.watching = Watching(demand or demand_for(venue), clock_s=clock_s)
        self._extras = Extras()
        self._table: Table | None = None
        self._due: set[str] = set()
        self.is_listening = asyncio.Event()
        """Set as long as announcements are heard."""
        self._is_filling = False
        self._channel = ""
        self._woken = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def sockets(self) -> int:
        """Number of sockets that are open."""
        return len(self._mailboxes)

    @property
    def conflated(self) -> int:
        """Changes that were merged into a later one, since the start."""
        return self._conflated_before + sum(box.conflated for box in self._mailboxes)

    def start(self) -> None:
        """Begin to listen; must be called on the loop that serves."""
        for work in (
            self._hear(),
            self._follow(),
            self._watch_over(),
            self.watching.run(),
            self._extras.run(),
        ):
            self._tasks.append(asyncio.create_task(work))

    async def stop(self) -> None:
        """Tell every socket to come back later, and stop listening."""
        self.say_bye()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()

    def say_bye(self) -> None:
        """Close every socket with a word of farewell."""
        for mailbox in self._mailboxes:
            mailbox.put_reply(bye("shutdown"))
            mailbox.close()

    def open_mailbox(self) -> Mailbox:
        """Return the mailbox of a new socket."""
        mailbox = Mailbox(clock_s=self._clock_s)
        self._mailboxes.add(mailbox)
        return mailbox

    def close_mailbox(self, mailbox: Mailbox) -> None:
        """Forget a socket."""
        mailbox.close()
        self._mailboxes.discard(mailbox)
        self._conflated_before += mailbox.conflated
        self._views.drop(mailbox)
        self.watching.drop(mailbox)
        self._extras.drop(mailbox)
        for broadcast in (self._state, *self._candles.values()):
            broadcast.listeners.discard(mailbox)

    async def subscribe(
        self, mailbox: Mailbox, topic: Topic, *, person: str | None = None
    ) -> None:
        """
        Send a snapshot of a topic and every change from then on.

        Raises
        ------
        ValueError
            If no pair bears the symbol of the topic, or, as NamelessError, if it
            is a person's own and nobody is named.
        MarketUnavailableError
            If there is nothing of a pair because nothing has been published yet.
        """
        if topic.symbol:
            await self._require_pair(topic)
        if topic.kind is TopicKind.CANDLES:
            await self._subscribe_candles(mailbox, topic)
        elif topic.kind is TopicKind.FEED:
            self._state.join(mailbox)
        elif topic.kind is TopicKind.EXTRA:
            await self._extras.join(mailbox, topic, person)
        elif topic.watched:
            self.watching.join(mailbox, topic)
        else:
            await self._views.join(mailbox, topic, self._table)

    def unsubscribe(self, mailbox: Mailbox, topic: Topic) -> None:
        """Send nothing more of a topic."""
        self._views.leave(mailbox, topic)
        self.watching.leave(mailbox, topic)
        self._extras.leave(mailbox, topic)
        for broadcast in (self._state, *self._candles.values()):
            if broadcast.topic == topic:
                broadcast.listeners.discard(mailbox)
        mailbox.forget(topic.name)

    async def refresh(self, kinds: Collection[str]) -> None:
        """Read what was announced, and tell what changed."""
        kinds = set(kinds)
        if "state" in kinds and await self._refresh_state():
            kinds.add("late")
        self._forget_silent_topics()
        if "closed" in kinds and self._candles:
            await self._refresh_candles("closed")
        if "live" in kinds:
            await self._refresh_views()
            await self._refresh_candles("live")
        if "late" in kinds:
            for broadcast in list(self._candles.values()):
                await self._read_history(broadcast)
                broadcast.tell_all()

    # Whether the start-up fill has just ended: histories read before it are short.
    async def _refresh_state(self) -> bool:
        state = await self._reader.state()
        if state is None:
            return False
        self._state.advance(state)
        was_filling = self._is_filling
        self._is_filling = state.get("phase") in FILLING
        return was_filling and not self._is_filling

    async def _require_pair(self, topic: Topic) -> None:
        if self._table is None:
            self._table = await self._reader.table("live")
        if topic.symbol not in self._table.row_of:
            raise ValueError(
                f"The symbol is {topic.symbol[:40]!r}; it must be one of the "
                f"{len(self._table.symbols)} pairs of this market."
            )

    async def _subscribe_candles(self, mailbox: Mailbox, topic: Topic) -> None:
        broadcast = self._candles.setdefault(topic, CandleBroadcast(topic))
        broadcast.joining += 1
        try:
            async with broadcast.loading:
                if not broadcast.is_loaded:
                    await self._read_history(broadcast)
        finally:
            broadcast.joining -= 1
        if not mailbox.is_closed:
            broadcast.join(mailbox)

    async def _read_history(self, broadcast: CandleBroadcast) -> None:
        topic = broadcast.topic
        # The table is read before the store, which the feed writes first: so
        # the history is at least as new as the candle that is laid over it.
        table = await self._reader.table("live")
        candles = await self._reader.candles(
            table, topic.symbol, topic.timeframe, limit=topic.count or MOST_CANDLES
        )
        forming = row_of(table, topic.symbol, topic.timeframe)
        broadcast.load(rows_of(candles), forming)

    async def _refresh_views(self) -> None:
        table = await self._table_of("live")
        if table is None:
            return
        self._table = table
        await self._views.refresh(table)

    async def _refresh_candles(self, clock: str) -> None:
        table = await self._table_of(clock) if self._candles else None
        if table is None:
            return
        for topic, broadcast in self._candles.items():
            rows = row_of(table, topic.symbol, topic.timeframe)
            broadcast.advance(rows, is_closed=clock == "closed")

    async def _table_of(self, clock: str) -> Table | None:
        try:
            return await self._reader.table(clock)
        except MarketUnavailableError:
            return None

    def _forget_silent_topics(self) -> None:
        for topic, broadcast in list(self._candles.items()):
            if not (broadcast.listeners or broadcast.joining):
                del self._candles[topic]

    # The three loops of the hub: hear announcements, follow the market, and
    # watch over the sockets. Each goes on after an error of the layer.

    async def _hear(self) -> None:
        layer = bus.layer()
        while True:
            try:
                self._channel = await layer.new_channel()
                await layer.group_add(bus.GROUP, self._channel)
                self.is_listening.set()
                while True:
                    announcement = await layer.receive(self._channel)
                    if announcement["venue"] == self.venue:
                        self._take(announcement)
            except bus.LAYER_ERRORS as error:
                self.is_listening.clear()
                logger.warning("The hub lost the bus: %s.", error)
                await asyncio.sleep(RETRY_S)

    def _take(self, announcement: Mapping[str, Any]) -> None:
        if announcement["kind"] in WATCHED_KINDS:
            self.watching.hear(announcement)
        elif is_extra(announcement["kind"]):
            self._extras.hear(announcement)
        else:
            self._due.add(announcement["kind"])
            self._woken.set()

    async def _follow(self) -> None:
        while True:
            try:
                async with asyncio.timeout(REFRESH_S):
                    await self._woken.wait()
            except TimeoutError:
                self._due |= KINDS
            self._woken.clear()
            due, self._due = self._due, set()
            try:
                await self.refresh(due)
            except Exception:
                logger.exception("The hub failed to refresh %s.", sorted(due))
                await asyncio.sleep(RETRY_S)

    async def _watch_over(self) -> None:
        while True:
            await asyncio.sleep(HEARTBEAT_S)
            self.drop_stalled()
            for mailbox in self._mailboxes:
                mailbox.put_reply(PING)
            # The in-memory layer forgets its members after a day.
            if self._channel:
                with contextlib.suppress(*bus.LAYER_ERRORS):
                    await bus.layer().group_add(bus.GROUP, self._channel)

    def drop_stalled(self) -> None:
        """Give up sockets that have not taken a frame for a long time."""
        for mailbox in list(self._mailboxes):
            if mailbox.stalled_s() > STALL_LIMIT_S:
                self.dropped += 1
                mailbox.abandon()
