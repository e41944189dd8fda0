"""
The bus: what the feed calls out, and every server process hears.

Of a table an announcement says only that it is there to be read in the cache, of
an app's topic only which rows are new. A book and trades go with it. Either way a
newer one replaces an older of its kind and symbol, but for trades and news, which
are joined; and since books and trades are told whole again every second, one that
is lost costs nothing but time.
"""

import asyncio
import logging
import threading
from collections.abc import Mapping
from typing import Any

import redis
from channels.layers import (
    BaseChannelLayer,
    InMemoryChannelLayer,
    get_channel_layer,
)

from scalpaiboard.lib.loops import LoopThread

logger = logging.getLogger(__name__)

GROUP = "market"
SEND_LIMIT_S = 5.0
LAYER_ERRORS = (redis.RedisError, OSError, TimeoutError)


class _Outbox:
    """Sends announcements from any thread on one loop, in turn."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self._lock = threading.Lock()
        self._pending: dict[tuple[str, ...], dict[str, Any]] = {}
        self._task: asyncio.Task[None] | None = None
        self._is_draining = False

    def put(self, announcement: Mapping[str, Any]) -> None:
        with self._lock:
            key = (
                announcement["kind"],
                announcement["venue"],
                announcement.get("symbol", ""),
            )
            self._pending[key] = _joined(self._pending.get(key), announcement)
            if self._is_draining:
                return
            self._is_draining = True
        self.loop.call_soon_threadsafe(self._start)

    def _start(self) -> None:
        self._task = self.loop.create_task(self._drain())

    async def _drain(self) -> None:
        while (announcement := self._take()) is not None:
            try:
                async with asyncio.timeout(SEND_LIMIT_S):
                    await layer().group_send(
                        GROUP, {"type": "market.announcement", **announcement}
                    )
            except LAYER_ERRORS as error:
                logger.warning("The bus lost %s: %s.", announcement["kind"], error)

    def _take(self) -> dict[str, Any] | None:
        with self._lock:
            if not self._pending:
                self._is_draining = False
                return None
            return self._pending.pop(next(iter(self._pending)))


_own_loop = LoopThread("bus")
_outbox: _Outbox | None = None
_lock = threading.Lock()


def layer() -> BaseChannelLayer:
    """Return the channel layer; the settings always name one."""
    configured = get_channel_layer()
    if configured is None:
        raise LookupError("CHANNEL_LAYERS names no default layer.")
    return configured


def announce(announcement: Mapping[str, Any]) -> None:
    """
    Tell every server process that there is something new to read.

    Never blocks and never raises for a bus that is down; may be called from any
    thread, with or without a running loop.

    Parameters
    ----------
    announcement
        `kind` (``live``, ``closed``, ``state``, ``late``, ``book``, ``trades`` or
        the name of an app's topic) and `venue`, books and trades with their
        `symbol`, and topics with their `news`: ids by person. What else it holds
        must be plain JSON values or bytes.
    """
    outbox = _current_outbox()
    if outbox is not None:
        outbox.put(announcement)


def serve_on(loop: asyncio.AbstractEventLoop) -> None:
    """
    Send on the loop of the server in this process from now on.

    The queues of the in-memory layer belong to the loop that reads them.
    """
    global _outbox  # noqa: PLW0603 -- one bus in a process is the point
    with _lock:
        if _outbox is None or _outbox.loop is not loop:
            _outbox = _Outbox(loop)


def leave(loop: asyncio.AbstractEventLoop) -> None:
    """Forget the server's loop, which is about to close."""
    global _outbox  # noqa: PLW0603 -- as above
    with _lock:
        if _outbox is not None and _outbox.loop is loop:
            _outbox = None


# Rows of trades are JSON with commas between; whoever hears them twice knows them
# by their ids.
def _joined(older: dict[str, Any] | None, newer: Mapping[str, Any]) -> dict[str, Any]:
    if older is None:
        return dict(newer)
    if "news" in newer:
        return {**newer, "news": _joined_news(older["news"], newer["news"])}
    if newer["kind"] != "trades" or not older["rows"]:
        return dict(newer)
    rows = b",".join(filter(None, (older["rows"], newer["rows"])))
    is_whole = older["is_whole"] or newer["is_whole"]
    return {**newer, "rows": rows, "is_whole": is_whole}


def _joined_news(
    older: Mapping[str, list[int]], newer: Mapping[str, list[int]]
) -> dict[str, list[int]]:
    return {
        person: [*older.get(person, ()), *newer.get(person, ())]
        for person in {**older, **newer}
    }


def _current_outbox() -> _Outbox | None:
    global _outbox  # noqa: PLW0603 -- as above
    with _lock:
        if _outbox is not None and _outbox.loop.is_closed():
            _outbox = None
        # Without a server in the process nobody could hear the in-memory layer.
        is_in_memory = isinstance(layer(), InMemoryChannelLayer)
        if _outbox is None and not is_in_memory:
            _outbox = _Outbox(_own_loop.loop)
        return _outbox
