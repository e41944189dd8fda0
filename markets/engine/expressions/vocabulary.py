"""The words that an expression may use, and which of them a wrong one is close to."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property
from typing import Final

from markets.engine.catalogue import METRIC_OF, Metric
from markets.engine.expressions.functions import ABSENT, FUNCTIONS, Function
from markets.types import TIMEFRAMES

TEXTS: Final[Mapping[str, str]] = {
    "symbol": "The exchange's name of the pair.",
    "base": "The base asset of the pair.",
    "category": "What kind of asset it is; a pair may be of several.",
}
"""Names whose values are texts."""

_CANDIDATES: Final = 12
_CLOSE_ENOUGH: Final = 0.6


@dataclass(frozen=True)
class Vocabulary:
    """Metrics, functions and text names; `absent` explains those that are not."""

    metrics: Mapping[str, Metric] = field(default_factory=lambda: METRIC_OF)
    functions: Mapping[str, Function] = field(default_factory=lambda: FUNCTIONS)
    texts: Mapping[str, str] = field(default_factory=lambda: TEXTS)
    absent: Mapping[str, str] = field(default_factory=lambda: ABSENT)

    def clock_of(self, metric: str) -> int:
        """
        Return how many minutes one step of a metric takes.

        A candle's metric moves on with its candles, everything else with the
        closed minutes.
        """
        known = self.metrics.get(metric)
        return TIMEFRAMES[known.timeframe] if known and known.timeframe else 1

    def closest_value(self, name: str) -> str:
        """Return the metric or text name most like `name`, or nothing."""
        return _closest(name, self._value_pairs)

    def closest_function(self, name: str) -> str:
        """Return the function most like `name`, or nothing."""
        return _closest(name, self._function_pairs)

    @cached_property
    def _value_pairs(self) -> dict[str, frozenset[str]]:
        return _pairs_of([*self.metrics, *self.texts, *self.functions])

    @cached_property
    def _function_pairs(self) -> dict[str, frozenset[str]]:
        return _pairs_of(self.functions)


STANDARD: Final = Vocabulary()
"""The whole catalogue and all functions."""


# Comparing letter by letter with hundreds of names costs milliseconds a name, so
# only those that share most pairs of letters are compared.
def _closest(name: str, pairs_of: Mapping[str, frozenset[str]]) -> str:
    name = name.lower()
    own = _pairs(name)
    ranked = sorted(pairs_of, key=lambda other: -_likeness(own, pairs_of[other]))
    close = get_close_matches(name, ranked[:_CANDIDATES], 1, _CLOSE_ENOUGH)
    return close[0] if close else ""


def _likeness(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / (len(one) + len(other))


def _pairs_of(names: Iterable[str]) -> dict[str, frozenset[str]]:
    return {name: _pairs(name) for name in names}


def _pairs(name: str) -> frozenset[str]:
    padded = f" {name} "
    return frozenset(padded[i : i + 2] for i in range(len(padded) - 1))
