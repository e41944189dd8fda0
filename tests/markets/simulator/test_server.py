"""The server's manners: limits, errors, routes, faults."""

import asyncio
import json
from collections.abc import AsyncIterator
from itertools import pairwise
from typing import Any

import httpx
import pytest
import websockets
from websockets.asyncio.client import ClientConnection, connect

from markets.simulator.clock import start_clock
from markets.simulator.generated import GeneratedMarket
from markets.simulator.server import Options, Simulator, serve
from markets.types import Venue


@pytest.fixture
async def simulator() -> AsyncIterator[Simulator]:
    # Thirty seconds of the market pass in one of ours.
    options = Options(clock=start_clock(speed=30.0), weight_limit=60)
    async with serve(GeneratedMarket(count=10), options=options) as running:
        yield running


async def get(simulator: Simulator, path: str) -> httpx.Response:
    async with httpx.AsyncClient(base_url=simulator.addresses.rest) as client:
        return await client.get(path)


async def set_faults(simulator: Simulator, **faults: object) -> httpx.Response:
    async with httpx.AsyncClient(base_url=simulator.addresses.rest) as client:
        return await client.post("/simulator/faults", json=faults)


async def hear(socket: ClientConnection, within_s: float = 5.0) -> Any:
    return json.loads(await asyncio.wait_for(socket.recv(), within_s))


async def test_a_kline_stream_closes_each_minute_with_what_rest_then_says(
    simulator: Simulator,
) -> None:
    url = f"{simulator.addresses.stream}/market/ws/btcusdt@kline_1m"
    async with connect(url) as socket:
        closed = [await hear(socket)]
        while not closed[-1]["k"]["x"]:
            closed.append(await hear(socket))

    candle = closed[-1]["k"]
    rows = (
        await get(
            simulator,
            f"/fapi/v1/klines?symbol=BTCUSDT&interval=1m&startTime={candle['t']}&limit=1",
        )
    ).json()
    assert [rows[0][at] for at in (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10)] == [
        candle[key] for key in "tohlcvTqnVQ"
    ]


async def test_a_wrong_route_and_an_unknown_stream_are_acknowledged_and_silent(
    simulator: Simulator,
) -> None:
    async with connect(f"{simulator.addresses.stream}/public/ws") as socket:
        await socket.send(
            json.dumps(
                {
                    "method": "SUBSCRIBE",
                    "params": ["btcusdt@kline_1m", "no@such"],
                    "id": 4,
                }
            )
        )

        assert await hear(socket) == {"result": None, "id": 4}
        with pytest.raises(TimeoutError):
            await hear(socket, within_s=0.6)


async def test_differences_of_the_book_chain_on_from_the_snapshot(
    simulator: Simulator,
) -> None:
    url = f"{simulator.addresses.stream}/public/ws/btcusdt@depth@100ms"
    async with connect(url) as socket:
        events = [await hear(socket)]
        book = (await get(simulator, "/fapi/v1/depth?symbol=BTCUSDT&limit=1000")).json()
        while events[-1]["u"] < book["lastUpdateId"] or len(events) < 5:
            events.append(await hear(socket))

    for earlier, later in pairwise(events):
        assert later["pu"] == earlier["u"]
        assert later["U"] == earlier["u"] + 1
    assert any(e["U"] <= book["lastUpdateId"] <= e["u"] for e in events)


async def test_differences_of_a_spot_book_follow_by_their_first_ids() -> None:
    market = GeneratedMarket(venue=Venue.BINANCE_SPOT, count=2)
    async with serve(market) as simulator:
        streams = "btcusdt@depth@100ms/btcusdt@depth5@100ms"
        url = f"{simulator.addresses.stream}/stream?streams={streams}"
        heard: dict[str, list[Any]] = {name: [] for name in streams.split("/")}
        async with connect(url) as socket:
            query = "/api/v3/depth?symbol=BTCUSDT&limit=100"
            while min(map(len, heard.values())) < 4:
                frame = await hear(socket)
                heard[frame["stream"]].append(frame["data"])
            book = (await get(simulator, query)).json()

    changes, partial = heard.values()
    assert {"e", "E", "s", "U", "u", "b", "a"} == changes[0].keys()
    for earlier, later in pairwise(changes):
        assert later["U"] == earlier["u"] + 1
    assert {"lastUpdateId", "bids", "asks"} == partial[0].keys() == book.keys()
    assert [len(partial[0][side]) for side in ("bids", "asks")] == [5, 5]
    assert [len(book[side]) for side in ("bids", "asks")] == [100, 100]


async def test_more_messages_a_second_than_allowed_close_the_socket(
    simulator: Simulator,
) -> None:
    url = f"{simulator.addresses.stream}/market/ws"
    async with connect(url) as socket:
        for number in range(11):
            ask = {"method": "LIST_SUBSCRIPTIONS", "id": number}
            await socket.send(json.dumps(ask))
        for _ in range(10):
            await hear(socket)
        with pytest.raises(websockets.ConnectionClosed) as closed:
            await hear(socket)

    assert closed.value.rcvd
    assert closed.value.rcvd.code == 1008


async def test_too_much_weight_is_refused_with_429_and_then_banned(
    simulator: Simulator,
) -> None:
    answers = [await get(simulator, "/fapi/v1/ticker/24hr") for _ in range(13)]

    assert answers[0].headers["X-MBX-USED-WEIGHT-1M"] == "40"
    assert [answer.status_code for answer in answers] == [200, *[429] * 10, 418, 418]
    assert answers[1].json()["code"] == -1003
    assert 0 < int(answers[1].headers["Retry-After"]) <= 60
    assert int(answers[-1].headers["Retry-After"]) > 60


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("symbol=NOSUCH&interval=1m", -1121),
        ("symbol=BTCUSDT&interval=7m", -1120),
        ("symbol=BTCUSDT&interval=1m&limit=9999", -1130),
        ("symbol=BTCUSDT&interval=1m&limit=many", -1100),
        ("interval=1m", -1102),
    ],
)
async def test_a_bad_query_is_answered_as_by_the_exchange(
    simulator: Simulator, query: str, code: int
) -> None:
    answer = await get(simulator, f"/fapi/v1/klines?{query}")

    assert answer.status_code == 400
    assert answer.json()["code"] == code


async def test_a_frozen_kind_falls_silent_while_others_go_on(
    simulator: Simulator,
) -> None:
    names = "btcusdt@kline_1m/!miniTicker@arr"
    url = f"{simulator.addresses.stream}/market/stream?streams={names}"
    async with connect(url) as socket:
        await set_faults(simulator, freeze=["kline"])
        await asyncio.wait_for(drain(socket), 5)

        heard = {(await hear(socket))["stream"] for _ in range(5)}

    assert heard == {"!miniTicker@arr"}


async def drain(socket: ClientConnection) -> None:
    """Read what was on its way before a fault."""
    while (await hear(socket))["stream"] != "!miniTicker@arr":
        pass


async def test_rest_faults_last_for_their_count(simulator: Simulator) -> None:
    await set_faults(simulator, rest="html", rest_count=1)

    first = await get(simulator, "/fapi/v1/time")
    second = await get(simulator, "/fapi/v1/time")

    assert first.headers["Content-Type"].startswith("text/html")
    assert second.json()["serverTime"] > 0


async def test_malformed_and_foreign_frames_are_sent_on_demand(
    simulator: Simulator,
) -> None:
    url = f"{simulator.addresses.stream}/market/ws/!miniTicker@arr"
    await set_faults(simulator, foreign=True)
    async with connect(url) as socket:
        rows = await hear(socket)
        await set_faults(simulator, malformed_every=1)
        frames = [await asyncio.wait_for(socket.recv(), 5) for _ in range(3)]

    assert {row["st"] for row in rows} == {1, 2}
    with pytest.raises(json.JSONDecodeError):
        json.loads(frames[-1])


async def test_all_sockets_are_dropped_on_demand(simulator: Simulator) -> None:
    async with connect(f"{simulator.addresses.stream}/market/ws") as socket:
        await set_faults(simulator, drop=True)

        with pytest.raises(websockets.ConnectionClosedError):
            await asyncio.wait_for(socket.recv(), 5)


async def test_an_unknown_fault_is_refused_by_name(simulator: Simulator) -> None:
    answer = await set_faults(simulator, gremlins=True)

    assert answer.status_code == 400
    assert "gremlins" in answer.json()["error"]


async def test_the_simulator_says_what_it_plays(simulator: Simulator) -> None:
    market = (await get(simulator, "/simulator/market")).json()
    coins = (await get(simulator, "/coins/markets?per_page=2")).json()

    assert market["kind"] == "generated"
    assert market["book"] == "simulated"
    assert [coin["symbol"] for coin in coins] == ["btc", "eth"]
    assert coins[0]["circulating_supply"] > 0
