"""One day of the ledger, counted by pair and hour."""

from datetime import UTC, date, datetime
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from markets.feed import ledger
from markets.models import Instrument, LedgerMinute
from markets.types import DAY_MS, MINUTE_MS, LedgerState

_HOURS: Final = 24
_MINUTES: Final = DAY_MS // MINUTE_MS
_COUNTED: Final = (
    LedgerState.STREAM,
    LedgerState.REST,
    LedgerState.HALTED,
    LedgerState.MISSING,
)


def ledger_day(venue: str, market_key: str, day: date) -> list[dict[str, Any]]:
    """
    Return each pair's 24 hours of a UTC day: what was expected, what came.

    A pair of which nothing was expected that day is left out. Late candles are
    counted by their source and once more as late.
    """
    slots = Instrument.objects.filter(
        market__venue=venue, market__key=market_key
    ).values_list("symbol", "slot")
    symbols = dict(slots)
    if not symbols:
        return []
    entries = _entries(venue, market_key, day, max(symbols.values()) + 1)
    counts = {
        str(state): _by_hour(_STATE[entries] == number)
        for number, state in enumerate(_COUNTED, start=1)
    }
    counts["late"] = _by_hour(_LATE[entries])
    counts["expected"] = _by_hour(_STATE[entries] > 0)
    seen = counts["expected"].sum(axis=0) > 0
    return [
        {
            "symbol": symbol,
            "hours": [
                {name: int(table[hour, slot]) for name, table in counts.items()}
                for hour in range(_HOURS)
            ],
        }
        for symbol, slot in symbols.items()
        if seen[slot]
    ]


def _entries(venue: str, key: str, day: date, width: int) -> NDArray[np.uint8]:
    """Return the bytes of the day, shape ``(minutes, slots)``."""
    start = datetime(day.year, day.month, day.day, tzinfo=UTC)
    start_ms = int(start.timestamp()) * 1_000
    entries = np.zeros((_MINUTES, width), dtype=np.uint8)
    rows = LedgerMinute.objects.filter(
        market__venue=venue,
        market__key=key,
        open_time_ms__gte=start_ms,
        open_time_ms__lt=start_ms + DAY_MS,
    )
    for minute, block in rows.values_list("open_time_ms", "entries"):
        line = np.frombuffer(bytes(block), dtype=np.uint8)[:width]
        entries[(minute - start_ms) // MINUTE_MS, : len(line)] = line
    return entries


def _by_hour(minutes: NDArray[np.bool_]) -> NDArray[np.int64]:
    hours: NDArray[np.int64] = minutes.reshape(_HOURS, 60, -1).sum(axis=1)
    return hours


# What each byte says, looked up for whole arrays at once.
_STATE: Final = np.zeros(256, dtype=np.uint8)
_LATE: Final = np.zeros(256, dtype=np.bool_)
for _byte in ledger.MEANINGFUL:
    _entry = ledger.decode(_byte)
    if _entry.state in _COUNTED:
        _STATE[_byte] = _COUNTED.index(_entry.state) + 1
        _LATE[_byte] = _entry.is_late
