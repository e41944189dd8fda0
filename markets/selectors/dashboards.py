"""The dashboard that a person has kept."""

from typing import Any

from markets.dashboard_layout import BadLayoutError, Layout
from markets.models import Dashboard


def dashboard_of(owner_id: Any) -> Layout | None:
    """Return a person's own layout, None where they have kept none."""
    row = Dashboard.objects.filter(owner_id=owner_id).values("layout").first()
    if row is None:
        return None
    try:
        return Layout.of(row["layout"])
    except BadLayoutError:
        return None  # written by another version of the board
