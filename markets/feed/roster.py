"""Who is on the market: listings, halts and delistings as they happen."""

import logging
from collections.abc import Sequence

from markets.exchanges.base import Exchange
from markets.feed.ports import Engine, InstrumentStore
from markets.types import MINUTE_MS, Instrument, InstrumentStatus, MarketSource, Symbol

logger = logging.getLogger(__name__)

_ON_BOARD = frozenset({InstrumentStatus.TRADING, InstrumentStatus.HALTED})


class Roster:
    """
    The instruments as the exchange listed them last.

    Parameters
    ----------
    source
        The market that they belong to.
    exchange
        Lists them.
    store
        Keeps them with their dates.
    engine
        Gets a row for each that trades or is halted.
    """

    def __init__(
        self,
        source: MarketSource,
        *,
        exchange: Exchange,
        store: InstrumentStore,
        engine: Engine,
    ) -> None:
        self._source = source
        self._exchange = exchange
        self._store = store
        self._engine = engine
        self._listed_at_ms: dict[Symbol, int] = {}
        self.trading: frozenset[Symbol] = frozenset()
        self.halted: frozenset[Symbol] = frozenset()

    @property
    def symbols(self) -> frozenset[Symbol]:
        """Everything that has a row on the board."""
        return self.trading | self.halted

    async def refresh(self) -> None:
        """
        Ask the exchange, keep the answer, and give the engine its rows.

        Nothing changes here before the store has the answer, so that every
        candle finds its instrument there.

        Raises
        ------
        ExchangeError
            If the exchange does not answer; the old roster stays.
        StoreUnavailableError
            If the store cannot take it; the old roster stays.
        """
        instruments = await self._exchange.list_instruments()
        await self._store.save_instruments(self._source, instruments)
        supply = await self._store.load_circulating_supply()
        on_board = [one for one in instruments if one.status in _ON_BOARD]
        self._engine.set_instruments(on_board, circulating_supply=supply)
        before = self.trading
        self.trading = self._with_status(on_board, InstrumentStatus.TRADING)
        self.halted = self._with_status(on_board, InstrumentStatus.HALTED)
        self._listed_at_ms = {
            one.symbol: one.listed_at_ms
            for one in on_board
            if one.listed_at_ms is not None
        }
        if before and before != self.trading:
            logger.info(
                "Instruments changed: %s came, %s went.",
                sorted(self.trading - before),
                sorted(before - self.trading),
            )

    def first_minute_ms(self, symbol: Symbol, *, not_before_ms: int) -> int:
        """Return the first whole minute of a symbol's life in the window."""
        listed_ms = self._listed_at_ms.get(symbol, 0)
        return max(not_before_ms, -(-listed_ms // MINUTE_MS) * MINUTE_MS)

    @staticmethod
    def _with_status(
        instruments: Sequence[Instrument], status: InstrumentStatus
    ) -> frozenset[Symbol]:
        return frozenset(one.symbol for one in instruments if one.status is status)
