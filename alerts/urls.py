"""Addresses of the pages of alerts, signals and destinations."""

from django.urls import path

from alerts import views

urlpatterns = [
    path("alerts/", views.alerts, name="alerts"),
    path("alerts/new/", views.new_alert, name="new_alert"),
    path("alerts/history/", views.history, name="alert_history"),
    path("alerts/<int:alert_id>/", views.alert, name="alert"),
    path("alerts/<int:alert_id>/edit/", views.edit_alert, name="edit_alert"),
    path("signals/", views.signals, name="signals"),
    path("settings/destinations/", views.destinations, name="destinations"),
]
