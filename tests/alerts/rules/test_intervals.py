import math

import pytest
from hypothesis import given, strategies as st

from alerts.rules.intervals import Z_95, wilson


# R. G. Newcombe, "Two-sided confidence intervals for the single proportion",
# Statistics in Medicine 17 (1998), table I, method 3.
@pytest.mark.parametrize(
    ("hits", "count", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_the_interval_is_that_of_the_published_examples(
    hits: int, count: int, low: float, high: float
) -> None:
    assert wilson(hits, count) == pytest.approx((low, high), abs=5e-5)


@given(
    st.integers(1, 10_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
)
def test_an_end_is_as_far_from_the_share_as_its_own_deviation_allows(
    counted: tuple[int, int],
) -> None:
    hits, count = counted
    low, high = wilson(hits, count)

    assert 0 <= low <= hits / count <= high <= 1
    for end in (low, high):
        if 0 < end < 1:
            allowed = Z_95 * math.sqrt(end * (1 - end) / count)
            assert abs(hits / count - end) == pytest.approx(allowed, abs=1e-9)


def test_nothing_is_known_without_a_trial() -> None:
    assert wilson(0, 0) == (0.0, 1.0)


@pytest.mark.parametrize(("hits", "count"), [(-1, 3), (4, 3)])
def test_more_hits_than_trials_are_refused(hits: int, count: int) -> None:
    with pytest.raises(ValueError, match=f"There are {hits} hits in {count} trials"):
        wilson(hits, count)
