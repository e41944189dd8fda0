"""The Django app."""

from django.apps import AppConfig


class AlertsConfig(AppConfig):
    name = "alerts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # After Django is set up: they import models.
        from alerts import hearing, live  # noqa: PLC0415

        hearing.connect()
        live.register_topics()
