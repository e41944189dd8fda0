"""What a page makes of the frames of a book or of trades."""

import asyncio
import dataclasses
import json
from collections.abc import Callable
from typing import Any

from markets.live.mailbox import Mailbox

WAIT_S = 40.0


@dataclasses.dataclass
class Page:
    """One socket's mailbox, applied to as the pages do it."""

    mailbox: Mailbox
    topic: str
    frames: list[dict[str, Any]] = dataclasses.field(default_factory=list)
    data: dict[str, Any] = dataclasses.field(default_factory=dict)
    levels: dict[str, dict[float, float]] = dataclasses.field(
        default_factory=lambda: {"b": {}, "a": {}}
    )
    trades: list[list[Any]] = dataclasses.field(default_factory=list)

    async def read(self) -> dict[str, Any]:
        """Take the next frame and apply it."""
        async with asyncio.timeout(WAIT_S):
            text = await self.mailbox.take()
        assert text is not None
        frame: dict[str, Any] = json.loads(text)
        if frame.get("topic") == self.topic:
            self._apply(frame)
        return frame

    async def until(self, is_true: Callable[["Page"], bool]) -> None:
        while not is_true(self):
            await self.read()

    async def catch_up(self) -> None:
        """Take every frame that waits."""
        self.mailbox.put_reply('{"type": "end"}')
        while (await self.read()).get("type") != "end":
            pass
        while self.mailbox._updates:
            await self.read()

    @property
    def best(self) -> tuple[float, float]:
        return max(self.levels["b"]), min(self.levels["a"])

    @property
    def state(self) -> str:
        return str(self.data.get("state"))

    @property
    def is_contiguous(self) -> bool:
        """Whether no trade is missing between the first and the last."""
        ids = [row[0] for row in self.trades]
        return ids == list(range(ids[0], ids[0] + len(ids)))

    def _apply(self, frame: dict[str, Any]) -> None:
        if self.frames and frame["type"] == "update":
            first = frame.get("from_seq", frame["seq"])
            assert first == self.frames[-1]["seq"] + 1
        self.frames.append(frame)
        data = frame["data"]
        if frame["type"] == "snapshot":
            self.levels = {
                "b": dict(data.get("bids", ())),
                "a": dict(data.get("asks", ())),
            }
            self.trades = []
        for side, price, quantity in data.get("levels", ()):
            self.levels[side][price] = quantity
            if quantity == 0:
                del self.levels[side][price]
        self.trades += data.get("trades", ())
        self.data = data
