"""The database side of the feed's ports."""

from collections.abc import Collection, Mapping, Sequence
from hashlib import sha256

from markets.engine.checkpoint import Checkpoint
from markets.feed.ports import LedgerEntry, MinuteBatch, QuarantinedCandle
from markets.selectors.stored import (
    circulating_supply,
    stored_candles,
    stored_checkpoint,
    stored_ledger,
)
from markets.services.checkpoints import save_checkpoint
from markets.services.instruments import Places, places_of, save_instruments
from markets.services.minutes import save_minutes, save_quarantined
from markets.sinks.worker import SinkThread
from markets.types import Candle, Instrument, MarketSource, Symbol, Venue


class DatabaseStore:
    """
    Keeps instruments, candles and the ledger of one market in the database.

    Parameters
    ----------
    venue, source
        The market that it writes.
    """

    def __init__(self, venue: Venue, source: MarketSource) -> None:
        self._venue = venue
        self._source = source
        self._thread = SinkThread("store")
        self._known: Places | None = None
        self._checkpoint = b""

    async def close(self) -> None:
        """Finish what was begun."""
        await self._thread.close()

    async def save_instruments(
        self, source: MarketSource, instruments: Sequence[Instrument]
    ) -> None:
        """Insert and update; an instrument that is gone is marked delisted."""
        self._known = await self._thread.run(
            lambda: save_instruments(self._venue, source, instruments)
        )

    async def load_circulating_supply(self) -> Mapping[Symbol, float]:
        """Return the units in circulation where they are known."""
        return await self._thread.run(
            lambda: circulating_supply(self._places().market_id)
        )

    async def save_minutes(self, batches: Sequence[MinuteBatch]) -> None:
        """Store all batches in one transaction."""
        await self._thread.run(lambda: save_minutes(self._places(), batches))

    async def load_candles(
        self, symbols: Collection[Symbol], *, start_ms: int, end_ms: int
    ) -> Mapping[Symbol, Sequence[Candle]]:
        """Return the stored candles that open in ``[start_ms, end_ms)``, in order."""
        return await self._thread.run(
            lambda: stored_candles(
                self._places().id_of, symbols, start_ms=start_ms, end_ms=end_ms
            )
        )

    async def load_ledger(
        self, *, start_ms: int, end_ms: int
    ) -> Mapping[Symbol, Mapping[int, LedgerEntry]]:
        """Return the entries (not NONE) by symbol and open time."""

        def load() -> Mapping[Symbol, Mapping[int, LedgerEntry]]:
            places = self._places()
            return stored_ledger(
                places.market_id, places.slot_of, start_ms=start_ms, end_ms=end_ms
            )

        return await self._thread.run(load)

    async def quarantine(self, candles: Sequence[QuarantinedCandle]) -> None:
        """Keep candles that failed their checks, to be looked at."""
        await self._thread.run(lambda: save_quarantined(self._places(), candles))

    async def save_checkpoint(self, checkpoint: Checkpoint) -> None:
        """Store what the indicators held at a midnight; again costs nothing."""

        def save() -> None:
            packed = checkpoint.pack()
            digest = sha256(packed).digest()
            if digest != self._checkpoint:
                save_checkpoint(self._places().market_id, checkpoint.end_ms, packed)
                self._checkpoint = digest

        await self._thread.run(save)

    async def load_checkpoint(self, *, start_ms: int, end_ms: int) -> Checkpoint | None:
        """Return the newest one of a midnight in ``[start_ms, end_ms]``, if any."""
        return await self._thread.run(
            lambda: stored_checkpoint(
                self._places().market_id, start_ms=start_ms, end_ms=end_ms
            )
        )

    def _places(self) -> Places:
        if self._known is None:
            self._known = places_of(self._venue, self._source)
        return self._known
