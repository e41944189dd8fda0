"""How far each clock has been asked, and what is known of its rules then."""

import logging

from alerts.models import Evaluation, EvaluationLayout
from alerts.rules.book import Packed

logger = logging.getLogger(__name__)


class OvertakenError(Exception):
    """Another worker has stored this close, or the rules' rows, meanwhile."""


def move_on(evaluation: Evaluation, at_ms: int, memory: Packed) -> None:
    """
    Move a clock on from where it was read, with what is known by then.

    Whoever does owns the close. To be called within the transaction that stores
    it. What lasts while the rules do is long, and only written where it changed.

    Raises
    ------
    OvertakenError
        If the clock has moved on since it was read.
    """
    moved = Evaluation.objects.filter(
        pk=evaluation.pk, evaluated_ms=evaluation.evaluated_ms
    ).update(evaluated_ms=at_ms, memory=memory.truths, layout_digest=memory.digest)
    if not moved:
        raise OvertakenError(
            f"The {evaluation.clock} clock has moved on from {evaluation.evaluated_ms}."
        )
    if memory.digest != evaluation.layout_digest:
        EvaluationLayout.objects.update_or_create(
            evaluation_id=evaluation.pk,
            defaults={"digest": memory.digest, "packed": memory.lasting},
        )


def remembered(evaluation: Evaluation) -> Packed | None:
    """
    Return what was known when a clock stopped where it was read.

    None where nothing was, or nothing that fits together.

    Raises
    ------
    OvertakenError
        If the clock has moved on since it was read.
    """
    same = Evaluation.objects.filter(
        pk=evaluation.pk, evaluated_ms=evaluation.evaluated_ms
    )
    row = same.values_list(
        "memory", "layout_digest", "layout__digest", "layout__packed"
    ).first()
    if row is None:
        raise OvertakenError(f"The {evaluation.clock} clock has moved on.")
    truths, digest, kept_digest, lasting = row
    if not digest:
        return None
    if digest != kept_digest:
        logger.warning("What was known of the %s rules is lost.", evaluation.clock)
        # So that it is written anew, whatever it was.
        evaluation.layout_digest = ""
        return None
    return Packed(bytes(lasting), digest, bytes(truths))
