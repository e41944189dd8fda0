"""The Django app."""

from django.apps import AppConfig


class AiAssistantConfig(AppConfig):
    name = "ai_assistant"
    default_auto_field = "django.db.models.BigAutoField"
