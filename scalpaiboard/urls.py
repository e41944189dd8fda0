"""Addresses of the product."""

from django.contrib import admin
from django.urls import include, path

from markets import probes
from scalpaiboard import pages

urlpatterns = [
    path("", include("markets.urls")),
    path("", include("alerts.urls")),
    # Before the market's, which answer whatever is left.
    path("api/", include("alerts.api.urls")),
    path("api/", include("markets.api.urls")),
    path("accounts/", include("accounts.urls")),
    path("styleguide/", pages.styleguide, name="styleguide"),
    path("offline/", pages.offline, name="offline"),
    path("service-worker.js", pages.service_worker, name="service_worker"),
    path("healthz", probes.alive, name="healthz"),
    path("readyz", probes.ready, name="readyz"),
    path("admin/", admin.site.urls),
]
