"""Storing minutes: their candles and their ledger, in one transaction."""

import logging
from collections.abc import Mapping, Sequence
from typing import Final

from django.db import connection, transaction

from markets import candle_table, models
from markets.candle_table import CandleRow
from markets.feed import ledger
from markets.feed.ports import LedgerEntry, MinuteBatch, QuarantinedCandle
from markets.services.instruments import Places
from markets.types import DAY_MS, Candle
from scalpaiboard.lib.clock import now

logger = logging.getLogger(__name__)

_PAYLOAD_FIELDS: Final = Candle.__slots__
_LEDGER_ROWS_A_STATEMENT: Final = 200


@transaction.atomic
def save_minutes(places: Places, batches: Sequence[MinuteBatch]) -> None:
    """
    Store batches; what is stored twice changes nothing.

    Parameters
    ----------
    places
        Where the market's instruments stand; symbols that are not among them
        are left out and logged.
    batches
        Later ones win over earlier ones.
    """
    days = {batch.open_time_ms // DAY_MS for batch in batches if batch.candles}
    candle_table.make_partitions(connection, days)
    rows: dict[tuple[int, int], CandleRow] = {}
    for batch in batches:
        for candle in batch.candles:
            instrument_id = places.id_of.get(candle.symbol)
            if instrument_id is None:
                logger.error("No instrument %s to store a candle of.", candle.symbol)
                continue
            key = (instrument_id, candle.open_time_ms)
            rows[key] = _row(instrument_id, candle, batch.received_at_ms)
    candle_table.upsert(connection, list(rows.values()))
    _save_ledger(places, batches)


@transaction.atomic
def save_quarantined(places: Places, candles: Sequence[QuarantinedCandle]) -> None:
    """Keep candles that failed their checks, to be looked at."""
    models.QuarantinedCandle.objects.bulk_create(
        models.QuarantinedCandle(
            instrument_id=places.id_of[one.candle.symbol],
            open_time_ms=one.candle.open_time_ms,
            payload=_payload(one.candle),
            reason=one.reason[:300],
            received_at=now(),
        )
        for one in candles
        if one.candle.symbol in places.id_of
    )


def _row(instrument_id: int, candle: Candle, received_at_ms: int) -> CandleRow:
    return (
        instrument_id,
        candle.open_time_ms,
        candle.open,
        candle.high,
        candle.low,
        candle.close,
        candle.volume,
        candle.quote_volume,
        candle.trade_count,
        candle.taker_buy_volume,
        candle.taker_buy_quote_volume,
        candle.first_trade_id,
        candle.last_trade_id,
        received_at_ms,
    )


def _save_ledger(places: Places, batches: Sequence[MinuteBatch]) -> None:
    entries: dict[int, dict[int, LedgerEntry]] = {}
    for batch in batches:
        slots = entries.setdefault(batch.open_time_ms, {})
        for symbol, entry in batch.entries.items():
            if symbol in places.slot_of:
                slots[places.slot_of[symbol]] = entry
    blocks = _blocks(places.market_id, list(entries))
    models.LedgerMinute.objects.bulk_create(
        [
            models.LedgerMinute(
                market_id=places.market_id,
                open_time_ms=minute,
                entries=ledger.splice(blocks.get(minute, b""), slots),
            )
            for minute, slots in entries.items()
        ],
        batch_size=_LEDGER_ROWS_A_STATEMENT,
        update_conflicts=True,
        unique_fields=["market", "open_time_ms"],
        update_fields=["entries"],
    )


def _blocks(market_id: int, minutes: Sequence[int]) -> Mapping[int, bytes]:
    rows = models.LedgerMinute.objects.select_for_update().filter(
        market_id=market_id,
        open_time_ms__gte=min(minutes, default=0),
        open_time_ms__lte=max(minutes, default=-1),
    )
    return {
        minute: bytes(block)
        for minute, block in rows.values_list("open_time_ms", "entries")
    }


# JSON has no NaN and no infinity: such numbers are kept as text.
def _payload(candle: Candle) -> dict[str, str | int | bool | None]:
    values = {name: getattr(candle, name) for name in _PAYLOAD_FIELDS}
    return {
        name: str(value) if isinstance(value, float) else value
        for name, value in values.items()
    }
