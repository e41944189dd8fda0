"""The indicators' start at the product's own exchange, and over a restart."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

from markets.engine.market import MarketEngine
from markets.exchanges.base import Exchange
from markets.exchanges.connect import connect
from markets.feed.config import FeedConfig
from markets.feed.feed import Feed, Surroundings
from markets.simulator.clock import start_clock
from markets.simulator.generated import GeneratedMarket
from markets.simulator.server import Options, Simulator, serve
from markets.types import DAY_MS, MINUTE_MS, TIMEFRAMES, Candle, Symbol
from scalpaiboard.lib.clock import now_ms
from tests.markets.feed.doubles import MemoryPublisher, MemoryStore
from tests.markets.feed.memory_audience import MemoryAudience

SPEED = 30
WAIT_S = 60.0
MARKET = GeneratedMarket(count=2)
BTC = Symbol(MARKET.pairs[0].symbol)
NOON_MS = round(datetime(2026, 3, 11, 12, 5, tzinfo=UTC).timestamp() * 1_000)
HOUR_MS = 60 * MINUTE_MS
OF_NO_CANDLE = {
    *("mark_price", "index_price", "funding_rate", "next_funding_in"),
    *("high_24h", "low_24h"),
}
"""What the exchange says now, and said otherwise to the run before."""
CONFIG = FeedConfig(silence_ms=2_000, warm_again_s=0.1)


@dataclass
class Run:
    feed: Feed
    engine: MarketEngine
    exchange: Exchange
    simulator: Simulator

    @property
    def state(self) -> dict[str, Any]:
        return self.feed.report.state()

    @property
    def is_warm(self) -> bool:
        warm = self.state["warm"]
        is_done: bool = 0 < warm["total"] == warm["done"]
        return is_done and self.state["phase"] == "live"

    def fail(self, rest: str) -> None:
        faults = self.simulator.hub.faults
        self.simulator.hub.faults = replace(faults, rest=rest)

    async def until(self, is_true: Callable[[], bool]) -> None:
        async with asyncio.timeout(WAIT_S):
            while not is_true():  # noqa: ASYNC110 - many things may come true
                await asyncio.sleep(0.02)


@dataclass
class Place:
    """An exchange and a store that outlive a feed."""

    simulator: Simulator
    store: MemoryStore = field(default_factory=MemoryStore)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[Run]:
        exchange = await connect(MARKET.venue, self.simulator.addresses)
        engine = MarketEngine(venue=MARKET.venue, market_key=MARKET.source.key)
        around = Surroundings(
            MARKET.source,
            exchange,
            engine,
            self.store,
            MemoryPublisher(self.store),
            MemoryAudience(),
            now_ms,
        )
        run = Run(Feed(around, config=CONFIG), engine, exchange, self.simulator)
        stop = asyncio.Event()
        task = asyncio.create_task(run.feed.run(stop))
        await run.until(lambda: run.state["phase"] == "live")
        yield run
        stop.set()
        await task
        await exchange.close()


@contextlib.asynccontextmanager
async def a_place(start_ms: int = NOON_MS) -> AsyncIterator[Place]:
    clock = start_clock(start_ms=start_ms, speed=SPEED)
    async with serve(MARKET, options=Options(clock=clock)) as simulator:
        yield Place(simulator)


@pytest.fixture
async def place() -> AsyncIterator[Place]:
    async with a_place() as made:
        yield made


def average_200(candles: list[Candle]) -> float:
    """Return the exponential average, seeded by the mean of the first 200."""
    closes = [candle.close for candle in candles]
    average = sum(closes[:200]) / 200
    for close in closes[200:]:
        average += (close - average) * 2 / 201
    return average


async def test_long_indicators_are_those_of_the_exchange_s_candles(
    place: Place,
) -> None:
    async with place.running() as run:
        await run.until(lambda: run.is_warm)

        found = run.engine.closed_table().row(BTC)

        assert [run.engine.cold(timeframe) for timeframe in TIMEFRAMES] == [[]] * 7
        for timeframe, length in (("15m", 15), ("1h", 60), ("8h", 480), ("1d", 1_440)):
            step_ms = length * MINUTE_MS
            end_ms = ((run.engine.last_closed_ms or 0) + MINUTE_MS) // step_ms * step_ms
            candles = await run.exchange.fetch_candles(
                BTC, start_ms=end_ms - 499 * step_ms, end_ms=end_ms, timeframe=timeframe
            )
            close = found[f"candle_close_{timeframe}"]
            assert close == candles[-1].close
            # The quarter of an hour may have turned since the page was asked for.
            assert found[f"ema_200_{timeframe}"] == pytest.approx(
                average_200(candles), rel=1e-4
            )


async def test_a_restart_ends_in_the_bits_of_a_run_without_one(place: Place) -> None:
    async with place.running() as run:
        await run.until(lambda: run.is_warm)
    straight = run.engine
    assert list(place.store.checkpoints) == [NOON_MS // DAY_MS * DAY_MS]

    async with place.running() as again:
        last_ms = straight.last_closed_ms or 0
        await again.until(lambda: (again.engine.last_closed_ms or 0) > last_ms)
        assert again.state["warm"]["total"] == 0
    stored = sorted(place.store.candles.items(), key=lambda one: one[0][1])
    # The last minute before the stop may have come only afterwards.
    straight.repair([one for (_, minute), one in stored if minute <= last_ms])
    end_ms = again.engine.last_closed_ms or 0
    for minute in range(last_ms + MINUTE_MS, end_ms + 1, MINUTE_MS):
        straight.close_minute(minute, [one for (_, at), one in stored if at == minute])

    one, other = straight.closed_table(), again.engine.closed_table()
    assert not np.isnan(other.row(BTC)["ema_200_1d"])
    differing = [
        name
        for name, mine, theirs in zip(
            one.columns, one.values, other.values, strict=True
        )
        if name not in OF_NO_CANDLE and mine.tobytes() != theirs.tobytes()
    ]
    assert differing == []


async def test_without_rest_it_says_so_and_tries_again(place: Place) -> None:
    async with place.running() as run:
        run.fail("503")
        await run.until(lambda: "warm_up_failing" in codes(run))
        assert not run.is_warm

        run.fail("")
        await run.until(lambda: run.is_warm)

        assert codes(run) == []
        assert run.engine.cold("1d") == []


async def test_a_pair_of_three_days_stays_unknown_and_is_asked_for_once() -> None:
    young = MARKET.pairs[1]
    listed_ms = MARKET.listing(young.row, NOON_MS // MINUTE_MS).listed_at_ms
    async with (
        a_place(listed_ms + 3 * DAY_MS + 12 * HOUR_MS) as place,
        place.running() as run,
    ):
        await run.until(lambda: run.is_warm)
        total = run.state["warm"]["total"]
        last_ms = run.engine.last_closed_ms or 0
        await run.until(lambda: (run.engine.last_closed_ms or 0) > last_ms)

        row = run.engine.closed_table().row(Symbol(young.symbol))
        assert not np.isnan(row["sma_50_1h"])
        assert np.isnan(row["ema_200_1h"])
        assert np.isnan(row["sma_20_1d"])
        assert run.state["warm"] == {"done": total, "total": total}


def codes(run: Run) -> list[str]:
    return [problem["code"] for problem in run.state["problems"]]
