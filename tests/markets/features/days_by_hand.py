"""Two stored days of BTC and ETH whose values a test makes by hand."""

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

from markets.engine.catalogue import COLUMNS
from markets.engine.table import Table
from markets.features.columns import DAY_MINUTES
from markets.features.day import DayWriter
from markets.features.store import FeatureStore
from markets.types import MINUTE_MS
from tests.markets.engine.markets_by_hand import BTC, ETH, instrument

DAY = 19_676
FIRST_MS = DAY * DAY_MINUTES * MINUTE_MS

type Columns = Mapping[str, tuple[float, float]]
"""What is known of BTC and of ETH; everything else is unknown."""


def time_of(minute: int) -> int:
    """Return when a minute of the days has closed, UTC ms."""
    return FIRST_MS + minute * MINUTE_MS


def write_two_days(data_dir: Path, columns_of: Callable[[int], Columns]) -> None:
    """Store days from what is known at each of their minutes."""
    store = FeatureStore(data_dir / "features", "binanceusdm", "generated:7")
    for number in range(2):

        def fill(writer: DayWriter, first: int = number * DAY_MINUTES) -> str:
            for minute in range(first, first + DAY_MINUTES + 1):
                writer.put(_table(minute, columns_of(minute)))
            return ""

        rows = [instrument(BTC), instrument(ETH)]
        store.write(DAY + number, rows, fill, now_ms=1)


def _table(minute: int, columns: Columns) -> Table:
    values = np.full((len(COLUMNS), 2), np.nan)
    for name, cells in columns.items():
        values[COLUMNS.index(name)] = cells
    return Table(
        "binanceusdm", "generated:7", "", "closed", 1, time_of(minute), (BTC, ETH),
        COLUMNS, values,
    )  # fmt: skip
