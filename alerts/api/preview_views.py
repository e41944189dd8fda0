"""What an alert would have done, and why one spoke or did not."""

from dataclasses import asdict
from typing import Any

from django.http import HttpResponse
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from alerts.alert_content import AlertContent
from alerts.api import schema
from alerts.api.base import AlertsLimit, AlertsView
from alerts.api.content import words_of
from alerts.api.record_content import record_content, state_now
from alerts.models import Signal
from alerts.rules.definition import one_spelling
from alerts.rules.outcomes import Aim
from alerts.selectors.choices import signal_of
from alerts.selectors.surroundings import Surroundings
from alerts.selectors.why import Answer, explain
from alerts.services.previews import (
    MOST_DAYS,
    Work,
    ask_record,
    record_of_job,
    record_question,
)
from alerts.services.revisions import joined
from alerts.typed import Typed
from alerts.types import Clock
from markets.api.errors import UnavailableError
from markets.api.limits import HourlyLimit
from markets.api.questions import Parameters, no_question
from markets.api.screen_schema import owned
from markets.errors import ExpressionError, PastBusyError
from markets.selectors.tables import current_table
from scalpaiboard.lib.clock import now_ms


class PreviewLimit(HourlyLimit):
    """Each may take a processor for seconds; a form asks while it is typed."""

    scope = "previews"
    nameless_limit = user_limit = 1_200


class ExplainLimit(HourlyLimit):
    """One may run a pair's day through the engine again."""

    scope = "why"
    nameless_limit = user_limit = 1_200


class PreviewView(AlertsView):
    """The record of an alert that is not saved yet."""

    throttle_classes: tuple[type[BaseThrottle], ...] = (PreviewLimit,)

    @owned(
        "preview_alert",
        {200: schema.PREVIEW, 202: schema.JOB},
        body=schema.PREVIEW_BODY,
        waits=True,
    )
    def post(self, request: Request) -> HttpResponse:
        """Tell what an alert would have done; 202 where it takes a while."""
        content, aim, days = _read(request.data)
        newest = current_table("closed")
        owner_id = request.user.pk
        asked = _asked(owner_id, content)
        made = record_question(owner_id, content, aim, days, newest)
        if isinstance(made, str):
            return self.at_once(_preview(asked, None, made))
        try:
            found = ask_record(owner_id, *made, asked)
        except PastBusyError as error:
            raise UnavailableError(str(error), wait_s=2) from error
        return self.told(asked, found)

    def told(self, asked: Any, found: Any) -> HttpResponse:
        """Answer with a record, or with how far it is."""
        if isinstance(found, Work):
            progress = {"job": found.job, "progress": found.progress}
            answer = self.at_once(progress | _understood(asked))
            answer.status_code = 202
            return answer
        if isinstance(found, str):
            return self.at_once(_preview(asked, None, found))
        return self.at_once(_preview(asked, record_content(found), ""))


class PreviewJobView(PreviewView):
    """A record that takes a while."""

    throttle_classes = (AlertsLimit,)
    http_method_names = ("get", "options")

    @owned(
        "preview_job", {200: schema.PREVIEW, 202: schema.JOB}, finds=True, waits=True
    )
    def get(self, request: Request, job: str) -> HttpResponse:
        """Return the record, or how far it is."""
        no_question(request.query_params)
        found = record_of_job(request.user.pk, job)
        if found is None:
            raise NotFound("You wait for no such record.")
        return self.told(*found)


class ExplainView(AlertsView):
    """The why and why not of a rule, a pair and a minute."""

    throttle_classes = (ExplainLimit,)

    @owned(
        "explain_alert",
        {200: schema.EXPLANATION},
        parameters=schema.EXPLAIN,
        finds=True,
        waits=True,
    )
    def get(self, request: Request) -> HttpResponse:
        """Tell the one reason why a rule spoke of a pair at a minute, or did not."""
        read = Parameters(request.query_params)
        number = read.integer("alert", 0, low=1, high=2**63 - 1)
        slug = read.text("signal", longest=40)
        symbol = read.text("symbol", longest=40).upper()
        at_ms = read.integer("at", -1, low=0, high=10**15)
        if bool(number) == bool(slug):
            read.refuse("alert", "Name either an alert or a signal.")
        if not symbol:
            read.refuse("symbol", "symbol is empty; it must be a pair.")
        if at_ms < 0:
            read.refuse("at", "at is empty; it must be a time in UTC ms.")
        read.done()
        rule = self.own_alert(number) if number else _signal(slug)
        newest = current_table("closed")
        answer = explain(
            rule, symbol, at_ms, newest, now_ms=now_ms(), owner_id=request.user.pk
        )
        return self.at_once(_explained(answer))


def _read(given: Any) -> tuple[AlertContent, Aim, int]:
    if not isinstance(given, dict):
        raise ValidationError({"request": ["Send an alert as an object."]})
    typed = Typed({name: given[name] for name in _ASKED if name in given}, "preview")
    days = typed.integer("days", 30, low=1, high=MOST_DAYS)
    target = typed.number("target_pct", 1.0, above=0, most=99)
    stop = typed.number("stop_pct", 1.0, above=0, most=99)
    typed.done()
    others = {name: one for name, one in given.items() if name not in _ASKED}
    content = AlertContent.of(others, needs_name=False)
    return content, Aim(target or 1.0, stop or 1.0), days


def _asked(owner_id: Any, content: AlertContent) -> dict[str, Any]:
    screen = ""
    if content.screen is not None:
        screen = Surroundings(owner_id).screen_expression(content.screen) or ""
    try:
        watched = joined(screen, content.expression)
    except ExpressionError:
        watched = content.expression  # found at fault with the rest
    form = content.form.plain() if content.form else None
    return {
        "watched": watched,
        "symbol": content.symbol,
        "is_listed": content.watchlist is not None,
        "clock": "live" if content.clock is Clock.LIVE else "closed",
        "normal_form": one_spelling(content.expression),
        "words": words_of(form, content.expression),
    }


def _preview(asked: Any, record: Any, problem: str) -> dict[str, Any]:
    problems = [{"message": problem}] if problem else []
    return {"record": record, **_understood(asked), "problems": problems}


# What needs no past is told at once, also where the record takes a while.
def _understood(asked: Any) -> dict[str, Any]:
    now = None
    if not asked["is_listed"]:
        table = current_table(asked["clock"])
        now = state_now(asked["watched"], asked["symbol"], table)
    return {"now": now, "normal_form": asked["normal_form"], "words": asked["words"]}


def _signal(slug: str) -> Signal:
    signal = signal_of(slug)
    if signal is None:
        raise NotFound(f"There is no signal {slug!r}.")
    return signal


def _explained(answer: Answer) -> dict[str, Any]:
    near = answer.nearest.shortfall if answer.nearest else None
    is_measured = near is not None and near.value is not None
    return {
        "reason": str(answer.reason),
        "sentence": answer.sentence,
        "at_ms": answer.at_ms,
        "nearest": {
            "text": near.text,
            "value": near.value,
            "limit": near.limit,
            "distance": near.distance if is_measured else None,
        }
        if near
        else None,
        "missing": list(answer.missing),
        "explanation": asdict(answer.part) if answer.part else None,
        "episode": answer.episode_id,
    }


_ASKED = frozenset({"days", "target_pct", "stop_pct"})
