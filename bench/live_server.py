"""
The server under load of `bench.live`: a made-up feed and one way to fan out.

``FANOUT=hub`` is the product's application; ``groups`` is what Channels would do
by itself, a consumer a socket and a group send to all of them.
"""

import asyncio
import os
import threading
import time
from typing import Any, Final

import numpy as np

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "scalpaiboard.settings")

import django

django.setup()

from channels.generic.websocket import AsyncWebsocketConsumer  # noqa: E402
from django.conf import settings  # noqa: E402

from markets import snapshots  # noqa: E402
from markets.engine.catalogue import METRICS  # noqa: E402
from markets.engine.table import Table  # noqa: E402
from markets.live import bus  # noqa: E402
from markets.live.ticks import TAIL, Ticks  # noqa: E402
from scalpaiboard import asgi  # noqa: E402
from scalpaiboard.lib.clock import now_ms  # noqa: E402

PAIRS: Final = 700
CHANGED: Final = 9
"""Rows that change at each step: two kilobytes of them."""
STEP_S: Final = 0.1
COLUMNS: Final = tuple(metric.name for metric in METRICS)
SYMBOLS: Final = tuple(f"COIN{number:03}USDT" for number in range(PAIRS))


class GroupConsumer(AsyncWebsocketConsumer):
    """One consumer a socket, each in the group: the peer."""

    loop: asyncio.AbstractEventLoop | None = None

    async def connect(self) -> None:
        GroupConsumer.loop = asyncio.get_running_loop()
        await bus.layer().group_add("peer", self.channel_name)
        await self.accept()

    async def market_update(self, event: dict[str, Any]) -> None:
        await self.send(text_data=event["text"])


def tables() -> Any:
    rng = np.random.default_rng(7)
    values = rng.random((len(COLUMNS), PAIRS)) * 100
    for sequence in range(1, 10**9):
        rows = rng.choice(PAIRS, CHANGED, replace=False)
        values = values.copy()
        values[:, rows] *= 1.001
        yield (
            Table(
                settings.VENUE,
                "generated:7",
                "",
                "live",
                sequence,
                now_ms(),
                SYMBOLS,
                COLUMNS,
                values,
            ),
            rows,
        )
        time.sleep(STEP_S)


def publish_to_hub() -> None:
    for table, _ in tables():
        snapshots.write_table(table)
        bus.announce({"kind": "live", "venue": table.venue})


def publish_to_group() -> None:
    for table, rows in tables():
        ticks = Ticks.of(table)
        items = ticks.rows(np.sort(rows)).values()
        text = (ticks.head + b",".join(items) + TAIL).decode()
        if GroupConsumer.loop is not None:
            message = {"type": "market.update", "text": text}
            asyncio.run_coroutine_threadsafe(
                bus.layer().group_send("peer", message), GroupConsumer.loop
            )


IS_HUB: Final = os.environ.get("FANOUT", "hub") == "hub"
_peer = GroupConsumer.as_asgi()


async def application(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "websocket" and not IS_HUB:
        await _peer(scope, receive, send)
    else:
        await asgi.application(scope, receive, send)


threading.Thread(
    target=publish_to_hub if IS_HUB else publish_to_group, daemon=True
).start()
