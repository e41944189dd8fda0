"""What the caller was told in the app."""

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from alerts.api import place_schema as schema
from alerts.api.base import MOST_ROWS, AlertsView, only_object
from alerts.models import Delivery
from alerts.selectors.notifications import notifications_of, unread_of
from alerts.services.notifications import mark_read
from alerts.typed import iso, read_id
from markets.api.questions import Parameters
from markets.api.screen_schema import owned


class NotificationsView(AlertsView):
    """What the caller was told."""

    @owned(
        "notifications",
        {200: schema.NOTIFICATIONS},
        parameters=schema.NOTIFICATION_PARAMETERS,
    )
    def get(self, request: Request) -> HttpResponse:
        """List what the caller was told in the app, the newest first."""
        read = Parameters(request.query_params)
        limit = read.integer("limit", 50, low=1, high=MOST_ROWS)
        is_unread = read.choice("unread", "0", ("0", "1")) == "1"
        read.done()
        unread = unread_of(request.user.pk)
        some = unread if is_unread else notifications_of(request.user.pk)
        return self.at_once(
            {
                "notifications": [_plain(one) for one in some[:limit]],
                "unread": unread.count(),
            }
        )


class ReadView(AlertsView):
    """What the caller has seen."""

    @owned("read_notifications", {200: schema.READ}, body=schema.READ_BODY)
    def post(self, request: Request) -> HttpResponse:
        """Note that the caller has seen some of it, or all."""
        given = only_object(request.data, {"ids": None, "all": False})
        ids = given["ids"]
        if (ids is None) != (given["all"] is True):
            raise ValidationError({"request": ["Send either ids, or all: true."]})
        if ids is not None and not (isinstance(ids, list) and len(ids) <= MOST_ROWS):
            raise ValidationError(
                {"ids": [f"ids must be a list of at most {MOST_ROWS}."]}
            )
        known = None if ids is None else [one for one in map(read_id, ids) if one]
        count = mark_read(request.user.pk, known)
        return self.at_once(
            {"read": count, "unread": unread_of(request.user.pk).count()}
        )


def _plain(one: Delivery) -> dict[str, Any]:
    content = one.content
    symbols = content.get("symbols") or [content.get("symbol", "")]
    return {
        "id": str(one.pk),
        "title": content.get("title", ""),
        "text": content.get("text", ""),
        # On the board itself, whatever address it is reached at.
        "link": content.get("link", "").removeprefix(settings.PUBLIC_URL.rstrip("/")),
        "symbol": symbols[0],
        "created_at": iso(one.created_at),
        "read_at": iso(one.read_at),
    }
