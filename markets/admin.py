"""The market for operators: to be read, for the feed alone writes it."""

from datetime import UTC, datetime

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from markets import models
from markets.feed.ledger import LedgerSummary, summarise


class ReadOnlyAdmin(ModelAdmin):
    """What the feed writes, people may read."""

    def has_add_permission(self, _request: HttpRequest) -> bool:
        return False

    def has_change_permission(
        self, _request: HttpRequest, _obj: object | None = None
    ) -> bool:
        return False

    def has_delete_permission(
        self, _request: HttpRequest, _obj: object | None = None
    ) -> bool:
        return False


@admin.register(models.Market)
class MarketAdmin(ReadOnlyAdmin):
    list_display = ("venue", "key", "kind", "label", "pairs", "created_at")
    list_filter = ("venue", "kind")
    search_fields = ("key", "label")

    def get_queryset(self, request: HttpRequest) -> QuerySet[models.Market]:
        markets: QuerySet[models.Market] = super().get_queryset(request)
        return markets.annotate(pairs=Count("instruments"))

    @admin.display(ordering="pairs")
    def pairs(self, market: models.Market) -> int:
        return int(getattr(market, "pairs", 0))


@admin.register(models.Instrument)
class InstrumentAdmin(ReadOnlyAdmin):
    list_display = (
        "symbol",
        "market",
        "status",
        "contract_type",
        "tick_size",
        "listed_at",
        "delisted_at",
    )
    list_filter = ("status", "contract_type", "market")
    list_select_related = ("market",)
    search_fields = ("symbol", "base_asset")


@admin.register(models.LedgerMinute)
class LedgerMinuteAdmin(ReadOnlyAdmin):
    """A minute as counts: the raw bytes would tell nobody anything."""

    list_display = (
        "minute",
        "market",
        "expected",
        "stream",
        "repaired",
        "halted",
        "missing",
        "late",
    )
    list_filter = ("market",)
    list_select_related = ("market",)
    ordering = ("-open_time_ms",)
    show_full_result_count = False
    fields = list_display
    readonly_fields = list_display

    @admin.display(ordering="open_time_ms")
    def minute(self, row: models.LedgerMinute) -> str:
        opened = datetime.fromtimestamp(row.open_time_ms / 1_000, tz=UTC)
        return f"{opened:%Y-%m-%d %H:%M} UTC"

    def expected(self, row: models.LedgerMinute) -> int:
        return _summary(row).expected

    def stream(self, row: models.LedgerMinute) -> int:
        return _summary(row).stream

    def repaired(self, row: models.LedgerMinute) -> int:
        return _summary(row).repaired

    def halted(self, row: models.LedgerMinute) -> int:
        return _summary(row).halted

    def missing(self, row: models.LedgerMinute) -> int:
        return _summary(row).missing

    def late(self, row: models.LedgerMinute) -> int:
        return _summary(row).late


@admin.register(models.QuarantinedCandle)
class QuarantinedCandleAdmin(ReadOnlyAdmin):
    list_display = ("instrument", "open_time_ms", "reason", "received_at")
    list_filter = ("received_at",)
    list_select_related = ("instrument",)
    search_fields = ("instrument__symbol", "reason")


@admin.register(models.Screen)
class ScreenAdmin(ReadOnlyAdmin):
    """What people ask is theirs: an operator sees that it is there."""

    list_display = ("name", "owner", "is_shared", "updated_at")
    list_filter = ("updated_at",)
    list_select_related = ("owner",)
    search_fields = ("name", "owner__email")
    fields = list_display
    readonly_fields = list_display

    @admin.display(boolean=True)
    def is_shared(self, screen: models.Screen) -> bool:
        return screen.link is not None


@admin.register(models.Watchlist)
class WatchlistAdmin(ReadOnlyAdmin):
    """What people watch is theirs: an operator sees that it is there."""

    list_display = ("name", "owner", "pairs", "updated_at")
    list_filter = ("updated_at",)
    list_select_related = ("owner",)
    search_fields = ("name", "owner__email")
    fields = list_display
    readonly_fields = list_display

    @admin.display()
    def pairs(self, watchlist: models.Watchlist) -> int:
        return len(watchlist.symbols)


@admin.register(models.Export)
class ExportAdmin(ReadOnlyAdmin):
    list_display = ("created_at", "owner", "format", "state", "rows_total")
    list_filter = ("state", "format")
    list_select_related = ("owner",)
    search_fields = ("owner__email",)
    fields = list_display
    readonly_fields = list_display


def _summary(row: models.LedgerMinute) -> LedgerSummary:
    return summarise([bytes(row.entries)])
