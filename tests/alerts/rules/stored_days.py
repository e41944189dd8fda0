"""Stored days of a few columns, written as the feature store lies on the disk."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec
import numpy as np

from markets.engine.table import Floats
from markets.features.columns import STEPS, VERSION, catalogue_digest
from markets.features.day import Manifest, StoredDay
from markets.features.store import date_of

Columns = Mapping[str, Floats]
"""A value a minute, from the close of the first one of the first day."""


def write_days(
    root: Path, first_day: int, pairs: Mapping[str, Columns]
) -> Sequence[StoredDay]:
    """Write whole days of columns that change each minute."""
    symbols = tuple(sorted(pairs))
    names = list(pairs[symbols[0]])
    count = len(pairs[symbols[0]][names[0]]) // 1_440
    days = []
    for number in range(count):
        folder = root / date_of(first_day + number).isoformat()
        folder.mkdir(parents=True)
        for name in names:
            assert STEPS[name] == 1
            column = np.full((len(symbols), 1_441), np.nan)
            for row, symbol in enumerate(symbols):
                part = pairs[symbol][name][number * 1_440 : (number + 1) * 1_440]
                column[row, 1:] = part
            np.save(folder / f"{name}.npy", column)
        manifest = Manifest(
            VERSION, catalogue_digest(), "binanceusdm", "test", first_day + number,
            symbols, (None,) * len(symbols), symbols, ((),) * len(symbols),
            dict.fromkeys(names, 1), "", 0, 0,
        )  # fmt: skip
        (folder / "manifest.json").write_bytes(msgspec.json.encode(manifest))
        days.append(StoredDay.open(folder))
    return days
