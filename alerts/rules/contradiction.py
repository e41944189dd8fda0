"""Signals that cannot be right: true together with their mirror, or against volumes."""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from markets.engine.table import Floats, Table
from markets.types import WINDOWS

Rows = NDArray[np.intp]
Contradiction = tuple[int, str]

_SLACK: Final = 1e-6
"""Share by which sums of floats may differ without saying anything."""
_VOLUMES: Final = tuple(
    f"quote_volume_{window}" for window in sorted(WINDOWS, key=WINDOWS.__getitem__)
)


def contradictions(
    fired: Mapping[int, Rows],
    true_rows: Callable[[int], Rows],
    mirrors: Mapping[int, int],
    table: Table,
) -> list[Contradiction]:
    """
    Return the signals that contradict themselves or their mirror at a close.

    A shorter window cannot hold more volume than a longer one, and nothing goes
    up while it goes down: where a rule says so, its numbers are wrong.

    Parameters
    ----------
    fired
        The rows for which each signal has come true, by the signal's id.
    true_rows
        Returns all rows for which a signal is true, by its id.
    mirrors
        The id of a signal's mirror; both ways or one.
    table
        The table that was asked.

    Returns
    -------
    list[tuple[int, str]]
        Id and one sentence, each signal once; a mirrored pair gives both.
    """
    both_ways = dict(mirrors) | {other: one for one, other in mirrors.items()}
    found: dict[int, str] = {}
    for signal, rows in fired.items():
        for one, sentence in (
            *_with_mirror(signal, rows, both_ways.get(signal), true_rows, table),
            *_with_volumes(signal, rows, table),
        ):
            found.setdefault(one, sentence)
    return sorted(found.items())


def _with_mirror(
    signal: int,
    rows: Rows,
    mirror: int | None,
    true_rows: Callable[[int], Rows],
    table: Table,
) -> Iterator[Contradiction]:
    if mirror is None:
        return
    both = np.intersect1d(rows, true_rows(mirror))
    if len(both):
        sentence = (
            f"It was true together with its mirror for {_told(both, table)}; "
            "both cannot be."
        )
        yield signal, sentence
        yield mirror, sentence


def _with_volumes(signal: int, rows: Rows, table: Table) -> Iterator[Contradiction]:
    known = [name for name in _VOLUMES if name in table.column_of]
    for at, short in enumerate(known):
        for long in known[at + 1 :]:
            wrong = rows[_is_above(table.column(short)[rows], table.column(long)[rows])]
            if len(wrong):
                yield signal, _volumes_told(short, long, wrong, table)
                return


# NaN is above nothing.
def _is_above(short: Floats, long: Floats) -> NDArray[np.bool_]:
    return short > long + np.maximum(np.abs(long), 1.0) * _SLACK


def _volumes_told(short: str, long: str, rows: Rows, table: Table) -> str:
    less, more = (float(table.column(name)[rows[0]]) for name in (long, short))
    return (
        f"For {_told(rows, table)} {short} was {more:,.0f} and {long} only "
        f"{less:,.0f}; it cannot be less."
    )


def _told(rows: Rows, table: Table) -> str:
    first = table.symbols[int(rows[0])]
    others = len(rows) - 1
    return f"{first} and {others} more" if others else first
