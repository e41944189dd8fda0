"""One pair of the market as it was at a close of the last days."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from markets.engine.expressions.explanation import Part, explain_at
from markets.engine.expressions.labels import Labels
from markets.engine.expressions.market import Market, Past, TableMarket
from markets.engine.expressions.nodes import Expression
from markets.engine.expressions.operations import Lookup
from markets.engine.expressions.plan import Plan
from markets.engine.recent import STEPS_BACK
from markets.engine.table import Table
from markets.errors import FeatureStoreError
from markets.feature_shelf import store_of
from markets.features.columns import DAY_MINUTES, KNOWN
from markets.features.market import PastMarket
from markets.features.store import FeatureStore
from markets.replay import Replay
from markets.selectors.minute_log import StoredMarket, stored_market
from markets.selectors.pairs import known_pairs
from markets.selectors.stored import stored_ledger
from markets.selectors.tables import recent_of
from markets.types import MINUTE_MS, LedgerState, Symbol, Venue
from scalpaiboard.lib.clock import now_ms
from scalpaiboard.lib.newest import Newest

_KEPT: Final = 64
_KEPT_MS: Final = 60_000
"""A minute may be repaired; so long a look back is not looked up again."""


@dataclass(frozen=True, slots=True)
class Look:
    """
    What a condition was worth for a pair at a close.

    `part` is None where the pair had no price, or was not there.
    """

    part: Part | None


_PRICE: Final = Lookup("price", 1, 0)
_looks: Newest[Look] = Newest(_KEPT)


def look_back(newest: Table, expression: Expression, symbol: str, at_ms: int) -> Look:
    """
    Return what a condition was worth for a pair at a close.

    It is read from the last tables, a stored day, or the pair's own candles run
    through the engine once more.

    Raises
    ------
    NotStoredError
        If nothing is stored of then.
    """
    question = (newest.venue, newest.market_key, expression.text, symbol, at_ms)
    return _looks.get(
        question,
        now_ms() // _KEPT_MS,
        lambda: _look(newest, expression, symbol, at_ms),
    )


def _look(newest: Table, expression: Expression, symbol: str, at_ms: int) -> Look:
    market = stored_market(Venue(newest.venue), newest.market_key)
    if _is_missing(market, symbol, at_ms):
        return Look(None)
    return (
        _in_last_tables(newest, expression, symbol, at_ms)
        or _in_stored_day(newest, expression, symbol, at_ms)
        or _in_replay(market, newest, expression, symbol, at_ms)
    )


def _in_last_tables(
    newest: Table, expression: Expression, symbol: str, at_ms: int
) -> Look | None:
    recent = recent_of(newest)
    if newest.as_of_ms == at_ms:
        return _in_table(newest, recent, expression, symbol)
    # A table of some minutes ago has not all the past that its own time had.
    if recent is None or Plan.of((expression,)).depths:
        return None
    kept = recent.table(at_ms // MINUTE_MS)
    return None if kept is None else _in_table(kept, None, expression, symbol)


def _in_table(
    table: Table, recent: Past | None, expression: Expression, symbol: str
) -> Look:
    if symbol not in table.row_of:
        return Look(None)
    market = TableMarket(table, recent, _labels(table, symbol))
    price = float(table.column("price")[table.row_of[symbol]])
    return _look_at(expression, market, (table.row_of[symbol],), price)


def _in_stored_day(
    newest: Table, expression: Expression, symbol: str, at_ms: int
) -> Look | None:
    end = at_ms // MINUTE_MS
    number = (end - 1) // DAY_MINUTES
    if not set(Plan.of((expression,)).columns) <= KNOWN:
        return None
    held = {one.manifest.day: one for one in _store(newest).days()}
    day = held.get(number)
    if day is None or symbol not in day.row_of:
        return None
    rows, ends = np.array([day.row_of[symbol]], np.intp), np.array([end])
    market = PastMarket(held, number, rows, ends)
    try:
        price = float(market.values(_PRICE)[0, 0])
        return _look_at(expression, market, (0, 0), price)
    except FeatureStoreError:
        return None


def _in_replay(
    market: StoredMarket, newest: Table, expression: Expression, symbol: str, at_ms: int
) -> Look:
    run = Replay(
        market,
        start_ms=at_ms - (STEPS_BACK + 1) * MINUTE_MS,
        end_ms=at_ms,
        symbols=(symbol,),
    )
    *_, last = run.tables()
    return _in_table(last, run.engine.recent(), expression, symbol)


def _look_at(
    expression: Expression, market: Market, place: tuple[int, ...], price: float
) -> Look:
    return Look(None if np.isnan(price) else explain_at(expression, market, place))


def _is_missing(market: StoredMarket, symbol: str, at_ms: int) -> bool:
    its = Symbol(symbol)
    if its not in market.slot_of:
        return True
    ledger = stored_ledger(
        market.market_id,
        {its: market.slot_of[its]},
        start_ms=at_ms - MINUTE_MS,
        end_ms=at_ms,
    )
    entry = ledger.get(its, {}).get(at_ms - MINUTE_MS)
    return entry is not None and entry.state is LedgerState.MISSING


def _store(newest: Table) -> FeatureStore:
    return store_of(newest.venue, newest.market_key)


# Only of the pair that is looked at: of others nothing is asked.
def _labels(table: Table, symbol: str) -> Labels:
    pair = known_pairs(table).get(symbol)
    if pair is None:
        return Labels()
    categories = {symbol: pair.categories} if pair.categories else {}
    return Labels({symbol: pair.base_asset}, categories)
