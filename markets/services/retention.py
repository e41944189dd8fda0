"""Letting old minutes go."""

import logging
from datetime import timedelta
from typing import Final

from django.db import connection
from django.db.models import Max

from markets import candle_table, models
from markets.types import DAY_MS
from scalpaiboard.lib.clock import now, now_ms

logger = logging.getLogger(__name__)

_HOUR_MS: Final = 3_600_000
_LEDGER_DAYS: Final = 90
_QUARANTINE_DAYS: Final = 30
_DAYS_AHEAD: Final = 2


def drop_expired(*, keep_hours: int) -> int:
    """
    Drop what is older than its time and make the partitions of days to come.

    A market's age counts from its own newest minute, so that a market played
    at its own dates keeps its window. Returns how many candles (SQLite) or
    days of candles (PostgreSQL) went.

    Parameters
    ----------
    keep_hours
        How long candles are kept.
    """
    newest = {
        row["market_id"]: row["newest"]
        for row in models.LedgerMinute.objects.values("market_id").annotate(
            newest=Max("open_time_ms")
        )
    }
    for market_id, newest_ms in newest.items():
        models.LedgerMinute.objects.filter(
            market_id=market_id, open_time_ms__lt=newest_ms - _LEDGER_DAYS * DAY_MS
        ).delete()
    models.QuarantinedCandle.objects.filter(
        received_at__lt=now() - timedelta(days=_QUARANTINE_DAYS)
    ).delete()
    keep_ms = keep_hours * _HOUR_MS
    if connection.vendor == "postgresql":
        today = now_ms() // DAY_MS
        candle_table.make_partitions(connection, range(today, today + _DAYS_AHEAD + 1))
        return _drop_days(list(newest.values()), keep_ms=keep_ms)
    return sum(
        _delete_rows(market_id, before_ms=newest_ms - keep_ms)
        for market_id, newest_ms in newest.items()
    )


# A day may go when no market that has candles in it still needs them.
def _drop_days(newest: list[int], *, keep_ms: int) -> int:
    ahead = now_ms() // DAY_MS
    days = [
        day
        for day in candle_table.list_partitions(connection)
        if day < ahead
        and all(
            newest_ms < day * DAY_MS or newest_ms - keep_ms >= (day + 1) * DAY_MS
            for newest_ms in newest
        )
        and any(newest_ms >= day * DAY_MS for newest_ms in newest)
    ]
    candle_table.drop_partitions(connection, days)
    return len(days)


# One instrument a statement: its rows lie together, and the lock is short.
def _delete_rows(market_id: int, *, before_ms: int) -> int:
    deleted = 0
    instruments = models.Instrument.objects.filter(market_id=market_id)
    with connection.cursor() as cursor:
        for pk in instruments.values_list("pk", flat=True):
            cursor.execute(
                "DELETE FROM markets_candle "
                "WHERE instrument_id = %s AND open_time_ms < %s",
                [pk, before_ms],
            )
            deleted += cursor.rowcount
    return deleted
