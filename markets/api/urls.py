"""Addresses of the REST API."""

from django.conf import settings
from django.urls import path, re_path
from django.views.decorators.csp import csp_override
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from markets.api import (
    candle_views,
    dashboard,
    export_views,
    flow_views,
    market_views,
    past_views,
    screen_views,
    screener_views,
    views,
    watchlist_views,
)

# The split view keeps its script in a file, so that no inline script is allowed.
_docs = csp_override(settings.DOCS_CSP)(
    SpectacularSwaggerSplitView.as_view(url_name="api_schema")
)

urlpatterns = [
    path("schema/", SpectacularAPIView.as_view(), name="api_schema"),
    path("docs/", _docs, name="api_docs"),
    path("health", views.HealthView.as_view()),
    path("coins", views.CoinsView.as_view()),
    path("coins/file", screener_views.FileView.as_view()),
    path("coins/<str:symbol>", views.CoinView.as_view()),
    path("coins/<str:symbol>/candles", candle_views.CandlesView.as_view()),
    path("coins/<str:symbol>/analysis", candle_views.AnalysisView.as_view()),
    path("coins/<str:symbol>/orderbook", flow_views.OrderBookView.as_view()),
    path("coins/<str:symbol>/trades", flow_views.TradesView.as_view()),
    path("coins/<str:symbol>/trades/large", flow_views.LargeTradesView.as_view()),
    path("coins/<str:symbol>/explain", screener_views.ExplainView.as_view()),
    path("screener", screener_views.ScreenerView.as_view()),
    path("screener/sparks", screener_views.SparksView.as_view()),
    path("expressions/check", screener_views.CheckView.as_view()),
    path("expressions/complete", screener_views.CompleteView.as_view()),
    path("expressions/history", past_views.ExpressionHistoryView.as_view()),
    path("screens", screen_views.ScreensView.as_view()),
    path("screens/shared/<str:link>", screen_views.SharedScreenView.as_view()),
    path("screens/<uuid:screen_id>", screen_views.ScreenView.as_view()),
    path("screens/<uuid:screen_id>/link", screen_views.ScreenLinkView.as_view()),
    path("watchlists", watchlist_views.WatchlistsView.as_view()),
    path("watchlists/<uuid:watchlist_id>", watchlist_views.WatchlistView.as_view()),
    path("exports", export_views.ExportsView.as_view()),
    path("exports/<uuid:export_id>", export_views.ExportView.as_view()),
    path("exports/<uuid:export_id>/file", export_views.ExportFileView.as_view()),
    path("metrics/catalogue", views.CatalogueView.as_view()),
    path("metrics/<str:symbol>", views.MetricsView.as_view()),
    path("market/overview", market_views.OverviewView.as_view()),
    path("market/movers", market_views.MoversView.as_view()),
    path("market/popular", market_views.PopularView.as_view()),
    path("dashboard", dashboard.DashboardView.as_view()),
    path("symbols", views.SymbolsView.as_view()),
    path("ledger", views.LedgerView.as_view()),
    re_path(r"^(?P<rest>.*)$", views.UnknownView.as_view()),
]
