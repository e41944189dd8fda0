"""Wiring of the product; no features live here."""

from scalpaiboard.celery import app as celery_app

__all__ = ("celery_app",)
