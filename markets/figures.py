"""Figures as the pages show them; `frontend/src/lib/format.ts` says the same."""

import math
from collections.abc import Callable, Mapping
from typing import Final

NO_VALUE: Final = "\N{EN DASH}"
_MINUS: Final = "\N{MINUS SIGN}"
_THIN_SPACE: Final = "\N{NARROW NO-BREAK SPACE}"
_SCALES: Final = ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "K"))


def figure(kind: str, value: float, *, decimals: int) -> str:
    """
    Return one figure of the market table as text.

    Parameters
    ----------
    kind
        ``price``, ``change``, ``percent``, ``compact``, ``ratio``, ``share``,
        ``signed``, or ``rate``: a fraction, shown as a percentage with its sign.
    value
        The number, NaN where it has no meaning.
    decimals
        Those of a ``price`` and of what is ``signed``.
    """
    if math.isnan(value):
        return NO_VALUE
    if kind == "signed":
        return _signed(value, decimals)
    show = _SHOW.get(kind)
    if show is not None:
        return show(value)
    return _fixed(value, decimals if kind == "price" else 2)


def change(value: float) -> str:
    """Return a percentage with its sign; what rounds to nothing has none."""
    return _signed(value, 2)


def compact(value: float) -> str:
    """Return three figures and a scale: ``84.2 B``."""
    size = abs(value)
    for scale, letter in _SCALES:
        # 999.96 would round to 1,000.0: it belongs to the next scale.
        if size >= scale * 0.9995:
            scaled = value / scale
            places = 2 if abs(scaled) < 9.995 else 1
            return f"{_fixed(scaled, places)}{_THIN_SPACE}{letter}"
    return _fixed(value, 2 if size < 9.995 else 1)


def price_text(price: float, decimals: int) -> str:
    """Return a price as plain decimal text, as programs read it."""
    return f"{price:.{decimals}f}"


def direction(value: float, decimals: int = 2) -> str:
    """Return ``up`` or ``down``, or nothing where the shown figure is zero."""
    if math.isnan(value) or abs(value) < 0.5 * 10**-decimals:
        return ""
    return "up" if value > 0 else "down"


def _signed(value: float, decimals: int) -> str:
    text = _fixed(abs(value), decimals)
    if not text.strip("0."):
        return text
    return ("+" if value > 0 else _MINUS) + text


def _fixed(value: float, decimals: int) -> str:
    return f"{value:,.{decimals}f}".replace("-", _MINUS)


_SHOW: Final[Mapping[str, Callable[[float], str]]] = {
    "change": change,
    "compact": compact,
    "rate": lambda value: _signed(100 * value, 4),
    "ratio": lambda value: _fixed(value, 2) + "\N{MULTIPLICATION SIGN}",
}
