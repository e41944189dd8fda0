"""A hub with a clock and a market of the test's own."""

import pytest

from markets.live.hub import LiveHub
from tests.markets.live.tables import HeldClock, HeldReader, table


@pytest.fixture
def clock() -> HeldClock:
    return HeldClock()


@pytest.fixture
async def reader() -> HeldReader:
    return HeldReader(live=table({"BTCUSDT": 100.0, "ETHUSDT": 10.0}))


@pytest.fixture
async def hub(reader: HeldReader, clock: HeldClock) -> LiveHub:
    return LiveHub("binanceusdm", reader=reader, clock_s=clock)
