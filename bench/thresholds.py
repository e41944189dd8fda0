"""What a million simple conditions on the market table cost."""

import time
import tracemalloc
from collections.abc import Iterable, Iterator
from functools import partial
from typing import Final

import numpy as np

from bench._market import PAIRS, ms, of_values, values_of
from bench.harness import Row, benchmark, percentile
from markets.engine.catalogue import COLUMNS
from markets.engine.expressions.thresholds import Threshold, ThresholdIndex
from markets.engine.table import Table

STEPS: Final = 60
THRESHOLDS: Final = 1_000_000


@benchmark("expressions")
def thresholds() -> Iterable[Row]:
    """Take steps of a market that a million simple conditions watch."""
    tables = list(_walk(STEPS))
    load = ms(lambda: ThresholdIndex().load(_mixed(tables[0])))
    tracemalloc.start()
    index = ThresholdIndex()
    index.load(_mixed(tables[0]))
    index.step(tables[0])
    kept, peak = (size / 2**20 for size in tracemalloc.get_traced_memory())
    tracemalloc.stop()
    steps, crossed = [], 0
    for table in tables[1:]:
        start = time.perf_counter()
        crossings = index.step(table)
        steps.append((time.perf_counter() - start) * 1_000)
        crossed += len(crossings.fired.ids)
    mean = crossed // len(steps)
    what = f"{THRESHOLDS:,} thresholds, one step ({mean:,} fire)"
    for name, share in (("median", 0.5), ("p95", 0.95)):
        yield Row(
            area="expressions",
            what=f"{what}, {name}",
            figure=percentile(steps, share),
            unit="ms",
            bar=25,
            peer="NumPy, each condition compared",
            peer_figure=_each_ms(tables),
        )
    yield Row(
        area="expressions",
        what=f"memory of {THRESHOLDS:,} thresholds, while loading at most {peak:.0f}",
        figure=kept,
        unit="MB",
        bar=250,
    )
    yield Row(area="expressions", what="loading them", figure=load / 1_000, unit="s")
    number = THRESHOLDS
    add = ms(lambda: index.add(number, Threshold("price", ">", 1.0, "S1USDT")))
    after = ms(lambda: index.step(tables[0]))
    yield Row(
        area="expressions",
        what="one condition added, and the step after it",
        figure=add + after,
        unit="ms",
    )


# A minute's step is a hundredth of what lies between pairs.
def _walk(steps: int) -> Iterator[Table]:
    rng = np.random.default_rng(7)
    values = values_of(rng)
    for minute in range(steps):
        yield of_values(values.copy(), minute)
        values *= 1 + rng.normal(0, 0.001, values.shape)
        values += rng.normal(0, 0.01, values.shape)


# Most people watch a level of a price; the rest watch anything, anywhere.
def _mixed(table: Table) -> Iterator[tuple[int, Threshold]]:
    rng = np.random.default_rng(11)
    operators = (">", ">=", "<", "<=")
    is_price = rng.random(THRESHOLDS) < 0.6
    columns = np.where(is_price, 0, rng.integers(0, len(COLUMNS), THRESHOLDS))
    rows = rng.integers(20, PAIRS, THRESHOLDS)
    levels = table.values[columns, rows]
    levels = levels + rng.normal(0, 0.05, THRESHOLDS) * np.abs(levels)
    is_every = rng.random(THRESHOLDS) < 0.001
    choice = rng.integers(0, 4, THRESHOLDS)
    for number in range(THRESHOLDS):
        yield (
            number,
            Threshold(
                COLUMNS[columns[number]],
                operators[choice[number]],
                float(levels[number]),
                None if is_every[number] else table.symbols[rows[number]],
            ),
        )


# Without an index: gather each condition's value and compare, kind by kind.
def _each_ms(tables: list[Table]) -> float:
    rng = np.random.default_rng(11)
    cells = rng.integers(0, tables[0].values.size, THRESHOLDS)
    levels = rng.normal(100, 5, THRESHOLDS)
    kind = rng.integers(0, 4, THRESHOLDS)
    was_true = np.zeros(THRESHOLDS, np.bool_)

    def step(table: Table) -> None:
        values = table.values.ravel()[cells]
        compared = (
            values > levels,
            values >= levels,
            values < levels,
            values <= levels,
        )
        is_true = np.choose(kind, compared)
        np.flatnonzero(is_true & ~was_true)
        was_true[:] = is_true

    return percentile([ms(partial(step, table)) for table in tables], 0.5)
