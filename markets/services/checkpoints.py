"""Keeping what the indicators held at the last midnights."""

from typing import Final

from django.db import transaction

from markets import models

_KEPT: Final = 2
"""Some ten megabytes each; the one before serves a market that is played again."""


@transaction.atomic
def save_checkpoint(market_id: int, end_ms: int, state: bytes) -> None:
    """Store the state of one midnight; only the last two that were saved stay."""
    models.EngineCheckpoint.objects.update_or_create(
        market_id=market_id, end_ms=end_ms, defaults={"state": state}
    )
    known = models.EngineCheckpoint.objects.filter(market_id=market_id)
    kept = known.order_by("-saved_at").values_list("pk", flat=True)[:_KEPT]
    known.exclude(pk__in=list(kept)).delete()
