import asyncio
import os
import threading
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
import redis
from channels.layers import channel_layers
from django.conf import settings
from django.test import override_settings

from markets.live import bus
from markets.live.hub import LiveHub
from tests.markets.live.tables import HeldReader

REDIS_URL = settings.REDIS_URL or os.environ.get(
    "TEST_REDIS_URL", "redis://127.0.0.1:6379/9"
)
LAYERS = {
    "memory": {
        "BACKEND": "channels.layers.InMemoryChannelLayer",
        "CONFIG": {"capacity": 1_000},
    },
    "redis": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [REDIS_URL], "prefix": f"scalpaiboard-test-{os.getpid()}"},
    },
}


@pytest.fixture(params=LAYERS)
def layer(request: pytest.FixtureRequest) -> Iterator[str]:
    name: str = request.param
    if name == "redis":
        with redis.Redis.from_url(REDIS_URL) as client:
            try:
                client.ping()
            except redis.ConnectionError:
                pytest.skip(f"No Redis at {REDIS_URL}; TEST_REDIS_URL names one.")
    with override_settings(CHANNEL_LAYERS={"default": LAYERS[name]}):
        yield name


class Hearing(HeldReader):
    """Says when the hub has been told to read the state."""

    def __init__(self) -> None:
        super().__init__()
        self.told = asyncio.Event()

    async def state(self) -> dict[str, Any] | None:
        self.told.set()
        return None


@pytest.fixture
async def reader() -> Hearing:
    return Hearing()


@pytest.fixture
async def hub(layer: str, reader: Hearing) -> AsyncIterator[LiveHub]:
    hub = LiveHub("binanceusdm", reader=reader)
    hub.start()
    async with asyncio.timeout(5):
        await hub.is_listening.wait()
    yield hub
    await hub.stop()
    bus.leave(asyncio.get_running_loop())
    await channel_layers["default"].flush()


async def announce_in_a_thread(announcement: dict[str, Any]) -> None:
    thread = threading.Thread(target=bus.announce, args=(announcement,))
    thread.start()
    await asyncio.to_thread(thread.join)


async def test_an_announcement_from_a_thread_reaches_the_hub(
    hub: LiveHub, reader: Hearing
) -> None:
    bus.serve_on(asyncio.get_running_loop())

    await announce_in_a_thread({"kind": "state", "venue": "binanceusdm"})

    async with asyncio.timeout(3):
        await reader.told.wait()


@pytest.mark.parametrize("layer", ["redis"], indirect=True)
async def test_an_announcement_of_another_process_reaches_the_hub(
    hub: LiveHub, reader: Hearing
) -> None:
    # Without `serve_on`, as in a feed of its own, the bus has its own loop.
    await announce_in_a_thread({"kind": "state", "venue": "binanceusdm"})

    async with asyncio.timeout(3):
        await reader.told.wait()


async def test_an_announcement_of_another_venue_is_not_ours(
    hub: LiveHub, reader: Hearing
) -> None:
    bus.serve_on(asyncio.get_running_loop())

    await announce_in_a_thread({"kind": "state", "venue": "binance"})
    await announce_in_a_thread({"kind": "live", "venue": "binanceusdm"})

    async with asyncio.timeout(3):
        await reader.asked_for_table.wait()
    assert not reader.told.is_set()


@override_settings(CHANNEL_LAYERS={"default": LAYERS["memory"]})
def test_without_a_server_in_the_process_an_announcement_is_harmless() -> None:
    bus.announce({"kind": "live", "venue": "binanceusdm"})


@override_settings(CHANNEL_LAYERS={"default": LAYERS["memory"]})
def test_a_server_whose_loop_has_closed_is_forgotten() -> None:
    loop = asyncio.new_event_loop()
    bus.serve_on(loop)
    loop.close()

    bus.announce({"kind": "live", "venue": "binanceusdm"})
