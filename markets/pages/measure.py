"""A metric of one pair as the pages show it."""

from dataclasses import dataclass

from markets.engine.table import Table
from markets.figures import direction, figure
from markets.selectors.pairs import Pair


@dataclass(frozen=True, slots=True)
class Measure:
    """A metric with its label, its kind of figure, and its meaning."""

    name: str
    label: str
    kind: str
    meaning: str = ""


def value_of(table: Table, name: str, symbol: str) -> float:
    """Return a pair's value of a metric; NaN where the table has no such column."""
    if name not in table.column_of:
        return float("nan")
    return float(table.column(name)[table.row_of[symbol]])


def cell_of(table: Table, pair: Pair, measure: Measure) -> dict[str, str]:
    """Return what a template shows of a measure: its words, figure and tone."""
    value = value_of(table, measure.name, pair.symbol)
    return {
        "name": measure.name,
        "label": measure.label,
        "kind": measure.kind,
        "meaning": measure.meaning,
        "text": figure(measure.kind, value, decimals=pair.decimals),
        "tone": direction(value) if measure.kind == "change" else "",
    }
