"""Many decimal texts at once as whole numbers, without a rounding."""

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Final

import numpy as np
from numpy.typing import NDArray

from markets.simulator.market import Ints

_MOST_DIGITS: Final = 18
_POINT: Final = ord(".")
_ZERO: Final = ord("0")


def parse_decimals(texts: Sequence[str]) -> tuple[Ints, Ints]:
    """
    Return the digits of some numbers, and how many of them are decimals.

    ``1.250`` gives 125 and 2: zeros at the end of the decimals don't count.

    Raises
    ------
    ValueError
        If a text is no number, is negative, or has more than 18 digits.
    """
    characters = _checked_characters(texts)
    numbers = np.zeros(len(characters), np.int64)
    places = np.zeros_like(numbers)
    taken = np.zeros_like(numbers)
    steps = np.zeros_like(numbers)
    is_behind_point = np.zeros(len(characters), np.bool_)
    for column in characters.T:
        digit = column.astype(np.int64) - _ZERO
        is_digit = digit >= 0
        # Digits wait here; decimals that are zero, until another one follows.
        steps += is_digit
        is_taken = is_digit & (~is_behind_point | (digit > 0))
        step = np.where(is_taken, steps, 0)
        numbers = numbers * 10**step + np.where(is_taken, digit, 0)
        places += step * is_behind_point
        taken += step
        steps -= step
        is_behind_point |= column == _POINT
    leading = characters[:, 0] == _ZERO
    _refuse((taken - leading > _MOST_DIGITS).any())
    return numbers, places


def scale_decimals(numbers: Ints, places: Ints, decimals: Ints) -> Ints:
    """
    Return parsed numbers in units of ``10 ** -decimals``, which broadcasts.

    Raises
    ------
    ValueError
        If one of them needs more than 18 digits.
    """
    shifts = decimals - places
    factors = 10 ** np.minimum(shifts, _MOST_DIGITS)
    is_too_long = (numbers >= 10**_MOST_DIGITS // factors) & (numbers > 0)
    _refuse(is_too_long.any())
    scaled: Ints = numbers * factors
    return scaled


def _refuse(is_too_long: np.bool_) -> None:
    if is_too_long:
        raise ValueError(f"a number has more than {_MOST_DIGITS} digits")


def _checked_characters(texts: Sequence[str]) -> NDArray[np.uint8]:
    """Return the characters of the texts, a row each, zeros behind them."""
    characters = _characters(texts)
    is_digit = (characters >= _ZERO) & (characters <= _ZERO + 9)
    is_point = characters == _POINT
    is_plain = (is_digit | is_point | (characters == 0)).all(axis=1)
    is_plain &= is_digit.any(axis=1) & (is_point.sum(axis=1) <= 1)
    if is_plain.all():
        return characters
    pairs = zip(texts, is_plain.tolist(), strict=True)
    return _characters([text if is_fine else _plain(text) for text, is_fine in pairs])


def _characters(texts: Sequence[str]) -> NDArray[np.uint8]:
    array = np.array(texts, np.bytes_)
    return array.view(np.uint8).reshape(len(array), array.itemsize)


def _plain(text: str) -> str:
    """Return a text such as ``1e-05`` without its exponent."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or number < 0:
        raise ValueError(f"{text!r} is no number from 0 upwards")
    return format(number, "f")
