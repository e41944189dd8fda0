"""Comparing a stored day with what the exchange says of it now."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, fields

from asgiref.sync import sync_to_async
from django.db.models import Max

from markets import models
from markets.exchanges.base import Exchange
from markets.feed.ports import LedgerEntry, MinuteBatch
from markets.feed.validation import find_fault
from markets.selectors.stored import stored_candles
from markets.services.instruments import places_of
from markets.services.minutes import save_minutes
from markets.types import (
    DAY_MS,
    Candle,
    InstrumentStatus,
    LedgerState,
    MarketSource,
    Symbol,
)

logger = logging.getLogger(__name__)

# REST answers bear neither trade ids nor an event time.
_NOT_COMPARED = frozenset(
    {"first_trade_id", "last_trade_id", "event_time_ms", "is_closed"}
)
_COMPARED = tuple(f.name for f in fields(Candle) if f.name not in _NOT_COMPARED)


@dataclass(frozen=True, slots=True)
class Reconciled:
    """How a stored day compares with the exchange's own account."""

    compared: int = 0
    differed: int = 0
    """Candles that were missing or not the same; they are stored anew."""


async def reconcile_yesterday(exchange: Exchange, source: MarketSource) -> Reconciled:
    """
    Re-read the day before the market's newest minute; store what differs.

    Raises
    ------
    ExchangeError
        If the exchange stops answering; what was compared stays stored.
    """
    places = await sync_to_async(places_of)(exchange.venue, source)
    start_ms = await sync_to_async(_yesterday_ms)(places.market_id)
    if start_ms is None:
        return Reconciled()
    compared = differed = 0
    for symbol in await sync_to_async(_trading)(places.market_id):
        truth = await exchange.fetch_candles(
            symbol, start_ms=start_ms, end_ms=start_ms + DAY_MS
        )
        stored = await sync_to_async(stored_candles)(
            places.id_of, [symbol], start_ms=start_ms, end_ms=start_ms + DAY_MS
        )
        wrong = _differences(stored.get(symbol, ()), truth)
        batches = [_batch(candle) for candle in wrong]
        await sync_to_async(save_minutes)(places, batches)
        compared += len(truth)
        differed += len(wrong)
        if wrong:
            logger.warning("Yesterday's %s differed in %d minutes.", symbol, len(wrong))
    logger.info("Reconciled %d candles, %d differed.", compared, differed)
    return Reconciled(compared, differed)


def _differences(stored: Sequence[Candle], truth: Sequence[Candle]) -> list[Candle]:
    known = {candle.open_time_ms: candle for candle in stored}
    return [
        candle
        for candle in truth
        if not _is_same(known.get(candle.open_time_ms), candle)
        and find_fault(candle, now_ms=candle.open_time_ms) is None
    ]


def _is_same(stored: Candle | None, truth: Candle) -> bool:
    return stored is not None and all(
        getattr(stored, name) == getattr(truth, name) for name in _COMPARED
    )


def _batch(candle: Candle) -> MinuteBatch:
    entry = LedgerEntry(LedgerState.REST, is_late=True)
    return MinuteBatch(
        candle.open_time_ms, (candle,), {candle.symbol: entry}, candle.open_time_ms
    )


def _yesterday_ms(market_id: int) -> int | None:
    newest = models.LedgerMinute.objects.filter(market_id=market_id).aggregate(
        newest=Max("open_time_ms")
    )["newest"]
    return None if newest is None else newest // DAY_MS * DAY_MS - DAY_MS


def _trading(market_id: int) -> list[Symbol]:
    rows = models.Instrument.objects.filter(
        market_id=market_id, status=InstrumentStatus.TRADING
    )
    return [Symbol(symbol) for symbol in rows.values_list("symbol", flat=True)]
