"""Keeping, changing and switching the operator's signals."""

import math
from collections.abc import Collection
from typing import Any, Final

from django.db import transaction

from alerts.errors import BadSignalError
from alerts.models import RuleChange, Signal, SignalVersion
from alerts.pipeline.ending import end_open
from alerts.rules.conditions import read_rule
from alerts.rules.definition import SIGNAL_FIELDS, signal_version
from markets.errors import ExpressionError
from markets.types import MINUTE_MS
from scalpaiboard.lib.clock import now, now_ms

MOST_SIGNALS: Final = 200
"""Each is asked of every pair at every close."""
LONGEST_COOL_DOWN_MINUTES: Final = 10_080
MOST_FALSE_CLOSES: Final = 1_440


@transaction.atomic
def save_signal(signal: Signal) -> bool:
    """
    Keep a signal, new or changed; return whether its definition is another one.

    Another definition writes a `SignalVersion`, and a `RuleChange` by which
    running workers take it over. What is switched off ends what is open.

    Raises
    ------
    BadSignalError
        If a condition is none, or a number out of its range.
    """
    if problems := problems_of(signal):
        raise BadSignalError(problems)
    before = (
        Signal.objects.select_for_update().filter(pk=signal.pk).first()
        if signal.pk
        else None
    )
    if before is None and Signal.objects.count() >= MOST_SIGNALS:
        raise BadSignalError(
            {"slug": [f"There are {MOST_SIGNALS} signals; that is the most."]}
        )
    definition = definition_of(signal)
    signal.version = signal_version(definition)
    signal.save()
    if before is not None and definition_of(before) == definition:
        return False
    SignalVersion.objects.create(
        signal=signal, version=signal.version, definition=definition, since=now()
    )
    RuleChange.objects.create(number=signal.number)
    if not signal.is_enabled:
        end_open([signal.number], at_ms=now_ms() // MINUTE_MS * MINUTE_MS)
    return True


def problems_of(signal: Signal) -> dict[str, list[str]]:
    """Return what is wrong with a signal, as sentences by field."""
    problems = {
        field: found
        for field in ("expression", "closes_when")
        if (found := condition_problems(getattr(signal, field)))
    }
    if not signal.expression.strip():
        problems["expression"] = ["A signal needs a condition."]
    if not 1 <= signal.false_closes <= MOST_FALSE_CLOSES:
        what = f"The false closes are {signal.false_closes}"
        problems["false_closes"] = [f"{what}; 1 to {MOST_FALSE_CLOSES:,} are possible."]
    if not 0 <= signal.cool_down_minutes <= LONGEST_COOL_DOWN_MINUTES:
        what = f"The cool-down is {signal.cool_down_minutes} minutes"
        most = f"{LONGEST_COOL_DOWN_MINUTES:,}"
        problems["cool_down_minutes"] = [f"{what}; 0 to {most} are possible."]
    step = signal.escalate_step
    # What is no number is not above 0 either.
    if step is not None and not 0 < step < math.inf:
        what = f"The escalation step is {step:g}"
        problems["escalate_step"] = [f"{what}; it must be above 0, or empty."]
    if signal.mirror_id is not None and signal.mirror_id == signal.pk:
        problems["mirror"] = ["A signal cannot be its own mirror."]
    return problems


def condition_problems(text: str) -> list[str]:
    """Return what is wrong with a condition, each with its place; empty: nothing."""
    if not text.strip():
        return []
    try:
        read_rule(text)
    except ExpressionError as error:
        sentences = [f"{problem}." for problem in error.problems]
        return [one[:1].upper() + one[1:] for one in sentences]
    return []


def switch_signals(signal_ids: Collection[int], *, is_enabled: bool) -> int:
    """Enable or disable signals; return how many were not so before."""
    changed = Signal.objects.filter(pk__in=signal_ids, is_enabled=not is_enabled)
    for signal in changed:
        signal.is_enabled = is_enabled
        save_signal(signal)
    return len(changed)


@transaction.atomic
def reset_tripped(signal_ids: Collection[int]) -> int:
    """Let signals that contradicted themselves deliver again; return how many."""
    tripped = Signal.objects.filter(pk__in=signal_ids, tripped_at__isnull=False)
    numbers = [-pk for pk in tripped.values_list("pk", flat=True)]
    Signal.objects.filter(pk__in=[-number for number in numbers]).update(
        tripped_at=None, tripped_reason=""
    )
    RuleChange.objects.bulk_create(RuleChange(number=number) for number in numbers)
    return len(numbers)


def definition_of(signal: Signal) -> dict[str, Any]:
    """Return what a version keeps of a signal."""
    return {name: getattr(signal, name) for name in SIGNAL_FIELDS}
