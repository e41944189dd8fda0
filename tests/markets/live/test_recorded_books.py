"""Recorded frames of the real exchange, all the way to what a page shows."""

import asyncio
import gzip
import json
from pathlib import Path

import pytest

from markets.exchanges.binance.answers import parse_book
from markets.exchanges.binance.book_keeper import BookKeeper
from markets.exchanges.binance.decode import Frame, FrameDecoder
from markets.feed.followed import FollowedBook
from markets.live.mailbox import Mailbox
from markets.live.topics import parse_topic
from markets.live.watched import BookBroadcast
from markets.sinks.audience import BoardAudience
from markets.types import BookSnapshot, BookUpdate, Symbol, Venue
from tests.fakes.venue import eventually
from tests.markets.live.page import Page
from tests.markets.live.test_watched import Wishes

pytestmark = pytest.mark.recorded

BTC = Symbol("BTCUSDT")


@pytest.mark.parametrize(
    ("name", "venue", "suffix"),
    [
        (
            "spot_btcusdt_depth_trade_book_20240808.log.gz",
            Venue.BINANCE_SPOT,
            "@depth@100ms",
        ),
        (
            "usdm_btcusdt_depth_trade_book_20240808.log.gz",
            Venue.BINANCE_USDM,
            "@depth@0ms",
        ),
    ],
)
async def test_a_recorded_book_reaches_the_page_with_its_recorded_best_prices(
    recorded_data: Path, name: str, venue: Venue, suffix: str
) -> None:
    best, updates, snapshot = read_capture(
        recorded_data / "binance" / "ws" / name, suffix
    )

    async def fetch(_symbol: Symbol) -> BookSnapshot:
        return snapshot

    keeper = BookKeeper(BTC, venue, fetch)
    followed = FollowedBook(BTC, keeper)
    broadcast = BookBroadcast(parse_topic("book.BTCUSDT"), 0.0)
    audience = BoardAudience(
        venue, is_simulated=False, demand=Wishes(), announce=broadcast.hear
    )
    mailbox = Mailbox(clock_s=lambda: 0.0)
    broadcast.join(mailbox)
    page = Page(mailbox, "book.BTCUSDT")
    early, later = updates[:20], updates[20:]
    for update in early:
        followed.offer(update)
    running = asyncio.create_task(keeper.run())
    await eventually(lambda: keeper.is_synced)

    compared = 0
    for update in later:
        followed.offer(update)
        if depth := followed.news():
            audience.tell_book(depth)
            await page.catch_up()
        if keeper.book.last_update_id in best:
            compared += 1
            assert page.best == best[keeper.book.last_update_id]
    running.cancel()
    await audience.close()

    assert compared > 100
    assert keeper.rebuilds == 0
    assert page.data["state"] == "live"


def read_capture(
    path: Path, suffix: str
) -> tuple[dict[int, tuple[float, float]], list[BookUpdate], BookSnapshot]:
    """Return best prices by update id, the updates, and the snapshot."""
    best: dict[int, tuple[float, float]] = {}
    updates: list[BookUpdate] = []
    snapshot = None
    decoder = FrameDecoder()
    for line in gzip.decompress(path.read_bytes()).decode().splitlines():
        text = line.split(" ", 1)[1]
        content = json.loads(text)
        kind = content.get("stream", "snapshot")
        if kind.endswith(suffix):
            # Recorded at another speed; the message is the same.
            frame = decoder.decode(text.replace("@depth@0ms", "@depth").encode())
            assert isinstance(frame, Frame)
            updates += [one for one in frame.events if isinstance(one, BookUpdate)]
        elif kind.endswith("@bookTicker"):
            data = content["data"]
            best[data["u"]] = (float(data["b"]), float(data["a"]))
        elif kind == "snapshot":
            snapshot = parse_book(text.encode(), BTC)
    assert snapshot is not None
    return best, updates, snapshot
