"""What the beat sends, and how often."""

from typing import Any, Final

from celery.schedules import crontab

BEAT_SCHEDULE: Final[dict[str, dict[str, Any]]] = {
    # The feed says itself when there is something to ask; this makes up for a word
    # that was lost.
    "evaluate-rules": {
        "task": "alerts.tasks.evaluate",
        "schedule": 1.0,
        "options": {"expires": 1.0},
    },
    "deliver-messages": {
        "task": "alerts.tasks.deliver",
        "schedule": 1.0,
        "options": {"expires": 1.0},
    },
    "refresh-alert-windows": {
        "task": "alerts.tasks.refresh_windows",
        "schedule": 5.0,
        "options": {"expires": 5.0},
    },
    "poll-telegram": {
        "task": "alerts.tasks.poll_telegram",
        "schedule": 3.0,
        "options": {"expires": 3.0},
    },
    "measure-signals": {
        "task": "alerts.tasks.measure_signals",
        "schedule": 60.0,
        "options": {"expires": 60.0},
    },
    "measure-outcomes": {
        "task": "alerts.tasks.measure_outcomes",
        "schedule": 20.0,
        "options": {"expires": 20.0},
    },
    "drop-expired-alert-history": {
        "task": "alerts.tasks.drop_expired",
        "schedule": crontab(minute="37"),
    },
    "drop-expired-candles": {
        "task": "markets.tasks.drop_expired_candles",
        "schedule": crontab(minute="7"),
    },
    "drop-expired-exports": {
        "task": "markets.tasks.drop_expired_exports",
        "schedule": crontab(minute="17"),
    },
    "reconcile-market": {
        "task": "markets.tasks.reconcile_market",
        "schedule": crontab(hour="0", minute="20"),
    },
    # After the reconciler, which may set yesterday's candles right; each hour, for
    # boards that are off at night.
    "write-features": {
        "task": "markets.tasks.write_features",
        "schedule": crontab(minute="50"),
    },
    "refresh-circulating-supply": {
        "task": "markets.tasks.refresh_circulating_supply",
        "schedule": crontab(hour="1", minute="40"),
    },
}
