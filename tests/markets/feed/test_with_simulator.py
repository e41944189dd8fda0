"""The feed with the production adapter against the product's own exchange."""

from collections.abc import AsyncIterator

import pytest

from markets.simulator.generated import GeneratedMarket
from markets.types import MINUTE_MS
from tests.markets.feed.at_simulator import Board, running_at_simulator


@pytest.fixture
async def board() -> AsyncIterator[Board]:
    async with running_at_simulator(GeneratedMarket(count=3)) as running:
        yield running


async def test_candles_that_fall_silent_are_noticed_and_fetched(board: Board) -> None:
    board.go_wrong(freeze=("kline",), silent=("kline",))
    await board.until(lambda: board.state["streams"]["kline"]["state"] == "silent")
    await board.close_minutes(1)
    board.go_wrong(freeze=(), silent=())

    await board.be_whole()

    assert board.counters["repaired"] > 0


async def test_broken_frames_are_counted_and_made_up_for(board: Board) -> None:
    before = board.counters["repaired"]
    board.go_wrong(malformed_every=2, truncated_every=3)
    await board.close_minutes(2)
    board.go_wrong(malformed_every=0, truncated_every=0)

    await board.be_whole()

    assert board.counters["malformed"] > 0
    assert board.counters["repaired"] > before


async def test_a_candle_without_numbers_is_put_aside(board: Board) -> None:
    hub, pair = board.simulator.hub, board.simulator.market.pairs[0]
    name = next(n for n in hub.streams("kline") if pair.stream_name in n.text)
    event_time = board.simulator.clock.now_ms()
    opened = event_time - event_time % MINUTE_MS
    prices = {"o": "1.0", "c": "NaN", "h": "NaN", "l": "1.0"}
    amounts = {"v": "1", "q": "1", "n": 1, "V": "1", "Q": "1", "f": 1, "L": 1}
    times = {"t": opened, "T": opened + MINUTE_MS - 1, "i": "1m", "x": True}
    kline = {"s": pair.symbol, "B": "0"} | times | prices | amounts
    hub.send_json(name, {"e": "kline", "E": event_time, "s": pair.symbol, "k": kline})
    hub.flush()

    await board.close_minutes(1)
    await board.be_whole()

    assert board.counters["quarantined"] + board.counters["malformed"] == 1


async def test_a_refusal_for_weight_is_waited_out(board: Board) -> None:
    board.go_wrong(freeze=("kline",), rest="429", rest_count=2)
    await board.close_minutes(1)
    board.go_wrong(freeze=())

    await board.be_whole()

    assert board.simulator.hub.faults.rest == ""


async def test_sockets_that_drop_come_back_without_a_hole(board: Board) -> None:
    for session in list(board.simulator.hub.sessions):
        session.drop()
    await board.until(lambda: board.counters["reconnects"] > 0)

    await board.close_minutes(2)

    await board.be_whole()
