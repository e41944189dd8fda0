"""What the pages of this admin have in common."""

from datetime import UTC, datetime
from typing import Any

from django.contrib.admin import ShowFacets
from django.http import HttpRequest
from unfold.admin import ModelAdmin


class WatchedAdmin(ModelAdmin):
    """What the product writes, operators may read, and act on by actions."""

    show_full_result_count = False
    list_per_page = 50
    show_facets = ShowFacets.NEVER

    def has_add_permission(self, _request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return False

    def has_change_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return False

    def has_act_permission(self, request: HttpRequest) -> bool:
        """Whether an operator may use the actions: as if they changed rows."""
        name = f"{self.opts.app_label}.change_{self.opts.model_name}"
        return bool(request.user.has_perm(name))


def moment(at_ms: int | None) -> str:
    """Return a time as operators read it, empty where there is none."""
    if at_ms is None:
        return ""
    return f"{datetime.fromtimestamp(at_ms / 1_000, tz=UTC):%Y-%m-%d %H:%M:%S} UTC"
