"""Which past an alert is asked of: the whole days, or the last hours of a new board."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markets.engine.table import Table
from markets.errors import NotStoredError
from markets.feature_shelf import shelf, store_of
from markets.features.day import StoredDay
from markets.past import stored_span
from markets.selectors.minute_log import stored_market, stored_range
from markets.services.running_days import running_days, write_running_days
from markets.types import MINUTE_MS, Venue

OnProgress = Callable[[float], None]
"""Told the share that is done, from 0 to 1."""

_TEN_MINUTES_MS = 10 * MINUTE_MS


@dataclass(frozen=True, slots=True)
class Past:
    """
    A stretch of the past, UTC ms, and its days.

    `days` is None where the last hours have to be written as columns first.
    `name` changes whenever what the days hold does.
    """

    venue: str
    market_key: str
    start_ms: int
    end_ms: int
    days: Sequence[StoredDay] | None
    name: str


def past_of(newest: Table) -> Past | None:
    """Return the past of a table's market, None where nothing is stored."""
    names = newest.venue, newest.market_key
    store = store_of(*names)
    span = stored_span(store)
    if span is not None:
        days = store.days()
        return Past(*names, *span, days, _name_of(days))
    try:
        market = stored_market(Venue(newest.venue), newest.market_key)
        held = running_days(shelf(), market)
        if held is not None:
            name = _name_of(held.days)
            return Past(*names, held.start_ms, held.end_ms, held.days, name)
        start_ms, end_ms = stored_range(market)
    except NotStoredError:
        return None
    end_ms = max(end_ms // _TEN_MINUTES_MS * _TEN_MINUTES_MS, start_ms + MINUTE_MS)
    return Past(*names, start_ms, end_ms, None, f"to be written {end_ms}")


def written(past: Past, note: OnProgress) -> Past:
    """
    Return a past whose last hours are written as columns.

    Raises
    ------
    NotStoredError
        If nothing is stored any more.
    FeatureStoreTakenError
        If another process writes them now.
    """
    market = stored_market(Venue(past.venue), past.market_key)
    held = running_days(shelf(), market)
    if held is None:
        held = write_running_days(
            shelf(), market, on_progress=lambda done, total: note(done / max(total, 1))
        )
    names = past.venue, past.market_key
    return Past(*names, held.start_ms, held.end_ms, held.days, _name_of(held.days))


def _name_of(days: Sequence[StoredDay]) -> str:
    written_at = [(one.manifest.day, one.manifest.written_at_ms) for one in days]
    return f"{days[0].folder if days else ''} {written_at}"
