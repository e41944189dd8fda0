"""A simulated exchange that synchronous code can ask."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from markets.exchange_desk import desk
from markets.simulator.generated import GeneratedMarket
from markets.simulator.server import Simulator, serve
from markets.types import Venue
from scalpaiboard.lib.loops import LoopThread


@pytest.fixture
def simulator(settings: Settings) -> Iterator[Simulator]:
    """A simulated exchange in a thread of its own, that the web process asks."""
    thread = LoopThread("simulator")
    server = serve(GeneratedMarket(venue=Venue.BINANCE_USDM, count=4))
    running = thread.run(server.__aenter__(), limit_s=20)
    settings.BINANCE_USDM_REST_URL = running.addresses.rest
    desk.close()
    yield running
    desk.close()
    thread.run(server.__aexit__(None, None, None), limit_s=20)
