"""What a million alerts and the built-in signals cost at a step of the market."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import pairwise
from typing import Final

from alerts.rules.book import Book, Watch
from alerts.rules.builtin import BUILT_IN
from alerts.rules.stable import without_stable
from bench._alert_peers import COINS_TRIED, django_step, pandas_step, simple_ones
from bench._alerts import ALERTS, SHARES, Before, mixed, walk
from bench._market import PAIRS, ms
from bench.harness import Row, benchmark, percentile
from markets.engine.expressions.labels import Labels
from markets.engine.expressions.market import TableMarket
from markets.engine.table import Table

STEPS: Final = 60
STEP_BAR_MS: Final = 25.0
SIGNALS_BAR_MS: Final = 2.0
MEMORY_BAR_MB: Final = 250.0


@benchmark("alerts")
def a_million_alerts() -> Iterable[Row]:
    """Take steps of a market that a million alerts of mixed kinds watch."""
    tables = list(walk(STEPS))
    book = Book()
    writing = ms(lambda: sum(1 for _ in mixed(tables[0])))
    loading = ms(lambda: book.load(mixed(tables[0]))) - writing
    book.step(TableMarket(tables[0], Before(tables[0])))
    steps, fired = _steps(book, tables)
    simple = list(simple_ones(mixed(tables[0])))
    part = f"the {SHARES['threshold']:.0%} thresholds alone"
    by_query = f"a Django query a coin, {part} ({COINS_TRIED} coins, scaled)"
    what = f"{ALERTS:,} mixed alerts, one step ({fired:,} fire)"
    for name, share, peer, figure in (
        ("median", 0.5, f"pandas, {part}", pandas_step(simple, tables[1])),
        ("p95", 0.95, by_query, django_step(simple, tables[1])),
    ):
        yield Row(
            area="alerts",
            what=f"{what}, {name}",
            figure=percentile(steps, share),
            unit="ms",
            bar=STEP_BAR_MS,
            peer=peer,
            peer_figure=figure,
        )
    yield Row("alerts", f"loading {ALERTS:,} alerts", loading / 1_000, "s")
    yield from _changes(book, tables)


@benchmark("alerts")
def signals() -> Iterable[Row]:
    """Ask the built-in signals of a whole market, minute after minute."""
    tables = list(walk(STEPS))
    labels = Labels({symbol: symbol[:-4] for symbol in tables[0].symbols})
    book = Book()
    book.load(
        Watch(-number, without_stable(one.expression), None)
        for number, one in enumerate(BUILT_IN, 1)
    )
    steps, _ = _steps(book, tables, labels)
    yield Row(
        area="alerts",
        what=f"{len(book)} signals × {PAIRS:,} instruments, p95",
        figure=percentile(steps, 0.95),
        unit="ms",
        bar=SIGNALS_BAR_MS,
    )


@benchmark("alerts")
def memory() -> Iterable[Row]:
    """Load a million alerts in a process that has done nothing else."""
    command = [sys.executable, "-m", "bench._alerts"]
    said = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - our own
    kept, peak = map(float, said.stdout.split())
    yield Row(
        area="alerts",
        what=f"memory of {ALERTS:,} alerts, while loading at most {peak:.0f}",
        figure=kept,
        unit="MB",
        bar=MEMORY_BAR_MB,
    )


def _steps(
    book: Book, tables: Sequence[Table], labels: Labels | None = None
) -> tuple[list[float], int]:
    steps, fired = [], 0
    for before, table in pairwise(tables):
        market = TableMarket(table, Before(before), labels or Labels())
        start = time.perf_counter()
        edges = book.step(market)
        steps.append((time.perf_counter() - start) * 1_000)
        fired += len(edges.fired.ids)
    return steps, fired // len(steps)


# What a worker does besides: it goes on after another, and takes changes in.
def _changes(book: Book, tables: Sequence[Table]) -> Iterable[Row]:
    market = TableMarket(tables[-1], Before(tables[-2]))
    packed = book.remember()
    size = len(packed.lasting) + len(packed.truths)
    figures: dict[str, Callable[[], object]] = {
        f"packing what is known of them ({size / 2**20:.1f} MB)": book.remember,
        "taking it over": partial(book.recall, packed),
        "the first step after it": partial(book.step, market),
        "one alert changed": partial(
            book.put, Watch(1, "change_5m > 1 and range_5m > 0.33", ("S30USDT",))
        ),
        "the step after it": partial(book.step, market),
        "what is true now, of one alert": partial(book.truth, [(1, 30)], market),
    }
    for what, work in figures.items():
        yield Row("alerts", what, ms(work), "ms")
