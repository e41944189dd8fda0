"""How much of what came true at once is said one by one."""

import math
from collections.abc import Sequence
from typing import Final, NamedTuple

MOST_AT_ONCE: Final = 3
"""Pairs of one rule in one step that are told each by itself."""


class Match(NamedTuple):
    """A pair of which a rule came true, and what was traded in it in a day."""

    symbol: str
    quote_volume: float


class Summary(NamedTuple):
    """What stands for many matches: the pairs traded most, and how many in all."""

    top: tuple[str, ...]
    total: int

    @property
    def others(self) -> int:
        """How many there are beside those named."""
        return self.total - len(self.top)


def summarise(matches: Sequence[Match], *, most: int = MOST_AT_ONCE) -> Summary | None:
    """Return what stands for the matches of one step, None where each is told."""
    if len(matches) <= most:
        return None
    ranked = sorted(matches, key=lambda one: (-_known(one.quote_volume), one.symbol))
    return Summary(tuple(one.symbol for one in ranked[:most]), len(matches))


# What is not known is never on top.
def _known(volume: float) -> float:
    return -math.inf if math.isnan(volume) else volume
