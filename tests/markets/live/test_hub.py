import asyncio
import json
from typing import Any

import pytest

from markets.errors import MarketUnavailableError
from markets.live.hub import STALL_LIMIT_S, LiveHub
from markets.live.mailbox import Mailbox
from markets.live.topics import parse_topic
from tests.markets.live.tables import MINUTE, NOON, HeldClock, HeldReader, candle, table

TICKS, FEED = parse_topic("ticks"), parse_topic("feed")
CANDLES = parse_topic("candles.BTCUSDT.1m")


async def frame(mailbox: Mailbox) -> dict[str, Any]:
    async with asyncio.timeout(2):
        text = await mailbox.take()
    assert text is not None
    told: dict[str, Any] = json.loads(text)
    return told


async def is_silent(mailbox: Mailbox) -> bool:
    mailbox.put_reply('{"type":"nothing"}')
    return bool((await frame(mailbox))["type"] == "nothing")


async def test_ticks_begin_with_every_row_and_go_on_with_those_that_changed(
    hub: LiveHub, reader: HeldReader
) -> None:
    mailbox = hub.open_mailbox()
    await hub.refresh({"live"})
    await hub.subscribe(mailbox, TICKS)
    before = await frame(mailbox)

    reader.tables["live"] = table({"BTCUSDT": 100.0, "ETHUSDT": 11.0})
    await hub.refresh({"live"})
    change = await frame(mailbox)

    assert before["type"] == "snapshot"
    assert before["data"]["columns"] == ["symbol", "price", "change_1h", "event_time"]
    assert [row[:3] for row in before["data"]["rows"]] == [
        ["BTCUSDT", 100.0, 10.0],
        ["ETHUSDT", 10.0, 1.0],
    ]
    assert (change["type"], change["seq"]) == ("update", before["seq"] + 1)
    assert [row[:2] for row in change["data"]["rows"]] == [["ETHUSDT", 11.0]]


async def test_ticks_say_null_where_a_metric_has_no_meaning(
    hub: LiveHub, reader: HeldReader
) -> None:
    mailbox = hub.open_mailbox()
    reader.tables["live"] = table({"BTCUSDT": float("nan")})
    await hub.refresh({"live"})

    await hub.subscribe(mailbox, TICKS)

    assert (await frame(mailbox))["data"]["rows"][0][1] is None


async def test_a_table_that_did_not_change_is_not_told_again(
    hub: LiveHub, reader: HeldReader
) -> None:
    mailbox = hub.open_mailbox()
    reader.tables["live"] = table({"BTCUSDT": float("nan"), "ETHUSDT": 1.0})
    await hub.refresh({"live"})
    await hub.subscribe(mailbox, TICKS)
    await frame(mailbox)

    await hub.refresh({"live"})

    assert await is_silent(mailbox)


@pytest.mark.parametrize(
    "other",
    [
        table({"BTCUSDT": 1.0, "XRPUSDT": 1.0}),
        table({"BTCUSDT": 1.0, "ETHUSDT": 1.0}, market_key="generated:7"),
    ],
    ids=["another list of pairs", "another market"],
)
async def test_another_market_is_told_whole(
    hub: LiveHub, reader: HeldReader, other: Any
) -> None:
    mailbox = hub.open_mailbox()
    await hub.refresh({"live"})
    await hub.subscribe(mailbox, TICKS)
    await frame(mailbox)

    reader.tables["live"] = other
    await hub.refresh({"live"})

    told = await frame(mailbox)
    assert told["type"] == "snapshot"
    assert [row[0] for row in told["data"]["rows"]] == list(other.symbols)


async def test_a_listener_from_before_the_first_table_gets_it_when_it_comes(
    hub: LiveHub, reader: HeldReader
) -> None:
    mailbox = hub.open_mailbox()
    published = reader.tables.pop("live")
    await hub.subscribe(mailbox, TICKS)
    await hub.refresh({"live"})
    was_silent = await is_silent(mailbox)

    reader.tables["live"] = published
    await hub.refresh({"live"})

    assert was_silent
    assert (await frame(mailbox))["type"] == "snapshot"


async def test_the_state_of_the_feed_is_told_whole(
    hub: LiveHub, reader: HeldReader
) -> None:
    mailbox = hub.open_mailbox()
    await hub.subscribe(mailbox, FEED)

    for phase in ("filling", "live"):
        reader.feed = {"phase": phase}
        await hub.refresh({"state"})

    assert (await frame(mailbox))["data"] == {"phase": "filling"}
    assert (await frame(mailbox))["data"] == {"phase": "live"}


async def test_candles_begin_with_the_stored_ones_and_the_one_being_formed(
    hub: LiveHub, reader: HeldReader
) -> None:
    reader.history = [candle(NOON - MINUTE, 99.0)]
    mailbox = hub.open_mailbox()

    await hub.subscribe(mailbox, CANDLES)

    told = await frame(mailbox)
    assert told["data"]["closed"] is False
    assert told["data"]["candles"] == [
        [NOON - MINUTE, 99.0, 99.0, 99.0, 99.0, 1.0],
        [NOON, 100.0, 100.0, 100.0, 100.0, 1.0],
    ]


async def test_a_second_listener_costs_no_second_reading(
    hub: LiveHub, reader: HeldReader
) -> None:
    boxes = [hub.open_mailbox() for _ in range(3)]

    await asyncio.gather(*(hub.subscribe(box, CANDLES) for box in boxes))

    assert reader.histories_read == 1
    assert [(await frame(box))["type"] for box in boxes] == ["snapshot"] * 3


async def test_a_candle_is_told_closed_and_then_the_next_one_forms(
    hub: LiveHub, reader: HeldReader
) -> None:
    mailbox = hub.open_mailbox()
    await hub.subscribe(mailbox, CANDLES)
    await frame(mailbox)

    reader.tables["closed"] = table(
        {"BTCUSDT": 101.0}, clock="closed", as_of_ms=NOON + MINUTE
    )
    await hub.refresh({"closed"})
    final = await frame(mailbox)
    reader.tables["live"] = table({"BTCUSDT": 102.0}, as_of_ms=NOON + MINUTE + 500)
    await hub.refresh({"live"})
    forming = await frame(mailbox)

    assert final["data"] == {
        "candles": [[NOON, 101.0, 101.0, 101.0, 101.0, 1.0]],
        "closed": True,
    }
    assert forming["data"] == {
        "candles": [[NOON + MINUTE, 102.0, 102.0, 102.0, 102.0, 1.0]],
        "closed": False,
    }


async def test_a_candle_that_closes_after_the_next_began_does_not_end_it(
    hub: LiveHub, reader: HeldReader
) -> None:
    mailbox = hub.open_mailbox()
    await hub.subscribe(mailbox, CANDLES)
    reader.tables["live"] = table({"BTCUSDT": 102.0}, as_of_ms=NOON + MINUTE + 500)
    await hub.refresh({"live"})
    for _ in range(2):
        await frame(mailbox)

    reader.tables["closed"] = table(
        {"BTCUSDT": 101.0}, clock="closed", as_of_ms=NOON + MINUTE
    )
    await hub.refresh({"closed"})

    told = (await frame(mailbox))["data"]
    assert [row[:2] for row in told["candles"]] == [
        [NOON, 101.0],
        [NOON + MINUTE, 102.0],
    ]
    assert told["closed"] is False


async def test_a_change_while_the_history_is_read_is_in_the_snapshot(
    hub: LiveHub, reader: HeldReader
) -> None:
    reader.gate.clear()
    mailbox = hub.open_mailbox()
    joining = asyncio.create_task(hub.subscribe(mailbox, CANDLES))
    await reader.asked.wait()

    reader.tables["live"] = table({"BTCUSDT": 105.0})
    await hub.refresh({"live"})
    reader.gate.set()
    await joining

    told = await frame(mailbox)
    assert told["type"] == "snapshot"
    assert told["data"]["candles"][-1][1] == 105.0
    assert await is_silent(mailbox)


async def test_a_repaired_history_is_told_whole(
    hub: LiveHub, reader: HeldReader
) -> None:
    mailbox = hub.open_mailbox()
    await hub.subscribe(mailbox, CANDLES)
    await frame(mailbox)

    reader.history = [candle(NOON - MINUTE, 99.0)]
    await hub.refresh({"late"})

    told = await frame(mailbox)
    assert told["type"] == "snapshot"
    assert [row[0] for row in told["data"]["candles"]] == [NOON - MINUTE, NOON]


async def test_candles_are_read_again_once_the_fill_has_ended(
    hub: LiveHub, reader: HeldReader
) -> None:
    reader.feed = {"phase": "filling"}
    await hub.refresh({"state"})
    mailbox = hub.open_mailbox()
    await hub.subscribe(mailbox, CANDLES)
    await frame(mailbox)

    reader.history = [candle(NOON - MINUTE, 99.0)]
    reader.feed = {"phase": "live"}
    await hub.refresh({"state"})

    assert len((await frame(mailbox))["data"]["candles"]) == 2


async def test_an_unknown_pair_is_refused_with_its_name(hub: LiveHub) -> None:
    with pytest.raises(ValueError, match=r"'NOPE'.*2 pairs"):
        await hub.subscribe(hub.open_mailbox(), parse_topic("candles.NOPE.1m"))


async def test_candles_before_the_first_table_are_unavailable(
    hub: LiveHub, reader: HeldReader
) -> None:
    reader.tables.clear()

    with pytest.raises(MarketUnavailableError):
        await hub.subscribe(hub.open_mailbox(), CANDLES)


async def test_who_unsubscribes_hears_no_more(hub: LiveHub, reader: HeldReader) -> None:
    mailbox = hub.open_mailbox()
    await hub.refresh({"live"})
    await hub.subscribe(mailbox, TICKS)

    hub.unsubscribe(mailbox, TICKS)
    reader.tables["live"] = table({"BTCUSDT": 1.0, "ETHUSDT": 1.0})
    await hub.refresh({"live"})

    assert await is_silent(mailbox)


async def test_a_slow_client_is_late_alone_and_its_conflations_are_counted(
    hub: LiveHub, reader: HeldReader
) -> None:
    await hub.refresh({"live"})
    slow, quick = hub.open_mailbox(), hub.open_mailbox()
    for mailbox in (slow, quick):
        await hub.subscribe(mailbox, TICKS)
        await frame(mailbox)

    heard = []
    for price in (1.0, 2.0, 3.0):
        reader.tables["live"] = table({"BTCUSDT": price, "ETHUSDT": 10.0})
        await hub.refresh({"live"})
        heard.append((await frame(quick))["data"]["rows"][0][1])
    late = await frame(slow)
    hub.close_mailbox(slow)

    assert heard == [1.0, 2.0, 3.0]
    assert late["data"]["rows"][0][:2] == ["BTCUSDT", 3.0]
    assert late["seq"] - late["from_seq"] == 2
    assert hub.conflated == 2


async def test_only_a_client_that_stalls_for_long_is_dropped(
    hub: LiveHub, clock: HeldClock
) -> None:
    stalled, idle = hub.open_mailbox(), hub.open_mailbox()
    stalled.put_reply("under way")
    await stalled.take()

    clock.now_s = STALL_LIMIT_S
    hub.drop_stalled()
    was_given_up = stalled.abandoned.is_set()
    clock.now_s += 1
    hub.drop_stalled()

    assert not was_given_up
    assert stalled.abandoned.is_set()
    assert not idle.abandoned.is_set()
    assert hub.dropped == 1


async def test_a_hub_that_stops_says_bye(hub: LiveHub) -> None:
    mailbox = hub.open_mailbox()

    await hub.stop()

    assert await frame(mailbox) == {"type": "bye", "reason": "shutdown"}
    assert await mailbox.take() is None
