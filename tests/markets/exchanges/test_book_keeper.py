import asyncio
from collections.abc import AsyncIterator

import pytest

from markets.errors import ExchangeUnavailableError
from markets.exchanges.binance import book_keeper
from markets.exchanges.binance.book_keeper import BookKeeper
from markets.types import BookSnapshot, BookUpdate, Symbol, Venue
from tests.fakes.venue import eventually

BTC = Symbol("BTCUSDT")


class Exchange:
    """Hands out the snapshots it is given, and waits for more."""

    def __init__(self) -> None:
        self.snapshots: asyncio.Queue[int | Exception] = asyncio.Queue()
        self.sizes: list[int] = []
        self.asked = 0

    async def fetch(self, symbol: Symbol) -> BookSnapshot:
        self.asked += 1
        given = await self.snapshots.get()
        if isinstance(given, Exception):
            raise given
        size = self.sizes.pop(0) if self.sizes else 1
        bids = tuple((str(10 - n), "1") for n in range(size))
        return BookSnapshot(symbol, given, bids, (("11", "1"),))


def update(final: int, previous: int, *, price: str = "10") -> BookUpdate:
    level = (price, str(final))
    return BookUpdate(BTC, 1, previous + 1, final, previous, (level,), ())


@pytest.fixture
def exchange() -> Exchange:
    return Exchange()


@pytest.fixture
async def keeper(
    exchange: Exchange, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[BookKeeper]:
    for wait in ("FIRST_UPDATE_S", "FIRST_PAUSE_S", "LOOK_S"):
        monkeypatch.setattr(book_keeper, wait, 0.001)
    kept = BookKeeper(BTC, Venue.BINANCE_USDM, exchange.fetch)
    running = asyncio.create_task(kept.run())
    yield kept
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def synced(keeper: BookKeeper) -> None:
    await eventually(lambda: keeper.is_synced)


async def test_buffered_updates_bridge_the_snapshot(
    keeper: BookKeeper, exchange: Exchange
) -> None:
    for final in (90, 100, 110):
        keeper.offer(update(final, final - 10))

    exchange.snapshots.put_nowait(95)
    await synced(keeper)

    assert keeper.book.last_update_id == 110
    assert keeper.book.bids.best(1) == (("10", "110"),)


async def test_snapshot_older_than_the_first_update_is_fetched_again(
    keeper: BookKeeper, exchange: Exchange
) -> None:
    keeper.offer(update(100, 90))

    exchange.snapshots.put_nowait(50)
    exchange.snapshots.put_nowait(95)
    await synced(keeper)

    assert keeper.book.last_update_id == 100


async def test_gap_rebuilds_the_book(keeper: BookKeeper, exchange: Exchange) -> None:
    keeper.offer(update(100, 90))
    exchange.snapshots.put_nowait(95)
    await synced(keeper)

    keeper.offer(update(130, 120))
    lost = keeper.is_synced
    exchange.snapshots.put_nowait(125)
    await synced(keeper)

    assert lost is False
    assert keeper.rebuilds == 1
    assert keeper.book.last_update_id == 130


async def test_a_quiet_pair_is_shown_without_an_update(
    keeper: BookKeeper, exchange: Exchange
) -> None:
    exchange.snapshots.put_nowait(95)
    await synced(keeper)

    keeper.offer(update(100, 95))

    assert keeper.is_synced
    assert keeper.book.last_update_id == 100


async def test_a_book_that_fell_silent_waits_for_an_update(
    keeper: BookKeeper, exchange: Exchange
) -> None:
    exchange.snapshots.put_nowait(95)
    await synced(keeper)

    keeper.lose()
    exchange.snapshots.put_nowait(120)
    await eventually(lambda: keeper.rebuilds == 1)
    waited = exchange.snapshots.qsize()
    keeper.offer(update(130, 110))
    await synced(keeper)

    assert waited == 1
    assert keeper.book.last_update_id == 130


async def test_a_worn_book_is_renewed_while_it_goes_on(
    keeper: BookKeeper, exchange: Exchange
) -> None:
    # Five levels are as many as can be asked for: there are more behind them.
    exchange.sizes = [5, 2]
    exchange.snapshots.put_nowait(95)
    await synced(keeper)
    keeper.offer(update(100, 95, price="1"))

    await eventually(lambda: exchange.asked == 2)
    keeper.offer(update(110, 100, price="2"))
    was_shown = keeper.is_synced
    exchange.snapshots.put_nowait(105)
    await eventually(lambda: keeper.renewals == 1)

    assert was_shown
    assert keeper.is_synced
    assert keeper.book.last_update_id == 110
    assert keeper.book.bids.best(9) == (("10", "1"), ("9", "1"), ("2", "110"))


async def test_unavailable_exchange_is_asked_again(
    keeper: BookKeeper, exchange: Exchange
) -> None:
    keeper.offer(update(100, 90))

    exchange.snapshots.put_nowait(ExchangeUnavailableError("down"))
    exchange.snapshots.put_nowait(95)
    await synced(keeper)

    assert keeper.book.last_update_id == 100
