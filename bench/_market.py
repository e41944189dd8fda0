"""A market table of plausible numbers, for what only reads it."""

import time
from collections.abc import Callable
from typing import Final

import numpy as np

from markets.engine.catalogue import COLUMNS
from markets.engine.table import Floats, Table
from markets.types import MINUTE_MS

PAIRS: Final = 1_000
START_MINUTE: Final = 28_333_440


# Prices about 100 and everything else of the size that it has in a calm market.
def values_of(rng: np.random.Generator) -> Floats:
    values = rng.normal(0, 1, (len(COLUMNS), PAIRS))
    for place, name in enumerate(COLUMNS):
        if "volume" in name:
            values[place] = np.exp(values[place] + 12)
        elif not name.startswith("change"):
            values[place] += 100
    values[:, :20] = np.nan
    return values


def of_values(values: Floats, minute: int) -> Table:
    symbols = tuple(f"S{number}USDT" for number in range(PAIRS))
    end_ms = (START_MINUTE + minute) * MINUTE_MS
    return Table("binance", "bench", "", "closed", minute, end_ms, symbols,
                 COLUMNS, values)  # fmt: skip


def ms(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1_000
