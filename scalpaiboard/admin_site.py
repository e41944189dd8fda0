"""The admin site, under a policy of its own."""

from typing import Any, override

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csp import csp_override
from unfold.sites import UnfoldAdminSite


class BoardAdminSite(UnfoldAdminSite):
    """Operators' pages: unfold needs inline scripts, which ours never do."""

    @override
    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        return csp_override(settings.ADMIN_CSP)(super().admin_view(view, cacheable))

    @override
    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        answer: HttpResponse = csp_override(settings.ADMIN_CSP)(super().login)(
            request, extra_context
        )
        return answer
