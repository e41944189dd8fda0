"""What the views of alerts have in common."""

from collections.abc import Mapping
from typing import Any, Final

from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.throttling import BaseThrottle

from alerts.errors import DestinationConfigError
from alerts.models import Alert
from alerts.selectors.alerts import alert_of
from markets.api.limits import HourlyLimit
from markets.api.questions import Parameters
from markets.api.screen_views import OwnedView
from scalpaiboard.lib.fields import BadFieldsError

MOST_ROWS: Final = 1_000


class AlertsLimit(HourlyLimit):
    """Pages ask again whenever something has happened."""

    scope = "alerts"
    nameless_limit = user_limit = 10_000


class AlertsView(OwnedView):
    """Something of alerts that people own: only theirs is there for them."""

    throttle_classes: tuple[type[BaseThrottle], ...] = (AlertsLimit,)

    def handle_exception(self, exc: Exception) -> Any:
        """Tell of a destination's fields as the caller sends them, below `config`."""
        if isinstance(exc, DestinationConfigError):
            exc = BadFieldsError(
                {f"config.{name}": some for name, some in exc.fields.items()}
            )
        return super().handle_exception(exc)

    def own_alert(self, alert_id: int) -> Alert:
        """Return the caller's alert; raises NotFound for anyone else's."""
        alert = alert_of(self.request.user.pk, alert_id)
        if alert is None:
            raise NotFound("You have no such alert.")
        return alert


def page_question(
    read: Parameters, *, default: int = 100
) -> tuple[int, tuple[int, int] | None]:
    """Read how many rows are asked for, and before which."""
    limit = read.integer("limit", default, low=1, high=MOST_ROWS)
    text = read.text("before", longest=40)
    if not text:
        return limit, None
    at, _, number = text.partition("-")
    if not _is_number(at) or not _is_number(number or "0"):
        read.refuse("before", f"before is {text!r}; it must be a `next` of an answer.")
        return limit, None
    return limit, (int(at), int(number or "0"))


def only_object(given: Any, names: Mapping[str, Any]) -> dict[str, Any]:
    """Return a body with defaults; raises ValidationError for what is no object."""
    if not isinstance(given, dict):
        raise ValidationError({"request": ["Send an object."]})
    strange = [str(name)[:40] for name in given if name not in names]
    if strange:
        raise ValidationError({strange[0]: ["There is no such field."]})
    return {**names, **given}


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 19
