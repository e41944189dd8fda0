"""When episodes would have opened: the truths of past closes as the live course."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from markets.engine.expressions.market import TRUE, Truths
from markets.features.day import Minutes

_NEVER: Final = np.iinfo(np.int64).max

Places = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Pace:
    """
    What decides which changes of truth open an episode.

    The cool-down counts from the last opening. `false_closes` closes at which
    it was known to be false, in a row, end an episode, or, where there is one,
    a condition of its own.
    """

    cool_down_minutes: int = 0
    false_closes: int = 1

    def __post_init__(self) -> None:
        if self.cool_down_minutes < 0:
            raise ValueError(
                f"The cool-down is {self.cool_down_minutes} minutes; it cannot be less "
                "than 0."
            )
        if self.false_closes < 1:
            raise ValueError(
                f"The false closes that end an episode are {self.false_closes}; it "
                "must be at least 1."
            )


@dataclass(frozen=True, slots=True)
class Asked:
    """
    One pair at the closes at which it was asked, in order.

    `truths` are 1, 0 (unknown) or -1, and so are those of the condition that
    `ends` an episode, None where there is none. `blocks` changes from one close
    to the next where something lies between that is not stored.
    """

    truths: Truths
    minutes: Minutes
    blocks: NDArray[np.int64]
    ends: Truths | None = None


def openings(asked: Asked, pace: Pace) -> Places:
    """
    Return the places of the closes at which an episode opens.

    It opens on the edge from false to true. Unknown keeps what was known, and
    never opens; neither does a first known truth. While an episode is open
    nothing opens. An edge within the cool-down waits, and opens when it ends
    if it has been true since. What is not stored ends an episode, and the first
    truth after it is a first one again.
    """
    known = np.flatnonzero(asked.truths)
    minutes = asked.minutes[known]
    opened: list[int] = []
    is_open, over, free, block = False, -1, 0, -1
    ending = _Ending(asked.ends)
    for stretch in _stretches(asked, known):
        goes_on = (
            stretch.falses < pace.false_closes
            if asked.ends is None
            else known[stretch.begin] <= over
        )
        is_open = is_open and stretch.block == block and goes_on
        # What comes true while an episode is open is no edge of the next one.
        if is_open:
            continue
        first = stretch.begin
        if minutes[first] < free:
            first += int(np.searchsorted(minutes[first : stretch.end], free))
        if first == stretch.end:
            continue
        opened.append(place := int(known[first]))
        is_open, block, over = True, stretch.block, ending.after(place)
        free = int(minutes[first]) + pace.cool_down_minutes
    return np.array(opened, np.intp)


class _Stretch(NamedTuple):
    """Closes known to be true, `begin` to `end`, and how many false ones before."""

    begin: int
    end: int
    falses: int
    block: int


class _Ending:
    """Where the condition that ends an episode was true."""

    def __init__(self, truths: Truths | None) -> None:
        self._places = None if truths is None else np.flatnonzero(truths == TRUE)

    def after(self, place: int) -> int:
        if self._places is None:
            return _NEVER
        found = int(np.searchsorted(self._places, place, side="right"))
        return int(self._places[found]) if found < len(self._places) else _NEVER


# The true stretches that follow a false one of their block.
def _stretches(asked: Asked, known: Places) -> Iterator[_Stretch]:
    is_true, blocks = asked.truths[known] == TRUE, asked.blocks[known]
    changes = (is_true[1:] != is_true[:-1]) | (blocks[1:] != blocks[:-1])
    edges = np.r_[0, np.flatnonzero(changes) + 1, len(known)]
    before, begins, ends = edges[:-2], edges[1:-1], edges[2:]
    follows = is_true[begins] & (blocks[begins] == blocks[before])
    columns = (begins, ends, begins - before, blocks[begins])
    yield from map(_Stretch, *(column[follows].tolist() for column in columns))
