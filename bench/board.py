"""The whole product in one process under 700 pairs with 4 updates a second."""

import asyncio
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import httpx

from bench._product import PAIRS, Product, frames, running_product
from bench.harness import Row, benchmark, cpu_s, percentile

SETTLE_S = 10.0
STEADY_S = 30.0
LOSS_S = 10.0
QUIET_S = 3.0
CPU_BAR_PCT = 60.0
DELAY_BAR_MS = 500.0
ALL_KINDS = ["kline", "miniTicker", "ticker", "markPrice", "forceOrder"]


@benchmark("board")
def whole_product_in_one_process() -> Iterable[Row]:
    with tempfile.TemporaryDirectory(prefix="scalpaiboard-load-") as folder:
        yield from asyncio.run(_measure(Path(folder)))


async def _measure(data_dir: Path) -> list[Row]:
    async with running_product(data_dir) as product:
        await asyncio.sleep(SETTLE_S)
        began, spent_s = time.monotonic(), cpu_s(product.pid)
        delays_ms = await _delays_ms(product, STEADY_S)
        spent_s = cpu_s(product.pid) - spent_s
        cpu_pct = 100 * spent_s / (time.monotonic() - began)
        sent, lost = await _loss(product)
    load = f"{PAIRS} pairs x 4/s:"
    p95 = percentile(delays_ms, 0.95)
    return [
        Row("board", f"{load} lost of {sent} frames", lost, "frames", bar=0.0),
        Row("board", f"{load} CPU of one core", cpu_pct, "%", bar=CPU_BAR_PCT),
        Row("board", f"{load} event to browser p95", p95, "ms", bar=DELAY_BAR_MS),
    ]


async def _feed_state(product: Product) -> dict[str, Any]:
    async for frame in frames(product, "feed"):
        if frame.get("data"):
            state: dict[str, Any] = frame["data"]
            return state
    return {}


async def _delays_ms(product: Product, for_s: float) -> list[float]:
    delays: list[float] = []
    end = time.monotonic() + for_s
    column = -1
    async for frame in frames(product, "ticks"):
        now_ms = time.time() * 1_000
        data = frame.get("data", {})
        if "columns" in data:
            column = data["columns"].index("event_time")
        if frame["type"] == "update" and column >= 0:
            times = [row[column] for row in data["rows"] if row[column]]
            delays.extend(now_ms - event_ms for event_ms in times)
        if time.monotonic() > end:
            break
    return delays


# Both sides count the same once everything is silent, so counts can be compared.
async def _loss(product: Product) -> tuple[int, int]:
    rest = [kind for kind in ALL_KINDS if kind != "kline"]
    await _freeze(product, ALL_KINDS)
    sent, counted = await _counts(product)
    await _freeze(product, rest)
    await asyncio.sleep(LOSS_S)
    await _freeze(product, ALL_KINDS)
    sent_then, counted_then = await _counts(product)
    return sent_then - sent, (sent_then - sent) - (counted_then - counted)


async def _freeze(product: Product, kinds: list[str]) -> None:
    async with httpx.AsyncClient() as client:
        url = f"{product.simulator}/simulator/faults"
        (await client.post(url, json={"freeze": kinds})).raise_for_status()


async def _counts(product: Product) -> tuple[int, int]:
    await asyncio.sleep(QUIET_S)
    async with httpx.AsyncClient() as client:
        stats = (await client.get(f"{product.simulator}/simulator/stats")).json()
    state = await _feed_state(product)
    return stats["frames"]["kline"], state["counters"]["frames"]
