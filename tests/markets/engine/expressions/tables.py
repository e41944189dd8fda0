"""Small tables by hand, and markets around them."""

from collections.abc import Mapping, Sequence

import numpy as np

from markets.engine.expressions.history import History
from markets.engine.expressions.market import TableMarket
from markets.engine.expressions.nodes import Expression
from markets.engine.expressions.plan import Plan
from markets.engine.table import Table
from markets.types import MINUTE_MS

NAN = float("nan")
# 2023-11-15 00:00 UTC, where a candle of every timeframe ends.
MIDNIGHT = 1_700_006_400_000 // MINUTE_MS


def table_of(
    columns: Mapping[str, Sequence[float]],
    *,
    symbols: Sequence[str] = (),
    clock: str = "closed",
    minute: float = MIDNIGHT,
) -> Table:
    names = tuple(columns)
    n_symbols = len(next(iter(columns.values()), symbols))
    values = np.array([columns[name] for name in names], float)
    symbols = symbols or [f"S{number}USDT" for number in range(n_symbols)]
    return Table(
        "binance",
        "generated:7",
        "",
        clock,
        1,
        int(minute * MINUTE_MS),
        tuple(symbols),
        names,
        values.reshape(len(names), len(symbols)),
    )


def history_of(plan: Plan, tables: Sequence[Table]) -> History:
    history = History()
    history.keep(plan.depths)
    for table in tables:
        history.push(table)
    return history


def answer(
    expression: Expression, tables: Sequence[Table], now: Table | None = None
) -> list[float]:
    """The answers at the last of some closed tables, or at a live one after them."""
    plan = Plan.of([expression])
    market = TableMarket(now or tables[-1], history_of(plan, tables))
    return list(plan.run(market)[0].tolist())
