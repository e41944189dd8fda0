"""Keeping a person's dashboard."""

from typing import Any

from markets.dashboard_layout import Layout
from markets.models import Dashboard


def keep_dashboard(owner_id: Any, layout: Layout) -> None:
    """Keep a layout as its owner's only one."""
    Dashboard.objects.update_or_create(
        owner_id=owner_id, defaults={"layout": layout.plain()}
    )
