"""Rules that stop being asked: what of theirs still goes on ends with them."""

from collections.abc import Collection
from datetime import UTC, datetime

from django.db.models import F
from django.db.models.functions import Greatest

from alerts.models import Alert, AlertRevision, Episode, RuleChange, Suppression


def end_open(numbers: Collection[int], *, at_ms: int) -> None:
    """Close the open episodes of rules, and let what waits for them go."""
    Episode.objects.filter(rule_number__in=numbers, closed_ms=None).update(
        closed_ms=Greatest(F("opened_ms"), at_ms)
    )
    Suppression.objects.filter(rule_number__in=numbers, ended_ms=None).update(
        ended_ms=Greatest(F("at_ms"), at_ms)
    )


def finish(numbers: Collection[int], *, at_ms: int) -> None:
    """
    Let alerts that speak once be done; to be called within a transaction.

    They stay as they are, to be read, and to be started again by their owners.
    """
    finished_at = datetime.fromtimestamp(at_ms / 1_000, tz=UTC)
    Alert.objects.filter(pk__in=numbers).update(
        is_active=False, finished_at=finished_at
    )
    for number in numbers:
        newest = AlertRevision.objects.filter(alert_id=number).first()
        AlertRevision.objects.create(
            alert_id=number,
            since_ms=at_ms,
            is_active=False,
            definition=newest.definition if newest else {},
        )
    RuleChange.objects.bulk_create(RuleChange(number=number) for number in numbers)
    end_open(numbers, at_ms=at_ms)
