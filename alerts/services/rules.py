"""Making, changing, copying and deleting a person's alerts."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction

from alerts.alert_content import AlertContent, plain_alert, with_changes
from alerts.errors import BadContentError
from alerts.models import Alert, RuleChange
from alerts.models.rules import LONGEST_NAME
from alerts.pipeline.ending import end_open
from alerts.selectors.alerts import alerts_of, wide_alerts_of
from alerts.selectors.surroundings import Surroundings
from alerts.services.revisions import joined, keep_alert
from alerts.types import Scope
from markets.errors import ExpressionError
from scalpaiboard.lib.clock import now

MOST_WIDE: Final = 50
"""Alerts of one person that are asked of every pair of the market."""
_COPY: Final = " (copy)"
_WIDE: Final = frozenset({Scope.SCREEN, Scope.MARKET})


@transaction.atomic
def create_alert(
    owner_id: Any, given: object, *, request_key: str = ""
) -> tuple[Alert, bool]:
    """
    Make an alert of plain values; the same request again returns the first one's.

    Returns
    -------
    tuple[Alert, bool]
        The alert, and whether it is new.

    Raises
    ------
    BadContentError
        If something of it is at fault, or the person has as many as they may.
    MarketUnavailableError
        If there is no market yet that could know its pair.
    """
    one_at_a_time(owner_id)
    if request_key and (
        made := alerts_of(owner_id).filter(request_key=request_key).first()
    ):
        return made, False
    content = AlertContent.of(given)
    refuse_too_many(owner_id, [content.scope])
    around = Surroundings(owner_id)
    if wrong := faults_of(content, around) | _fault_of_expiry(content, None):
        raise BadContentError(wrong)
    made = Alert(owner_id=owner_id, request_key=request_key or None)
    put_content(made, content, around, now())
    return made, True


@transaction.atomic
def change_alert(alert: Alert, given: object, *, whole: bool) -> Alert:
    """
    Change an alert by plain values, and return it as it is now.

    A pair that is delisted may stay where it is, and so may a date that has
    passed. What is not given stays, or where it is the `whole` has its default.

    Raises
    ------
    BadContentError
        If something of it is at fault.
    MarketUnavailableError
        If it is of another pair, and there is no market yet that could know it.
    """
    one_at_a_time(alert.owner_id)
    alert = Alert.objects.get(pk=alert.pk)
    content = AlertContent.of(
        given if whole else with_changes(plain_alert(alert), given)
    )
    if content.scope in _WIDE and alert.scope not in _WIDE:
        refuse_too_many(alert.owner_id, [content.scope], but=alert)
    around = Surroundings(alert.owner_id)
    faults = faults_of(content, around, alert) | _fault_of_expiry(content, alert)
    if faults:
        raise BadContentError(faults)
    put_content(alert, content, around, now())
    return alert


@transaction.atomic
def copy_alert(alert: Alert, *, request_key: str = "") -> tuple[Alert, bool]:
    """
    Make another alert like one; it is paused, so that nothing is told twice.

    Raises
    ------
    BadContentError
        If the person has as many as they may.
    """
    one_at_a_time(alert.owner_id)
    if request_key and (
        made := alerts_of(alert.owner_id).filter(request_key=request_key).first()
    ):
        return made, False
    refuse_too_many(alert.owner_id, [Scope(alert.scope)])
    destinations = list(alert.destinations.values_list("pk", flat=True))
    symbols = alert.watchlist.symbols if alert.watchlist else None
    made = Alert.objects.get(pk=alert.pk)
    made.pk = None
    made._state.adding = True  # noqa: SLF001 - as Django's documentation copies rows
    made.name = alert.name[: LONGEST_NAME - len(_COPY)] + _COPY
    made.request_key = request_key or None
    made.is_enabled, made.finished_at, made.version = False, None, ""
    keep_alert(made, symbols, now(), destinations=destinations)
    return made, True


@transaction.atomic
def pause_alert(alert: Alert) -> Alert:
    """Stop asking an alert, and end what is open of it; return it as it is now."""
    return _switch(alert, is_enabled=False)


@transaction.atomic
def resume_alert(alert: Alert) -> Alert:
    """Ask an alert again, also one that has spoken; return it as it is now."""
    return _switch(alert, is_enabled=True)


@transaction.atomic
def delete_alert(alert: Alert) -> None:
    """Let an alert go; its history stays."""
    number = alert.number
    end_open([number], at_ms=int(now().timestamp() * 1_000))
    alert.delete()
    RuleChange.objects.create(number=number)


def one_at_a_time(owner_id: Any) -> None:
    """Hold a person's row, so that no limit is passed by a race."""
    get_user_model().objects.select_for_update().get(pk=owner_id)


def _switch(alert: Alert, *, is_enabled: bool) -> Alert:
    one_at_a_time(alert.owner_id)
    alert = Alert.objects.get(pk=alert.pk)
    is_as_wanted = alert.is_enabled == is_enabled
    if is_as_wanted and (alert.finished_at is None or not is_enabled):
        return alert
    alert.is_enabled = is_enabled
    if is_enabled:
        alert.finished_at = None
    symbols = alert.watchlist.symbols if alert.watchlist else None
    keep_alert(alert, symbols, now())
    return alert


def refuse_too_many(
    owner_id: Any, scopes: Sequence[Scope], *, but: Alert | None = None
) -> None:
    """Raise BadContentError where more alerts of these scopes are too many."""
    most, used = settings.ALERTS_PER_USER, alerts_of(owner_id).count()
    if but is None and used + len(scopes) > most:
        raise BadContentError(
            {"request": [_too_many(f"{most:,} alerts", used, len(scopes))]}
        )
    wide = sum(one in _WIDE for one in scopes)
    used = wide_alerts_of(owner_id).count() if wide else 0
    if wide and used + wide > MOST_WIDE:
        what = f"{MOST_WIDE} alerts of a screen or the whole market"
        raise BadContentError({"scope": [_too_many(what, used, wide)]})


def _too_many(most: str, used: int, more: int) -> str:
    return (
        f"A person may have {most}; you have {used:,}, and this would be {more:,} more."
    )


def faults_of(
    content: AlertContent, around: Surroundings, before: Alert | None = None
) -> dict[str, list[str]]:
    """Return what is wrong with what an alert refers to, by field."""
    wrong = {
        "symbol": _fault_of_symbol(content, around, before),
        "watchlist": _fault_of_watchlist(content, around),
        "screen": _fault_of_screen(content, around),
        "destinations": _fault_of_destinations(content, around),
    }
    return {name: [sentence] for name, sentence in wrong.items() if sentence}


def put_content(
    alert: Alert, content: AlertContent, around: Surroundings, at: datetime
) -> None:
    """Store an alert with a content that was found without fault."""
    for name in _PLAIN:
        setattr(alert, name, getattr(content, name))
    alert.watchlist_id, alert.screen_id = content.watchlist, content.screen
    alert.form = content.form.plain() if content.form else None
    quiet = content.quiet
    alert.quiet_start = quiet.start if quiet else None
    alert.quiet_end = quiet.end if quiet else None
    screen = around.screen_expression(content.screen) if content.screen else ""
    alert.watched = joined(screen or "", content.expression)
    symbols = None
    if content.watchlist is not None:
        symbols = around.watchlist_symbols(content.watchlist)
    keep_alert(alert, symbols, at, destinations=content.destinations)


def _fault_of_symbol(
    content: AlertContent, around: Surroundings, before: Alert | None
) -> str:
    is_as_before = before is not None and before.symbol == content.symbol
    if not content.symbol or is_as_before:
        return ""
    return around.fault_of_symbol(content.symbol)


def _fault_of_watchlist(content: AlertContent, around: Surroundings) -> str:
    if content.watchlist is None:
        return ""
    is_known = around.watchlist_symbols(content.watchlist) is not None
    return "" if is_known else "You have no such watchlist."


def _fault_of_screen(content: AlertContent, around: Surroundings) -> str:
    if content.screen is None:
        return ""
    expression = around.screen_expression(content.screen)
    if expression is None:
        return "You have no such screen."
    try:
        joined(expression, content.expression)
    except ExpressionError as error:
        return f"Together with the screen: {error.problems[0]}."
    return ""


def _fault_of_expiry(
    content: AlertContent, before: Alert | None
) -> dict[str, list[str]]:
    expiry = content.expires_at
    is_as_before = before is not None and before.expires_at == expiry
    if expiry is None or is_as_before or expiry > now():
        return {}
    return {"expires_at": ["It would have been over already; choose a time to come."]}


def _fault_of_destinations(content: AlertContent, around: Surroundings) -> str:
    strange = around.strange_destinations(content.destinations)
    return f"You have no destination {strange[0]}." if strange else ""


_PLAIN: Final = (
    *("name", "scope", "symbol", "expression", "closes_when", "clock", "timeframe"),
    *("mode", "remind_minutes", "cool_down_minutes", "false_closes", "escalate_step"),
    *("starts_at", "expires_at", "time_zone", "template", "is_enabled"),
)
