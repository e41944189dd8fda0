"""When an expression was true: questions to past days."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request

from markets.api import past_schema, schema
from markets.api.errors import UnavailableError
from markets.api.limits import HourlyLimit
from markets.api.past_questions import PastQuestion, past_question
from markets.api.views import MarketView
from markets.engine.expressions.market import FALSE, TRUE
from markets.engine.expressions.parser import parse
from markets.engine.expressions.printing import normal_form
from markets.engine.table import Table
from markets.errors import (
    FeatureStoreError,
    NotStoredError,
    PastBusyError,
    TooManyEpisodesError,
)
from markets.feature_shelf import store_of
from markets.features.episodes import Answer, Episode
from markets.features.store import date_of
from markets.past import ask_past, stored_span
from markets.selectors.tables import current_table

_AGAIN_S = 5.0


class PastLimit(HourlyLimit):
    """A month of the whole market takes a processor for most of a second."""

    scope = "past"
    nameless_limit = 60
    user_limit = 600


class ExpressionHistoryView(MarketView):
    """When an expression was true of past days."""

    throttle_classes = (PastLimit,)

    @schema.answers(
        "expression_history",
        past_schema.HISTORY,
        *past_schema.HISTORY_PARAMETERS,
        finds=True,
    )
    def get(self, request: Request) -> HttpResponse:
        """Tell when an expression was true, of all pairs or minute by minute of one."""
        asked = past_question(request.query_params)
        table = current_table("closed")
        store = store_of(table.venue, table.market_key)
        stored = stored_span(store)
        if stored is None:
            raise NotFound("No past day is stored yet; the first comes with the night.")
        start_ms, end_ms = asked.span(stored)
        try:
            answer = ask_past(
                store,
                asked.where,
                start_ms=start_ms,
                end_ms=end_ms,
                symbol=asked.symbol,
            )
        except NotStoredError as error:
            raise NotFound(str(error)) from error
        except TooManyEpisodesError as error:
            raise ValidationError({"where": [str(error)]}) from error
        except (PastBusyError, FeatureStoreError) as error:
            raise UnavailableError(str(error), wait_s=_AGAIN_S) from error
        content = _content(table, asked, answer)
        return self.at_once(content | {"from": start_ms, "to": end_ms})


def _content(table: Table, asked: PastQuestion, answer: Answer) -> dict[str, Any]:
    episodes = [one for one in answer.episodes if one.truth == TRUE]
    first = (asked.page - 1) * asked.limit
    return {
        "venue": table.venue,
        "market": {"key": table.market_key, "label": table.market_label},
        "where": normal_form(parse(asked.where).root),
        "page": asked.page,
        "limit": asked.limit,
        "total": len(episodes),
        "pages": -(-len(episodes) // asked.limit),
        "episodes": [
            {"symbol": one.symbol, **_stretch(one)}
            for one in episodes[first : first + asked.limit]
        ],
        "pairs": _pairs(answer, is_one=bool(asked.symbol)),
        "truth": [
            _stretch(one) | {"value": _value(one.truth)} for one in answer.episodes
        ]
        if asked.symbol
        else None,
        "missing_days": _dates(answer.missing_days),
        "outdated_days": _dates(answer.outdated_days),
    }


# Those of which it was ever true, most of the time first; one asked for always.
def _pairs(answer: Answer, *, is_one: bool) -> list[dict[str, Any]]:
    counts = sorted(answer.pairs.items(), key=lambda one: (-one[1].true, one[0]))
    return [
        {
            "symbol": symbol,
            "episodes": count.episodes,
            "true_minutes": count.true,
            "unknown_minutes": count.unknown,
            "minutes": count.asked,
        }
        for symbol, count in counts
        if is_one or count.true
    ]


def _stretch(one: Episode) -> dict[str, Any]:
    return {"start": one.start_ms, "end": one.end_ms, "is_open": one.is_open}


def _value(truth: int) -> bool | None:
    return {TRUE: True, FALSE: False}.get(truth)


def _dates(days: Sequence[int]) -> list[str]:
    return [date_of(day).isoformat() for day in days]
