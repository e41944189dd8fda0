"""The last day of a pair in 96 closes, for the small lines beside its figures."""

from collections.abc import Collection, Mapping
from typing import Final

from markets import models
from markets.engine.table import Table
from markets.types import DAY_MS, MINUTE_MS

STEP_MS: Final = 15 * MINUTE_MS
POINTS: Final = DAY_MS // STEP_MS
_SHORT_FOR_MS: Final = 5_000
"""A short line is read again after so long: the feed may still be filling it."""

_Line = tuple[int, list[float]]
_known: dict[tuple[str, str, int], dict[str, _Line]] = {}


def sparks_of(table: Table, symbols: Collection[str]) -> Mapping[str, list[float]]:
    """
    Return the closes of each quarter of an hour of the last day, oldest first.

    They are read once a quarter of an hour; minutes that are missing are left
    out, so that a young pair has a short line.
    """
    slot = table.as_of_ms // STEP_MS
    key = (table.venue, table.market_key, slot)
    if key not in _known:
        _known.clear()
        _known[key] = {}
    known = _known[key]
    wanted = [one for one in symbols if not _holds(known.get(one), table.as_of_ms)]
    if wanted:
        for symbol, closes in _read(table, wanted, slot).items():
            known[symbol] = (table.as_of_ms, closes)
    return {symbol: known[symbol][1] for symbol in symbols}


def _holds(line: _Line | None, now_ms: int) -> bool:
    if line is None:
        return False
    return len(line[1]) == POINTS or now_ms - line[0] < _SHORT_FOR_MS


def _read(table: Table, symbols: list[str], slot: int) -> dict[str, list[float]]:
    closes: dict[str, list[float]] = {symbol: [] for symbol in symbols}
    # The minutes that close the quarters; the key of the table finds each.
    times = [(slot - back) * STEP_MS - MINUTE_MS for back in range(POINTS)]
    ids = dict(
        models.Instrument.objects.filter(
            market__venue=table.venue,
            market__key=table.market_key,
            symbol__in=symbols,
        ).values_list("id", "symbol")
    )
    rows = models.Candle.objects.filter(
        instrument_id__in=list(ids), open_time_ms__in=times
    ).order_by("open_time_ms")
    for instrument_id, close in rows.values_list("instrument_id", "close"):
        closes[ids[instrument_id]].append(close)
    return closes
