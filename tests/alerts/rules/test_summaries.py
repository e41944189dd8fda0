import math

import numpy as np
import pytest

from alerts.rules.outcomes import Aim, Verdict
from alerts.rules.summaries import HitSummary, Moves


def hits(
    target: int, stop: int, *, undecided: int = 0, unmeasured: int = 0, base: float
) -> HitSummary:
    counts = {
        Verdict.TARGET: target,
        Verdict.STOP: stop,
        Verdict.UNDECIDED: undecided,
        Verdict.UNMEASURED: unmeasured,
    }
    verdicts = np.repeat(np.array(list(counts), np.int8), list(counts.values()))
    return HitSummary.of(Aim(1, 1), verdicts, base_rate=base, base_count=1_000)


def test_what_is_undecided_is_a_try_and_what_is_unmeasured_is_none() -> None:
    found = hits(30, 50, undecided=20, unmeasured=7, base=0.3)

    assert (found.hits, found.stops, found.undecided, found.unmeasured) == (
        30, 50, 20, 7,
    )  # fmt: skip
    assert found.count == 100
    assert found.rate == 0.3


@pytest.mark.parametrize(
    ("found", "is_little", "sentence"),
    [
        (
            hits(0, 0, unmeasured=4, base=0.4),
            True,
            "Nothing it fired on has an outcome yet.",
        ),
        (
            hits(1, 0, base=0.4),
            True,
            (
                "1 outcome is too few to tell: the true rate lies between 20.7 % and "
                "100.0 %."
            ),
        ),
        (
            hits(20, 9, base=0.1),
            True,
            (
                "29 outcomes are too few to tell: the true rate lies between 50.8 % "
                "and 82.7 %."
            ),
        ),
        (
            hits(45, 55, base=0.4),
            True,
            (
                "The true rate lies between 35.6 % and 54.8 %, and so does the base "
                "rate of 40.0 %: no edge shows."
            ),
        ),
        (
            hits(45, 55, base=0.3),
            False,
            (
                "The true rate lies between 35.6 % and 54.8 %, above the base rate of "
                "30.0 %."
            ),
        ),
        (
            hits(45, 55, base=0.6),
            False,
            (
                "The true rate lies between 35.6 % and 54.8 %, below the base rate of "
                "60.0 %."
            ),
        ),
        (
            hits(45, 55, base=math.nan),
            True,
            (
                "The true rate lies between 35.6 % and 54.8 %; there is no base rate "
                "beside it."
            ),
        ),
    ],
)
def test_a_sentence_says_what_the_rate_is_worth(
    found: HitSummary, is_little: bool, sentence: str
) -> None:
    assert found.is_little_data is is_little
    assert found.sentence == sentence


def test_moves_leave_out_what_is_not_known() -> None:
    assert Moves.of(np.array([1.0, math.nan, -3.0, 8.0])) == Moves(3, 2.0, 1.0, 2 / 3)
    nothing = Moves.of(np.array([math.nan]))
    assert nothing.count == 0
    assert math.isnan(nothing.mean_pct)
