"""The tables and the state of the feed of this board's venue."""

from typing import Any

from django.conf import settings

from markets import snapshots
from markets.engine.recent import Recent
from markets.engine.table import Table
from markets.recent_snapshots import read_recent


def current_table(clock: str) -> Table:
    """Return the newest table; raises MarketUnavailableError before the first."""
    return snapshots.read_table(settings.VENUE, clock)


def recent_of(table: Table) -> Recent | None:
    """Return the last closed values of a table's market, None where there are none."""
    recent = read_recent(settings.VENUE)
    is_its = recent is not None and recent.market_key == table.market_key
    return recent if is_its else None


def current_state() -> dict[str, Any] | None:
    """Return the feed's state, None before the first."""
    return snapshots.read_state(settings.VENUE)
