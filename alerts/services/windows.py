"""Alerts that begin or end by themselves, and those whose list or screen changes."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from alerts.models import Alert, Episode
from alerts.pipeline.ending import end_open
from alerts.selectors.surroundings import Surroundings
from alerts.services.notifications import tell_in_app
from alerts.services.revisions import is_due, joined, keep_alert
from alerts.types import Scope
from markets.errors import ExpressionError
from scalpaiboard.lib.clock import now

_A_STEP: Final = 500
"""Alerts of one transaction."""
_NAMES: Final = {Scope.WATCHLIST: "watchlist", Scope.SCREEN: "screen"}


def refresh_windows(at: datetime) -> int:
    """
    Start alerts whose time has come, and end those whose time is over.

    What is still open of an alert that is not asked any more ends too. Returns
    how many were started or ended.
    """
    is_over = Q(is_active=True, expires_at__lte=at)
    is_to_come = Q(
        is_active=False, is_enabled=True, finished_at=None, starts_at__lte=at
    )
    due = Alert.objects.filter(
        is_over | (is_to_come & (Q(expires_at=None) | Q(expires_at__gt=at)))
    )
    count = 0
    while found := list(due.order_by("pk").values_list("pk", flat=True)[:_A_STEP]):
        if not (changed := _refresh(found, at)):
            break
        count += changed
    _end_what_is_left(at)
    return count


@transaction.atomic
def follow_watchlist(watchlist_id: UUID) -> None:
    """Have the alerts on a watchlist ask its pairs as they are now."""
    for alert in _locked(Alert.objects.filter(watchlist_id=watchlist_id)):
        keep_alert(alert, _symbols(alert), now())


@transaction.atomic
def follow_screen(screen_id: UUID) -> None:
    """Have the alerts on a screen ask its expression as it is now."""
    for alert in _locked(Alert.objects.filter(screen_id=screen_id)):
        expression = Surroundings(alert.owner_id).screen_expression(screen_id)
        try:
            alert.watched = joined(expression or "", alert.expression)
        except ExpressionError:
            expression = None
        if expression is None:
            _pause(alert, "does not go together with it any more")
        else:
            keep_alert(alert, None, now())


@transaction.atomic
def pause_lost() -> None:
    """Pause the alerts whose list or screen is gone, and tell their owners."""
    lists = Q(scope=Scope.WATCHLIST, watchlist=None)
    lost = Alert.objects.filter(lists | Q(scope=Scope.SCREEN, screen=None))
    for alert in _locked(lost.filter(is_enabled=True)):
        _pause(alert, "is gone")


@transaction.atomic
def _refresh(numbers: Iterable[int], at: datetime) -> int:
    changed = 0
    for alert in _locked(Alert.objects.filter(pk__in=numbers)):
        if is_due(alert, at) != alert.is_active:
            keep_alert(alert, _symbols(alert), at)
            changed += 1
    return changed


# An episode may have been opened in the moment in which its alert was switched off.
def _end_what_is_left(at: datetime) -> None:
    left = Episode.objects.filter(closed_ms=None, alert__is_active=False)
    numbers = set(left.order_by().values_list("rule_number", flat=True))
    if numbers:
        end_open(numbers, at_ms=int(at.timestamp() * 1_000))


def _pause(alert: Alert, why: str) -> None:
    at = now()
    alert.is_enabled = False
    keep_alert(alert, None, at)
    name = _NAMES[Scope(alert.scope)]
    tell_in_app(
        alert.owner_id,
        key=f"paused:{alert.pk}:{int(at.timestamp() * 1_000)}",
        title=f"{alert.name} is paused",
        text=f"The {name} that the alert {alert.name!r} watches {why}, "
        "so it is paused.",
        link=f"/alerts/{alert.pk}/",
    )


def _locked(alerts: QuerySet[Alert]) -> list[Alert]:
    return list(alerts.select_for_update().order_by("pk"))


def _symbols(alert: Alert) -> Any:
    return alert.watchlist.symbols if alert.watchlist else None
