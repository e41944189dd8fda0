"""Which closes are due, oldest first, each as the market of then."""

import logging
from collections.abc import Iterator
from typing import Any, Final

from markets.engine.expressions.market import TableMarket
from markets.engine.recent import STEPS_BACK
from markets.engine.table import Table
from markets.errors import NotStoredError
from markets.replay import Replay
from markets.selectors.minute_log import stored_market
from markets.selectors.pairs import known_pairs, labels_of
from markets.selectors.tables import current_state, recent_of
from markets.types import DAY_MS, MINUTE_MS, Venue

logger = logging.getLogger(__name__)

MOST_BEHIND_MS: Final = DAY_MS
"""What was missed longer ago is not made up for."""


def market_of(table: Table) -> TableMarket:
    """Return the market of a table, with the last closed values of the feed."""
    return TableMarket(table, recent_of(table), labels_of(known_pairs(table)))


def is_filling(newest: Table) -> bool:
    """Whether the feed still fetches the past, so that its tables are not whole."""
    state = _state_of(newest)
    return state is not None and state.get("whole_from_ms", 0) is None


def closed_markets(newest: Table, since_ms: int) -> Iterator[TableMarket]:
    """
    Yield the market at each close after a moment up to the newest table.

    What was missed comes from the last values that the feed keeps, if it had the
    past by then, or from the stored candles; where neither has it, the minutes
    are left out.
    """
    first_ms = max(since_ms, newest.as_of_ms - MOST_BEHIND_MS) + MINUTE_MS
    if first_ms < newest.as_of_ms:
        yield from _missed(newest, first_ms)
    yield market_of(newest)


def replayed_markets(
    venue: str, market_key: str, *, start_ms: int, end_ms: int
) -> Iterator[TableMarket]:
    """
    Yield the market at the closes in ``[start_ms, end_ms]``, from the store.

    Raises
    ------
    NotStoredError
        If the store does not hold the range.
    """
    run = _replay(venue, market_key, start_ms=start_ms - MINUTE_MS, end_ms=end_ms)
    for table in run.tables():
        if table.as_of_ms >= start_ms:
            labels = labels_of(known_pairs(table))
            yield TableMarket(table, run.engine.recent(), labels)


# From early enough that it is known what was before, where that is stored.
def _replay(venue: str, market_key: str, *, start_ms: int, end_ms: int) -> Replay:
    market = stored_market(Venue(venue), market_key)
    early_ms = start_ms - STEPS_BACK * MINUTE_MS
    try:
        return Replay(market, start_ms=early_ms, end_ms=end_ms)
    except NotStoredError:
        return Replay(market, start_ms=start_ms, end_ms=end_ms)


def _missed(newest: Table, first_ms: int) -> Iterator[TableMarket]:
    ends = range(first_ms // MINUTE_MS, newest.as_of_ms // MINUTE_MS)
    recent = recent_of(newest)
    kept = [recent.table(end) if recent else None for end in ends]
    tables = [table for table in kept if table is not None]
    whole_from_ms = (_state_of(newest) or {}).get("whole_from_ms") or 0
    if len(tables) == len(kept) and first_ms > whole_from_ms:
        yield from map(market_of, tables)
        return
    try:
        yield from replayed_markets(
            newest.venue,
            newest.market_key,
            start_ms=first_ms,
            end_ms=newest.as_of_ms - MINUTE_MS,
        )
    except NotStoredError as error:
        logger.warning("%s closes were not asked: %s", len(ends), error)
        yield from map(market_of, tables)


def _state_of(table: Table) -> dict[str, Any] | None:
    state = current_state()
    is_its = state is not None and state["market"]["key"] == table.market_key
    return state if is_its else None
