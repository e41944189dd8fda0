"""The operator's signals: what they found, what they are, who hears of them."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Count
from django.http import HttpResponse
from rest_framework.exceptions import NotFound
from rest_framework.request import Request

from alerts.api import schema
from alerts.api.base import AlertsLimit, AlertsView, page_question
from alerts.api.content import episode_page, words_of
from alerts.api.record_content import record_content
from alerts.models import Episode, Signal
from alerts.selectors.choices import choices_of, signal_of
from alerts.selectors.episode_rows import episodes_of_signals
from alerts.selectors.measured import measured_signals
from alerts.services.choices import choose_signal, leave_signal
from alerts.services.signal_records import records_of
from alerts.types import Side
from markets.api.questions import Parameters, no_question
from markets.api.schema import answers
from markets.api.screen_schema import owned
from markets.api.views import MarketView
from markets.errors import MarketUnavailableError
from markets.selectors.tables import current_table
from markets.types import DAY_MS
from scalpaiboard.lib.clock import now_ms

_MOST_FIRES = 20
"""Of each record that are told one by one; sixteen records stand together."""


class SignalsView(MarketView):
    """What signals found."""

    throttle_classes = (AlertsLimit,)

    @answers("signals", schema.SIGNAL_EPISODES, *schema.SIGNALS, waits=False)
    def get(self, request: Request) -> HttpResponse:
        """List the episodes of signals, the newest first."""
        read = Parameters(request.query_params)
        limit, before = page_question(read)
        symbol = read.text("symbol", longest=40).upper()
        slug = read.text("type", longest=40)
        side = read.choice("side", "", ("", *Side))
        since = read.integer("since", 0, low=0, high=10**15)
        read.done()
        episodes = episodes_of_signals()
        asked = {
            "symbol": symbol,
            "signal__slug": slug,
            "signal__side": side,
            "opened_ms__gte": since,
        }
        episodes = episodes.filter(**{name: one for name, one in asked.items() if one})
        rows, following = episode_page(episodes, limit, before, with_deliveries=False)
        return self.at_once({"signals": rows, "next": following})


class SignalRulesView(MarketView):
    """What signals there are."""

    throttle_classes = (AlertsLimit,)

    @answers("signal_rules", schema.SIGNAL_RULES, waits=False)
    def get(self, request: Request) -> HttpResponse:
        """List the signals with their records, and what the caller has chosen."""
        no_question(request.query_params)
        fired = _fired_since(now_ms() - DAY_MS)
        chosen = _chosen_by(request.user.pk) if request.user.is_authenticated else {}
        signals = list(Signal.objects.all())
        records = _records(signals)
        measured = measured_signals()
        rules = [
            _plain(one, fired.get(one.pk, 0), chosen.get(one.pk))
            | {"record": records.get(one.pk)}
            | {"measured": [some.plain() for some in measured.get(one.number, [])]}
            for one in signals
        ]
        return self.at_once({"rules": rules})


class SignalChoiceView(AlertsView):
    """That the caller hears of a signal."""

    @owned(
        "choose_signal",
        {200: schema.CHOICE},
        body=schema.CHOICE_BODY,
        finds=True,
    )
    def put(self, request: Request, slug: str) -> HttpResponse:
        """Hear of a signal at some destinations, and at no others."""
        choice = choose_signal(request.user.pk, _known(slug), request.data)
        destinations = choice.destinations.values_list("pk", flat=True)
        return self.at_once({"destinations": [str(one) for one in destinations]})

    @owned("leave_signal", {204: None}, finds=True)
    def delete(self, request: Request, slug: str) -> HttpResponse:
        """Hear of a signal no longer."""
        leave_signal(request.user.pk, _known(slug))
        return HttpResponse(status=204)


def _known(slug: str) -> Signal:
    signal = signal_of(slug)
    if signal is None:
        raise NotFound(f"There is no signal {slug[:40]!r}.")
    return signal


def _records(signals: Sequence[Signal]) -> dict[int, dict[str, Any]]:
    try:
        known = records_of(signals, current_table("closed"))
    except MarketUnavailableError:
        return {}
    return {
        pk: record_content(record, most_fires=_MOST_FIRES)
        for pk, record in known.items()
    }


def _fired_since(since_ms: int) -> Mapping[int | None, int]:
    rows = (
        Episode.objects.filter(signal__isnull=False, opened_ms__gte=since_ms)
        .order_by()
        .values_list("signal")
    )
    return dict(rows.annotate(Count("id")))


def _chosen_by(owner_id: Any) -> dict[int, dict[str, list[str]]]:
    return {
        one.signal_id: {
            "destinations": [str(place.pk) for place in one.destinations.all()]
        }
        for one in choices_of(owner_id).prefetch_related("destinations")
    }


def _plain(signal: Signal, fired: int, chosen: Any) -> dict[str, Any]:
    return {
        "slug": signal.slug,
        "name": signal.name,
        "side": signal.side,
        "expression": signal.expression,
        "words": words_of(None, signal.expression),
        "closes_when": signal.closes_when,
        "cool_down_minutes": signal.cool_down_minutes,
        "description": signal.description,
        "version": signal.version,
        "is_enabled": signal.is_enabled,
        "tripped": signal.tripped_reason if signal.tripped_at else "",
        "fired_24h": fired,
        "chosen": chosen,
    }
