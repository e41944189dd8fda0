"""Keeps the exchange's clock and ours compared."""

import asyncio
import logging

from markets.errors import ExchangeError
from markets.exchanges.base import Exchange
from markets.feed.clock import ExchangeClock

logger = logging.getLogger(__name__)

_BASELINE_S = 0.25
_SYNC_S = 30.0
_SYNC_ACCELERATED_S = 2.0


class Timekeeper:
    """
    Asks the exchange for its time, now and then.

    Parameters
    ----------
    exchange
        Tells its time.
    clock
        Learns from it.
    """

    def __init__(self, exchange: Exchange, clock: ExchangeClock) -> None:
        self._exchange = exchange
        self._clock = clock

    async def begin(self) -> None:
        """Compare twice, which tells its pace as well; raises ExchangeError."""
        await self._sync()
        await asyncio.sleep(_BASELINE_S)
        await self._sync()

    async def keep(self) -> None:
        """Compare again and again; an exchange that is away is asked later."""
        while True:
            ordinary = self._clock.rate == 1.0
            await asyncio.sleep(_SYNC_S if ordinary else _SYNC_ACCELERATED_S)
            try:
                await self._sync()
            except ExchangeError as error:
                logger.info("The clock was not compared: %s", error)

    async def _sync(self) -> None:
        sent_ms = self._clock.local_ms()
        server_ms = await self._exchange.server_time_ms()
        self._clock.sync(server_ms, sent_ms=sent_ms, received_ms=self._clock.local_ms())
