"""What one socket has yet to send: short by conflation, however slow it is."""

import asyncio
from collections import deque
from collections.abc import Callable

from markets.live.updates import Update

MAX_REPLIES = 256
"""Replies that may wait; only a client that asks and never reads has more."""


class Mailbox:
    """
    The queue of one socket.

    Holds at most one update a topic: a newer one is merged into the one that
    waits. Used on one loop only.
    """

    def __init__(self, *, clock_s: Callable[[], float]) -> None:
        self._clock_s = clock_s
        self._replies: deque[tuple[str, str]] = deque()
        self._updates: dict[str, Update] = {}
        self._ready = asyncio.Event()
        self._sending_since_s: float | None = None
        self.conflated = 0
        self.is_closed = False
        self.abandoned = asyncio.Event()

    def put_reply(self, text: str) -> None:
        """Queue an answer to this socket alone."""
        self._queue_text("", text)

    def put_snapshot(self, topic: str, text: str) -> None:
        """Queue a whole topic; what waits of the topic is older and goes."""
        self._updates.pop(topic, None)
        if any(waiting == topic for waiting, _ in self._replies):
            self._replies = deque(pair for pair in self._replies if pair[0] != topic)
        self._queue_text(topic, text)

    def put_update(self, update: Update) -> None:
        """Queue a change, merged with one of its topic that still waits."""
        if self.is_closed:
            return
        waiting = self._updates.get(update.topic)
        if waiting is None:
            self._updates[update.topic] = update
        else:
            self._updates[update.topic] = waiting.merged_into(update)
            self.conflated += 1
        self._ready.set()

    def forget(self, topic: str) -> None:
        """Drop what waits of a topic that nobody listens to any more."""
        self._updates.pop(topic, None)
        self._replies = deque(pair for pair in self._replies if pair[0] != topic)

    def close(self) -> None:
        """Send what waits of replies, then nothing."""
        self.is_closed = True
        self._updates.clear()
        self._ready.set()

    def abandon(self) -> None:
        """Give the socket up, whatever is under way."""
        self.close()
        self.abandoned.set()

    async def take(self) -> str | None:
        """Wait for the next frame; None once the mailbox is closed and empty."""
        self._sending_since_s = None
        while not (self._replies or self._updates):
            if self.is_closed:
                return None
            self._ready.clear()
            await self._ready.wait()
        self._sending_since_s = self._clock_s()
        if self._replies:
            return self._replies.popleft()[1]
        return self._updates.pop(next(iter(self._updates))).text

    def stalled_s(self) -> float:
        """Return for how long the frame taken last has been under way."""
        if self._sending_since_s is None:
            return 0.0
        return self._clock_s() - self._sending_since_s

    def _queue_text(self, topic: str, text: str) -> None:
        if self.is_closed:
            return
        if len(self._replies) >= MAX_REPLIES:
            self.abandon()
            return
        self._replies.append((topic, text))
        self._ready.set()
