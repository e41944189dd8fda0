"""The books and trades that the sockets of this process look at."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import Any

import redis

from markets.demand import RENEW_S, Demand
from markets.live import watched
from markets.live.mailbox import Mailbox
from markets.live.topics import Topic, TopicKind
from markets.live.watched import BookBroadcast, TradesBroadcast, WatchedBroadcast
from markets.types import Symbol, Watched

logger = logging.getLogger(__name__)


class Watching:
    """
    Asks the feed for what somebody listens to, and hands on what comes back.

    A topic that everybody has left is kept for another round, so that a page
    that is loaded again finds it as it was.

    Parameters
    ----------
    demand
        The leases that the feed reads.
    clock_s
        Seconds that only grow.
    """

    def __init__(self, demand: Demand, *, clock_s: Callable[[], float]) -> None:
        self._demand = demand
        self._clock_s = clock_s
        self._broadcasts: dict[Topic, WatchedBroadcast] = {}
        self._left: set[Topic] = set()
        self._has_more = asyncio.Event()

    @property
    def wanted(self) -> set[Watched]:
        """What somebody listens to."""
        return {
            topic.watched
            for topic, broadcast in self._broadcasts.items()
            if broadcast.listeners and topic.watched
        }

    def join(self, mailbox: Mailbox, topic: Topic) -> None:
        """Send what is known of a topic, and every change from then on."""
        broadcast = self._broadcasts.get(topic)
        if broadcast is None:
            is_book = topic.kind is TopicKind.BOOK
            made = BookBroadcast if is_book else TradesBroadcast
            broadcast = self._broadcasts[topic] = made(topic, self._clock_s())
        if not broadcast.listeners:
            self._has_more.set()
        self._left.discard(topic)
        broadcast.join(mailbox)

    def leave(self, mailbox: Mailbox, topic: Topic) -> None:
        """Send nothing more of a topic."""
        if broadcast := self._broadcasts.get(topic):
            broadcast.listeners.discard(mailbox)

    def drop(self, mailbox: Mailbox) -> None:
        """Forget a socket."""
        for broadcast in self._broadcasts.values():
            broadcast.listeners.discard(mailbox)

    def hear(self, announcement: Mapping[str, Any]) -> None:
        """Take what the feed announced, if anybody looks at it."""
        kind = TopicKind(announcement["kind"])
        broadcast = self._broadcasts.get(Topic(kind, Symbol(announcement["symbol"])))
        if broadcast is None:
            return
        broadcast.heard_at_s = self._clock_s()
        try:
            broadcast.hear(announcement)
        except (KeyError, TypeError, ValueError):
            # One bad word must not deafen the hub.
            logger.exception("The hub could not read %s.", broadcast.topic.name)

    async def run(self) -> None:
        """Renew the leases until cancelled; at once where there is a new one."""
        while True:
            self.tidy()
            await self._renew()
            try:
                async with asyncio.timeout(RENEW_S):
                    await self._has_more.wait()
            except TimeoutError:
                continue
            finally:
                self._has_more.clear()

    def tidy(self) -> None:
        """Drop what nobody listens to, and say of what nothing is heard."""
        silent_since_s = self._clock_s() - watched.LOST_AFTER_S
        empty = {topic for topic, one in self._broadcasts.items() if not one.listeners}
        for topic in empty & self._left:
            del self._broadcasts[topic]
        self._left = empty - self._left
        for broadcast in self._broadcasts.values():
            if broadcast.heard_at_s < silent_since_s:
                broadcast.lose()

    async def _renew(self) -> None:
        wanted = self.wanted
        if not wanted:
            return
        try:
            await asyncio.to_thread(self._demand.renew, wanted)
        except (redis.RedisError, OSError) as error:
            logger.warning(
                "The feed was not asked for %d topics: %s", len(wanted), error
            )
