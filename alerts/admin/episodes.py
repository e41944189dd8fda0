"""What rules found: to be read."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from unfold.admin import TabularInline
from unfold.decorators import display

from alerts.admin.charts import fires_charts
from alerts.admin.plain import WatchedAdmin, moment
from alerts.models import Episode, EpisodeEvent

type _Lookups = list[tuple[str, str]]


class OpenFilter(admin.SimpleListFilter):
    title = "whether it goes on"
    parameter_name = "open"

    def lookups(self, _request: HttpRequest, _admin: Any) -> _Lookups:
        return [("yes", "open"), ("no", "closed")]

    def queryset(
        self, _request: HttpRequest, episodes: QuerySet[Episode]
    ) -> QuerySet[Episode]:
        if self.value() is None:
            return episodes
        return episodes.filter(closed_ms__isnull=self.value() == "yes")


class RuleFilter(admin.SimpleListFilter):
    title = "whose rule"
    parameter_name = "rule"

    def lookups(self, _request: HttpRequest, _admin: Any) -> _Lookups:
        return [("signal", "signals"), ("alert", "people's alerts")]

    def queryset(
        self, _request: HttpRequest, episodes: QuerySet[Episode]
    ) -> QuerySet[Episode]:
        if self.value() is None:
            return episodes
        return episodes.filter(signal__isnull=self.value() == "alert")


class EventInline(TabularInline):
    model = EpisodeEvent
    fields = ("phase", "at", "price", "value", "held_back", "created_at")
    readonly_fields = fields
    extra = 0
    per_page = 50  # type: ignore[assignment]  # unfold declares none
    can_delete = False

    def at(self, event: EpisodeEvent) -> str:
        return moment(event.at_ms)

    def has_add_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return False

    def has_change_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return False


@admin.register(Episode)
class EpisodeAdmin(WatchedAdmin):
    list_display = (
        *("opened", "rule_name", "symbol", "side", "owner", "price", "shown_value"),
        *("escalations", "closed", "is_late", "outcome_1h"),
    )
    list_filter = (
        *(OpenFilter, RuleFilter, "signal__side", "signal", "clock", "is_late"),
    )
    list_select_related = ("owner", "signal", "outcome")
    search_fields = ("=symbol", "rule_name", "owner__email")
    ordering = ("-opened_ms",)
    list_before_template = "alerts/admin/_charts.html"  # type: ignore[assignment]  # unfold declares none
    inlines = (EventInline,)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        shown = {"charts": fires_charts(), **(extra_context or {})}
        answer: HttpResponse = super().changelist_view(request, shown)
        return answer

    @display(description="Opened", ordering="opened_ms")
    def opened(self, episode: Episode) -> str:
        return moment(episode.opened_ms)

    @display(description="Value", empty_value="–")
    def shown_value(self, episode: Episode) -> str | None:
        return None if episode.value is None else f"{episode.value:.4g}"

    @display(description="Closed", ordering="closed_ms")
    def closed(self, episode: Episode) -> str:
        return moment(episode.closed_ms) or "goes on"

    @display(
        description="Side",
        label={"bull": "success", "bear": "danger", "neutral": "info"},
    )
    def side(self, episode: Episode) -> str:
        return episode.signal.side if episode.signal else ""

    @display(description="After 1 h", empty_value="–")
    def outcome_1h(self, episode: Episode) -> str | None:
        outcome = getattr(episode, "outcome", None)
        if outcome is None or outcome.return_1h is None:
            return None
        return f"{outcome.return_1h:+.2f} %"
