"""What the market tells the apps above it."""

from django.dispatch import Signal

minute_closed = Signal()
"""Sent with `venue`, `market_key`, `open_time_ms` once its snapshot is readable."""

minutes_repaired = Signal()
"""Sent with `venue`, `market_key`, `open_times_ms` once late minutes are whole."""

watchlist_changed = Signal()
"""Sent with `watchlist_id` in the transaction that changes or deletes a watchlist."""

second_passed = Signal()
"""Sent with `venue`, `market_key` after the first live table of each second."""
