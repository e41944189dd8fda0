"""Pages of alerts, signals and destinations."""

from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from alerts.pages.form import EXAMPLES, form_page
from alerts.pages.kinds import KINDS
from alerts.pages.measured import measured_line
from alerts.selectors.alerts import alert_of
from markets.pages.screener import screener_page

if TYPE_CHECKING:
    from alerts.models import Alert


@require_safe
@login_required
def alerts(request: HttpRequest) -> HttpResponse:
    return render(
        request,
        "alerts/list.html",
        {"examples": EXAMPLES, "export": "/api/alerts/file"},
    )


@require_safe
@login_required
def new_alert(request: HttpRequest) -> HttpResponse:
    return render(request, "alerts/form.html", form_page() | {"rail_page": "alerts"})


@require_safe
@login_required
def edit_alert(request: HttpRequest, alert_id: int) -> HttpResponse:
    content = form_page() | {
        "alert": _own_alert(request, alert_id),
        "rail_page": "alerts",
    }
    return render(request, "alerts/form.html", content)


@require_safe
@login_required
def alert(request: HttpRequest, alert_id: int) -> HttpResponse:
    own = _own_alert(request, alert_id)
    content = {
        "alert": own,
        "measured": measured_line(own.number, own.version),
        "board": screener_page()["board"],
        "rail_page": "alerts",
    }
    return render(request, "alerts/history.html", content)


@require_safe
@login_required
def history(request: HttpRequest) -> HttpResponse:
    content = {"board": screener_page()["board"], "rail_page": "alerts"}
    return render(request, "alerts/history.html", content)


@require_safe
def signals(request: HttpRequest) -> HttpResponse:
    return render(request, "alerts/signals.html", {"board": screener_page()["board"]})


@require_safe
@login_required
def destinations(request: HttpRequest) -> HttpResponse:
    return render(request, "alerts/destinations.html", {"kinds": KINDS})


def _own_alert(request: HttpRequest, alert_id: int) -> "Alert":
    found = alert_of(request.user.pk, alert_id)
    if found is None:
        raise Http404("You have no such alert.")
    return found
