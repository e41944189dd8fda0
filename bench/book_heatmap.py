"""The heatmap of one book in a browser, at the rate that the board promises."""

import asyncio
import json
import math
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from playwright.async_api import Page, WebSocketRoute, async_playwright

from bench import _probes
from bench._product import running_product
from bench.harness import NotMeasuredError, Row, benchmark
from bench.pages import CHROMIUM, DESK

TOPIC: Final = "book.BTCUSDT"
LEVELS: Final = 200
PER_S: Final = 10
SIDE: Final = 500
TICK: Final = 0.1
SETTLE_MS: Final = 5_000
STEADY_MS: Final = 20_000
FRAMES_BAR: Final = 58.0
TASK_BAR_MS: Final = 50.0


@benchmark("pages")
def book_heatmap() -> Iterable[Row]:
    if not CHROMIUM.exists():
        raise NotMeasuredError(f"{CHROMIUM} is missing.")
    with tempfile.TemporaryDirectory(prefix="scalpaiboard-heatmap-") as folder:
        yield from asyncio.run(_measure(Path(folder)))


async def _measure(data_dir: Path) -> list[Row]:
    async with running_product(data_dir) as product, async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu"]
        )
        width, height = DESK
        page = await browser.new_page(viewport={"width": width, "height": height})
        address = product.address + "/heatmaps/?tab=book&pair=BTCUSDT"
        seen = await frames_of_a_busy_book(page, address)
        await browser.close()
    what = f"book heatmap, {PER_S} updates a second, {LEVELS} levels"
    return [
        Row("pages", f"{what}: frames a second", seen["perSecond"], "", FRAMES_BAR,
            "higher"),
        Row("pages", f"{what}: longest task", seen["longest"], "ms", TASK_BAR_MS),
    ]  # fmt: skip


async def frames_of_a_busy_book(page: Page, address: str) -> dict[str, float]:
    """Return frames a second and the longest task (ms) while a book changes."""
    books: list[asyncio.Task[None]] = []

    def connect(route: WebSocketRoute) -> None:
        server = route.connect_to_server()

        # The book is ours, everything else the board's.
        def pass_on(message: str | bytes) -> None:
            if json.loads(message).get("topic") != TOPIC:
                route.send(message)

        server.on_message(pass_on)
        books.append(asyncio.create_task(_play(route)))

    await page.route_web_socket("**/ws", connect)
    await page.goto(address)
    await page.wait_for_timeout(SETTLE_MS)
    seen: dict[str, float] = await page.evaluate(_probes.FRAMES, STEADY_MS)
    for book in books:
        book.cancel()
    await asyncio.gather(*books, return_exceptions=True)
    return seen


async def _play(route: WebSocketRoute) -> None:
    await asyncio.sleep(1)  # the page asks for the topic first
    sides = {"bids": -1, "asks": 1}
    whole = {
        name: [[_price(way * (depth + 1)), 1.0] for depth in range(SIDE)]
        for name, way in sides.items()
    }
    stamp = {"state": "live", "event_time": 1_700_000_000_000}
    _send(route, "snapshot", 1, {**stamp, "source": "simulated", **whole})
    for step in range(2, 1_000_000):
        await asyncio.sleep(1 / PER_S)
        levels = [_change(step, number) for number in range(LEVELS)]
        _send(route, "update", step, {**stamp, "levels": levels})


# Each step changes other levels, and sizes differ by three orders of magnitude.
def _change(step: int, number: int) -> list[Any]:
    depth = (step * 37 + number * 5) % SIDE + 1
    way = -1 if number % 2 else 1
    size = round(10 ** (1.5 + 1.5 * math.sin(step * 0.7 + number)), 3)
    return ["b" if way < 0 else "a", _price(way * depth), size]


def _price(ticks: int) -> float:
    return round(65_000 + ticks * TICK, 1)


def _send(route: WebSocketRoute, kind: str, seq: int, data: dict[str, Any]) -> None:
    route.send(json.dumps({"type": kind, "topic": TOPIC, "seq": seq, "data": data}))
