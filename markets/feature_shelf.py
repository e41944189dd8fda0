"""Where this installation keeps the metrics of past days."""

from dataclasses import dataclass

from django.conf import settings

from markets.features.store import FeatureStore, all_days
from markets.services.features import Shelf


@dataclass(frozen=True, slots=True)
class ShelfState:
    """What is on the shelf: of all markets, and the last day of the newest write."""

    days: int
    size_bytes: int
    limit_bytes: int
    newest_day: int | None
    written_at_ms: int | None
    outdated: int


def shelf() -> Shelf:
    """Return the folder and the bound that the settings give."""
    return Shelf(settings.DATA_DIR / "features", settings.FEATURE_STORE_GB * 10**9)


def store_of(venue: str, market_key: str) -> FeatureStore:
    """Return the days of one market."""
    return FeatureStore(shelf().root, venue, market_key)


def shelf_state() -> ShelfState:
    """Count what is on the shelf."""
    held = [day.manifest for _, day in all_days(shelf().root)]
    return ShelfState(
        days=len(held),
        size_bytes=sum(one.size_bytes for one in held),
        limit_bytes=shelf().limit_bytes,
        newest_day=max((one.day for one in held), default=None),
        written_at_ms=max((one.written_at_ms for one in held), default=None),
        outdated=sum(not one.is_current for one in held),
    )
