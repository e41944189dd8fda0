"""The pages in a browser, while 700 pairs change four times a second."""

import asyncio
import gzip
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from statistics import median
from typing import Final

from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from bench import _probes
from bench._product import PAIRS, ROOT, Product, running_product
from bench.api import serving
from bench.harness import NotMeasuredError, Row, benchmark, percentile
from bench.http_load import HttpLoad

CHROMIUM: Final = Path("/usr/bin/chromium")
DESK: Final = (1600, 950)
PAGES: Final = ("/", "/market/", "/symbols/BTCUSDT/", "/data-health/")
SETTLE_S: Final = 5.0
LOADED_MS: Final = 2_000
TRIES: Final = 3
SLOW_DOWN: Final = 4
READY_LIMIT_MS: Final = 30_000
STEADY_MS: Final = 20_000
ASKED: Final = ("/", "/market/", "/symbols/COIN001USDT/", "/data-health/")
PER_S: Final = 100.0
ASKED_S: Final = 10.0
LOAD: Final = f"{PAIRS} pairs x 4/s, {_probes.CHARTS} charts"

Measure = Callable[[Browser, Product], Awaitable[list[Row]]]


@benchmark("pages")
def pages_of_a_busy_market() -> Iterable[Row]:
    if not CHROMIUM.exists():
        raise NotMeasuredError(f"{CHROMIUM} is missing.")
    with tempfile.TemporaryDirectory(prefix="scalpaiboard-pages-") as folder:
        yield from asyncio.run(_measure(Path(folder)))


async def _measure(data_dir: Path) -> list[Row]:
    rows: list[Row] = []
    async with running_product(data_dir) as product, async_playwright() as playwright:
        await asyncio.sleep(SETTLE_S)
        browser = await playwright.chromium.launch(
            executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu"]
        )
        for measure in MEASURES:
            rows += await measure(browser, product)
        await browser.close()
    return rows


async def _scripts(browser: Browser, product: Product) -> list[Row]:
    heaviest = 0.0
    for path in PAGES:
        async with _page(browser) as page:
            sizes: list[int] = []

            async def weigh(request: object, sizes: list[int] = sizes) -> None:
                if getattr(request, "resource_type", "") == "script":
                    sizes.append((await request.sizes())["responseBodySize"])  # type: ignore[attr-defined]

            page.on("requestfinished", weigh)
            await page.goto(product.address + path)
            await page.wait_for_timeout(LOADED_MS)
            heaviest = max(heaviest, sum(sizes) / 1_024)
    chart = ROOT.joinpath(
        "frontend/node_modules/lightweight-charts/dist",
        "lightweight-charts.standalone.production.js",
    )
    alone = len(gzip.compress(chart.read_bytes(), 9)) / 1_024
    return [
        Row("pages", f"script of the heaviest of {len(PAGES)} pages, gzip", heaviest,
            "KB", 120.0, "lower", "the chart library alone", alone)
    ]  # fmt: skip


async def _cold(browser: Browser, product: Product) -> list[Row]:
    slow = [await _ready(browser, product, SLOW_DOWN) for _ in range(TRIES)]
    free = [await _ready(browser, product, 1) for _ in range(TRIES)]
    what = f"dashboard, cold cache, {SLOW_DOWN}x slow-down"
    return [
        Row("pages", f"{what}: all charts drawn", median(at for at, _ in slow), "ms",
            2_000.0, "lower", "no slow-down", median(at for at, _ in free)),
        Row("pages", f"{what}: layout shift", max(shift for _, shift in slow), "",
            0.02),
    ]  # fmt: skip


async def _ready(
    browser: Browser, product: Product, slow_down: int
) -> tuple[float, float]:
    async with _page(browser, _probes.READY) as page:
        session = await page.context.new_cdp_session(page)
        await session.send("Emulation.setCPUThrottlingRate", {"rate": slow_down})
        await page.goto(product.address)
        await page.wait_for_function("() => window.readyAt", timeout=READY_LIMIT_MS)
        at, shift = await page.evaluate("[window.readyAt, window.shift]")
    return float(at), float(shift)


async def _ticking(browser: Browser, product: Product) -> list[Row]:
    async with _page(browser, _probes.READY) as page:
        await page.goto(product.address)
        await page.wait_for_function("() => window.readyAt", timeout=READY_LIMIT_MS)
        await page.wait_for_timeout(LOADED_MS)
        spent_s = await _renderer_s(browser)
        seen = await page.evaluate(_probes.FRAMES, STEADY_MS)
        spent_s = await _renderer_s(browser) - spent_s
        cpu_pct = 100_000 * spent_s / STEADY_MS
    return [
        Row("pages", f"{LOAD}: longest task (0 below 50)", seen["longest"], "ms", 50.0),
        Row("pages", f"{LOAD}: frames", seen["perSecond"], "a s", 58.0, "higher"),
        Row("pages", f"{LOAD}: renderer CPU of one core", cpu_pct, "%", 25.0),
    ]


async def _renderer_s(browser: Browser) -> float:
    session = await browser.new_browser_cdp_session()
    found = await session.send("SystemInfo.getProcessInfo")
    await session.detach()
    return sum(
        float(one["cpuTime"])
        for one in found["processInfo"]
        if one["type"] == "renderer"
    )


async def _painted(browser: Browser, product: Product) -> list[Row]:
    async with _page(browser, _probes.READY + _probes.EVENTS) as page:
        await page.goto(product.address)
        await page.wait_for_function("() => window.readyAt", timeout=READY_LIMIT_MS)
        delays = await page.evaluate(_probes.PAINTS, STEADY_MS)
    p95 = percentile(delays, 0.95)
    return [Row("pages", f"{LOAD}: event to painted price p95", p95, "ms", 500.0)]


@benchmark("pages")
def pages_of_a_moving_market() -> Iterable[Row]:
    with (
        tempfile.TemporaryDirectory(prefix="scalpaiboard-pages-") as folder,
        serving(folder) as (_, port),
    ):
        yield from asyncio.run(_ask_pages(port))


async def _ask_pages(port: int) -> list[Row]:
    rows = []
    load = HttpLoad(port)
    for path in ASKED:
        await load.run([path], per_s=PER_S, for_s=1.0)
        answers = await load.run([path], per_s=PER_S, for_s=ASKED_S)
        p95 = percentile(answers.delays_ms, 0.95)
        what = f"{path} of {PAIRS} moving pairs at {PER_S:.0f}/s: p95"
        rows.append(Row("pages", what, p95, "ms", 50.0))
    load.close()
    return rows


@asynccontextmanager
async def _page(browser: Browser, *scripts: str) -> AsyncIterator[Page]:
    width, height = DESK
    context: BrowserContext = await browser.new_context(
        viewport={"width": width, "height": height}
    )
    page = await context.new_page()
    for script in scripts:
        await page.add_init_script(f"{{{script}}}")
    yield page
    await context.close()


MEASURES: Final[tuple[Measure, ...]] = (_scripts, _cold, _ticking, _painted)
"""What is measured of one running product, one after the other."""
