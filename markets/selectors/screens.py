"""Screens that people have kept, and files that they asked for."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from markets.models import Export, Screen
from scalpaiboard.lib.clock import now


def screens_of(owner_id: Any) -> QuerySet[Screen]:
    """Return a person's own screens, by name."""
    return Screen.objects.filter(owner_id=owner_id)


def screen_of(owner_id: Any, screen_id: UUID) -> Screen | None:
    """Return a person's own screen, None where it is not theirs or not there."""
    return screens_of(owner_id).filter(pk=screen_id).first()


def shared_screen(link: str) -> Screen | None:
    """Return the screen that is shared by a link."""
    return Screen.objects.filter(link=link).first()


def exports_of(owner_id: Any) -> QuerySet[Export]:
    """Return the files of a person that have not expired, the newest first."""
    return Export.objects.filter(owner_id=owner_id, expires_at__gt=now())


def export_of(owner_id: Any, export_id: UUID) -> Export | None:
    """Return a person's own file, None where it is not theirs or not there."""
    return exports_of(owner_id).filter(pk=export_id).first()
