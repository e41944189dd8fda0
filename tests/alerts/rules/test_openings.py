import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from alerts.rules.episodes import Course, Seen, Situation, advance
from alerts.rules.openings import Asked, Pace, openings
from alerts.types import Phase
from markets.types import MINUTE_MS
from tests.alerts.rules.plain_record import Close, Rule, plain_openings

TRUTHS = {"T": 1, "F": -1, "?": 0, "|": 0}


def opened(
    truths: str, pace: Pace, *, ends: str | None = None, step: int = 1
) -> list[int]:
    """Return at which characters it opens; a bar is a close that is not stored."""
    asked = Asked(
        np.array([TRUTHS[one] for one in truths], np.int8),
        np.arange(len(truths)) * step,
        np.cumsum([one == "|" for one in truths]),
        None if ends is None else np.array([TRUTHS[one] for one in ends], np.int8),
    )
    return list(openings(asked, pace).tolist())


@pytest.mark.parametrize(
    ("truths", "cool_down", "expected"),
    [
        ("FFTTF", 0, [2]),
        ("TTFT", 0, [3]),  # what is true when first asked was never false
        ("F?T", 0, [2]),  # unknown keeps what was known
        ("FT?T", 0, [1]),  # so the episode goes on
        ("?T?T", 0, []),
        ("F?", 0, []),
        ("FTFTFT", 0, [1, 3, 5]),
        ("FTFTFT", 4, [1, 5]),
        ("FTFTTTF", 4, [1, 5]),  # still true when the cool-down ends
        ("FTFTFFT", 5, [1, 6]),  # no more true when it ends
        ("FTFT?TT", 3, [1, 5]),  # unknown when it ends: opens at the next known
        ("FTTTTTT", 3, [1]),  # one episode, however long
        ("F|T", 0, []),  # who knows when it became true
        ("F|TFT", 0, [4]),
        ("FT|FT", 0, [1, 4]),
        ("FT|FT", 9, [1]),  # messages go by the clock all the same
        ("", 0, []),
    ],
)
def test_an_episode_opens_on_an_edge_that_is_free(
    truths: str, cool_down: int, expected: list[int]
) -> None:
    assert opened(truths, Pace(cool_down)) == expected


def test_three_false_closes_end_an_episode_and_two_do_not() -> None:
    pace = Pace(false_closes=3)

    assert opened("FTFFTF", pace) == [1]
    assert opened("FTFFFT", pace) == [1, 5]
    assert opened("FTF?FFT", pace) == [1, 6]
    assert opened("FTFFTFT", pace) == [1]
    # Once it is over it stays so, also while the cool-down lets nothing open.
    assert opened("FTFFFTFT", Pace(6, 3)) == [1, 7]


def test_a_condition_of_its_own_ends_an_episode_alone() -> None:
    pace = Pace()

    assert opened("FTFTFT", pace, ends="FFFFFF") == [1]
    assert opened("FTFTFT", pace, ends="FFTFFF") == [1, 3]
    # True at the opening itself, or as it comes true again: no edge is left.
    assert opened("FTFTFT", pace, ends="FTFFFF") == [1]
    assert opened("FTFTFT", pace, ends="FFFTFF") == [1, 5]


def test_the_cool_down_counts_minutes_not_closes() -> None:
    assert opened("FTFTFT", Pace(11), step=5) == [1, 5]
    assert opened("FTFTFT", Pace(10), step=5) == [1, 3, 5]


closes = st.lists(
    st.tuples(
        st.sampled_from([1, 1, -1, -1, 0]),
        st.sampled_from([1, -1, -1, 0]),
        st.sampled_from([True] * 9 + [False]),
    ),
    min_size=20,
    max_size=60,
)


@settings(max_examples=400)
@given(closes, st.integers(0, 12), st.integers(1, 4), st.booleans(), st.integers(1, 3))
def test_any_course_opens_as_close_by_close(
    drawn: list[tuple[int, int, bool]],
    cool_down: int,
    false_closes: int,
    has_end: bool,
    step: int,
) -> None:
    row = [
        Close(number * step, truth * is_stored, end * is_stored, is_stored)
        for number, (truth, end, is_stored) in enumerate(drawn)
    ]
    asked = Asked(
        np.array([one.truth for one in row], np.int8),
        np.array([one.minute for one in row], np.int64),
        np.cumsum([not one.is_stored for one in row]),
        np.array([one.end for one in row], np.int8) if has_end else None,
    )

    places = openings(asked, Pace(cool_down, false_closes))

    expected = plain_openings(row, Rule(1, cool_down, false_closes, has_end))
    assert [row[place].minute for place in places] == expected


@settings(max_examples=400)
@given(closes, st.integers(0, 12), st.integers(1, 4), st.booleans())
def test_any_course_opens_where_the_live_one_does(
    drawn: list[tuple[int, int, bool]],
    cool_down: int,
    false_closes: int,
    has_end: bool,
) -> None:
    course = Course(
        cool_down_ms=cool_down * MINUTE_MS, false_closes=false_closes, has_end=has_end
    )
    situation, known, expected = Situation(), 0, []
    for number, (truth, end, _) in enumerate(drawn):
        is_edge = truth == 1 and known == -1
        known = truth or known
        seen = Seen((number + 1) * MINUTE_MS, truth, is_edge, end)
        situation, phase, _ = advance(course, situation, seen)
        if phase is Phase.OPEN:
            expected.append(number)
    asked = Asked(
        np.array([truth for truth, _, _ in drawn], np.int8),
        np.arange(len(drawn)),
        np.zeros(len(drawn), np.int64),
        np.array([end for _, end, _ in drawn], np.int8) if has_end else None,
    )

    assert openings(asked, Pace(cool_down, false_closes)).tolist() == expected


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ((-1, 1), "The cool-down is -1 minutes"),
        ((0, 0), "The false closes that end an episode are 0"),
    ],
)
def test_a_pace_that_means_nothing_is_refused(
    given: tuple[int, int], sentence: str
) -> None:
    with pytest.raises(ValueError, match=sentence):
        Pace(*given)
