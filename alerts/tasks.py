"""Background work of alerts; each task may run twice without harm."""

from uuid import UUID

from celery import shared_task
from django.conf import settings

from alerts.live import announce_events
from alerts.models import Signal
from alerts.pipeline.deliver import deliver as deliver_due
from alerts.pipeline.evaluate import doubtful, evaluate as evaluate_due
from alerts.pipeline.late import evaluate_late as evaluate_repaired
from alerts.pipeline.outcomes import measure_outcomes as measure_due
from alerts.selectors import measured
from alerts.services import proofs, retention, signal_records, telegram, windows
from alerts.services.signal_preview import run_preview
from markets.errors import MarketUnavailableError
from markets.selectors.tables import current_table
from scalpaiboard.lib.clock import now


@shared_task(ignore_result=True)
def evaluate() -> None:
    """Ask all rules whatever is due, and have the messages sent."""
    told = evaluate_due()
    if told:
        announce_events(one.event for one in told)
        deliver.delay()
    if minutes := doubtful():
        evaluate_late.delay(*minutes)


@shared_task(ignore_result=True)
def evaluate_late(venue: str, market_key: str, open_times_ms: list[int]) -> None:
    """Ask all rules of minutes that became whole late."""
    told = evaluate_repaired(venue, market_key, open_times_ms)
    if told:
        announce_events(one.event for one in told)
        deliver.delay()


@shared_task(ignore_result=True)
def deliver() -> None:
    """Send what is owed."""
    deliver_due()


@shared_task(ignore_result=True)
def refresh_windows() -> None:
    """Start the alerts whose time has come, and end those whose time is over."""
    windows.refresh_windows(now())


@shared_task(ignore_result=True)
def measure_outcomes() -> None:
    """Measure what came after openings."""
    measure_due()


@shared_task(ignore_result=True)
def drop_expired() -> None:
    """Let old episodes and messages go."""
    retention.drop_expired(keep_days=settings.ALERT_RETENTION_DAYS)


@shared_task(ignore_result=True)
def start_proof(destination_id: str) -> None:
    """Send what proves a destination to be its owner's."""
    proofs.start_proof(UUID(destination_id))


@shared_task(ignore_result=True)
def poll_telegram() -> None:
    """Answer what people wrote to the bot, where Telegram does not call us."""
    telegram.poll_once()


@shared_task(ignore_result=True)
def preview_signal(signal_id: int) -> None:
    """Work out what a signal would have fired in the last 24 hours."""
    signal = Signal.objects.filter(pk=signal_id).first()
    if signal is not None:
        run_preview(signal)


@shared_task(ignore_result=True)
def measure_signals() -> None:
    """Sum up the signals' outcomes, and work out one record that is out of date."""
    measured.measure_signals()
    try:
        newest = current_table("closed")
    except MarketUnavailableError:
        return
    signal_records.refresh_one(newest)
