"""Addresses of the market's pages."""

from django.urls import path

from markets import views

urlpatterns = [
    path("", views.dashboard, name="dashboard"),
    path("market/", views.market, name="market"),
    path("screener/", views.screener, name="screener"),
    path("heatmaps/", views.heatmaps, name="heatmaps"),
    path("symbols/<str:symbol>/", views.symbol, name="symbol"),
    path("pairs/", views.pairs, name="pairs"),
    path("data-health/", views.data_health, name="data_health"),
    path("data-health/ledger/", views.data_health_ledger, name="data_health_ledger"),
]
