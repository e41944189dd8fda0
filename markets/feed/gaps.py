"""Runs of minutes that are wanted, and the queue of repairs."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from markets.types import MINUTE_MS, Symbol

_WORTH_A_REQUEST_MS = 100 * MINUTE_MS


class Run(NamedTuple):
    """Minutes that open in ``[start_ms, end_ms)``."""

    start_ms: int
    end_ms: int

    def minutes(self) -> range:
        """Return the open times."""
        return range(self.start_ms, self.end_ms, MINUTE_MS)


def merge_runs(runs: Iterable[Run], *, apart_ms: int = 0) -> list[Run]:
    """
    Return the same minutes in as few runs as possible, in order.

    Parameters
    ----------
    runs
        In any order; they may overlap.
    apart_ms
        Runs that lie no further apart are joined, minutes between included.
    """
    merged: list[Run] = []
    for run in sorted(runs):
        if merged and run.start_ms <= merged[-1].end_ms + apart_ms:
            last = merged.pop()
            run = Run(last.start_ms, max(last.end_ms, run.end_ms))  # noqa: PLW2901 - the joined run takes the place of both
        merged.append(run)
    return merged


def missing_runs(known: Collection[int], *, start_ms: int, end_ms: int) -> list[Run]:
    """Return the runs of minutes in ``[start_ms, end_ms)`` that are not known."""
    runs: list[Run] = []
    for minute in sorted(m for m in known if start_ms <= m < end_ms):
        if start_ms < minute:
            runs.append(Run(start_ms, minute))
        start_ms = minute + MINUTE_MS
    if start_ms < end_ms:
        runs.append(Run(start_ms, end_ms))
    return runs


@dataclass(slots=True)
class Repair:
    """What is wanted of one symbol."""

    symbol: Symbol
    runs: list[Run] = field(default_factory=list)
    priority: int = 0
    attempts: int = 0
    not_before_ms: int = 0
    is_fill: bool = False
    """Whether it belongs to the fill at the start."""

    def requests(self) -> list[Run]:
        """Return the runs to ask for: near ones cost less as one request."""
        return merge_runs(self.runs, apart_ms=_WORTH_A_REQUEST_MS)

    def minutes(self) -> set[int]:
        """Return the open times that are wanted."""
        return {minute for run in self.runs for minute in run.minutes()}


class RepairQueue:
    """
    Repairs that wait, one a symbol: what is wanted of the same symbol joins.

    Lower priorities go first; a repair that failed waits its time.
    """

    def __init__(self) -> None:
        self._waiting: dict[Symbol, Repair] = {}

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, repair: Repair) -> None:
        """Want more of a symbol."""
        known = self._waiting.get(repair.symbol)
        if known is None:
            self._waiting[repair.symbol] = repair
            return
        known.runs = merge_runs([*known.runs, *repair.runs])
        known.priority = min(known.priority, repair.priority)
        known.attempts = min(known.attempts, repair.attempts)
        known.not_before_ms = min(known.not_before_ms, repair.not_before_ms)
        known.is_fill |= repair.is_fill

    def take(self, now_ms: int) -> Repair | None:
        """Return the most urgent repair whose time has come, None if none has."""
        ready = [r for r in self._waiting.values() if r.not_before_ms <= now_ms]
        if not ready:
            return None
        repair = min(ready, key=lambda r: (r.priority, r.runs[0]))
        return self._waiting.pop(repair.symbol)

    def next_ms(self) -> int | None:
        """Return when the next repair is ready, None while nothing waits."""
        return min((r.not_before_ms for r in self._waiting.values()), default=None)

    def count_fill(self, *, tried_less_than: int) -> int:
        """Return how many of the fill are waiting and not (yet) given up."""
        return sum(
            repair.is_fill and repair.attempts < tried_less_than
            for repair in self._waiting.values()
        )
