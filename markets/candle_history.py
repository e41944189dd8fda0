"""Candles of any age: the store's, and before them the exchange's own."""

from collections.abc import Callable
from dataclasses import dataclass

from markets.engine.table import Table
from markets.exchange_desk import desk
from markets.selectors.candles import unbroken_candles
from markets.selectors.instruments import listed_at_ms
from markets.types import MINUTE_MS, TIMEFRAMES, Candle, Symbol


@dataclass(frozen=True, slots=True)
class CandleHistory:
    """Candles, oldest first, and whether there are any before them."""

    candles: list[Candle]
    has_older: bool


@dataclass(frozen=True, slots=True)
class Stretch:
    """
    Which candles of a pair: the newest `limit` that open in ``[start_ms, end_ms)``.

    Times are UTC ms; None leaves a side open.
    """

    symbol: Symbol
    timeframe: str
    limit: int
    start_ms: int | None = None
    end_ms: int | None = None

    @property
    def length_ms(self) -> int:
        """Length of a candle."""
        return TIMEFRAMES[self.timeframe] * MINUTE_MS


def candle_history(
    table: Table,
    stretch: Stretch,
    *,
    before: Callable[[int, int], list[Candle]] | None = None,
) -> CandleHistory:
    """
    Return the newest candles of a range, as far back as the listing.

    What the store has without a hole is taken from it; all that is older comes
    from the exchange, in the same timeframe and within the desk's weight.

    Parameters
    ----------
    table
        The market's table: it says whose candles, and what time it is there.
    stretch
        Which candles.
    before
        Gives the older candles in ``[start, end)``; None asks the desk.

    Raises
    ------
    ExchangeError, TimeoutError
        If the exchange has to be asked and does not answer.
    """
    symbol, timeframe, length_ms = stretch.symbol, stretch.timeframe, stretch.length_ms
    end = table.as_of_ms + MINUTE_MS if stretch.end_ms is None else stretch.end_ms
    stop_ms = (end - 1) // length_ms * length_ms + length_ms
    listed_ms = listed_at_ms(table, symbol) or 0
    oldest_ms = listed_ms // length_ms * length_ms
    first_ms = max(stop_ms - stretch.limit * length_ms, oldest_ms)
    if stretch.start_ms is not None:
        first_ms = max(first_ms, -(-stretch.start_ms // length_ms) * length_ms)
    stored = unbroken_candles(
        table,
        symbol,
        timeframe,
        limit=stretch.limit,
        start_ms=first_ms,
        end_ms=stop_ms,
    )
    gap_ends_ms = stored[0].open_time_ms if stored else stop_ms
    if first_ms >= gap_ends_ms:
        return CandleHistory(stored, has_older=first_ms > oldest_ms)
    if before is not None:
        older = before(first_ms, gap_ends_ms)
    else:
        older = desk.candles(symbol, timeframe, start_ms=first_ms, end_ms=gap_ends_ms)
    # A page without a candle is how an exchange says that there is no more.
    return CandleHistory(
        [*older, *stored], has_older=bool(older) and first_ms > oldest_ms
    )
