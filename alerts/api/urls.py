"""Addresses of alerts, signals and destinations in the REST API."""

from django.urls import path

from alerts.api import (
    alert_views,
    destination_views,
    notification_views,
    preview_views,
    signal_views,
    telegram_views,
)

urlpatterns = [
    path("alerts", alert_views.AlertListView.as_view()),
    path("alerts/file", alert_views.AlertFileView.as_view()),
    path("alerts/limits", alert_views.AlertLimitsView.as_view()),
    path("alerts/history", alert_views.HistoryView.as_view()),
    path("alerts/preview", preview_views.PreviewView.as_view()),
    path("alerts/preview/<str:job>", preview_views.PreviewJobView.as_view()),
    path("alerts/explain", preview_views.ExplainView.as_view()),
    path("alerts/<int:alert_id>", alert_views.AlertView.as_view()),
    path("alerts/<int:alert_id>/pause", alert_views.AlertPauseView.as_view()),
    path("alerts/<int:alert_id>/copies", alert_views.AlertCopiesView.as_view()),
    path("alerts/<int:alert_id>/tests", alert_views.AlertTestsView.as_view()),
    path("alerts/<int:alert_id>/history", alert_views.AlertHistoryView.as_view()),
    path("signals", signal_views.SignalsView.as_view()),
    path("signals/rules", signal_views.SignalRulesView.as_view()),
    path("signals/rules/<slug:slug>/choice", signal_views.SignalChoiceView.as_view()),
    path("destinations", destination_views.DestinationsView.as_view()),
    path("destinations/web-push-key", destination_views.WebPushKeyView.as_view()),
    path(
        "destinations/<uuid:destination_id>",
        destination_views.DestinationView.as_view(),
    ),
    path(
        "destinations/<uuid:destination_id>/verify",
        destination_views.VerifyView.as_view(),
    ),
    path(
        "destinations/<uuid:destination_id>/test",
        destination_views.DestinationTestView.as_view(),
    ),
    path("notifications", notification_views.NotificationsView.as_view()),
    path("notifications/read", notification_views.ReadView.as_view()),
    path("telegram/<str:secret>", telegram_views.TelegramView.as_view()),
]
