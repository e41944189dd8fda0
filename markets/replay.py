"""The stored market through the same engine as the live one, from a warm start."""

import logging
from collections.abc import Callable, Collection, Iterator
from itertools import batched
from typing import Final

from markets.engine.checkpoint import Checkpoint
from markets.engine.market import MarketEngine
from markets.engine.replay import replay
from markets.engine.table import Table
from markets.selectors.minute_log import (
    StoredMarket,
    check_range,
    halted_minutes,
    instruments_between,
    logged_minutes,
)
from markets.selectors.stored import (
    circulating_supply,
    stored_candles,
    stored_checkpoint,
)
from markets.types import DAY_MS, MINUTE_MS

logger = logging.getLogger(__name__)

SINCE_CHECKPOINT_MS: Final = 3 * DAY_MS
"""With the states of a checkpoint, the window and two days of hours are enough."""

_CANDLES_A_LOAD: Final = 100_000

OnProgress = Callable[[int, int], None]


class Replay:
    """
    The minutes of a market that open in ``[start_ms, end_ms)``, once more.

    The engine starts warm: with the live engine's states at the midnight before,
    else with a checkpoint of `start_ms`, else with every candle stored before. Its
    rows are the pairs that were listed at some time in between.

    Parameters
    ----------
    market, start_ms, end_ms
        What to run; UTC ms at the start of a minute.
    checkpoint
        The indicators' states at `start_ms`, a UTC midnight.
    symbols
        Which pairs, None for all: no pair's metrics need those of another.
    on_progress
        Called with the number of steps done and their total; a pair that was
        loaded and a minute that was run are a step each.

    Raises
    ------
    NotStoredError
        If the store does not hold the range.
    """

    def __init__(
        self,
        market: StoredMarket,
        *,
        start_ms: int,
        end_ms: int,
        checkpoint: Checkpoint | None = None,
        symbols: Collection[str] | None = None,
        on_progress: OnProgress | None = None,
    ) -> None:
        self._market = market if symbols is None else market.only(symbols)
        self._start_ms, self._end_ms = start_ms, end_ms
        self._on_progress = on_progress or (lambda _done, _total: None)
        self.instruments = [
            one
            for one in instruments_between(market, start_ms, end_ms)
            if symbols is None or one.symbol in symbols
        ]
        self.engine = MarketEngine(
            venue=market.venue, market_key=market.key, market_label=market.label
        )
        self.engine.set_instruments(
            self.instruments, circulating_supply=circulating_supply(market.market_id)
        )
        self._is_warm = False
        self._warm_from_ms = check_range(self._market, start_ms, end_ms)
        if self._take_up(checkpoint):
            since_ms = start_ms - SINCE_CHECKPOINT_MS
            self._warm_from_ms = max(self._warm_from_ms, since_ms)

    def warm_up(self) -> Table | None:
        """
        Load what was before; return the closed table of then.

        None if nothing is stored of the minute right before the start.
        """
        if not self._is_warm:
            self._is_warm = True
            self._load()
        if self.engine.last_closed_ms != self._start_ms - MINUTE_MS:
            return None
        return self.engine.closed_table()

    def tables(self) -> Iterator[Table]:
        """Yield the closed table of every minute; to be called once."""
        self.warm_up()
        symbols = self.engine.symbols
        minutes = logged_minutes(
            self._market, symbols, start_ms=self._start_ms, end_ms=self._end_ms
        )
        total = len(symbols) + (self._end_ms - self._start_ms) // MINUTE_MS
        for number, table in enumerate(replay(self.engine, minutes), start=1):
            self._on_progress(len(symbols) + number, total)
            yield table

    # What the live engine held at the midnight before comes first: it knows the
    # exchange's own long candles, which are not stored.
    def _take_up(self, other: Checkpoint | None) -> bool:
        market_id, start_ms = self._market.market_id, self._start_ms
        try:
            live = stored_checkpoint(
                market_id, start_ms=start_ms - DAY_MS + MINUTE_MS, end_ms=start_ms
            )
            checkpoint = live or other
            if checkpoint is not None:
                self.engine.restore(checkpoint)
        except ValueError as error:
            logger.warning("The indicators begin with the first candle: %s", error)
            return False
        return checkpoint is not None

    def _load(self) -> None:
        start_ms, end_ms = self._warm_from_ms, self._start_ms
        minutes = (end_ms - start_ms) // MINUTE_MS
        if not minutes:
            return
        symbols = self.engine.symbols
        total = len(symbols) + (self._end_ms - self._start_ms) // MINUTE_MS
        halted = halted_minutes(self._market, start_ms=start_ms, end_ms=end_ms)
        done = 0
        for group in batched(symbols, max(1, _CANDLES_A_LOAD // minutes)):
            stored = stored_candles(
                self._market.id_of, group, start_ms=start_ms, end_ms=end_ms
            )
            self.engine.load(
                stored, halted={symbol: halted.get(symbol, ()) for symbol in group}
            )
            done += len(group)
            self._on_progress(done, total)
