"""The rows of the live market table, rounded as they are told."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import orjson
from numpy.typing import NDArray

from markets.engine.catalogue import METRIC_OF
from markets.engine.table import Floats, Table

TICK_COLUMNS: Final = (
    "price",
    "mark_price",
    "funding_rate",
    "change_5m",
    "change_15m",
    "change_1h",
    "change_4h",
    "change_8h",
    "change_1d",
    "high_1d",
    "low_1d",
    "range_1h",
    "volatility_1h",
    "quote_volume_5m",
    "quote_volume_1h",
    "quote_volume_1d",
    "trades_1d",
    "relative_volume_1h",
    "taker_buy_share_1h",
    "event_time",
)
"""Metrics of the topic, those of them that the table has."""


@dataclass(frozen=True)
class Ticks:
    """What listeners know after one reading: `values` by row, then column."""

    market_key: str
    as_of_ms: int
    symbols: tuple[str, ...]
    columns: tuple[str, ...]
    values: Floats

    @classmethod
    def of(cls, table: Table) -> "Ticks":
        """
        Take the tick columns of a table.

        Each is rounded to one more decimal than is shown, so that what nobody
        could see is not a change; prices have those of their pair already.
        """
        columns = tuple(name for name in TICK_COLUMNS if name in table.column_of)
        values = np.empty((len(table.symbols), len(columns)))
        for number, name in enumerate(columns):
            column = table.column(name)
            places = METRIC_OF[name].decimals
            values[:, number] = column if places is None else column.round(places + 1)
        return cls(table.market_key, table.as_of_ms, table.symbols, columns, values)

    def is_same_market(self, other: "Ticks") -> bool:
        """Whether rows and columns are those of `other`."""
        return (self.market_key, self.symbols, self.columns) == (
            other.market_key,
            other.symbols,
            other.columns,
        )

    def changed_since(self, earlier: "Ticks") -> NDArray[np.intp]:
        """Return the rows that differ from those of the same market earlier."""
        same = (self.values == earlier.values) | (
            np.isnan(self.values) & np.isnan(earlier.values)
        )
        return np.flatnonzero(~same.all(axis=1))

    def rows(self, numbers: NDArray[np.intp]) -> dict[str | int, bytes]:
        """Encode rows by symbol; NaN becomes null."""
        cells = self.values[numbers].tolist()
        symbols = [self.symbols[number] for number in numbers]
        return {
            symbol: orjson.dumps([symbol, *row])
            for symbol, row in zip(symbols, cells, strict=True)
        }

    @cached_property
    def head(self) -> bytes:
        """The data up to the rows."""
        columns = orjson.dumps(["symbol", *self.columns])
        return b'{"as_of":%d,"columns":%s,"rows":[' % (self.as_of_ms, columns)

    @cached_property
    def snapshot(self) -> bytes:
        """All rows as the data of a snapshot."""
        rows = self.rows(np.arange(len(self.symbols)))
        return self.head + b",".join(rows.values()) + TAIL

    def snapshot_of(self, symbol: str) -> bytes:
        """One row as the data of a snapshot; none where there is no such pair."""
        numbers = [n for n, one in enumerate(self.symbols) if one == symbol]
        rows = self.rows(np.array(numbers, np.intp))
        return self.head + b",".join(rows.values()) + TAIL


TAIL: Final = b"]}"
