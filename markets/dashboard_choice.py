"""Whose dashboard a request asks for: the person's own, or this browser's cookie."""

import json
from typing import Final
from urllib.parse import quote, unquote

from django.http import HttpRequest, HttpResponse

from markets.dashboard_layout import BadLayoutError, Layout
from markets.selectors.dashboards import dashboard_of
from markets.services.dashboards import keep_dashboard

COOKIE: Final = "dashboard"
_KEEP_S: Final = 400 * 86_400
"""The longest that browsers keep a cookie."""


def read_layout(request: HttpRequest) -> Layout:
    """Return what the caller has kept; a person begins with their browser's."""
    if request.user.is_authenticated:
        own = dashboard_of(request.user.pk)
        if own is not None:
            return own
    try:
        return Layout.of(json.loads(unquote(request.COOKIES.get(COOKIE, ""))))
    except (BadLayoutError, json.JSONDecodeError, RecursionError):
        return Layout()


def keep_layout(request: HttpRequest, response: HttpResponse, layout: Layout) -> None:
    """Keep a layout: of a person on the server, of the nameless in a cookie."""
    if request.user.is_authenticated:
        keep_dashboard(request.user.pk, layout)
        return
    response.set_cookie(
        COOKIE,
        quote(json.dumps(layout.plain(), separators=(",", ":"))),
        max_age=_KEEP_S,
        secure=request.is_secure(),
        httponly=True,
        samesite="Lax",
    )
