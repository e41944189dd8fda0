from collections.abc import AsyncIterator
from email.utils import formatdate
from typing import Any

import pytest

from markets.errors import (
    BadAnswerError,
    ExchangeError,
    ExchangeUnavailableError,
    RateLimitedError,
    RegionBlockedError,
    UnknownSymbolError,
)
from markets.exchanges.base import Addresses, Exchange
from markets.exchanges.binance import rest
from markets.exchanges.connect import connect
from markets.types import (
    DAY_MS,
    MINUTE_MS,
    Candle,
    MarkPrice,
    Symbol,
    Ticker,
    Trade,
    Venue,
)
from tests.fakes.venue import FakeVenue, fake_venue

BTC = Symbol("BTCUSDT")
NOW_MS = 1_700_000_100_000


@pytest.fixture
async def venue() -> AsyncIterator[FakeVenue]:
    async with fake_venue() as served:
        yield served


@pytest.fixture
async def futures(
    venue: FakeVenue, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Exchange]:
    monkeypatch.setattr(rest, "FIRST_PAUSE_S", 0.001)
    exchange = await connect(Venue.BINANCE_USDM, venue.addresses, clock=lambda: NOW_MS)
    yield exchange
    await exchange.close()


@pytest.fixture
async def spot(venue: FakeVenue) -> AsyncIterator[Exchange]:
    exchange = await connect(Venue.BINANCE_SPOT, venue.addresses, clock=lambda: NOW_MS)
    yield exchange
    await exchange.close()


def row(open_time_ms: int) -> list[Any]:
    prices = ["1.0", "2.0", "0.5", "1.5", "10"]
    close_time = open_time_ms + MINUTE_MS - 1
    return [open_time_ms, *prices, close_time, "15", 7, "4", "6", "0"]


async def test_connecting_asks_nothing(futures: Exchange, venue: FakeVenue) -> None:
    assert futures.venue is Venue.BINANCE_USDM
    assert venue.requests == []


async def test_candles_come_in_even_pages(futures: Exchange, venue: FakeVenue) -> None:
    start = NOW_MS - NOW_MS % MINUTE_MS - 1_441 * MINUTE_MS
    for used in ("2", "4", "6"):
        venue.answer([], headers={"X-MBX-USED-WEIGHT-1M": used})

    end = start + 1_441 * MINUTE_MS
    await futures.fetch_candles(BTC, start_ms=start, end_ms=end)

    pages = [query for _, query in venue.requests]
    assert [int(query["limit"]) for query in pages] == [480, 480, 481]
    assert int(pages[0]["startTime"]) == start
    assert int(pages[1]["startTime"]) == int(pages[0]["endTime"]) + 1
    assert {path for path, _ in venue.requests} == {"/fapi/v1/klines"}
    assert futures.weight.used == 6


@pytest.mark.parametrize("days_ahead", [0, -1_400, 1], ids=["now", "past", "fast"])
async def test_what_has_closed_is_judged_by_the_exchanges_time(
    futures: Exchange, venue: FakeVenue, days_ahead: int
) -> None:
    its_time_ms = NOW_MS + days_ahead * DAY_MS
    minute = its_time_ms - its_time_ms % MINUTE_MS
    headers = {"Date": formatdate(its_time_ms / 1_000, usegmt=True)}
    venue.answer([row(minute - MINUTE_MS), row(minute)], headers=headers)

    candles = await futures.fetch_candles(
        BTC, start_ms=minute - MINUTE_MS, end_ms=minute + MINUTE_MS
    )

    assert candles == [
        Candle(BTC, minute - MINUTE_MS, 1.0, 2.0, 0.5, 1.5, 10.0, 15.0, 7, 4.0, 6.0)
    ]


async def test_empty_range_asks_nothing(futures: Exchange, venue: FakeVenue) -> None:
    assert await futures.fetch_candles(BTC, start_ms=60_000, end_ms=60_000) == []
    assert venue.requests == []


async def test_unknown_timeframe_is_refused(futures: Exchange) -> None:
    with pytest.raises(ValueError, match="7m"):
        await futures.fetch_candles(BTC, start_ms=0, end_ms=1, timeframe="7m")


async def test_spot_has_its_own_paths_and_page(
    spot: Exchange, venue: FakeVenue
) -> None:
    venue.answer([])
    venue.answer([])

    await spot.fetch_candles(BTC, start_ms=0, end_ms=1_441 * MINUTE_MS)

    assert [path for path, _ in venue.requests] == ["/api/v3/klines"] * 2
    assert spot.weight.used == 4


async def test_spot_has_no_mark_prices(spot: Exchange, venue: FakeVenue) -> None:
    assert await spot.fetch_mark_prices() == []
    assert venue.requests == []


async def test_order_book_asks_for_the_next_served_limit(
    futures: Exchange, venue: FakeVenue
) -> None:
    venue.answer({"lastUpdateId": 7, "E": 5, "bids": [["1", "2"]], "asks": []})

    book = await futures.fetch_order_book(BTC, limit=60)

    assert venue.requests == [("/fapi/v1/depth", {"symbol": "BTCUSDT", "limit": "100"})]
    assert (book.last_update_id, book.bids) == (7, (("1", "2"),))
    assert futures.weight.used == 5


async def test_trades_tickers_marks_and_time_are_typed(
    futures: Exchange, venue: FakeVenue
) -> None:
    venue.answer([{"a": 1, "p": "2.50", "q": "3", "T": 4, "m": True}])
    prices = {"openPrice": "1", "highPrice": "3", "lowPrice": "1", "lastPrice": "2"}
    amounts = {"volume": "5", "quoteVolume": "10", "closeTime": 9}
    venue.answer([{"symbol": "BTCUSDT", **prices, **amounts}])
    mark = {"symbol": "BTCUSDT", "markPrice": "2", "indexPrice": "1.5", "time": 3}
    venue.answer([mark | {"lastFundingRate": "0.0001", "nextFundingTime": 8}])
    venue.answer({"serverTime": 123})

    assert await futures.fetch_trades(BTC, limit=1) == [
        Trade(BTC, 1, 4, "2.50", "3", "sell")
    ]
    assert await futures.fetch_tickers() == [Ticker(BTC, 9, 2, 1, 3, 1, 5, 10)]
    assert await futures.fetch_mark_prices() == [MarkPrice(BTC, 3, 2.0, 1.5, 0.0001, 8)]
    assert await futures.server_time_ms() == 123


@pytest.mark.parametrize(
    ("status", "retry_after", "expected_s"),
    [(429, "7", 7.0), (429, None, 60.0), (418, "200", 200.0), (418, None, 120.0)],
)
async def test_limit_answers_stop_all_calls(
    futures: Exchange,
    venue: FakeVenue,
    status: int,
    retry_after: str | None,
    expected_s: float,
) -> None:
    headers = {"Retry-After": retry_after} if retry_after else {}
    venue.answer({"code": -1003, "msg": "Too many"}, status=status, headers=headers)

    with pytest.raises(RateLimitedError) as refused:
        await futures.fetch_tickers()
    with pytest.raises(RateLimitedError):
        await futures.server_time_ms()

    assert refused.value.retry_after_s == expected_s
    assert len(venue.requests) == 1
    assert futures.weight.blocked_until_ms == NOW_MS + expected_s * 1_000


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (451, {"code": 0, "msg": "restricted location"}, RegionBlockedError),
        (400, {"code": -1121, "msg": "Invalid symbol."}, UnknownSymbolError),
        (400, {"code": -1130, "msg": "Bad parameter."}, ExchangeError),
        (200, "<html>Maintenance</html>", BadAnswerError),
        (200, '[{"symbol": "BTC', BadAnswerError),
        (200, '{"unexpected": 1}', BadAnswerError),
    ],
)
async def test_refusals_and_broken_answers_are_named_and_not_repeated(
    futures: Exchange, venue: FakeVenue, status: int, body: Any, error: type[Exception]
) -> None:
    venue.answer(body, status=status)

    with pytest.raises(error):
        await futures.fetch_tickers()

    assert len(venue.requests) == 1


async def test_server_error_is_tried_again(futures: Exchange, venue: FakeVenue) -> None:
    venue.answer("<html>502</html>", status=502)
    venue.answer({"code": -1000, "msg": "busy"}, status=503)
    venue.answer({"serverTime": 5})

    assert await futures.server_time_ms() == 5


async def test_server_error_is_not_tried_for_ever(
    futures: Exchange, venue: FakeVenue
) -> None:
    for _ in range(10):
        venue.answer("", status=500)

    with pytest.raises(ExchangeUnavailableError, match="500"):
        await futures.server_time_ms()

    assert len(venue.requests) == rest.ATTEMPTS


async def test_nobody_at_the_address_is_unavailable(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rest, "FIRST_PAUSE_S", 0.001)
    nobody = Addresses("http://127.0.0.1:1", "ws://127.0.0.1:1")
    exchange = await connect(Venue.BINANCE_SPOT, nobody)

    with pytest.raises(ExchangeUnavailableError, match="cannot be reached"):
        await exchange.server_time_ms()

    await exchange.close()


async def test_ceiling_is_read_from_exchange_info(
    futures: Exchange, venue: FakeVenue
) -> None:
    limits = {"rateLimitType": "REQUEST_WEIGHT", "interval": "MINUTE"}
    venue.answer(
        {"symbols": [], "rateLimits": [limits | {"intervalNum": 1, "limit": 1_200}]}
    )

    assert await futures.list_instruments() == []
    assert futures.weight.limit == 1_200
