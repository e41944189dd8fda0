"""The operator's signals: edited with a check, previewed, switched and reset."""

from typing import Any, ClassVar, override

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.forms import ModelForm, Widget
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from unfold.admin import ModelAdmin, TabularInline
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminTextareaWidget

from alerts.admin.charts import hours_chart
from alerts.admin.plain import moment
from alerts.models import Signal, SignalVersion
from alerts.rules.conditions import read_rule
from alerts.selectors.activity import RECORD_DAYS, SignalRecord, signal_records
from alerts.services.signal_preview import begin_preview, preview_job
from alerts.services.signals import (
    problems_of,
    reset_tripped,
    save_signal,
    switch_signals,
)
from alerts.tasks import preview_signal
from markets.engine.expressions.wording import in_words
from markets.errors import ExpressionError


class SignalForm(ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """Says what is wrong at the field where it is."""

    class Meta:
        model = Signal
        fields = (
            *("slug", "name", "side", "description", "is_enabled", "expression"),
            *("leaves_out_stable", "cool_down_minutes", "mirror", "escalate_step"),
            *("closes_when", "false_closes"),
        )
        widgets: ClassVar[dict[str, Widget]] = {
            "description": UnfoldAdminTextareaWidget({"rows": 2}),
            "expression": UnfoldAdminTextareaWidget({"rows": 4}),
            "closes_when": UnfoldAdminTextareaWidget({"rows": 2}),
        }

    @override
    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        typed = Signal(
            pk=self.instance.pk,
            **{name: value for name, value in cleaned.items() if name != "pk"},
        )
        if not self.errors:
            for field, problems in problems_of(typed).items():
                self.add_error(field if field in self.fields else None, problems)
        return cleaned


class VersionInline(TabularInline):
    model = SignalVersion
    fields = ("since", "version", "condition", "is_enabled")
    readonly_fields = fields
    extra = 0
    per_page = 20  # type: ignore[assignment]  # unfold declares none
    can_delete = False
    tab = True

    def condition(self, version: SignalVersion) -> str:
        return str(version.definition.get("expression", ""))

    @admin.display(boolean=True)
    def is_enabled(self, version: SignalVersion) -> bool:
        return bool(version.definition.get("is_enabled"))

    def has_add_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return False

    def has_change_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return False


@admin.register(Signal)
class SignalAdmin(ModelAdmin):
    form = SignalForm
    list_display = (
        *("name", "slug", "shown_side", "state", "fires", "after_an_hour"),
        *("cool_down_minutes", "version", "updated_at"),
    )
    list_filter = ("side", "is_enabled")
    search_fields = ("name", "slug", "expression")
    show_full_result_count = False
    list_per_page = 200
    readonly_fields = ("version", "words", "tripped_at", "tripped_reason")
    fieldsets = (
        (None, {"fields": ("name", "slug", "side", "description", "is_enabled")}),
        (
            "When it fires",
            {
                "fields": (
                    *("expression", "words", "leaves_out_stable", "cool_down_minutes"),
                    *("mirror", "escalate_step"),
                )
            },
        ),
        ("When it ends", {"fields": ("closes_when", "false_closes")}),
        ("State", {"fields": ("version", "tripped_at", "tripped_reason")}),
    )
    inlines = (VersionInline,)
    actions = ("enable", "disable", "reset")
    actions_detail = ("preview",)  # type: ignore[assignment]  # unfold declares none

    class Media:
        js = ("alerts/signal_check.js",)

    # Its episodes hang on it: one that is not wanted is disabled.
    def has_delete_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return False

    def get_readonly_fields(
        self, _request: HttpRequest, signal: Signal | None = None
    ) -> tuple[str, ...]:
        return (*self.readonly_fields, *(("slug",) if signal else ()))

    def save_model(
        self, _request: HttpRequest, signal: Any, _form: Any, _change: Any
    ) -> None:
        save_signal(signal)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        own = [
            path("check/", view(self.check_view), name="alerts_signal_check"),
            path(
                "<path:object_id>/preview-state/",
                view(self.preview_state_view),
                name="alerts_signal_preview_state",
            ),
        ]
        return [*own, *super().get_urls()]

    def check_view(self, request: HttpRequest) -> JsonResponse:
        """Answer what a condition says, or what is wrong with it and where."""
        if not self.has_view_permission(request):
            return JsonResponse({}, status=403)
        text = request.POST.get("text", "")
        if not text.strip():
            return JsonResponse({"words": "", "problems": []})
        try:
            words = in_words(read_rule(text))
        except ExpressionError as error:
            problems = [{**one._asdict(), "text": str(one)} for one in error.problems]
            return JsonResponse({"words": "", "problems": problems})
        return JsonResponse({"words": words, "problems": []})

    @action(description="Would have fired", url_path="preview", permissions=["view"])
    def preview(self, request: HttpRequest, object_id: str) -> HttpResponse:
        signal = self._signal(request, object_id)
        if request.method == "POST":
            if begin_preview(signal):
                preview_signal.delay_on_commit(signal.pk)  # type: ignore[attr-defined]  # Celery's Django tasks
            return HttpResponseRedirect(request.path)
        job = preview_job(signal)
        found = job["preview"] if job else None
        context = {
            **self.admin_site.each_context(request),
            "title": f"{signal.name}: the last 24 hours",
            "opts": self.opts,
            "signal": signal,
            "words": in_words(read_rule(signal.expression)),
            "job": job,
            "progress": round(100 * job["progress"]) if job else 0,
            "state_url": reverse("admin:alerts_signal_preview_state", args=[signal.pk]),
            "preview": found,
        }
        if found:
            context["charts"] = [hours_chart("Fires an hour", found["hours"])]
            context["span"] = f"{moment(found['start_ms'])} – {moment(found['end_ms'])}"
        return TemplateResponse(request, "alerts/admin/preview.html", context)

    def preview_state_view(self, request: HttpRequest, object_id: str) -> JsonResponse:
        """Answer how far a preview is."""
        if not self.has_view_permission(request):
            return JsonResponse({}, status=403)
        job = preview_job(self._signal(request, object_id))
        if job is None:
            return JsonResponse({"state": "none", "progress": 0})
        return JsonResponse({"state": job["state"], "progress": job["progress"]})

    @action(description="Enable", permissions=["change"])
    def enable(self, request: HttpRequest, chosen: QuerySet[Signal]) -> None:
        count = switch_signals(_ids(chosen), is_enabled=True)
        messages.success(request, f"{count} signals were enabled.")

    @action(description="Disable", permissions=["change"])
    def disable(self, request: HttpRequest, chosen: QuerySet[Signal]) -> None:
        count = switch_signals(_ids(chosen), is_enabled=False)
        messages.success(request, f"{count} signals were disabled.")

    @action(description="Reset those that were stopped", permissions=["change"])
    def reset(self, request: HttpRequest, chosen: QuerySet[Signal]) -> None:
        count = reset_tripped(_ids(chosen))
        messages.success(request, f"{count} signals deliver again.")

    @display(
        description="Side",
        ordering="side",
        label={"bull": "success", "bear": "danger", "neutral": "info"},
    )
    def shown_side(self, signal: Signal) -> str:
        return signal.side

    @display(
        description="State",
        label={"on": "success", "stopped": "danger", "off": "warning"},
    )
    def state(self, signal: Signal) -> str:
        if not signal.is_enabled:
            return "off"
        return "stopped" if signal.tripped_at else "on"

    @display(description=f"Fires in {RECORD_DAYS} d")
    def fires(self, signal: Signal) -> int:
        return _record_of(signal).fires

    @display(description="After 1 h", empty_value="–")
    def after_an_hour(self, signal: Signal) -> str | None:
        record = _record_of(signal)
        if record.mean_1h is None or record.share_up_1h is None:
            return None
        share = f"{100 * record.share_up_1h:.0f} % higher of {record.measured:,}"
        return f"{record.mean_1h:+.2f} %, {share}"

    @display(description="In words")
    def words(self, signal: Signal) -> str:
        try:
            return in_words(read_rule(signal.expression)) if signal.expression else ""
        except ExpressionError as error:
            return str(error)

    def _signal(self, request: HttpRequest, object_id: str) -> Signal:
        signal: Signal | None = self.get_object(request, object_id)
        if signal is None:
            raise Http404(f"There is no signal {object_id[:20]!r}.")
        return signal


# Of its present version only.
def _record_of(signal: Signal) -> SignalRecord:
    return signal_records().get((signal.pk, signal.version), SignalRecord())


def _ids(chosen: QuerySet[Signal]) -> list[int]:
    return list(chosen.values_list("pk", flat=True))
