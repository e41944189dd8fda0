"""Books and trades of the live socket: what was heard of each, and what to tell."""

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, Final, override

import numpy as np
import orjson

from markets.engine.books import changed_levels, levels_of
from markets.engine.table import Floats
from markets.live.broadcast import Broadcast
from markets.live.topics import Topic

SNAPSHOT_TRADES: Final = 200
LOST_AFTER_S: Final = 5.0
"""A book is told whole each second; one not heard of for so long may be wrong."""

_NOTHING: Final = np.empty((0, 2))
_STATES: Final = {True: "live", False: "rebuilding"}


class WatchedBroadcast(Broadcast):
    """
    A topic that the feed follows only while someone listens.

    `heard_at_s` is when it was last announced, by the clock of the hub.
    """

    def __init__(self, topic: Topic, now_s: float) -> None:
        super().__init__(topic)
        self.heard_at_s = now_s

    @abstractmethod
    def hear(self, announcement: Mapping[str, Any]) -> None:
        """Take what the feed announced, and tell what is new in it."""

    @abstractmethod
    def lose(self) -> None:
        """Tell that nothing was heard for too long."""


class BookBroadcast(WatchedBroadcast):
    """The order book of one pair, level by level."""

    def __init__(self, topic: Topic, now_s: float) -> None:
        super().__init__(topic, now_s)
        self._is_known = False
        self._is_live = False
        self._source = ""
        self._event_time_ms = 0
        self._packed: dict[str, bytes] = {"b": b"", "a": b""}
        self._sides: dict[str, Floats] = {"b": _NOTHING, "a": _NOTHING}

    @override
    def data(self) -> bytes | None:
        if not self._is_known:
            return None
        return orjson.dumps(
            {
                "state": _STATES[self._is_live],
                "event_time": self._event_time_ms,
                "source": self._source,
                "bids": np.ascontiguousarray(self._sides["b"]),
                "asks": np.ascontiguousarray(self._sides["a"]),
            },
            option=orjson.OPT_SERIALIZE_NUMPY,
        )

    @override
    def hear(self, announcement: Mapping[str, Any]) -> None:
        is_first = not self._is_known
        is_live, source = announcement["is_live"], announcement["source"]
        packed = {"b": announcement["bids"], "a": announcement["asks"]}
        # A feed that has just begun has no levels yet: the last ones are kept.
        if not is_live and not any(packed.values()):
            packed = self._packed
        is_new = (is_live, packed) != (self._is_live, self._packed)
        if not is_first and not is_new and source == self._source:
            return
        is_other = is_first or source != self._source
        self._is_known, self._is_live, self._source = True, is_live, source
        self._event_time_ms = announcement["event_time_ms"] or self._event_time_ms
        items = self._advance(packed)
        if is_other:
            self.tell_all()
        else:
            self._tell_levels(items)

    @override
    def lose(self) -> None:
        if self._is_live:
            self._is_live = False
            self._tell_levels({})

    def _advance(self, packed: dict[str, bytes]) -> dict[str | int, bytes]:
        items: dict[str | int, bytes] = {}
        for side, block in packed.items():
            if block == self._packed[side]:
                continue
            after = levels_of(block)
            changes = changed_levels(self._sides[side], after)
            for price, quantity in changes.tolist():
                items[f"{side}{price!r}"] = orjson.dumps([side, price, quantity])
            self._sides[side] = after
        self._packed = packed
        return items

    def _tell_levels(self, items: Mapping[str | int, bytes]) -> None:
        head = b'{"state":"%s","event_time":%d,"levels":[' % (
            _STATES[self._is_live].encode(),
            self._event_time_ms,
        )
        self.tell(head, items, b"]}")


class TradesBroadcast(WatchedBroadcast):
    """The latest trades of one pair."""

    def __init__(self, topic: Topic, now_s: float) -> None:
        super().__init__(topic, now_s)
        self._is_whole = False
        self._large_quote: float | None = None
        self._rows: dict[int, bytes] = {}

    @override
    def data(self) -> bytes | None:
        if not self._is_whole:
            return None
        return self._head() + b",".join(self._rows.values()) + b"]}"

    @override
    def hear(self, announcement: Mapping[str, Any]) -> None:
        # What is missing before a few new trades comes with the next whole tape.
        if not (announcement["is_whole"] or self._is_whole):
            return
        rows = {row[0]: row for row in orjson.loads(b"[%b]" % announcement["rows"])}
        if announcement["is_whole"] and max(rows, default=0) < next(
            iter(self._rows), 0
        ):
            self._rows = {}  # another market, whose ids have nothing to do with ours
            self._is_whole = False
        oldest = next(iter(self._rows), 0) if len(self._rows) >= SNAPSHOT_TRADES else 0
        news = {
            trade_id: orjson.dumps(row)
            for trade_id, row in sorted(rows.items())
            if trade_id not in self._rows and trade_id >= oldest
        }
        is_first, self._is_whole = not self._is_whole, True
        is_other_size = announcement["large_quote"] != self._large_quote
        self._large_quote = announcement["large_quote"]
        if not (news or is_first or is_other_size):
            return
        newest = next(reversed(self._rows), -1)
        self._rows = dict(sorted((self._rows | news).items())[-SNAPSHOT_TRADES:])
        # Trades that were missed lie between those that were told.
        if is_first or (news and next(iter(news)) < newest):
            self.tell_all()
        else:
            self.tell(self._head(), dict(news.items()), b"]}")

    @override
    def lose(self) -> None:
        """Say nothing: the trades that were told stay true."""

    def _head(self) -> bytes:
        return b'{"large_quote":%b,"trades":[' % orjson.dumps(self._large_quote)
