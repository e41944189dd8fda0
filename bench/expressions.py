"""What questions to the market table cost, and what refusing them costs."""

import tracemalloc
from collections.abc import Iterable
from functools import partial
from typing import Final

import numpy as np
import pandas as pd

from bench._market import PAIRS, ms, of_values, values_of
from bench._texts import HOSTILE, SIGNALS
from bench.harness import Row, benchmark, percentile
from markets.engine.expressions.explanation import explain
from markets.engine.expressions.history import History
from markets.engine.expressions.market import TableMarket
from markets.engine.expressions.parser import parse
from markets.engine.expressions.plan import Plan
from markets.engine.table import Table
from markets.errors import ExpressionError

STEPS: Final = 60
_LONGEST: Final = SIGNALS["big_bull_60"]


@benchmark("expressions")
def signals() -> Iterable[Row]:
    """Ask the built-in signals of a whole market, minute after minute."""
    plan = Plan.of(map(parse, SIGNALS.values()))
    tables = [_table(minute) for minute in range(STEPS)]
    history = History()
    history.keep(plan.depths)
    kept, asked = [], []
    for table in tables:
        kept.append(ms(partial(history.push, table)))
        market = TableMarket(table, history)
        asked.append(ms(partial(plan.run, market)))
    what = f"{len(SIGNALS)} signals over {PAIRS:,} pairs ({len(plan)} operations)"
    for name, share in (("median", 0.5), ("p95", 0.95)):
        yield Row(
            area="expressions",
            what=f"{what}, {name}",
            figure=percentile(asked, share),
            unit="ms",
            bar=2,
            peer="pandas.eval, the same expressions",
            peer_figure=_pandas_ms(tables[-1]),
        )
    yield Row(
        area="expressions",
        what="history of one closed table kept for them",
        figure=percentile(kept, 0.5),
        unit="ms",
    )
    yield Row(
        area="expressions",
        what="the same signals, a row at a time",
        figure=_rows_ms(tables[-1]),
        unit="ms",
    )
    expression = parse(_LONGEST)
    yield Row(
        area="expressions",
        what="why one signal did not fire for one pair",
        figure=percentile(
            [
                ms(lambda: explain(expression, TableMarket(tables[-1]), "S7USDT"))
                for _ in range(STEPS)
            ],
            0.5,
        ),
        unit="ms",
    )


@benchmark("expressions")
def refusals() -> Iterable[Row]:
    """Refuse texts that were made to cost as much as they can."""
    parse(_LONGEST)
    slowest = max(
        percentile([ms(partial(_refuse, text)) for _ in range(5)], 0.5)
        for text in HOSTILE
    )
    yield Row(
        area="expressions",
        what=f"refusing the worst of {len(HOSTILE)} hostile texts",
        figure=slowest,
        unit="ms",
        bar=50,
    )
    tracemalloc.start()
    for text in HOSTILE:
        _refuse(text)
    peak = tracemalloc.get_traced_memory()[1] / 2**20
    tracemalloc.stop()
    yield Row(
        area="expressions",
        what="memory while refusing it",
        figure=peak,
        unit="MB",
        bar=10,
    )
    yield Row(
        area="expressions",
        what="reading the longest of the signals",
        figure=percentile([ms(lambda: parse(_LONGEST)) for _ in range(STEPS)], 0.5),
        unit="ms",
    )


def _refuse(text: str) -> None:
    try:
        parse(text)
    except ExpressionError:
        return
    raise AssertionError(f"{text[:30]!r} was read.")


def _table(minute: int) -> Table:
    rng = np.random.default_rng(minute)
    return of_values(values_of(rng), minute)


# Others know neither line ends nor the past; a column more or less costs alike.
def _on_one_line() -> list[str]:
    lines = (" ".join(text.split()) for text in SIGNALS.values())
    return [line.replace("prev(change_1h, 5)", "change_1h") for line in lines]


def _pandas_ms(table: Table) -> float:
    frame = pd.DataFrame(dict(zip(table.columns, table.values, strict=True)))
    texts = _on_one_line()

    def step() -> None:
        for text in texts:
            frame.eval(text, engine="python")

    return percentile([ms(step) for _ in range(3)], 0.5)


# Python's own code for each expression, and a dictionary for each pair.
def _rows_ms(table: Table) -> float:
    texts = _on_one_line()
    codes = [compile(text, "signal", "eval") for text in texts]
    rows = [table.row(symbol) for symbol in table.symbols]

    def step() -> None:
        for row in rows:
            for code in codes:
                eval(code, {}, row)  # noqa: S307 - our own expressions

    return percentile([ms(step) for _ in range(3)], 0.5)
