"""The one place that asks the machine for the time."""

import time
from datetime import UTC, datetime


def now_ms() -> int:
    """Return the current time in UTC milliseconds."""
    return time.time_ns() // 1_000_000


def now() -> datetime:
    """Return the current time, aware, in UTC."""
    return datetime.fromtimestamp(time.time(), tz=UTC)
