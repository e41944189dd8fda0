"""The natural logarithm from exact operations only, the same on every machine."""

from typing import Final

import numpy as np

from markets.engine.table import Floats

# The constants of the remez polynomial and of ln 2 in two parts, as published
# with e_log.c of fdlibm (Sun Microsystems, 1993); error below one unit in the
# last place.
_LN2_HIGH: Final = 6.93147180369123816490e-01
_LN2_LOW: Final = 1.90821492927058770002e-10
_COEFFICIENTS: Final = (
    1.479819860511658591e-01,
    1.531383769920937332e-01,
    1.818357216161805012e-01,
    2.222219843214978396e-01,
    2.857142874366239149e-01,
    3.999999999940941908e-01,
    6.666666666666735130e-01,
)
_HALF_ROOT: Final = 0.7071067811865476


def natural_log(numbers: Floats) -> Floats:
    """
    Return the natural logarithm of each positive number.

    NumPy's own logarithm has variants for kinds of processor that differ in
    the last bit. This one uses only operations that IEEE 754 fixes to the bit,
    so that a replayed day gives the same volatility wherever it runs.

    Parameters
    ----------
    numbers
        Positive finite numbers or NaN, of any shape.

    Returns
    -------
    Floats
        Logarithms of the shape of `numbers`; NaN for NaN, exactly 0.0 for 1.0.

    References
    ----------
    The method of fdlibm's ``e_log.c``: x = 2^k · (1 + f), then a polynomial in
    f / (2 + f).
    """
    mantissa, exponent = np.frexp(numbers)
    is_low = mantissa < _HALF_ROOT
    fraction = np.where(is_low, mantissa * 2.0, mantissa) - 1.0
    power = exponent - is_low.astype(np.float64)
    ratio = fraction / (2.0 + fraction)
    square = ratio * ratio
    series = np.zeros_like(square)
    for coefficient in _COEFFICIENTS:
        series = square * (coefficient + series)
    half = 0.5 * fraction * fraction
    rest = half - (ratio * (half + series) + power * _LN2_LOW)
    logarithms: Floats = power * _LN2_HIGH - (rest - fraction)
    return logarithms
