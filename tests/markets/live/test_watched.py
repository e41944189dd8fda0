"""What the hub makes of the books and trades that it hears."""

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, strategies as st

from markets.demand import LEASE_S, DemandHere
from markets.live import watched
from markets.live.mailbox import Mailbox
from markets.live.topics import Topic, parse_topic
from markets.live.watched import BookBroadcast, TradesBroadcast
from markets.live.watching import Watching
from markets.types import StreamKind, Symbol, Watched
from tests.markets.live.page import Page
from tests.markets.live.tables import HeldClock

BOOK, TRADES = parse_topic("book.BTCUSDT"), parse_topic("trades.BTCUSDT")
Side = dict[float, float]

PRICES = st.integers(1, 12).map(float)
SIDES = st.dictionaries(PRICES, st.integers(1, 3).map(float), max_size=8)
STATES = st.tuples(st.booleans(), SIDES, SIDES)


def packed(side: Side, *, is_bid: bool) -> bytes:
    levels = sorted(side.items(), reverse=is_bid)
    return np.array(levels, np.float64).reshape(-1, 2).T.tobytes()


def a_book(bids: Side, asks: Side, **changes: Any) -> dict[str, Any]:
    return {
        "kind": "book",
        "symbol": "BTCUSDT",
        "source": "simulated",
        "is_live": True,
        "event_time_ms": 7,
        "bids": packed(bids, is_bid=True),
        "asks": packed(asks, is_bid=False),
    } | changes


def some_trades(*ids: int, is_whole: bool = False, large: Any = None) -> dict[str, Any]:
    rows = [json.dumps([one, one * 10, 1.5, 2.0, "buy"]) for one in ids]
    return {
        "kind": "trades",
        "symbol": "BTCUSDT",
        "large_quote": large,
        "is_whole": is_whole,
        "rows": ",".join(rows).encode(),
    }


async def page_of(broadcast: BookBroadcast | TradesBroadcast) -> Page:
    mailbox = Mailbox(clock_s=HeldClock())
    broadcast.join(mailbox)
    return Page(mailbox, broadcast.topic.name)


@given(states=st.lists(STATES, min_size=1), reads=st.lists(st.booleans()))
async def test_snapshot_and_updates_are_the_book_however_slowly_they_are_read(
    states: list[tuple[bool, Side, Side]], reads: list[bool]
) -> None:
    broadcast = BookBroadcast(BOOK, 0.0)
    page = await page_of(broadcast)

    # Updates that are not read in between are merged into one.
    for number, (is_live, bids, asks) in enumerate(states):
        broadcast.hear(a_book(bids, asks, is_live=is_live))
        if number < len(reads) and reads[number]:
            await page.catch_up()
    await page.catch_up()

    is_live, bids, asks = states[-1]
    if is_live or bids or asks:
        assert page.levels == {"b": bids, "a": asks}
    assert page.state == ("live" if is_live else "rebuilding")


async def test_a_page_that_comes_later_gets_the_whole_book_best_first() -> None:
    broadcast = BookBroadcast(BOOK, 0.0)
    broadcast.hear(a_book({10.0: 1.0, 11.0: 2.0}, {12.0: 3.0, 13.0: 4.0}))

    page = await page_of(broadcast)

    assert (await page.read())["data"] == {
        "state": "live",
        "event_time": 7,
        "source": "simulated",
        "bids": [[11.0, 2.0], [10.0, 1.0]],
        "asks": [[12.0, 3.0], [13.0, 4.0]],
    }


async def test_an_update_says_what_to_set_and_what_went() -> None:
    broadcast = BookBroadcast(BOOK, 0.0)
    broadcast.hear(a_book({10.0: 1.0, 11.0: 2.0}, {12.0: 3.0}))
    page = await page_of(broadcast)
    await page.read()

    broadcast.hear(a_book({10.0: 5.0}, {12.0: 3.0, 13.0: 4.0}, event_time_ms=8))

    frame = await page.read()
    assert frame["type"] == "update"
    assert frame["data"]["state"] == "live"
    assert frame["data"]["event_time"] == 8
    assert sorted(frame["data"]["levels"]) == [
        ["a", 13.0, 4.0],
        ["b", 10.0, 5.0],
        ["b", 11.0, 0.0],
    ]


async def test_a_book_that_did_not_change_is_not_told_again() -> None:
    broadcast = BookBroadcast(BOOK, 0.0)
    broadcast.hear(a_book({10.0: 1.0}, {12.0: 3.0}))

    broadcast.hear(a_book({10.0: 1.0}, {12.0: 3.0}, event_time_ms=9))

    assert broadcast.seq == 1


async def test_a_feed_that_begins_anew_keeps_the_last_levels() -> None:
    broadcast = BookBroadcast(BOOK, 0.0)
    broadcast.hear(a_book({10.0: 1.0}, {12.0: 3.0}))
    page = await page_of(broadcast)
    await page.read()

    broadcast.hear(a_book({}, {}, is_live=False, event_time_ms=0))
    await page.read()

    assert page.state == "rebuilding"
    assert page.data["event_time"] == 7
    assert page.levels == {"b": {10.0: 1.0}, "a": {12.0: 3.0}}


async def test_trades_are_told_once_whatever_comes_twice() -> None:
    broadcast = TradesBroadcast(TRADES, 0.0)
    broadcast.hear(some_trades(1, 2, 3, is_whole=True))
    page = await page_of(broadcast)
    await page.read()

    broadcast.hear(some_trades(2, 3, 4))
    broadcast.hear(some_trades(3, 4, 5, is_whole=True))
    broadcast.hear(some_trades(1, 2, 3, 4, 5, is_whole=True))
    await page.catch_up()

    assert [row[0] for row in page.trades] == [1, 2, 3, 4, 5]
    assert page.trades[0] == [1, 10, 1.5, 2.0, "buy"]


async def test_trades_before_the_first_whole_tape_wait_for_it() -> None:
    broadcast = TradesBroadcast(TRADES, 0.0)
    page = await page_of(broadcast)

    broadcast.hear(some_trades(8, 9))
    before = broadcast.data()
    broadcast.hear(some_trades(6, 7, 8, 9, is_whole=True))
    frame = await page.read()

    assert before is None
    assert frame["type"] == "snapshot"
    assert [row[0] for row in page.trades] == [6, 7, 8, 9]


async def test_trades_that_were_missed_come_with_a_new_snapshot() -> None:
    broadcast = TradesBroadcast(TRADES, 0.0)
    broadcast.hear(some_trades(1, 2, is_whole=True))
    page = await page_of(broadcast)
    await page.read()

    broadcast.hear(some_trades(5))
    broadcast.hear(some_trades(1, 2, 3, 4, 5, is_whole=True))
    await page.catch_up()

    assert page.frames[-1]["type"] == "snapshot"
    assert [row[0] for row in page.trades] == [1, 2, 3, 4, 5]


async def test_a_slow_page_loses_no_trade_and_gets_them_in_order() -> None:
    broadcast = TradesBroadcast(TRADES, 0.0)
    broadcast.hear(some_trades(1, is_whole=True))
    page = await page_of(broadcast)
    await page.read()

    for number in range(2, 1_200):
        broadcast.hear(some_trades(number))
    frame = await page.read()

    assert frame["from_seq"] == 2
    assert [row[0] for row in page.trades] == list(range(1, 1_200))


async def test_a_snapshot_of_trades_holds_the_latest_two_hundred() -> None:
    broadcast = TradesBroadcast(TRADES, 0.0)
    broadcast.hear(some_trades(*range(1_000), is_whole=True, large=5.5))

    page = await page_of(broadcast)
    frame = await page.read()

    assert frame["data"]["large_quote"] == 5.5
    assert [row[0] for row in page.trades] == list(range(800, 1_000))


async def test_trades_of_another_market_replace_those_of_the_last() -> None:
    broadcast = TradesBroadcast(TRADES, 0.0)
    broadcast.hear(some_trades(*range(500, 800), is_whole=True))
    page = await page_of(broadcast)
    await page.read()

    broadcast.hear(some_trades(1, 2, 3, is_whole=True))
    await page.catch_up()

    assert [row[0] for row in page.trades] == [1, 2, 3]


class Wishes(DemandHere):
    """Leases by a test's clock."""

    def __init__(self) -> None:
        self.clock = HeldClock()
        super().__init__(self.clock)


@pytest.fixture
def wishes() -> Wishes:
    return Wishes()


def joined(watching: Watching, topic: Topic) -> Mailbox:
    mailbox = Mailbox(clock_s=HeldClock())
    watching.join(mailbox, topic)
    return mailbox


async def test_a_book_that_nothing_is_heard_of_is_not_called_live(
    wishes: Wishes,
) -> None:
    watching = Watching(wishes, clock_s=wishes.clock)
    page = Page(joined(watching, BOOK), BOOK.name)
    watching.hear(a_book({10.0: 1.0}, {12.0: 3.0}))
    await page.read()

    wishes.clock.now_s += watched.LOST_AFTER_S + 0.1
    watching.tidy()
    await page.read()

    assert page.state == "rebuilding"
    assert page.levels == {"b": {10.0: 1.0}, "a": {12.0: 3.0}}


async def test_what_everybody_left_is_not_wanted_and_soon_forgotten(
    wishes: Wishes,
) -> None:
    watching = Watching(wishes, clock_s=wishes.clock)
    first, second = joined(watching, BOOK), joined(watching, BOOK)
    watching.leave(first, BOOK)
    while_one_looks = watching.wanted
    watching.drop(second)

    watching.tidy()
    after_a_round = BOOK in watching._broadcasts
    watching.tidy()

    assert while_one_looks == {Watched(StreamKind.BOOK, Symbol("BTCUSDT"))}
    assert watching.wanted == set()
    assert after_a_round
    assert not watching._broadcasts


async def test_a_word_that_cannot_be_read_does_not_deafen_the_hub(
    wishes: Wishes,
) -> None:
    watching = Watching(wishes, clock_s=wishes.clock)
    page = Page(joined(watching, BOOK), BOOK.name)

    watching.hear(a_book({}, {}) | {"bids": b"123"})
    watching.hear(a_book({10.0: 1.0}, {12.0: 3.0}))
    await page.read()

    assert page.levels["b"] == {10.0: 1.0}


def test_a_lease_runs_out_unless_it_is_renewed(wishes: Wishes) -> None:
    book, tape = (
        Watched(kind, Symbol("BTCUSDT")) for kind in (StreamKind.BOOK, StreamKind.TRADE)
    )
    wishes.renew([book, tape])
    wishes.clock.now_s += LEASE_S - 0.1
    wishes.renew([book])
    both = wishes.wanted()

    wishes.clock.now_s += 0.2

    assert set(both) == {book, tape}
    assert set(wishes.wanted()) == {book}
