"""Messages, and where they go; secrets are never shown."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from unfold.decorators import action, display

from alerts.admin.charts import deliveries_charts
from alerts.admin.plain import WatchedAdmin
from alerts.models import Delivery, Destination
from alerts.services.deliveries import cancel_deliveries, retry_deliveries


@admin.register(Delivery)
class DeliveryAdmin(WatchedAdmin):
    list_display = (
        *("created_at", "owner", "kind", "title", "shown_state", "attempts"),
        *("due_at", "delivered_at", "last_error"),
    )
    list_filter = ("state", "destination__kind", "created_at")
    list_select_related = ("owner", "destination")
    search_fields = ("=key", "=thread", "owner__email")
    ordering = ("-created_at",)
    list_before_template = "alerts/admin/_charts.html"  # type: ignore[assignment]  # unfold declares none
    actions = ("retry", "cancel")
    fields = (
        *("key", "owner", "destination", "title", "text", "thread", "state"),
        *("attempts", "due_at", "lease_until", "reference", "last_error"),
        *("created_at", "delivered_at", "read_at"),
    )
    readonly_fields = fields

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        shown = {"charts": deliveries_charts(), **(extra_context or {})}
        answer: HttpResponse = super().changelist_view(request, shown)
        return answer

    def get_queryset(self, request: HttpRequest) -> QuerySet[Delivery]:
        deliveries: QuerySet[Delivery] = super().get_queryset(request)
        # What an address is made of stays where it is needed.
        return deliveries.defer("destination__config", "destination__secret_hash")

    @display(description="Kind", ordering="destination__kind")
    def kind(self, delivery: Delivery) -> str:
        return delivery.destination.kind

    def title(self, delivery: Delivery) -> str:
        return str(delivery.content.get("title", ""))

    def text(self, delivery: Delivery) -> str:
        return str(delivery.content.get("text", ""))

    @display(
        description="State",
        ordering="state",
        label={
            "owed": "warning",
            "claimed": "info",
            "delivered": "success",
            "failed": "danger",
        },
    )
    def shown_state(self, delivery: Delivery) -> str:
        return delivery.state

    @action(description="Send again (failed or cancelled ones)", permissions=["act"])
    def retry(self, request: HttpRequest, chosen: QuerySet[Delivery]) -> None:
        ids = list(chosen.values_list("pk", flat=True))
        count = retry_deliveries(ids)
        messages.success(
            request, f"{count} are owed again, {len(ids) - count} stay as they are."
        )

    @action(description="Cancel (owed ones)", permissions=["act"])
    def cancel(self, request: HttpRequest, chosen: QuerySet[Delivery]) -> None:
        ids = list(chosen.values_list("pk", flat=True))
        count = cancel_deliveries(ids)
        messages.success(
            request, f"{count} are cancelled, {len(ids) - count} stay as they are."
        )


@admin.register(Destination)
class DestinationAdmin(WatchedAdmin):
    list_display = (
        *("name", "owner", "kind", "state", "messages_an_hour", "failing_since"),
        *("last_error", "created_at"),
    )
    list_filter = ("kind", "state")
    list_select_related = ("owner",)
    search_fields = ("name", "owner__email")
    ordering = ("-created_at",)
    fields = (
        *("name", "owner", "kind", "state", "messages_an_hour", "muted_until"),
        *("failing_since", "last_error", "secret_sent_at", "created_at", "updated_at"),
    )
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Destination]:
        destinations: QuerySet[Destination] = super().get_queryset(request)
        return destinations.defer("config", "secret_hash")
