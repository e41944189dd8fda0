"""How sure a share is that was counted."""

import math
from typing import Final

Z_95: Final = 1.959963984540054
"""Within so many standard deviations lies 95 % of a normal distribution."""


def wilson(hits: int, count: int, *, z: float = Z_95) -> tuple[float, float]:
    """
    Return the interval in which the true share lies, at 95 % by default.

    It keeps within 0 and 1 and is of use for few trials as well. It takes them
    to be independent: what fires for many pairs in one minute is less than it
    counts.

    Parameters
    ----------
    hits
        How often it happened.
    count
        How often it was tried; nothing is known after none.
    z
        How many standard deviations to each side.

    Returns
    -------
    tuple of float
        Its lower and upper end, as fractions.

    References
    ----------
    E. B. Wilson, "Probable inference, the law of succession, and statistical
    inference", Journal of the American Statistical Association 22 (1927).

    Examples
    --------
    >>> [round(end, 4) for end in wilson(10, 20)]
    [0.2993, 0.7007]
    """
    if not 0 <= hits <= count:
        raise ValueError(f"There are {hits} hits in {count} trials.")
    if count == 0:
        return 0.0, 1.0
    share = hits / count
    scale = 1 + z * z / count
    middle = (share + z * z / (2 * count)) / scale
    half = z * math.sqrt(share * (1 - share) / count + (z / (2 * count)) ** 2) / scale
    low = 0.0 if hits == 0 else middle - half
    return low, 1.0 if hits == count else middle + half
