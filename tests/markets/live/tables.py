"""Small tables and a reader that holds what a test puts into it."""

import asyncio
from typing import Any, override

import numpy as np

from markets.engine.table import Table
from markets.errors import MarketUnavailableError
from markets.live.reader import Reader
from markets.types import Candle, Symbol

COLUMNS = (
    "price",
    "change_1h",
    "event_time",
    *(f"candle_{field}_1m" for field in ("open", "high", "low", "close", "volume")),
)
MINUTE = 60_000
NOON = 1_700_049_600_000 // MINUTE * MINUTE


def table(
    prices: dict[str, float],
    *,
    clock: str = "live",
    as_of_ms: int = NOON + 1_000,
    market_key: str = "live",
) -> Table:
    """Make a table in which each pair's candle is flat at its price."""
    price = np.array(list(prices.values()))
    rows = [price, price / 10, np.full(len(price), float(as_of_ms))]
    rows += [price, price, price, price, np.ones(len(price))]
    return Table(
        "binanceusdm",
        market_key,
        "",
        clock,
        1,
        as_of_ms,
        tuple(prices),
        COLUMNS,
        np.array(rows),
    )


def candle(open_time_ms: int, price: float, *, symbol: str = "BTCUSDT") -> Candle:
    return Candle(
        Symbol(symbol),
        open_time_ms,
        price,
        price,
        price,
        price,
        1.0,
        None,
        None,
        None,
        None,
    )


class HeldClock:
    """Seconds that pass when a test says so."""

    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


class HeldReader(Reader):
    """Answers with what was put in; `gate` can hold back the history."""

    def __init__(self, **tables: Table) -> None:
        self.tables = tables
        self.feed: dict[str, Any] | None = None
        self.history: list[Candle] = []
        self.limits: list[int] = []
        self.parts: dict[str, object] = {}
        self.histories_read = 0
        self.asked = asyncio.Event()
        self.asked_for_table = asyncio.Event()
        self.gate = asyncio.Event()
        self.gate.set()

    @override
    async def table(self, clock: str) -> Table:
        self.asked_for_table.set()
        if clock not in self.tables:
            raise MarketUnavailableError("The feed has not published yet.")
        return self.tables[clock]

    @override
    async def state(self) -> dict[str, Any] | None:
        return self.feed

    @override
    async def candles(
        self, table: Table, symbol: Symbol, timeframe: str, *, limit: int
    ) -> list[Candle]:
        found = list(self.history)
        self.histories_read += 1
        self.limits.append(limit)
        self.asked.set()
        await self.gate.wait()
        return found

    @override
    async def overview(self, table: Table, window: str) -> dict[str, object]:
        return dict(self.parts)
