"""One topic with those who listen to it."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, Final, override

import numpy as np
import orjson

from markets.live.candles import CandleRows
from markets.live.mailbox import Mailbox
from markets.live.ticks import TAIL, Ticks
from markets.live.topics import MOST_CANDLES, Topic
from markets.live.updates import Update, snapshot_text


class Broadcast(ABC):
    """
    Numbers the changes of one topic and hands each to every listener.

    `data` is the whole topic now, None as long as there is nothing to tell.
    """

    def __init__(self, topic: Topic) -> None:
        self.topic = topic
        self.seq = 0
        self.listeners: set[Mailbox] = set()

    @abstractmethod
    def data(self) -> bytes | None:
        """Return the whole topic as JSON."""

    def join(self, mailbox: Mailbox) -> None:
        """Send a snapshot, then every change after it."""
        self.listeners.add(mailbox)
        data = self.data()
        if data is not None:
            name = self.topic.name
            mailbox.put_snapshot(name, snapshot_text(name, self.seq, data))

    def tell(
        self, head: bytes, items: Mapping[str | int, bytes], tail: bytes = b""
    ) -> None:
        """Send a change."""
        self.seq += 1
        update = Update(self.topic.name, self.seq, head, items, tail)
        for mailbox in self.listeners:
            mailbox.put_update(update)

    def tell_all(self) -> None:
        """Send everyone the whole topic: more changed than a change can say."""
        data = self.data()
        if data is None:
            return
        self.seq += 1
        text = snapshot_text(self.topic.name, self.seq, data)
        for mailbox in self.listeners:
            mailbox.put_snapshot(self.topic.name, text)


class TickBroadcast(Broadcast):
    """The market table, row by row."""

    ticks: Ticks | None = None

    @override
    def data(self) -> bytes | None:
        return self.ticks.snapshot if self.ticks else None

    def advance(self, ticks: Ticks, rows: Mapping[str | int, bytes] | None) -> None:
        """Go on to newer ticks; `rows` None means another market."""
        self.ticks = ticks
        if rows is None:
            self.tell_all()
        elif rows:
            self.tell(ticks.head, rows, TAIL)


def changed_rows(
    before: Ticks | None, after: Ticks
) -> Mapping[str | int, bytes] | None:
    """Return the encoded rows that changed, None where all rows are others."""
    if before is None or not after.is_same_market(before):
        return None
    changed: np.ndarray[Any, np.dtype[np.intp]] = after.changed_since(before)
    return after.rows(changed)


class StateBroadcast(Broadcast):
    """The feed's own state, always whole."""

    state: bytes | None = None

    @override
    def data(self) -> bytes | None:
        return self.state

    def advance(self, state: Mapping[str, Any]) -> None:
        """Tell a newer state."""
        encoded = orjson.dumps(state, option=orjson.OPT_NON_STR_KEYS)
        if encoded == self.state:
            return
        is_first = self.state is None
        self.state = encoded
        if is_first:
            self.tell_all()
        else:
            self.tell(encoded, {})


class CandleBroadcast(Broadcast):
    """
    The newest candles of one pair and timeframe.

    Changes that come while the history is still being read are kept and laid
    over it, so that a snapshot is never older than the changes it stands for.
    """

    def __init__(self, topic: Topic) -> None:
        super().__init__(topic)
        self.loading = asyncio.Lock()
        self.is_loaded = False
        self.joining = 0
        self._rows: CandleRows = {}
        self._is_last_closed = False

    @override
    def data(self) -> bytes | None:
        return _HEAD + b",".join(self._rows.values()) + self._tail()

    def load(self, history: CandleRows, forming: CandleRows) -> None:
        """Lay the newest candle known over a history read just now."""
        newest = dict(list(self._rows.items())[-1:]) or forming
        self._keep({**history, **newest})
        self.is_loaded = True

    def advance(self, rows: CandleRows, *, is_closed: bool) -> None:
        """Tell those of `rows` that are new."""
        newest = max(self._rows, default=0)
        news = {
            time: row
            for time, row in rows.items()
            if self._rows.get(time) != row or (time == newest and is_closed)
        }
        if not news or (is_closed and self._is_last_closed and max(news) == newest):
            return
        if max(news) >= newest:
            self._is_last_closed = is_closed
        self._keep({**self._rows, **news})
        told: dict[str | int, bytes] = {}
        told.update(news.items())
        told.update(list(self._rows.items())[-1:])
        self.tell(_HEAD, told, self._tail())

    def _keep(self, rows: CandleRows) -> None:
        kept = self.topic.count or MOST_CANDLES
        self._rows = dict(sorted(rows.items())[-kept:])

    def _tail(self) -> bytes:
        return b'],"closed":true}' if self._is_last_closed else b'],"closed":false}'


_HEAD: Final = b'{"candles":['
