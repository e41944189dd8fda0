"""The exchange's own clients, unchanged but for addresses, read the simulator."""

import asyncio
import warnings
from collections.abc import AsyncIterator

import ccxt.async_support as ccxt  # type: ignore[import-untyped]  # no stubs
import pytest

from markets.simulator.generated import GeneratedMarket
from markets.simulator.market import OPEN, VOLUME
from markets.simulator.server import Simulator, serve
from markets.types import MINUTE_MS, Venue

with warnings.catch_warnings():
    # python-binance 1.0.37 names a class of websockets that is on its way out.
    warnings.simplefilter("ignore", DeprecationWarning)
    from binance import AsyncClient, BinanceSocketManager  # type: ignore[import-untyped]  # no stubs


@pytest.fixture
async def futures() -> AsyncIterator[Simulator]:
    async with serve(GeneratedMarket(count=12)) as simulator:
        yield simulator


@pytest.fixture
async def spot() -> AsyncIterator[Simulator]:
    market = GeneratedMarket(count=12, venue=Venue.BINANCE_SPOT)
    async with serve(market) as simulator:
        yield simulator


async def test_python_binance_reads_the_candles_of_futures(futures: Simulator) -> None:
    client = AsyncClient()
    client.FUTURES_URL = f"{futures.addresses.rest}/fapi"
    minute = futures.clock.now_ms() // MINUTE_MS - 3

    try:
        rows = await client.futures_klines(
            symbol="BTCUSDT", interval="1m", startTime=minute * MINUTE_MS, limit=2
        )
    finally:
        await client.close_connection()

    bars = futures.market.history(0, minute, minute + 2)
    pair = futures.market.pairs[0]
    assert [row[0] for row in rows] == [minute * MINUTE_MS, (minute + 1) * MINUTE_MS]
    assert [row[1] for row in rows] == [pair.price.text(int(b[OPEN])) for b in bars]
    assert [row[5] for row in rows] == [pair.volume.text(int(b[VOLUME])) for b in bars]


async def test_python_binance_hears_candles_on_the_market_route(
    futures: Simulator,
) -> None:
    client = AsyncClient()
    manager = BinanceSocketManager(client)
    manager.FSTREAM_URL = f"{futures.addresses.stream}/"

    try:
        socket = manager.futures_multiplex_socket(
            ["btcusdt@kline_1m"], category="market"
        )
        async with socket as stream:
            message = await asyncio.wait_for(stream.recv(), 10)
    finally:
        await client.close_connection()

    assert message["stream"] == "btcusdt@kline_1m"
    assert message["data"]["k"]["s"] == "BTCUSDT"
    assert message["data"]["k"]["x"] is False


async def test_python_binance_hears_candles_of_spot(spot: Simulator) -> None:
    client = AsyncClient()
    manager = BinanceSocketManager(client)
    manager.STREAM_URL = f"{spot.addresses.stream}/"

    try:
        async with manager.kline_socket("ETHUSDT", interval="1m") as stream:
            message = await asyncio.wait_for(stream.recv(), 10)
    finally:
        await client.close_connection()

    assert message["k"]["s"] == "ETHUSDT"
    assert len(message["k"]["c"].partition(".")[2]) == 8


@pytest.mark.parametrize("name", ["binanceusdm", "binance"])
async def test_ccxt_lists_the_pairs_and_reads_candles(
    name: str, futures: Simulator, spot: Simulator
) -> None:
    simulator = futures if name == "binanceusdm" else spot
    exchange = _ccxt(name, simulator.addresses.rest)
    minute = simulator.clock.now_ms() // MINUTE_MS - 3

    try:
        markets = await exchange.load_markets()
        symbol = next(key for key, row in markets.items() if row["id"] == "BTCUSDT")
        rows = await exchange.fetch_ohlcv(symbol, "1m", minute * MINUTE_MS, 2)
        book = await exchange.fetch_order_book(symbol, 5)
        ticker = await exchange.fetch_ticker(symbol)
    finally:
        await exchange.close()

    bar = simulator.market.history(0, minute, minute + 1)[0]
    pair = simulator.market.pairs[0]
    assert len(markets) == 12
    assert rows[0][0] == minute * MINUTE_MS
    assert rows[0][1] == pytest.approx(pair.price.value(int(bar[OPEN])))
    assert rows[0][5] == pytest.approx(pair.volume.value(int(bar[VOLUME])))
    assert book["bids"][0][0] < book["asks"][0][0]
    assert ticker["last"] > 0


def _ccxt(name: str, rest: str) -> ccxt.Exchange:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exchange = getattr(ccxt, name)(
            {
                "options": {
                    "fetchCurrencies": False,
                    "fetchMarkets": ["linear" if name == "binanceusdm" else "spot"],
                    "fetchMargins": False,
                }
            }
        )
    kind = "fapi" if name == "binanceusdm" else "api"
    for key, url in list(exchange.urls["api"].items()):
        if key.startswith("fapi") and kind == "fapi":
            exchange.urls["api"][key] = f"{rest}/fapi/{url.rpartition('/')[2]}"
        elif key in {"public", "v1"} and kind == "api":
            exchange.urls["api"][key] = f"{rest}/api/{url.rpartition('/')[2]}"
    return exchange
