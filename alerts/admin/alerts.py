"""People's alerts: to be read, paused and resumed."""

from typing import Final

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.decorators import action, display

from alerts.admin.plain import WatchedAdmin
from alerts.errors import AlertsError
from alerts.models import Alert
from alerts.services.rules import pause_alert, resume_alert

_STATES: Final = {
    "asked": "success",
    "paused": "info",
    "finished": "default",
    "not now": "warning",
}


@admin.register(Alert)
class AlertAdmin(WatchedAdmin):
    list_display = (
        *("name", "owner", "state", "scope", "symbol", "clock", "timeframe", "mode"),
        "updated_at",
    )
    list_filter = ("is_active", "is_enabled", "scope", "clock", "timeframe", "mode")
    list_select_related = ("owner",)
    search_fields = ("name", "=symbol", "owner__email")
    ordering = ("-id",)
    actions = ("pause", "resume")
    exclude = ("request_key", "destinations")

    @display(description="State", label=_STATES)
    def state(self, alert: Alert) -> str:
        if alert.is_active:
            return "asked"
        if not alert.is_enabled:
            return "paused"
        return "finished" if alert.finished_at else "not now"

    @action(description="Pause", permissions=["act"])
    def pause(self, request: HttpRequest, chosen: QuerySet[Alert]) -> None:
        for alert in chosen.filter(is_enabled=True):
            pause_alert(alert)
        messages.success(request, "The chosen alerts are paused.")

    @action(description="Resume", permissions=["act"])
    def resume(self, request: HttpRequest, chosen: QuerySet[Alert]) -> None:
        for alert in chosen:
            try:
                resume_alert(alert)
            except AlertsError as error:
                messages.error(request, f"{alert}: {error}")
        messages.success(request, "The chosen alerts are asked again.")
