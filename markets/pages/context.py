"""What every page says of the feed: its market, its phase, its pairs."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from markets import snapshots
from scalpaiboard.lib.clock import now_ms


def feed(request: HttpRequest) -> dict[str, Any]:
    """Return the feed's state and the server's clock for the base template."""
    return {"feed": snapshots.read_state(settings.VENUE), "now_ms": now_ms()}
