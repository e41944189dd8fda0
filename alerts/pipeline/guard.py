"""Signals that contradict themselves are stopped before anyone is told."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from alerts.pipeline.desk import Desk
from alerts.pipeline.findings import Finding
from alerts.pipeline.tripping import trip
from alerts.rules.contradiction import Rows, contradictions
from markets.engine.table import Table


def without_contradictions(
    desk: Desk, table: Table, findings: Sequence[Finding]
) -> list[Finding]:
    """
    Stop the signals whose openings cannot be right.

    Their episodes are kept, to be looked at; nobody is told of them.
    """
    fired: dict[int, list[int]] = {}
    mirrors: dict[int, int] = {}
    for one in findings:
        signal_id = one.facts.signal_id
        if signal_id is not None and one.seen.is_edge and not one.facts.is_tripped:
            fired.setdefault(signal_id, []).append(table.row_of[one.symbol])
            if one.facts.mirror_id is not None:
                mirrors[signal_id] = one.facts.mirror_id
    if not fired:
        return list(findings)

    def true_rows(signal_id: int) -> Rows:
        book = desk.book_of(-signal_id)
        if book is None:
            return np.empty(0, np.intp)
        return book.true_rows(-signal_id).astype(np.intp)

    rows = {one: np.array(some, np.intp) for one, some in fired.items()}
    found = dict(contradictions(rows, true_rows, mirrors, table))
    if not found:
        return list(findings)
    trip(found)
    return [
        replace(one, facts=replace(one.facts, is_tripped=True))
        if one.facts.signal_id in found
        else one
        for one in findings
    ]
