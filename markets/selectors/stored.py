"""Stored candles and ledger entries as the feed takes them up again."""

from collections.abc import Collection, Mapping, Sequence

from django.db import connection

from markets import models
from markets.candle_table import COLUMNS
from markets.engine.checkpoint import Checkpoint
from markets.feed import ledger
from markets.feed.ports import LedgerEntry
from markets.types import Candle, Symbol

_READ = ", ".join(COLUMNS[:-1])


def circulating_supply(market_id: int) -> dict[Symbol, float]:
    """Return the units in circulation of a market's symbols where known."""
    rows = models.Instrument.objects.filter(
        market_id=market_id, circulating_supply__isnull=False
    )
    return {
        Symbol(symbol): supply
        for symbol, supply in rows.values_list("symbol", "circulating_supply")
        if supply is not None
    }


def stored_candles(
    id_of: Mapping[Symbol, int],
    symbols: Collection[Symbol],
    *,
    start_ms: int,
    end_ms: int,
) -> dict[Symbol, Sequence[Candle]]:
    """
    Return the candles that open in ``[start_ms, end_ms)``, oldest first.

    Parameters
    ----------
    id_of
        Ids of the market's instruments.
    symbols
        Whose candles; those without an id have none.
    start_ms, end_ms
        Open times, UTC ms.
    """
    candles: dict[Symbol, Sequence[Candle]] = {}
    # One range of the primary key after the other: each lies in one piece.
    with connection.cursor() as cursor:
        for symbol in symbols:
            if symbol not in id_of:
                continue
            cursor.execute(
                f"SELECT {_READ} FROM markets_candle WHERE instrument_id = %s "  # noqa: S608 - constants only
                "AND open_time_ms >= %s AND open_time_ms < %s ORDER BY open_time_ms",
                [id_of[symbol], start_ms, end_ms],
            )
            candles[symbol] = [Candle(symbol, *row[1:]) for row in cursor.fetchall()]
    return candles


def stored_ledger(
    market_id: int, slot_of: Mapping[Symbol, int], *, start_ms: int, end_ms: int
) -> dict[Symbol, dict[int, LedgerEntry]]:
    """Return the entries (not NONE) of a market by symbol and open time."""
    symbol_of = {slot: symbol for symbol, slot in slot_of.items()}
    entries: dict[Symbol, dict[int, LedgerEntry]] = {}
    decoded = {byte: ledger.decode(byte) for byte in ledger.MEANINGFUL}
    rows = models.LedgerMinute.objects.filter(
        market_id=market_id, open_time_ms__gte=start_ms, open_time_ms__lt=end_ms
    )
    for minute, block in rows.values_list("open_time_ms", "entries"):
        for slot, byte in enumerate(bytes(block)):
            if byte and slot in symbol_of:
                entries.setdefault(symbol_of[slot], {})[minute] = decoded[byte]
    return entries


def stored_checkpoint(
    market_id: int, *, start_ms: int, end_ms: int
) -> Checkpoint | None:
    """
    Return the newest state of a midnight in ``[start_ms, end_ms]``, if any.

    Raises
    ------
    ValueError
        If what was stored cannot be read.
    """
    found = (
        models.EngineCheckpoint.objects.filter(
            market_id=market_id, end_ms__gte=start_ms, end_ms__lte=end_ms
        )
        .order_by("-end_ms")
        .values_list("state", flat=True)
        .first()
    )
    return None if found is None else Checkpoint.unpack(bytes(found))
