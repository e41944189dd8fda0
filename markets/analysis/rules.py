"""
What a technical summary holds for a sign of rising or falling: rules as data.

A rule compares a metric of one timeframe with two bounds, or with another
metric. Exactly at a bound it is neutral, so that each threshold belongs to what
is less extreme.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Side(StrEnum):
    """What a rule says of the price."""

    UP = "up"
    DOWN = "down"
    NEUTRAL = "neutral"


@dataclass(frozen=True, slots=True)
class Rule:
    """
    One rule; names are without their timeframe but for ``price``.

    Attributes
    ----------
    metric
        What is looked at.
    high, low
        Above `high` it says `above`, below `low` it says `below`.
    above, below
        The side, and the words for it.
    between
        The words where neither holds.
    source
        Who wrote the thresholds down.
    against
        A metric that is taken off first; the bounds are then those of the
        difference.
    only_from
        A metric and the least of it for the rule to take a side, and the words
        for less.
    """

    metric: str
    high: float
    low: float
    above: tuple[Side, str]
    below: tuple[Side, str]
    between: str
    source: str
    against: str | None = None
    only_from: tuple[str, float, str] | None = None

    def reads(self, timeframe: str) -> tuple[str, ...]:
        """Return the full names of what it reads: `metric`, `against`, the gate."""
        gate = self.only_from
        names = (self.metric, self.against, gate[0] if gate else None)
        return tuple(
            name if name == "price" else f"{name}_{timeframe}" for name in names if name
        )


_APPEL: Final = "G. Appel, Technical Analysis: Power Tools (2005)"
_LAMBERT: Final = "D. Lambert, Commodity Channel Index, Commodities magazine (1980)"
_LANE: Final = "G. C. Lane, Lane's Stochastics, Stocks & Commodities 2:3 (1984)"
_MURPHY: Final = "J. J. Murphy, Technical Analysis of the Financial Markets (1999)"
_PERSON: Final = "J. Person, A Complete Guide to Technical Trading Tactics (2004)"
_QUONG: Final = "G. Quong, A. Soudack, Stocks & Commodities 7:3 (1989)"
_VWAP: Final = "S. Berkowitz et al., Journal of Finance 43:1 (1988)"
_WILDER: Final = "J. W. Wilder, New Concepts in Technical Trading Systems (1978)"
_WILLIAMS: Final = "L. Williams, How I Made One Million Dollars (1973)"

_UP: Final = Side.UP
_DOWN: Final = Side.DOWN


def _price_against(average: str, words: str) -> Rule:
    return Rule(
        "price", 0.0, 0.0,
        (_UP, f"The price is above {words}."),
        (_DOWN, f"The price is below {words}."),
        f"The price is at {words}.",
        _MURPHY, against=average,
    )  # fmt: skip


RULES: Final = (
    _price_against("ema_21", "its average of 21 candles"),
    _price_against("ema_50", "its average of 50 candles"),
    _price_against("ema_200", "its average of 200 candles"),
    Rule("ema_9", 0.0, 0.0,
         (_UP, "The fast average is above the slower one."),
         (_DOWN, "The fast average is below the slower one."),
         "The fast average is at the slower one.",
         _MURPHY, against="ema_21"),
    Rule("macd", 0.0, 0.0,
         (_UP, "MACD is above its signal."),
         (_DOWN, "MACD is below its signal."),
         "MACD is at its signal.",
         _APPEL, against="macd_signal"),
    Rule("plus_di", 0.0, 0.0,
         (_UP, "There is a trend, and it rises."),
         (_DOWN, "There is a trend, and it falls."),
         "Upward and downward movement are equal.",
         _WILDER, against="minus_di",
         only_from=("adx_14", 25.0, "There is no trend to speak of.")),
    Rule("vwap_distance", 0.0, 0.0,
         (_UP, "The price is above what was paid on average."),
         (_DOWN, "The price is below what was paid on average."),
         "The price is what was paid on average.",
         _VWAP),
    Rule("price", 0.0, 0.0,
         (_UP, "The price is above the pivot."),
         (_DOWN, "The price is below the pivot."),
         "The price is at the pivot.",
         _PERSON, against="pivot"),
    Rule("rsi_14", 70.0, 30.0,
         (_DOWN, "RSI says overbought."),
         (_UP, "RSI says oversold."),
         "RSI is between its extremes.",
         _WILDER),
    Rule("stoch_k", 80.0, 20.0,
         (_DOWN, "The stochastic says overbought."),
         (_UP, "The stochastic says oversold."),
         "The stochastic is between its extremes.",
         _LANE),
    Rule("williams_r_14", -20.0, -80.0,
         (_DOWN, "Williams' %R says overbought."),
         (_UP, "Williams' %R says oversold."),
         "Williams' %R is between its extremes.",
         _WILLIAMS),
    Rule("mfi_14", 80.0, 20.0,
         (_DOWN, "The money flow says overbought."),
         (_UP, "The money flow says oversold."),
         "The money flow is between its extremes.",
         _QUONG),
    Rule("cci_20", 100.0, -100.0,
         (_UP, "CCI shows an unusual rise."),
         (_DOWN, "CCI shows an unusual fall."),
         "CCI is within its usual range.",
         _LAMBERT),
)  # fmt: skip
"""Trend first, then the oscillators, whose extremes speak against the move."""
