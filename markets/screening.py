"""Which pairs of the market table are asked for, in which order, and why."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from markets.engine.expressions.explanation import Part, explain
from markets.engine.expressions.market import TRUE, UNKNOWN, TableMarket, Truths
from markets.engine.expressions.nodes import Expression
from markets.engine.expressions.parser import parse
from markets.engine.expressions.plan import Plan
from markets.engine.expressions.printing import normal_form
from markets.engine.expressions.reach import require_reach
from markets.engine.recent import STEPS_BACK
from markets.engine.table import Table
from markets.selectors.pairs import Pair, labels_of
from markets.selectors.tables import recent_of

_KEPT: Final = 512
"""Conditions that stay compiled: the same ones are asked again each second."""
_MOST_MISSING: Final = 8


@dataclass(frozen=True)
class Condition:
    """A filter of the table, compiled; `normal_form` is its one spelling."""

    expression: Expression
    normal_form: str
    plan: Plan


@dataclass(frozen=True, slots=True)
class CoinsQuestion:
    """
    Which rows and columns of the table.

    `bounds` are (metric, lowest, highest), inclusive; `where` is an expression,
    empty for every pair. `pinned` pairs are told besides, whatever the filter.
    """

    clock: str
    sort: str
    descending: bool
    columns: tuple[str, ...]
    page: int = 1
    limit: int = 50
    search: str = ""
    bounds: tuple[tuple[str, float, float], ...] = ()
    where: str = ""
    pinned: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Passing:
    """How a condition fares; `missing` counts pairs by the metric they lack."""

    passing: int
    unknown: int
    total: int
    missing: Mapping[str, int]


@lru_cache(maxsize=_KEPT)
def read_condition(text: str) -> Condition:
    """
    Read a filter of the table.

    Raises
    ------
    ExpressionError
        If the text is no condition, or looks back further than is kept.
    """
    expression = parse(text)
    plan = Plan.of((expression,))
    require_reach(expression, plan, most=STEPS_BACK, who="the screener")
    return Condition(expression, normal_form(expression.root), plan)


def chosen_rows(
    table: Table, pairs: Mapping[str, Pair], asked: CoinsQuestion
) -> NDArray[np.intp]:
    """Return the row numbers that pass, in the order asked for, of all pages."""
    keep = np.ones(len(table.symbols), np.bool_)
    for metric, low, high in asked.bounds:
        values = table.column(metric)
        keep &= (values >= low) & (values <= high)
    if asked.search:
        keep &= np.array([asked.search in symbol for symbol in table.symbols], np.bool_)
    if asked.where:
        keep &= truths(read_condition(asked.where), table, pairs) == TRUE
    rows = np.flatnonzero(keep)
    if asked.sort == "symbol":
        return rows[::-1] if asked.descending else rows
    values = table.column(asked.sort)[rows]
    # NaN sorts last either way: what is not known is never on top.
    order = np.argsort(-values if asked.descending else values, kind="stable")
    return rows[order]


def pinned_rows(table: Table, asked: CoinsQuestion) -> NDArray[np.intp]:
    """Return the rows of the pinned pairs that the table has, in their order."""
    known = (table.row_of[one] for one in asked.pinned if one in table.row_of)
    return np.fromiter(known, np.intp)


def truths(condition: Condition, table: Table, pairs: Mapping[str, Pair]) -> Truths:
    """Return for each pair whether a condition is true: 1, 0 unknown, -1 false."""
    answer = condition.plan.run(_market(condition, table, pairs))[0]
    return answer.astype(np.int8, copy=False)


def count_passing(
    condition: Condition, table: Table, pairs: Mapping[str, Pair]
) -> Passing:
    """Return how many pairs a condition lets through, and what others lack."""
    market = _market(condition, table, pairs)
    answer = condition.plan.run(market)[0]
    is_unknown = answer == UNKNOWN
    lacking: Counter[str] = Counter()
    for lookup in condition.plan.lookups:
        count = int(np.isnan(market.values(lookup)[is_unknown]).sum())
        lacking[lookup.metric] = max(lacking[lookup.metric], count)
    return Passing(
        passing=int((answer == TRUE).sum()),
        unknown=int(is_unknown.sum()),
        total=len(answer),
        missing={name: n for name, n in lacking.most_common(_MOST_MISSING) if n},
    )


def explain_pair(
    condition: Condition, table: Table, pairs: Mapping[str, Pair], symbol: str
) -> Part:
    """Return what each part of a condition is worth for one pair of the table."""
    return explain(condition.expression, _market(condition, table, pairs), symbol)


# What was before is read only where it is asked for.
def _market(
    condition: Condition, table: Table, pairs: Mapping[str, Pair]
) -> TableMarket:
    past = recent_of(table) if condition.plan.depths else None
    return TableMarket(table, past, labels_of(pairs))
