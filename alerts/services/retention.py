"""Letting go of what is older than an installation keeps."""

from datetime import timedelta
from typing import Final

from alerts.models import Delivery, Episode, EpisodeEvent, RuleChange, Suppression
from scalpaiboard.lib.clock import now

_CHANGES_KEPT: Final = timedelta(hours=1)
"""Workers read changes within seconds; one that was away longer loads all anew."""
_A_STEP: Final = 2_000


def drop_expired(*, keep_days: int) -> int:
    """Drop episodes, what held others back, and messages; return how many episodes."""
    moment = now() - timedelta(days=keep_days)
    oldest_ms = int(moment.timestamp() * 1_000)
    Suppression.objects.filter(at_ms__lt=oldest_ms).exclude(ended_ms=None).delete()
    Delivery.objects.filter(created_at__lt=moment).delete()
    RuleChange.objects.filter(at__lt=now() - _CHANGES_KEPT).delete()
    old = Episode.objects.filter(opened_ms__lt=oldest_ms).exclude(closed_ms=None)
    dropped = 0
    while numbers := list(old.values_list("pk", flat=True)[:_A_STEP]):
        EpisodeEvent.objects.filter(episode__in=numbers).delete()
        Episode.objects.filter(pk__in=numbers).delete()
        dropped += len(numbers)
    return dropped
