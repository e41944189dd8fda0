"""Every way in which the exchange's sockets can fail leaves the ledger whole."""

from collections.abc import AsyncIterator

import httpx
import pytest

from markets.simulator import control
from markets.simulator.generated import GeneratedMarket
from markets.types import Venue
from tests.markets.feed.at_simulator import Board, running_at_simulator

SPOT = pytest.mark.parametrize("board", [Venue.BINANCE_SPOT], indirect=True)


@pytest.fixture
async def board(request: pytest.FixtureRequest) -> AsyncIterator[Board]:
    venue = getattr(request, "param", Venue.BINANCE_USDM)
    market = GeneratedMarket(venue=venue, count=3)
    async with running_at_simulator(market) as running:
        yield running


def drop_sockets(board: Board) -> None:
    for session in list(board.simulator.hub.sessions):
        session.drop()


async def test_subscriptions_acknowledged_and_silent_are_noticed_and_opened_anew(
    board: Board,
) -> None:
    board.go_wrong(silent=("kline",))
    drop_sockets(board)
    await board.until(lambda: "stream_silent" in str(board.state["problems"]))
    await board.close_minutes(1)
    board.go_wrong(silent=())

    await board.until(lambda: board.state["streams"]["kline"]["state"] == "live")

    await board.be_whole()


async def test_a_socket_that_repeats_itself_counts_as_silent(board: Board) -> None:
    board.go_wrong(repeat=("kline",))
    await board.until(lambda: board.state["streams"]["kline"]["state"] == "silent")
    await board.close_minutes(1)
    board.go_wrong(repeat=())

    await board.be_whole()

    assert board.counters["repaired"] > 0


@SPOT
async def test_frames_out_of_order_change_no_candle(board: Board) -> None:
    board.go_wrong(out_of_order_every=2)
    await board.close_minutes(3)
    board.go_wrong(out_of_order_every=0)

    await board.be_whole()

    assert board.counters["malformed"] == 0


async def test_truncated_frames_are_counted_and_made_up_for(board: Board) -> None:
    board.go_wrong(truncated_every=2)
    await board.close_minutes(2)
    board.go_wrong(truncated_every=0)

    await board.be_whole()

    assert board.counters["malformed"] > 0


async def test_a_slow_line_delays_and_loses_nothing(board: Board) -> None:
    board.go_wrong(delay_ms=300)
    await board.close_minutes(2)

    await board.be_whole()

    assert board.state["streams"]["kline"]["state"] == "live"


async def test_sockets_cut_at_a_set_time_come_back_each_time(board: Board) -> None:
    board.go_wrong(cut_after_s=1.0)
    drop_sockets(board)
    sockets = len(board.state["connections"])
    await board.until(lambda: board.counters["reconnects"] >= 3 * sockets)
    board.go_wrong(cut_after_s=86_400.0)

    await board.close_minutes(2)

    await board.be_whole()


@SPOT
async def test_a_shutdown_that_is_announced_is_overtaken(
    board: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A busy machine may take a second for the new sockets alone.
    monkeypatch.setattr(control, "SHUTDOWN_NOTICE_S", 5.0)
    before = set(board.simulator.hub.sessions)
    async with httpx.AsyncClient(base_url=board.simulator.addresses.rest) as client:
        await client.post("/simulator/faults", json={"shutdown": True})

    # The exchange cuts some time after the notice; the new sockets are there before.
    # Asked at each turn of the loop, for the feed soon lets the old ones go itself.
    await board.until(lambda: bool(board.simulator.hub.sessions - before), step_s=0)
    assert board.simulator.hub.sessions & before
    await board.until(lambda: not board.simulator.hub.sessions & before)
    await board.close_minutes(2)

    await board.be_whole()
