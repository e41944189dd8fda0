"""Pages that belong to no app: the style guide, and what works without a network."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from scalpaiboard import frontend, styleguide as guide


@require_safe
def styleguide(request: HttpRequest) -> HttpResponse:
    """Show every piece of the pages, to operators alone."""
    if not getattr(request.user, "is_staff", False):
        raise Http404
    return render(request, "styleguide/page.html", guide.content())


@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """Show what a browser keeps for when there is no network; the same for everyone."""
    return render(request, "offline.html")


@require_safe
@cache_control(no_cache=True)
def service_worker(request: HttpRequest) -> HttpResponse:
    """Send the script from the root, so that it may serve every page."""
    script = frontend.service_worker(offline=reverse("offline"))
    return HttpResponse(script, content_type="text/javascript; charset=utf-8")
