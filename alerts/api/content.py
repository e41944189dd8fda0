"""Alerts and episodes as the API tells them."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from django.db.models import Q, QuerySet

from alerts.alert_content import plain_alert
from alerts.models import Alert, Episode
from alerts.rules.conditions import read_rule
from alerts.rules.form import SimpleForm, describe
from alerts.rules.form_faults import BadFormError
from alerts.selectors.alerts import Tally, state_of, tallies_of
from alerts.selectors.episode_rows import episode_row, market_pairs, with_rules
from alerts.selectors.measured import Measured, measured_of
from alerts.typed import iso
from markets.engine.expressions.wording import in_words
from markets.errors import ExpressionError
from markets.selectors.pairs import Pair
from scalpaiboard.lib.clock import now

Before = tuple[int, int] | None
_MOST_DELIVERIES: Final = 40


def alert_list(alerts: QuerySet[Alert]) -> list[dict[str, Any]]:
    """Return some alerts of one person."""
    found = list(alerts.prefetch_related("destinations"))
    tallies = tallies_of(found)
    measured = measured_of([one.number for one in found])
    return [_alert(one, tallies[one.pk], measured.get(one.number, [])) for one in found]


def alert_content(alert: Alert) -> dict[str, Any]:
    """Return one alert."""
    measured = measured_of([alert.number]).get(alert.number, [])
    return _alert(alert, tallies_of([alert])[alert.pk], measured)


def words_of(form: Mapping[str, Any] | None, expression: str) -> str:
    """Return a condition in plain words; what cannot be read any more as it is."""
    try:
        return (
            describe(SimpleForm.of(form)) if form else in_words(read_rule(expression))
        )
    except (BadFormError, ExpressionError):
        return expression


def episode_page(
    episodes: QuerySet[Episode], limit: int, before: Before, *, with_deliveries: bool
) -> tuple[list[dict[str, Any]], str | None]:
    """Return a page of episodes, the newest first, and how the next one is asked."""
    if before is not None:
        at, number = before
        episodes = episodes.filter(Q(opened_ms__lt=at) | Q(opened_ms=at, pk__lt=number))
    if with_deliveries:
        episodes = episodes.prefetch_related("events__deliveries__destination")
    found = list(with_rules(episodes)[: limit + 1])
    shown, pairs = found[:limit], market_pairs()
    rows = [_episode(one, pairs, with_deliveries=with_deliveries) for one in shown]
    last = shown[-1] if len(found) > limit else None
    return rows, f"{last.opened_ms}-{last.pk}" if last else None


def _alert(alert: Alert, tally: Tally, measured: Iterable[Measured]) -> dict[str, Any]:
    return {
        "id": alert.pk,
        **plain_alert(alert),
        "words": words_of(alert.form, alert.expression),
        "state": str(state_of(alert, tally, now())),
        "open_pairs": tally.open_pairs,
        "last_fired_ms": tally.last_fired_ms,
        "fired_total": tally.fired_total,
        "measured": [one.plain() for one in measured],
        "version": alert.version,
        "created_at": iso(alert.created_at),
        "updated_at": iso(alert.updated_at),
    }


def _episode(
    episode: Episode, pairs: Mapping[str, Pair], *, with_deliveries: bool
) -> dict[str, Any]:
    row = episode_row(episode, pairs)
    return row | {"deliveries": list(_sent(episode))} if with_deliveries else row


# A summary or digest tells several events, and is one message all the same.
def _sent(episode: Episode) -> Iterable[dict[str, Any]]:
    deliveries = {
        one.pk: one
        for event in episode.events.all()
        for one in event.deliveries.all()
        if one.owner_id == episode.owner_id
    }
    newest = sorted(deliveries.values(), key=lambda one: one.created_at)
    for one in newest[-_MOST_DELIVERIES:]:
        yield {
            "destination": one.destination.name,
            "kind": one.destination.kind,
            "state": one.state,
            "last_error": one.last_error,
        }
