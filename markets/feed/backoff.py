"""How long to wait before trying again."""

import random

_GROWTH = 2.0


def delay_s(attempt: int, *, first_s: float, ceiling_s: float) -> float:
    """
    Return the wait after a failed attempt, growing and with jitter.

    The jitter takes away up to half, so that many who failed together do not
    come back together.

    Parameters
    ----------
    attempt
        1 for the first failure.
    first_s
        The longest wait after the first failure.
    ceiling_s
        The longest wait of all.
    """
    longest = min(ceiling_s, first_s * _GROWTH ** min(attempt - 1, 30))
    return longest * (0.5 + random.random() / 2)  # noqa: S311 - spreads load, guards nothing
