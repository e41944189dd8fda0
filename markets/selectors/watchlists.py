"""Watchlists that people keep."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from markets.models import Watchlist


def watchlists_of(owner_id: Any) -> QuerySet[Watchlist]:
    """Return a person's own watchlists, by name."""
    return Watchlist.objects.filter(owner_id=owner_id)


def watchlist_of(owner_id: Any, watchlist_id: UUID) -> Watchlist | None:
    """Return a person's own watchlist, None where it is not theirs or not there."""
    return watchlists_of(owner_id).filter(pk=watchlist_id).first()
