"""Where the hub reads: the selectors, off the loop wherever they may block."""

import asyncio
from typing import Any, Protocol, override

from channels.db import database_sync_to_async

from markets import overview
from markets.engine.overview import spark
from markets.engine.table import Table
from markets.selectors.candles import recent_candles
from markets.selectors.pairs import known_pairs
from markets.selectors.sparks import sparks_of
from markets.selectors.tables import current_state, current_table
from markets.types import Candle, Symbol


class Reader(Protocol):
    """What the hub needs of the market."""

    async def table(self, clock: str) -> Table:
        """Return the newest table; raises MarketUnavailableError."""

    async def state(self) -> dict[str, Any] | None:
        """Return the feed's state."""

    async def candles(
        self, table: Table, symbol: Symbol, timeframe: str, *, limit: int
    ) -> list[Candle]:
        """Return the newest stored candles of a pair, oldest first."""

    async def overview(self, table: Table, window: str) -> dict[str, object]:
        """Return the parts of the overview of a window."""


class MarketReader(Reader):
    """Reads through the selectors."""

    @override
    async def table(self, clock: str) -> Table:
        return await asyncio.to_thread(current_table, clock)

    @override
    async def state(self) -> dict[str, Any] | None:
        return await asyncio.to_thread(current_state)

    @override
    async def candles(
        self, table: Table, symbol: Symbol, timeframe: str, *, limit: int
    ) -> list[Candle]:
        # Its own thread: a slow read must not hold up the requests.
        read = database_sync_to_async(recent_candles, thread_sensitive=False)
        return await read(table, symbol, timeframe, limit=limit)

    @override
    async def overview(self, table: Table, window: str) -> dict[str, object]:
        read = database_sync_to_async(overview_parts, thread_sensitive=False)
        return await read(table, window)


def overview_parts(table: Table, window: str) -> dict[str, object]:
    """
    Return the overview in the parts that the live socket tells one by one.

    They are `market`, the lists of movers, and ``spark.SYMBOL`` for every pair
    in a list.
    """
    pairs = known_pairs(table)
    lists = overview.movers(table, pairs, window, limit=overview.SHOWN)
    lines = sparks_of(table, overview.symbols_in(lists))
    return {
        "market": overview.overview(table, pairs, window),
        **{name: lists[name] for name in overview.LISTS},
        **{f"spark.{symbol}": spark(closes) for symbol, closes in lines.items()},
    }
