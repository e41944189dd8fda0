"""What is true of pairs: steps from false to true and back, and how they are kept."""

from collections.abc import Iterable
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from markets.engine.expressions.limit_rows import Crossed
from markets.engine.expressions.market import FALSE, TRUE, UNKNOWN, Truths

Integers = NDArray[np.int64]
Places = NDArray[np.intp]
Flags = NDArray[np.bool_]


NOTHING: Final = Crossed(np.empty(0, np.int64), np.empty(0, np.int64))


class Edges(NamedTuple):
    """
    What changed between two steps.

    `fired` became true and `ended` became false; both hold the rules' numbers
    and rows of the table, sorted.
    """

    fired: Crossed
    ended: Crossed


class Named(NamedTuple):
    """Truths that are known, a place each: rules' numbers and rows of a table."""

    numbers: Integers
    rows: Integers
    truths: Truths

    def chosen(self, which: Flags) -> "Named":
        """Return some of them; these where all are."""
        if which.all():
            return self
        return Named(self.numbers[which], self.rows[which], self.truths[which])


class Wide(NamedTuple):
    """Truths of rules for every pair, ``(n_rules, n_symbols)``."""

    numbers: Integers
    truths: Truths

    def chosen(self, which: Flags) -> "Wide":
        """Return some of the rules."""
        return Wide(self.numbers[which], self.truths[which])


def settle(before: Truths, now: Truths) -> tuple[Places, Places]:
    """
    Bring last known truths on in place; unknown ones keep what was.

    Returns
    -------
    tuple of Places
        Flat places that became true, and those that became false. What was
        unknown until now became neither.
    """
    changed = np.flatnonzero(before * now == TRUE * FALSE)
    is_true = now.ravel()[changed] == TRUE
    np.copyto(before, now, where=now != UNKNOWN)
    return changed[is_true], changed[~is_true]


def joined[Known: (Named, Wide)](some: Iterable[Known], nothing: Known) -> Known:
    """Return known truths of several sources as one."""
    parts = [one for one in some if len(one.numbers)]
    if len(nothing.numbers) or not parts:
        parts.insert(0, nothing)
    if len(parts) == 1:
        return parts[0]
    return type(nothing)(*map(np.concatenate, zip(*parts, strict=True)))


def join(sides: Iterable[Edges]) -> Edges:
    """Return the edges of several sources as one."""
    fired, ended = zip(*sides, strict=True)
    return Edges(_sorted(fired), _sorted(ended))


def _sorted(some: Iterable[Crossed]) -> Crossed:
    numbers, rows = map(np.concatenate, zip(*some, strict=True))
    order = np.lexsort((rows, numbers))
    return Crossed(numbers[order], rows[order].astype(np.int64, copy=False))
