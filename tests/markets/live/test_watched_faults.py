"""Books and trades while the exchange misbehaves, or Redis is gone."""

import asyncio
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest
import redis
from django.test import override_settings

from markets import demand as leases
from markets.demand import DemandHere, DemandInRedis
from markets.live import watched
from tests.markets.live.page import Page
from tests.markets.live.stage import Stage, a_stage

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")

MEMORY = {
    "default": {
        "BACKEND": "channels.layers.InMemoryChannelLayer",
        "CONFIG": {"capacity": 1_000},
    }
}


@pytest.fixture
async def stage(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Stage]:
    monkeypatch.setattr(leases, "LEASE_S", 2.0)
    with override_settings(CHANNEL_LAYERS=MEMORY):
        pairs = getattr(request, "param", 4)
        async with a_stage(DemandHere(), pairs=pairs) as stage:
            yield stage


async def live_book(stage: Stage, symbol: str = "BTCUSDT") -> Page:
    page = await stage.open(f"book.{symbol}")
    await page.until(lambda page: page.state == "live" and len(page.frames) > 3)
    return page


def is_the_exchanges(stage: Stage, symbol: str = "BTCUSDT") -> Callable[[Page], bool]:
    """Return whether a page shows the simulator's own book of this moment."""
    books = stage.simulator.books
    pair = next(one for one in stage.simulator.market.pairs if one.symbol == symbol)

    def is_so(page: Page) -> bool:
        bids, asks = books.snapshot(pair).texts(500)
        shown = (page.levels["b"], page.levels["a"])
        return page.state == "live" and shown == (_numbers(bids), _numbers(asks))

    return is_so


def _numbers(levels: list[list[str]]) -> dict[float, float]:
    return {float(price): float(quantity) for price, quantity in levels}


async def test_a_book_is_the_exchanges_level_by_level(stage: Stage) -> None:
    page = await live_book(stage)

    await page.until(is_the_exchanges(stage))

    assert stage.watched["rebuilds"] == 0


async def test_a_cut_socket_brings_the_book_and_the_trades_back_whole(
    stage: Stage,
) -> None:
    book, tape = await live_book(stage), await stage.open("trades.BTCUSDT")
    await tape.until(lambda page: bool(page.trades))

    for session in list(stage.simulator.hub.sessions):
        session.drop()
    await stage.until(lambda: stage.watched["rebuilds"] == 1)
    await book.until(is_the_exchanges(stage))
    newest = tape.trades[-1][0]
    await tape.until(lambda page: page.is_contiguous and page.trades[-1][0] > newest)

    assert stage.watched["rebuilds"] == 1


async def test_updates_out_of_order_are_never_shown_as_they_came(
    stage: Stage,
) -> None:
    page = await live_book(stage)

    stage.go_wrong(out_of_order_every=3)
    await page.until(lambda page: page.state == "rebuilding")
    stage.go_wrong(out_of_order_every=0)

    await page.until(is_the_exchanges(stage))
    assert page.best[0] < page.best[1]


async def test_a_frozen_stream_is_noticed_and_comes_back(stage: Stage) -> None:
    page = await live_book(stage)

    stage.go_wrong(freeze=("depth",))
    await page.until(lambda page: page.state == "rebuilding")
    stage.go_wrong(freeze=())

    await page.until(is_the_exchanges(stage))


async def test_frozen_trades_are_fetched_and_come_back(stage: Stage) -> None:
    page = await stage.open("trades.BTCUSDT")
    await page.until(lambda page: bool(page.trades))

    stage.go_wrong(freeze=("aggTrade",))
    newest = page.trades[-1][0]
    await page.until(lambda page: page.trades[-1][0] > newest)
    stage.go_wrong(freeze=())

    newest = page.trades[-1][0]
    await page.until(lambda page: page.trades[-1][0] > newest and page.is_contiguous)


async def test_broken_frames_of_a_book_rebuild_it(stage: Stage) -> None:
    page = await live_book(stage)

    stage.go_wrong(malformed_every=2)
    await page.until(lambda page: page.state == "rebuilding")
    stage.go_wrong(malformed_every=0)

    await page.until(is_the_exchanges(stage))


@pytest.mark.parametrize("stage", [60], indirect=True)
async def test_fifty_pairs_at_once_are_followed_within_the_limits(
    stage: Stage,
) -> None:
    symbols = [pair.symbol for pair in stage.simulator.market.pairs][:50]
    pages = [
        await stage.open(f"{kind}.{symbol}")
        for symbol in symbols
        for kind in ("book", "trades")
    ]

    await stage.until(lambda: len(stage.upstream) == 100)
    await stage.until(lambda: stage.watched["rebuilding"] <= 25)
    weight = stage.feed.report.state()["weight"]
    routes = {
        (one.route, one.name.partition("-")[0]): one.streams
        for one in stage.feed.report.stream.connections
    }
    for page in pages:
        stage.hub.close_mailbox(page.mailbox)
    await stage.until(lambda: not stage.upstream)

    assert routes["/public", "book"] == routes["/market", "trade"] == 50
    assert weight["used"] < weight["limit"] * 0.6
    assert weight["blocked_until_ms"] is None
    assert stage.feed.report.state()["problems"] == []


@pytest.fixture
def server(tmp_path: Path) -> Iterator["OwnRedis"]:
    if shutil.which("redis-server") is None:
        pytest.skip("No redis-server to stop and start again.")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = OwnRedis(port, tmp_path)
    server.start()
    yield server
    server.stop()


class OwnRedis:
    """A Redis that a test may stop; it keeps nothing."""

    def __init__(self, port: int, folder: Path) -> None:
        self.url = f"redis://127.0.0.1:{port}/0"
        self._command = ["redis-server", "--port", str(port), "--save", ""]
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._process = subprocess.Popen(
            self._command, cwd=self._folder, stdout=subprocess.DEVNULL
        )
        with redis.Redis.from_url(self.url, retry=None) as client:
            for _ in range(1_000):
                try:
                    client.ping()
                except redis.RedisError:
                    continue
                return

    def stop(self) -> None:
        if self._process:
            self._process.kill()
            self._process.wait()


async def test_redis_gone_says_so_and_back_brings_all_back(
    server: OwnRedis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watched, "LOST_AFTER_S", 2.0)
    layer = {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [server.url]},
    }
    with override_settings(CHANNEL_LAYERS={"default": layer}):
        async with a_stage(DemandInRedis(server.url, "test")) as stage:
            page = await live_book(stage)

            await asyncio.to_thread(server.stop)
            await page.until(lambda page: page.state == "rebuilding")
            await asyncio.to_thread(server.start)

            await page.until(is_the_exchanges(stage))
            numbers = [frame["seq"] for frame in page.frames]
            assert all(later > earlier for earlier, later in pairwise(numbers))
