import asyncio
import json
from dataclasses import replace
from typing import Any

import pytest

from markets.live.hub import LiveHub
from markets.live.mailbox import Mailbox
from markets.live.topics import parse_topic
from tests.markets.live.tables import HeldReader, table

BITCOIN = parse_topic("metrics.BTCUSDT")


@pytest.fixture
async def reader() -> HeldReader:
    return HeldReader(live=table({"BTCUSDT": 100.0, "ETHUSDT": 10.0}))


@pytest.fixture
async def hub(reader: HeldReader) -> LiveHub:
    return LiveHub("binanceusdm", reader=reader)


async def frame(mailbox: Mailbox) -> dict[str, Any]:
    async with asyncio.timeout(2):
        text = await mailbox.take()
    assert text is not None
    told: dict[str, Any] = json.loads(text)
    return told


async def test_a_pairs_metrics_come_whole_and_then_as_they_change(
    hub: LiveHub, reader: HeldReader
) -> None:
    mailbox = hub.open_mailbox()
    await hub.subscribe(mailbox, BITCOIN)

    before = await frame(mailbox)
    reader.tables["live"] = table({"BTCUSDT": 101.0, "ETHUSDT": 10.0})
    await hub.refresh({"live"})
    change = await frame(mailbox)

    assert before["type"] == "snapshot"
    assert before["data"]["metrics"]["price"] == 100.0
    assert before["data"]["metrics"]["candle_volume_1m"] == 1.0
    assert (change["type"], change["seq"]) == ("update", before["seq"] + 1)
    assert change["data"]["metrics"]["price"] == 101.0
    assert "candle_volume_1m" not in change["data"]["metrics"]


async def test_another_pairs_change_is_not_told(
    hub: LiveHub, reader: HeldReader
) -> None:
    mailbox = hub.open_mailbox()
    await hub.subscribe(mailbox, BITCOIN)
    await frame(mailbox)

    reader.tables["live"] = table({"BTCUSDT": 100.0, "ETHUSDT": 11.0})
    await hub.refresh({"live"})
    mailbox.put_reply('{"type":"nothing"}')

    assert (await frame(mailbox))["type"] == "nothing"


async def test_a_metric_without_meaning_is_null(
    hub: LiveHub, reader: HeldReader
) -> None:
    reader.tables["live"] = table({"BTCUSDT": float("nan")})
    mailbox = hub.open_mailbox()

    await hub.subscribe(mailbox, BITCOIN)

    assert (await frame(mailbox))["data"]["metrics"]["price"] is None


async def test_differences_of_small_prices_are_not_rounded_away(
    hub: LiveHub, reader: HeldReader
) -> None:
    small = table({"BTCUSDT": 0.000000012345})
    columns = ("macd_1h", "rsi_14_1h", *small.columns[2:])
    reader.tables["live"] = replace(small, columns=columns)
    mailbox = hub.open_mailbox()

    await hub.subscribe(mailbox, BITCOIN)

    metrics = (await frame(mailbox))["data"]["metrics"]
    assert metrics["macd_1h"] == 0.000000012345
    assert metrics["rsi_14_1h"] == 0.0


async def test_metrics_of_an_unknown_pair_are_refused(hub: LiveHub) -> None:
    with pytest.raises(ValueError, match="XUSDT"):
        await hub.subscribe(hub.open_mailbox(), parse_topic("metrics.XUSDT"))
