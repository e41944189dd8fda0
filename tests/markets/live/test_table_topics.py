import json
from typing import Any

import pytest

from markets.live.hub import LiveHub
from markets.live.mailbox import Mailbox
from markets.live.topics import parse_topic
from tests.markets.live.tables import HeldClock, HeldReader, candle, table

OVERVIEW = parse_topic("overview.1h")
BITCOIN = parse_topic("ticks.BTCUSDT")


async def frames(mailbox: Mailbox) -> list[dict[str, Any]]:
    """Everything that waits."""
    found = []
    while mailbox._replies or mailbox._updates:
        found.append(json.loads(await mailbox.take() or ""))
    return found


async def test_ticks_of_one_pair_tell_nothing_of_others(
    hub: LiveHub, reader: HeldReader
) -> None:
    mailbox = hub.open_mailbox()
    await hub.refresh({"live"})
    await hub.subscribe(mailbox, BITCOIN)

    reader.tables["live"] = table({"BTCUSDT": 100.0, "ETHUSDT": 11.0})
    await hub.refresh({"live"})

    (snapshot,) = await frames(mailbox)
    assert [row[:2] for row in snapshot["data"]["rows"]] == [["BTCUSDT", 100.0]]


async def test_ticks_of_one_pair_follow_it(hub: LiveHub, reader: HeldReader) -> None:
    mailbox = hub.open_mailbox()
    await hub.refresh({"live"})
    await hub.subscribe(mailbox, BITCOIN)
    assert await mailbox.take()

    reader.tables["live"] = table({"BTCUSDT": 101.0, "ETHUSDT": 11.0})
    await hub.refresh({"live"})

    told = json.loads(await mailbox.take() or "")
    assert [row[:2] for row in told["data"]["rows"]] == [["BTCUSDT", 101.0]]


async def test_ticks_of_a_pair_that_is_not_there_are_refused(hub: LiveHub) -> None:
    mailbox = hub.open_mailbox()

    with pytest.raises(ValueError, match="one of the 2 pairs"):
        await hub.subscribe(mailbox, parse_topic("ticks.LUNAUSDT"))


async def test_overview_tells_the_parts_that_changed_and_once_a_second(
    hub: LiveHub, reader: HeldReader, clock: HeldClock
) -> None:
    mailbox = hub.open_mailbox()
    reader.parts = {"market": 1, "gainers": [1]}
    await hub.subscribe(mailbox, OVERVIEW)
    await hub.refresh({"live"})
    snapshot = json.loads(await mailbox.take() or "")

    reader.parts = {"market": 2, "gainers": [1]}
    await hub.refresh({"live"})
    clock.now_s = 1.5
    reader.parts = {"market": 3, "gainers": [1]}
    await hub.refresh({"live"})

    assert snapshot["data"] == {"parts": {"market": 1, "gainers": [1]}}
    (update,) = await frames(mailbox)
    assert update["data"] == {"parts": {"market": 3}}


async def test_overview_comes_at_once_to_who_joins_between_two_tables(
    hub: LiveHub, reader: HeldReader
) -> None:
    mailbox = hub.open_mailbox()
    await hub.refresh({"live"})
    reader.parts = {"market": 1}

    await hub.subscribe(mailbox, OVERVIEW)

    (snapshot,) = await frames(mailbox)
    assert snapshot["type"] == "snapshot"


async def test_candles_of_a_count_are_read_and_told_up_to_it(
    hub: LiveHub, reader: HeldReader
) -> None:
    mailbox = hub.open_mailbox()
    reader.history = [candle(60_000 * number, 1.0) for number in range(1, 6)]

    await hub.subscribe(mailbox, parse_topic("candles.BTCUSDT.1m.3"))

    (snapshot,) = await frames(mailbox)
    assert len(snapshot["data"]["candles"]) == 3
    assert reader.limits == [3]


async def test_nobody_hears_of_a_topic_they_left(
    hub: LiveHub, reader: HeldReader
) -> None:
    mailbox = hub.open_mailbox()
    await hub.refresh({"live"})
    await hub.subscribe(mailbox, BITCOIN)
    hub.unsubscribe(mailbox, BITCOIN)

    reader.tables["live"] = table({"BTCUSDT": 102.0, "ETHUSDT": 11.0})
    await hub.refresh({"live"})

    assert await frames(mailbox) == []
