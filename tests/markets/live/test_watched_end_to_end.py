"""Books and trades from the exchange's protocol to the frames of the socket."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator

import pytest
import redis
from channels.layers import channel_layers
from django.conf import settings
from django.test import override_settings

from markets import demand as leases, snapshots
from markets.demand import Demand, DemandHere, DemandInRedis
from markets.live.topics import parse_topic
from markets.types import Symbol
from tests.markets.live.stage import Stage, a_stage

pytestmark = [
    pytest.mark.servers,
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]

REDIS_URL = settings.REDIS_URL or os.environ.get(
    "TEST_REDIS_URL", "redis://127.0.0.1:6379/9"
)
IN_MEMORY = {
    "BACKEND": "channels.layers.InMemoryChannelLayer",
    "CONFIG": {"capacity": 1_000},
}
IN_REDIS = {
    "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
    "CONFIG": {"hosts": [REDIS_URL], "prefix": f"scalpaiboard-watched-{os.getpid()}"},
}


@pytest.fixture(params=["memory", "redis"])
def demand(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Demand]:
    """The leases, with the bus of the same kind; short, so that tests are."""
    monkeypatch.setattr(leases, "LEASE_S", 2.0)
    layer = IN_MEMORY
    made: Demand = DemandHere()
    if request.param == "redis":
        with redis.Redis.from_url(REDIS_URL) as client:
            try:
                client.ping()
            except redis.ConnectionError:
                pytest.skip(f"No Redis at {REDIS_URL}; TEST_REDIS_URL names one.")
        layer, made = IN_REDIS, DemandInRedis(REDIS_URL, f"test-{os.getpid()}")
    with override_settings(CHANNEL_LAYERS={"default": layer}):
        yield made


@pytest.fixture
async def stage(demand: Demand) -> AsyncIterator[Stage]:
    async with a_stage(demand) as stage:
        yield stage
    await channel_layers["default"].flush()


async def test_a_book_is_followed_while_someone_looks(stage: Stage) -> None:
    before = stage.upstream
    page = await stage.open("book.BTCUSDT")

    await page.until(lambda page: page.state == "live" and len(page.frames) > 10)
    watched, upstream = stage.watched, stage.upstream
    stage.hub.close_mailbox(page.mailbox)
    await stage.until(lambda: not stage.upstream)

    assert (before, upstream) == (set(), {"btcusdt@depth@100ms"})
    assert (watched["books"], watched["trades"]) == (1, 0)
    assert page.best[0] < page.best[1]
    assert [len(side) for side in page.levels.values()] == [500, 500]
    assert stage.watched["books"] == 0
    assert stage.opened["book"] == 0


async def test_what_is_followed_is_kept_for_those_who_ask_once(stage: Stage) -> None:
    book, tape = await stage.open("book.BTCUSDT"), await stage.open("trades.BTCUSDT")
    await book.until(lambda page: page.state == "live" and len(page.frames) > 15)
    await tape.until(lambda page: bool(page.trades))

    kept = snapshots.read_book("binanceusdm", Symbol("BTCUSDT"), since_ms=0)
    trades = snapshots.read_trades("binanceusdm", Symbol("BTCUSDT"), since_ms=0)

    assert kept
    assert trades
    assert (len(kept.bids), len(kept.asks)) == (500, 500)
    assert len(trades) > 200
    assert snapshots.read_book("binanceusdm", Symbol("XUSDT"), since_ms=0) is None


async def test_trades_begin_with_the_latest_and_go_on_without_a_gap(
    stage: Stage,
) -> None:
    page = await stage.open("trades.BTCUSDT")

    await page.until(lambda page: len(page.trades) > 205)
    stage.hub.close_mailbox(page.mailbox)
    await stage.until(lambda: not stage.upstream)

    ids = [row[0] for row in page.trades]
    assert ids == list(range(ids[0], ids[0] + len(ids)))
    assert {row[4] for row in page.trades} == {"buy", "sell"}
    assert page.data["large_quote"] > 0


async def test_an_unknown_symbol_is_refused_and_followed_by_nobody(
    stage: Stage,
) -> None:
    with pytest.raises(ValueError, match="one of the 4 pairs"):
        await stage.open("book.NOPEUSDT")

    assert stage.hub.watching.wanted == set()


async def test_a_page_that_is_loaded_again_finds_its_book_at_once(
    stage: Stage,
) -> None:
    first = await stage.open("book.BTCUSDT")
    await first.until(lambda page: page.state == "live")
    before = stage.opened["book"], stage.simulator.hub.sent["depth"]
    stage.hub.close_mailbox(first.mailbox)

    again = await stage.open("book.BTCUSDT")
    frame = await again.read()

    assert (frame["type"], frame["data"]["state"]) == ("snapshot", "live")
    await stage.until(lambda: stage.upstream == {"btcusdt@depth@100ms"})
    assert before[0] == stage.opened["book"] == 1
    assert stage.watched["rebuilds"] == 0


async def test_a_process_that_dies_leaves_no_subscription(stage: Stage) -> None:
    page = await stage.open("book.ETHUSDT")
    await page.until(lambda page: page.state == "live")

    # Nothing is unsubscribed, nothing is taken back.
    for task in stage.hub._tasks:
        task.cancel()

    await stage.until(lambda: not stage.upstream)


async def test_a_client_that_leafs_quickly_leaves_nothing_behind(
    stage: Stage,
) -> None:
    mailbox = stage.hub.open_mailbox()
    for _ in range(10):
        for pair in stage.simulator.market.pairs:
            for kind in ("book", "trades"):
                topic = parse_topic(f"{kind}.{pair.symbol}")
                await stage.hub.subscribe(mailbox, topic)
                await asyncio.sleep(0.01)
                stage.hub.unsubscribe(mailbox, topic)
    await stage.until(lambda: bool(stage.upstream))
    stage.hub.close_mailbox(mailbox)

    await stage.until(lambda: not stage.upstream)

    assert stage.watched["books"] == stage.watched["trades"] == 0
    assert stage.opened["book"] == stage.opened["trade"] == 0
