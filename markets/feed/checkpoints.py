"""The indicators' states over a restart: taken up at the start, kept while running."""

import asyncio
import logging
from typing import Final

from markets.errors import DataRefusedError, StoreUnavailableError
from markets.feed.clock import ExchangeClock
from markets.feed.ports import CheckpointStore, Engine
from markets.types import DAY_MS, MINUTE_MS, WINDOW_CANDLES

logger = logging.getLogger(__name__)

_ROOM_MS: Final = 10 * MINUTE_MS
_STEP_S: Final = 5.0
_EVERY_MS: Final = 10 * MINUTE_MS
"""Repairs change what a midnight held, until it has left the window."""


class CheckpointKeeper:
    """
    Keeps the states of the last UTC midnight in the store.

    Parameters
    ----------
    engine
        Has the states.
    store
        Keeps them.
    clock
        Exchange time.
    """

    def __init__(
        self, engine: Engine, store: CheckpointStore, clock: ExchangeClock
    ) -> None:
        self._engine = engine
        self._store = store
        self._clock = clock
        self._saved_at_ms = 0

    async def take_up(self) -> None:
        """
        Give the engine the last midnight's states, before its first candle.

        Only where the window, which is made whole at every start, holds all
        minutes since: an older midnight would leave a hole.

        Raises
        ------
        StoreUnavailableError
            If the store cannot be read.
        """
        now_ms = self._clock.now_ms()
        start_ms = now_ms - WINDOW_CANDLES * MINUTE_MS + _ROOM_MS
        try:
            found = await self._store.load_checkpoint(start_ms=start_ms, end_ms=now_ms)
            if found is not None:
                self._engine.restore(found)
                logger.info("Took up the indicators of %d pairs.", len(found.symbols))
        except ValueError as error:
            logger.warning("The indicators begin anew: %s", error)

    async def keep(self) -> None:
        """Save after each midnight and now and then, for ever."""
        while True:
            await asyncio.sleep(_STEP_S)
            now_ms = self._clock.now_ms()
            is_new_day = now_ms // DAY_MS != self._saved_at_ms // DAY_MS
            if is_new_day or now_ms - self._saved_at_ms >= _EVERY_MS:
                await self.save()

    async def save(self) -> None:
        """Save what there is; where the store is away, the next time will do."""
        found = self._engine.checkpoint()
        if found is None:
            return
        try:
            await self._store.save_checkpoint(found)
        except (DataRefusedError, StoreUnavailableError) as error:
            logger.info("The indicators were not stored: %s", error)
            return
        self._saved_at_ms = self._clock.now_ms()
