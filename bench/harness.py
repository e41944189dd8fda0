"""Rows of figures against their bars, the registry of benchmarks, the report."""

import json
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final, Literal

from rich.console import Console
from rich.table import Table

AREAS: Final = (
    "start",
    "engine",
    "expressions",
    "feed",
    "live",
    "api",
    "board",
    "pages",
    "alerts",
)


@dataclass(frozen=True, slots=True)
class Row:
    """
    One measured figure.

    `bar` is None where the line only informs. `peer` says what else was
    measured in the same run, `peer_figure` is in the unit of `figure`.
    """

    area: str
    what: str
    figure: float
    unit: str
    bar: float | None = None
    better: Literal["lower", "higher"] = "lower"
    peer: str = ""
    peer_figure: float | None = None

    @property
    def passed(self) -> bool:
        """Whether the figure holds its bar; a NaN holds none."""
        if self.bar is None:
            return True
        if self.better == "lower":
            return self.figure <= self.bar
        return self.figure >= self.bar


class NotMeasuredError(Exception):
    """This machine lacks what the benchmark needs; the message says what."""


Benchmark = Callable[[], Iterable[Row]]

_registry: list[tuple[str, Benchmark]] = []


def benchmark(area: str) -> Callable[[Benchmark], Benchmark]:
    """Register a function that measures and yields rows of one area."""
    if area not in AREAS:
        raise ValueError(f"The area is {area!r}; it must be one of {AREAS}.")

    def register(measure: Benchmark) -> Benchmark:
        _registry.append((area, measure))
        return measure

    return register


def registered(only: Sequence[str] = ()) -> list[tuple[str, Benchmark]]:
    """Return the benchmarks of some areas, or of all, in the order of `AREAS`."""
    unknown = set(only) - set(AREAS)
    if unknown:
        raise ValueError(f"The areas {sorted(unknown)} are unknown; there are {AREAS}.")
    chosen = [(area, one) for area, one in _registry if not only or area in only]
    return sorted(chosen, key=lambda pair: AREAS.index(pair[0]))


def percentile(values: Iterable[float], share: float) -> float:
    """Return the value below which `share` (0 to 1) of the values lie."""
    ordered = sorted(values)
    if not ordered:
        return float("nan")
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def cpu_s(pid: int) -> float:
    """Return the processor time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def print_rows(rows: Sequence[Row], console: Console) -> None:
    """Print one table, each line with its figure, its bar and its peer."""
    table = Table(title="Scalpaiboard, measured")
    for heading in ("area", "what", "figure", "bar", "peer", ""):
        right = heading in {"figure", "bar"}
        table.add_column(heading, justify="right" if right else "left")
    for row in rows:
        table.add_row(
            row.area,
            row.what,
            f"{_short(row.figure)} {row.unit}",
            _bar(row),
            _peer(row),
            "[green]held[/]" if row.passed else "[red]missed[/]",
        )
    console.print(table)


def write_rows(rows: Sequence[Row], path: Path) -> None:
    """Write the rows as JSON, for other programs and for comparison."""
    path.parent.mkdir(parents=True, exist_ok=True)
    stated = [asdict(row) | {"passed": row.passed} for row in rows]
    path.write_text(json.dumps(stated, indent=2) + "\n", encoding="utf-8")


def _bar(row: Row) -> str:
    if row.bar is None:
        return ""
    return f"{'≤' if row.better == 'lower' else '≥'} {_short(row.bar)}"


# A ratio above 1 says how many times better than the peer the figure is.
def _peer(row: Row) -> str:
    if row.peer_figure is None or not row.figure or not row.peer_figure:
        return row.peer
    ratio = row.peer_figure / row.figure
    if row.better == "higher":
        ratio = 1 / ratio
    return f"{row.peer} {_short(row.peer_figure)} {row.unit} (x{ratio:.1f})"


def _short(figure: float) -> str:
    return f"{figure:,.0f}" if abs(figure) >= 1_000 else f"{figure:.3g}"
