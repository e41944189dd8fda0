"""The course of an episode, close by close, worked by hand."""

import math

import pytest

from alerts.rules.episodes import Course, Seen, Situation, advance, free_from_ms
from alerts.types import Mode, Phase, Reason

MINUTE = 60_000


def run(
    course: Course, truths: str, values: list[float] | None = None
) -> list[tuple[Phase | None, Reason]]:
    """Advance over closes a minute apart: T true, F false, ? unknown."""
    situation, told, last = Situation(), [], 0
    for number, letter in enumerate(truths, start=1):
        truth = {"T": 1, "F": -1, "?": 0}[letter]
        value = values[number - 1] if values else math.nan
        edge = truth == 1 and last == -1
        seen = Seen(number * MINUTE, truth, edge, value=value)
        step = advance(course, situation, seen)
        situation = step.after
        last = truth or last
        told.append((step.phase, step.reason))
    return told


def phases(course: Course, truths: str, values: list[float] | None = None) -> str:
    letters = {None: ".", "open": "O", "close": "C", "escalate": "E", "remind": "R"}
    return "".join(letters[phase] for phase, _ in run(course, truths, values))


@pytest.mark.parametrize(
    ("truths", "told"),
    [
        ("FTTF", ".O.C"),
        ("TTFT", "...O"),
        ("F?T", "..O"),
        ("?T", ".."),
        ("FT?TF", ".O..C"),
        ("FT??F", ".O..C"),
    ],
)
def test_an_episode_opens_on_the_edge_and_unknown_keeps_the_state(
    truths: str, told: str
) -> None:
    assert phases(Course(), truths) == told


def test_what_was_true_when_first_asked_waits_until_it_was_false() -> None:
    assert run(Course(), "T") == [(None, Reason.STILL_OPEN)]


def test_a_cool_down_counts_from_the_last_opening_and_what_waits_opens_after_it() -> (
    None
):
    course = Course(cool_down_ms=5 * MINUTE)

    # Opened at minute 2, free from minute 7 on.
    assert phases(course, "FTFTTTTT") == ".OC...O."
    assert phases(course, "FTFTFFFF") == ".OC....."
    assert run(course, "FTFT")[-1] == (None, Reason.COOL_DOWN)


def test_what_waits_is_forgotten_when_it_gets_false_and_kept_while_unknown() -> None:
    course = Course(cool_down_ms=5 * MINUTE)

    assert phases(course, "FTFTF?TT") == ".OC...O."
    assert phases(course, "FTFT??T") == ".OC...O"


def test_an_episode_ends_after_so_many_false_closes_in_a_row() -> None:
    course = Course(false_closes=3)

    assert phases(course, "FTFFTFFF") == ".O.....C"
    assert phases(course, "FTFF?F") == ".O...C"


def test_a_condition_of_its_own_ends_an_episode_at_once() -> None:
    course = Course(has_end=True, false_closes=3)
    situation = Situation(is_open=True, opened_ms=MINUTE)

    held = advance(course, situation, Seen(2 * MINUTE, -1, end=-1))
    unsure = advance(course, held.after, Seen(3 * MINUTE, -1, end=0))
    ended = advance(course, unsure.after, Seen(4 * MINUTE, -1, end=1))

    assert [held.phase, unsure.phase, ended.phase] == [None, None, Phase.CLOSE]
    assert (ended.after.is_open, ended.after.opened_ms) == (False, MINUTE)


def test_a_new_extreme_by_a_step_escalates_the_way_it_points() -> None:
    up = Course(escalate_step=1.0, direction=1)
    down = Course(escalate_step=1.0, direction=-1)

    assert phases(up, "FTTTTT", [0, 2, 2.9, 3.0, 1.0, 4.0]) == ".O.E.E"
    assert phases(down, "FTTTT", [0, -2, 0, -2.5, -3]) == ".O..E"


def test_without_a_direction_extreme_is_away_from_zero() -> None:
    course = Course(escalate_step=1.0)

    assert phases(course, "FTT", [0, -2, -3.5]) == ".OE"
    assert phases(course, "FTT", [0, 2, -3.5]) == ".O."


def test_a_reminder_comes_each_so_many_minutes_while_it_holds() -> None:
    course = Course(mode=Mode.REMINDER, remind_every_ms=2 * MINUTE, false_closes=2)

    assert phases(course, "FTTTTT") == ".O.R.R"
    assert phases(course, "FTTFTT") == ".O..R."


def test_once_per_candle_opens_again_only_in_the_next_candle() -> None:
    course = Course(mode=Mode.ONCE_PER_CANDLE, timeframe="5m")
    opened = Situation(opened_ms=7 * MINUTE)

    assert free_from_ms(course, opened) == 10 * MINUTE + 1


def test_numbers_that_are_not_known_never_escalate() -> None:
    course = Course(escalate_step=0.1, direction=1)

    assert phases(course, "FTT", [0, math.nan, 5]) == ".O."
    assert phases(course, "FTT", [0, 5, math.nan]) == ".O."
