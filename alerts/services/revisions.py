"""Keeping an alert: what it is asked, whether it is, and what it was before."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from alerts.alert_content import plain_alert
from alerts.models import Alert, AlertRevision, Destination, RuleChange
from alerts.pipeline.ending import end_open
from alerts.rules.conditions import read_rule
from alerts.rules.definition import one_spelling, version_of
from alerts.types import Scope

_DECIDES: Final = (
    *("scope", "symbol", "watchlist_id", "clock", "timeframe", "mode"),
    *("remind_minutes", "cool_down_minutes", "false_closes", "escalate_step"),
)
"""What decides when an alert fires, beside its conditions."""


def joined(screen: str, expression: str) -> str:
    """
    Return the one condition of a screen and of an alert on it.

    Raises
    ------
    ExpressionError
        If both together are more than one expression may be.
    """
    if not screen.strip():
        return one_spelling(expression)
    text = f"({screen}) and ({expression})"
    read_rule(text)
    return one_spelling(text)


def keep_alert(
    alert: Alert,
    symbols: list[str] | None,
    at: datetime,
    *,
    destinations: Collection[UUID] | None = None,
) -> None:
    """
    Store an alert with its revision, and have running workers take it over.

    To be called within a transaction. Another definition begins anew: what is
    open or waits of the former one ends, and one that has spoken may speak again.

    Parameters
    ----------
    alert
        As it is to be; `watched` is set.
    symbols
        The pairs of its list, None where it watches none.
    at
        Now.
    destinations
        Where it speaks, None where that stays.
    """
    is_new, before = alert.pk is None, alert.version
    alert.version = _version(alert, symbols)
    is_other = alert.version != before
    if is_other:
        alert.finished_at = None
    alert.is_active = is_due(alert, at)
    alert.save()
    if destinations is not None:
        alert.destinations.set(
            Destination.objects.filter(owner_id=alert.owner_id, pk__in=destinations)
        )
    at_ms = int(at.timestamp() * 1_000)
    if not is_new and (is_other or not alert.is_active):
        end_open([alert.number], at_ms=at_ms)
    told = {"watched": alert.watched, "version": alert.version, "symbols": symbols}
    AlertRevision.objects.create(
        alert=alert,
        since_ms=at_ms,
        is_active=alert.is_active,
        definition=plain_alert(alert) | told,
    )
    RuleChange.objects.create(number=alert.number)


def is_due(alert: Alert, at: datetime) -> bool:
    """Return whether an alert is to be asked at a moment."""
    return (
        alert.is_enabled
        and alert.finished_at is None
        and (alert.starts_at is None or alert.starts_at <= at)
        and (alert.expires_at is None or at < alert.expires_at)
        and not is_lost(alert)
    )


def is_lost(alert: Alert) -> bool:
    """Return whether the list or the screen that an alert watches is gone."""
    if alert.scope == Scope.WATCHLIST:
        return alert.watchlist_id is None
    return alert.scope == Scope.SCREEN and alert.screen_id is None


def _version(alert: Alert, symbols: list[str] | None) -> str:
    deciding: dict[str, Any] = {name: getattr(alert, name) for name in _DECIDES}
    return version_of(
        deciding
        | {
            "watched": alert.watched,
            "closes_when": one_spelling(alert.closes_when),
            "symbols": symbols,
        }
    )
