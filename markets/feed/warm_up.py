"""The long indicators' start: candles of their own length from the exchange."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from itertools import batched
from typing import Final

from markets.errors import ExchangeError, RateLimitedError, UnknownSymbolError
from markets.exchanges.base import Exchange
from markets.feed.clock import ExchangeClock
from markets.feed.config import FeedConfig
from markets.feed.ports import Engine
from markets.feed.problems import Problems
from markets.feed.repair import Repairer
from markets.feed.roster import Roster
from markets.feed.validation import find_fault
from markets.types import DAY_MS, MINUTE_MS, TIMEFRAMES, WINDOW_CANDLES, Candle, Symbol

logger = logging.getLogger(__name__)

PAGE: Final = 499
"""As many candles as futures give for a weight of 2."""

PROBLEM: Final = "warm_up_failing"
# Longer candles are made of hours. Minutes are asked for after a hole alone.
_ORDER: Final = ("1h", "15m", "4h", "1d", "8h", "5m", "1m")
_PAIRS_AT_A_TIME: Final = 8
"""Taking one timeframe of so many holds up everything else for a tenth of a second."""
_PAGES_AT_ONCE: Final = 4
_ROOM_STEP_S: Final = 0.25
_OVERLAP_MS: Final = 60 * MINUTE_MS


class WarmUp:
    """
    Asks for a page of candles where an indicator's timeframe knows too little.

    Most traded pairs first, in groups, so that their metrics appear as they
    become whole. It waits while repairs do, and while the minute's weight is
    used up to a share. What was answered is not asked for again for a day: a
    short answer is all that there is.

    Parameters
    ----------
    exchange
        Paces the requests by their weight.
    engine
        Says what is cold, and takes the candles.
    roster
        Who trades, and since when.
    repairer
        Goes first.
    clock
        Exchange time.
    problems
        Told while requests fail.
    config
        The share and the pace.
    """

    def __init__(  # noqa: PLR0913 - it joins the parts of the feed
        self,
        exchange: Exchange,
        *,
        engine: Engine,
        roster: Roster,
        repairer: Repairer,
        clock: ExchangeClock,
        problems: Problems,
        config: FeedConfig,
    ) -> None:
        self._exchange = exchange
        self._engine = engine
        self._roster = roster
        self._repairer = repairer
        self._clock = clock
        self._problems = problems
        self._config = config
        self._asked_ms: dict[tuple[Symbol, str], int] = {}
        self._wait_s = config.warm_again_s
        self.done = 0
        self.total = 0

    async def run(self, order: Sequence[Symbol]) -> None:
        """
        Ask for what is cold, and look again now and then, for ever.

        Parameters
        ----------
        order
            Who goes first; others follow by name.
        """
        place = {symbol: number for number, symbol in enumerate(order)}
        while True:
            await self.ask(place)
            await asyncio.sleep(self._wait_s)

    async def ask(self, place: Mapping[Symbol, int]) -> None:
        """Ask once for all that is cold now; ends early where requests fail."""
        self._wait_s = self._config.warm_again_s
        wanted = self._wanted(place)
        self.total = self.done + sum(len(symbols) for _, symbols in wanted)
        for timeframe, symbols in wanted:
            if not await self._warm(timeframe, symbols):
                return
        if wanted:
            logger.info("Warmed the indicators with %d pages.", self.done)

    def _wanted(
        self, place: Mapping[Symbol, int]
    ) -> list[tuple[str, Sequence[Symbol]]]:
        cold = {timeframe: set(self._engine.cold(timeframe)) for timeframe in _ORDER}
        last = len(place)
        pairs = sorted(self._roster.trading, key=lambda s: (place.get(s, last), s))
        groups = (
            (timeframe, [s for s in some if s in cold[timeframe]])
            for some in batched(pairs, _PAIRS_AT_A_TIME)
            for timeframe in _ORDER
        )
        unasked = ((t, [s for s in some if self._is_due(s, t)]) for t, some in groups)
        return [(timeframe, some) for timeframe, some in unasked if some]

    def _is_due(self, symbol: Symbol, timeframe: str) -> bool:
        asked_ms = self._asked_ms.get((symbol, timeframe))
        return asked_ms is None or self._clock.now_ms() - asked_ms >= DAY_MS

    # Return whether every request was answered.
    async def _warm(self, timeframe: str, symbols: Sequence[Symbol]) -> bool:
        found: dict[Symbol, list[Candle]] = {}
        for some in batched(symbols, _PAGES_AT_ONCE):
            await self._have_room()
            pages = await asyncio.gather(*(self._fetch(s, timeframe) for s in some))
            for symbol, page in zip(some, pages, strict=True):
                if page is not None:
                    found[symbol] = page
                    self._asked_ms[symbol, timeframe] = self._clock.now_ms()
                    self.done += 1
            if None in pages:
                break
        self._engine.warm(timeframe, found)
        return len(found) == len(symbols)

    # Repairs go first, and others must find weight left for what cannot wait.
    async def _have_room(self) -> None:
        while self._repairer.is_behind or not self._has_weight():  # noqa: ASYNC110 - a minute's weight comes back by itself
            await asyncio.sleep(_ROOM_STEP_S)

    def _has_weight(self) -> bool:
        weight = self._exchange.weight
        share = self._config.warm_weight_share
        return weight.blocked_until_ms is None and weight.used < share * weight.limit

    # None where it has to be tried again.
    async def _fetch(self, symbol: Symbol, timeframe: str) -> list[Candle] | None:
        start_ms, end_ms = self._span(symbol, timeframe)
        if start_ms >= end_ms:
            return []
        try:
            page = await self._exchange.fetch_candles(
                symbol, start_ms=start_ms, end_ms=end_ms, timeframe=timeframe
            )
        except UnknownSymbolError:
            return []
        except ExchangeError as error:
            self._postpone(error)
            return None
        self._problems.clear(PROBLEM)
        return self._sound(symbol, timeframe, page)

    def _span(self, symbol: Symbol, timeframe: str) -> tuple[int, int]:
        length_ms = TIMEFRAMES[timeframe] * MINUTE_MS
        end_ms = self._clock.now_ms() // length_ms * length_ms
        if timeframe == "1m":
            # The window has the rest.
            end_ms += _OVERLAP_MS - WINDOW_CANDLES * MINUTE_MS
        listed_ms = self._roster.first_minute_ms(symbol, not_before_ms=0)
        first_ms = listed_ms // length_ms * length_ms
        return max(first_ms, end_ms - PAGE * length_ms), end_ms

    # A history begins after its last candle that cannot be true.
    def _sound(
        self, symbol: Symbol, timeframe: str, page: list[Candle]
    ) -> list[Candle]:
        length_ms = TIMEFRAMES[timeframe] * MINUTE_MS
        for number, candle in reversed(list(enumerate(page))):
            fault = find_fault(candle, now_ms=self._clock.now_ms())
            if fault or candle.open_time_ms % length_ms:
                logger.warning(
                    "A candle of %s (%s) at %d was left out: %s",
                    symbol,
                    timeframe,
                    candle.open_time_ms,
                    fault or "It does not open at a multiple of its length.",
                )
                return page[number + 1 :]
        return page

    def _postpone(self, error: ExchangeError) -> None:
        if isinstance(error, RateLimitedError):
            self._wait_s = max(self._wait_s, error.retry_after_s)
        self._problems.raise_(
            PROBLEM,
            f"The candles of longer indicators could not be fetched: {error}",
            at_ms=self._clock.local_ms(),
        )
