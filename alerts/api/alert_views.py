"""A person's alerts."""

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from rest_framework.request import Request

from alerts.api import schema
from alerts.api.base import AlertsView, page_question
from alerts.api.content import alert_content, alert_list, episode_page
from alerts.models import Alert, Episode
from alerts.selectors.alerts import alerts_of
from alerts.services.rule_files import file_of, import_alerts
from alerts.services.rules import (
    change_alert,
    copy_alert,
    create_alert,
    delete_alert,
    pause_alert,
    resume_alert,
)
from alerts.services.trials import owe_test
from alerts.tasks import deliver
from markets.api.limits import HourlyLimit
from markets.api.questions import Parameters, no_question
from markets.api.screen_schema import owned


class TestLimit(HourlyLimit):
    """Messages that are sent to see how they look."""

    scope = "alert_tests"
    nameless_limit = user_limit = 60


class AlertListView(AlertsView):
    """The caller's alerts."""

    @owned("alerts", {200: schema.ALERTS})
    def get(self, request: Request) -> HttpResponse:
        """List the caller's alerts, the newest first."""
        no_question(request.query_params)
        return self.at_once({"alerts": alert_list(alerts_of(request.user.pk))})

    @owned(
        "create_alert",
        {200: schema.ALERT, 201: schema.ALERT},
        body=schema.ALERT_BODY,
        waits=True,
    )
    def post(self, request: Request) -> HttpResponse:
        """Make an alert; with the same Idempotency-Key again, answer with the first."""
        alert, is_new = create_alert(
            request.user.pk, request.data, request_key=self.request_key()
        )
        return self.made(alert_content(alert), is_new=is_new)


class AlertView(AlertsView):
    """One alert of the caller."""

    @owned("alert", {200: schema.ALERT}, finds=True)
    def get(self, request: Request, alert_id: int) -> HttpResponse:
        """Return an alert of the caller."""
        no_question(request.query_params)
        return self.at_once(alert_content(self.own_alert(alert_id)))

    @owned(
        "replace_alert",
        {200: schema.ALERT},
        body=schema.ALERT_BODY,
        finds=True,
        waits=True,
    )
    def put(self, request: Request, alert_id: int) -> HttpResponse:
        """Replace an alert of the caller; what is not given has its default."""
        alert = change_alert(self.own_alert(alert_id), request.data, whole=True)
        return self.at_once(alert_content(alert))

    @owned(
        "change_alert",
        {200: schema.ALERT},
        body=schema.ALERT_CHANGES,
        finds=True,
        waits=True,
    )
    def patch(self, request: Request, alert_id: int) -> HttpResponse:
        """Change parts of an alert of the caller."""
        alert = change_alert(self.own_alert(alert_id), request.data, whole=False)
        return self.at_once(alert_content(alert))

    @owned("delete_alert", {204: None}, finds=True)
    def delete(self, request: Request, alert_id: int) -> HttpResponse:
        """Let an alert of the caller go; its history stays."""
        delete_alert(self.own_alert(alert_id))
        return HttpResponse(status=204)


class AlertPauseView(AlertsView):
    """The pause of an alert."""

    @owned("pause_alert", {200: schema.ALERT}, finds=True)
    def post(self, request: Request, alert_id: int) -> HttpResponse:
        """Stop asking an alert."""
        return self.at_once(alert_content(pause_alert(self.own_alert(alert_id))))

    @owned("resume_alert", {200: schema.ALERT}, finds=True)
    def delete(self, request: Request, alert_id: int) -> HttpResponse:
        """Ask an alert again, also one that has spoken."""
        return self.at_once(alert_content(resume_alert(self.own_alert(alert_id))))


class AlertCopiesView(AlertsView):
    """Copies of an alert."""

    @owned("copy_alert", {200: schema.ALERT, 201: schema.ALERT}, finds=True)
    def post(self, request: Request, alert_id: int) -> HttpResponse:
        """Make another alert like this one, paused."""
        alert, is_new = copy_alert(
            self.own_alert(alert_id), request_key=self.request_key()
        )
        return self.made(alert_content(alert), is_new=is_new)


class AlertTestsView(AlertsView):
    """Messages that show how an alert speaks."""

    throttle_classes = (TestLimit,)

    @owned("test_alert", {202: schema.TESTS}, finds=True)
    def post(self, request: Request, alert_id: int) -> HttpResponse:
        """Send a message to every destination of an alert that is ready."""
        owed = owe_test(self.own_alert(alert_id), request_key=self.request_key())
        # Celery's tasks have it under Django; its stubs do not say so.
        deliver.delay_on_commit()  # type: ignore[attr-defined]
        answer = self.at_once(
            {
                "deliveries": [
                    {"id": str(one.pk), "destination": str(one.destination_id)}
                    for one in owed
                ]
            }
        )
        answer.status_code = 202
        return answer


class AlertFileView(AlertsView):
    """All alerts of the caller, out and in."""

    @owned("alerts_file", {200: schema.FILE})
    def get(self, request: Request) -> HttpResponse:
        """Return the caller's alerts as a file that can be brought in again."""
        no_question(request.query_params)
        alerts = alerts_of(request.user.pk).order_by("pk")
        answer = self.at_once(file_of(alerts.prefetch_related("destinations")))
        answer["Content-Disposition"] = 'attachment; filename="alerts.json"'
        return answer

    @owned(
        "import_alerts",
        {200: schema.ALERTS, 201: schema.ALERTS},
        body=schema.FILE_BODY,
        waits=True,
    )
    def post(self, request: Request) -> HttpResponse:
        """Make every alert of a file, or none where one is at fault."""
        made, is_new = import_alerts(
            request.user.pk, request.data, request_key=self.request_key()
        )
        alerts = alerts_of(request.user.pk).filter(pk__in=[one.pk for one in made])
        return self.made({"alerts": alert_list(alerts)}, is_new=is_new)


class AlertLimitsView(AlertsView):
    """What the caller may have."""

    @owned("alert_limits", {200: schema.LIMITS})
    def get(self, request: Request) -> HttpResponse:
        """Tell how many alerts and messages there may be, and how many alerts are."""
        no_question(request.query_params)
        return self.at_once(
            {
                "most": settings.ALERTS_PER_USER,
                "used": alerts_of(request.user.pk).count(),
                "messages_an_hour": settings.MESSAGES_AN_HOUR,
            }
        )


class HistoryView(AlertsView):
    """What the caller's alerts found."""

    @owned("alerts_history", {200: schema.EPISODES}, parameters=schema.HISTORY)
    def get(self, request: Request) -> HttpResponse:
        """List the episodes of all alerts of the caller, the newest first."""
        return self.history(Episode.objects.filter(owner_id=request.user.pk))

    def history(self, episodes: Any) -> HttpResponse:
        """Answer with a page of some episodes of the caller."""
        read = Parameters(self.request.query_params)
        limit, before = page_question(read)
        symbol = read.text("symbol", longest=40).upper()
        since = read.integer("since", 0, low=0, high=10**15)
        read.done()
        if symbol:
            episodes = episodes.filter(symbol=symbol)
        if since:
            episodes = episodes.filter(opened_ms__gte=since)
        rows, following = episode_page(episodes, limit, before, with_deliveries=True)
        return self.at_once({"episodes": rows, "next": following})


class AlertHistoryView(HistoryView):
    """What one alert of the caller found."""

    @owned(
        "alert_history", {200: schema.EPISODES}, parameters=schema.HISTORY, finds=True
    )
    def get(self, request: Request, alert_id: int) -> HttpResponse:
        """List the episodes of an alert of the caller, the newest first."""
        alert: Alert = self.own_alert(alert_id)
        return self.history(Episode.objects.filter(rule_number=alert.number))
