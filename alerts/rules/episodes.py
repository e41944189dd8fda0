"""What a change of truth means for one rule and one pair: the course of an episode."""

import math
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from alerts.types import Mode, Phase, Reason
from markets.types import MINUTE_MS, TIMEFRAMES

_TRUE: Final = 1
_UNKNOWN: Final = 0


@dataclass(frozen=True, slots=True)
class Course:
    """
    What of a rule decides the course of its episodes.

    `cool_down_ms` counts from the last opening of the rule and the pair.
    `false_closes` false ones in a row end an episode, or where `has_end` a
    condition of its own does. `escalate_step` is in the unit of the value that
    is followed, and `direction` (1 up, -1 down, 0 either way from where it
    opened) where a new extreme lies; without a step nothing escalates. A rule that
    `is_live` opens, and escalates, at most once a candle.
    """

    mode: Mode = Mode.EACH_EPISODE
    timeframe: str = "1m"
    cool_down_ms: int = 0
    remind_every_ms: int = 0
    false_closes: int = 1
    has_end: bool = False
    escalate_step: float | None = None
    direction: int = 0
    is_live: bool = False

    @property
    def silent_ms(self) -> int:
        """How long an opening may keep the next one back."""
        if not self.is_once_a_candle:
            return self.cool_down_ms
        return max(self.cool_down_ms, self.candle_ms + 1)

    @property
    def is_once_a_candle(self) -> bool:
        """Whether the candle of an opening has to end before the next one."""
        return self.is_live or self.mode is Mode.ONCE_PER_CANDLE

    @property
    def candle_ms(self) -> int:
        """The candle that an event belongs to; a minute for most live rules."""
        if self.is_live and self.mode is not Mode.ONCE_PER_CANDLE:
            return MINUTE_MS
        return TIMEFRAMES[self.timeframe] * MINUTE_MS


@dataclass(frozen=True, slots=True)
class Situation:
    """
    What is known of a rule and a pair before a close.

    `opened_ms` is the last opening, of the present or an earlier episode;
    `opening_value` and `extreme` belong to the present one. `is_waiting` says
    that it came true earlier, was held back, and has not been false since.
    """

    is_open: bool = False
    opened_ms: int | None = None
    opening_value: float = math.nan
    extreme: float = math.nan
    false_closes: int = 0
    reminded_ms: int | None = None
    is_waiting: bool = False


class Seen(NamedTuple):
    """
    What a close showed, or a second.

    `truth` and `end` are 1, 0 (unknown) or -1; `end` is the truth of the rule's
    own condition of ending. `is_edge` says that it is true now and was false
    when it was last known. `value` is the one that is followed.
    """

    at_ms: int
    truth: int
    is_edge: bool = False
    end: int = _UNKNOWN
    value: float = math.nan


class Step(NamedTuple):
    """What comes of it: the next situation, what is told, and the one reason."""

    after: Situation
    phase: Phase | None
    reason: Reason


def advance(course: Course, before: Situation, seen: Seen) -> Step:
    """
    Take one close, or one second.

    An episode opens on the edge from false to true; unknown keeps everything as
    it was. What comes true within the cool-down waits, and opens when it ends
    if it is still true then.
    """
    if before.is_open:
        return _go_on(course, before, seen)
    if seen.truth == _TRUE:
        return _come_true(course, before, seen)
    if seen.truth == _UNKNOWN:
        return Step(before, None, Reason.UNKNOWN)
    return Step(replace(before, is_waiting=False), None, Reason.FALSE)


def free_from_ms(course: Course, before: Situation) -> int:
    """Return from when on a rule may open again for a pair, UTC ms."""
    if before.opened_ms is None:
        return 0
    free = before.opened_ms + course.cool_down_ms
    if course.is_once_a_candle:
        length_ms = course.candle_ms
        free = max(free, candle_open_ms(before.opened_ms, length_ms) + length_ms + 1)
    return free


def candle_open_ms(at_ms: int, length_ms: int = MINUTE_MS) -> int:
    """Return when the candle opened that holds a moment, or closes with it."""
    return (at_ms - 1) // length_ms * length_ms


def _come_true(course: Course, before: Situation, seen: Seen) -> Step:
    if not (seen.is_edge or before.is_waiting):
        # It was true when it was first asked, and has to be false once.
        return Step(before, None, Reason.STILL_OPEN)
    if seen.at_ms < free_from_ms(course, before):
        return Step(replace(before, is_waiting=True), None, Reason.COOL_DOWN)
    opened = Situation(
        is_open=True,
        opened_ms=seen.at_ms,
        opening_value=seen.value,
        extreme=seen.value,
    )
    return Step(opened, Phase.OPEN, Reason.FIRED)


def _go_on(course: Course, before: Situation, seen: Seen) -> Step:
    after = replace(before, false_closes=_false_closes(course, before, seen))
    needed = 1 if course.has_end else course.false_closes
    if after.false_closes >= needed:
        closed = Situation(opened_ms=before.opened_ms)
        return Step(closed, Phase.CLOSE, Reason.FALSE)
    if seen.truth == _TRUE and _is_new_extreme(course, before, seen):
        after = replace(after, extreme=seen.value, reminded_ms=seen.at_ms)
        return Step(after, Phase.ESCALATE, Reason.FIRED)
    if seen.truth == _TRUE and _is_reminder_due(course, before, seen.at_ms):
        after = replace(after, reminded_ms=seen.at_ms)
        return Step(after, Phase.REMIND, Reason.FIRED)
    return Step(after, None, Reason.STILL_OPEN)


def _false_closes(course: Course, before: Situation, seen: Seen) -> int:
    ending = seen.end if course.has_end else -seen.truth
    if ending == _TRUE:
        return before.false_closes + 1
    return before.false_closes if ending == _UNKNOWN else 0


def _is_new_extreme(course: Course, before: Situation, seen: Seen) -> bool:
    step, value = course.escalate_step, seen.value
    if step is None or math.isnan(value) or math.isnan(before.extreme):
        return False
    if course.is_live and _is_told_in_candle(course, before, seen):
        return False
    direction = course.direction or math.copysign(1, before.opening_value)
    return (value - before.extreme) * direction >= step


def _is_told_in_candle(course: Course, before: Situation, seen: Seen) -> bool:
    if before.reminded_ms is None:
        return False
    told_ms = candle_open_ms(before.reminded_ms, course.candle_ms)
    return told_ms == candle_open_ms(seen.at_ms, course.candle_ms)


def _is_reminder_due(course: Course, before: Situation, at_ms: int) -> bool:
    if course.mode is not Mode.REMINDER or not course.remind_every_ms:
        return False
    last = before.reminded_ms or before.opened_ms or 0
    return at_ms - last >= course.remind_every_ms
