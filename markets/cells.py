"""Numbers of the table as programs read them: in JSON, and in files."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from markets.engine.catalogue import METRIC_OF
from markets.engine.table import Floats
from markets.figures import price_text
from markets.selectors.pairs import Pair, decimals_of


def cells(
    name: str, values: Floats, symbols: Sequence[str], pairs: Mapping[str, Pair]
) -> list[Any]:
    """
    Return a metric's values for JSON.

    Prices become decimal text with the pair's own decimals, times whole
    milliseconds, NaN becomes None, everything else stays a number.
    """
    metric = METRIC_OF[name]
    numbers: list[float] = values.tolist()
    if metric.decimals is None:
        return [
            None
            if math.isnan(number)
            else price_text(number, decimals_of(symbol, pairs))
            for number, symbol in zip(numbers, symbols, strict=True)
        ]
    if metric.unit == "UTC ms":
        return [None if math.isnan(number) else int(number) for number in numbers]
    return [number if math.isfinite(number) else None for number in numbers]
