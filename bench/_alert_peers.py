"""What others need for the simple thresholds among a million alerts."""

import operator
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pandas as pd
from django.db import connections, models

from alerts.rules.book import Watch
from bench._market import PAIRS, ms
from bench.harness import percentile
from markets.engine.table import Table

COINS_TRIED: Final = 20
"""So many are asked of the database, and the time taken for all of them."""

_TRIES: Final = 3
_BATCH: Final = 500
_DATABASE: Final = "peer"
_COMPARISONS: Final[Mapping[str, Callable[[float, float], bool]]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}
_METHODS: Final = {">": "gt", ">=": "ge", "<": "lt", "<=": "le"}
_SIMPLE: Final = re.compile(r"(\w+) ([<>]=?) (\S+)")

Simple = tuple[str, str, str, float]


class Level(models.Model):
    """A row for each threshold."""

    symbol = models.CharField(max_length=40, db_index=True)
    metric = models.CharField(max_length=40)
    operator = models.CharField(max_length=2)
    value = models.FloatField()
    was_true = models.BooleanField(default=False)
    rows: models.Manager["Level"] = models.Manager()

    class Meta:
        app_label = "bench"

    def __str__(self) -> str:
        return f"{self.symbol} {self.metric} {self.operator} {self.value}"


def simple_ones(watches: Iterable[Watch]) -> Iterator[Simple]:
    """Give symbol, metric, operator and number of the alerts that are no more."""
    for _, expression, symbols in watches:
        if symbols and (match := _SIMPLE.fullmatch(expression)):
            yield symbols[0], match[1], match[2], float(match[3])


def django_step(simple: Sequence[Simple], table: Table) -> float:
    """Return how long a query a coin takes, and comparing each row in Python."""
    coins = table.symbols[-COINS_TRIED:]
    with _database():
        Level.rows.using(_DATABASE).bulk_create(
            [
                Level(symbol=symbol, metric=metric, operator=sign, value=value)
                for symbol, metric, sign, value in simple
                if symbol in coins
            ],
            batch_size=_BATCH,
        )

        def step() -> None:
            for coin in coins:
                values = table.row(coin)
                for level in Level.rows.using(_DATABASE).filter(symbol=coin):
                    compare = _COMPARISONS[level.operator]
                    is_true = compare(values[level.metric], level.value)
                    level.was_true = is_true and not level.was_true

        took = percentile([ms(step) for _ in range(_TRIES)], 0.5)
    return took * PAIRS / len(coins)


def pandas_step(simple: Sequence[Simple], table: Table) -> float:
    """Return how long a column of values takes, compared operator by operator."""
    columns = ["symbol", "metric", "operator", "value"]
    frame = pd.DataFrame.from_records(simple, columns=columns)
    column, row = (
        frame[name].map(places)
        for name, places in (("metric", table.column_of), ("symbol", table.row_of))
    )
    frame["cell"] = column * len(table.symbols) + row
    frame["was_true"] = False
    groups = {str(sign): part.index for sign, part in frame.groupby("operator")}
    flat = table.values.ravel()

    def step() -> None:
        frame["now"] = flat[frame["cell"].to_numpy()]
        frame["is_true"] = False
        for sign, places in groups.items():
            part = frame.loc[places]
            is_true = getattr(part["now"], _METHODS[sign])(part["value"])
            frame.loc[list(places), "is_true"] = is_true
        _ = frame[frame.is_true & ~frame.was_true]
        frame["was_true"] = frame.is_true

    return percentile([ms(step) for _ in range(_TRIES)], 0.5)


@contextmanager
def _database() -> Iterator[None]:
    with tempfile.TemporaryDirectory() as folder:
        connections.databases[_DATABASE] = connections["default"].settings_dict | {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(Path(folder) / "peer.sqlite3"),
            "OPTIONS": {},
        }
        try:
            with connections[_DATABASE].schema_editor() as editor:
                editor.create_model(Level)
            yield
        finally:
            connections[_DATABASE].close()
            del connections.databases[_DATABASE]
