"""A stored log run through the engine again, and the proof that it is the same."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

import numpy as np

from markets.engine.catalogue import COLUMNS
from markets.engine.market import MarketEngine
from markets.engine.table import Table
from markets.types import Candle, Symbol

STREAMED: Final = frozenset(
    {
        "mark_price",
        "index_price",
        "funding_rate",
        "next_funding_in",
        "high_24h",
        "low_24h",
    }
)
"""Metrics of the exchange's other streams, which no log of candles brings back."""

UNDATED: Final = frozenset({"tick_size", "circulating_supply", "market_cap"})
"""Metrics of lists whose earlier states nobody keeps."""

_PROVEN: Final = [
    place for place, name in enumerate(COLUMNS) if name not in STREAMED | UNDATED
]
_NAMES: Final = "\n".join(COLUMNS[place] for place in _PROVEN).encode()
_DIGEST_BYTES: Final = 16


@dataclass(frozen=True, slots=True)
class LoggedMinute:
    """What a log holds of one minute; `halted` had no candle at the exchange."""

    open_time_ms: int
    candles: Sequence[Candle]
    halted: Collection[Symbol] = ()


def replay(engine: MarketEngine, minutes: Iterable[LoggedMinute]) -> Iterator[Table]:
    """Yield the closed table of each minute, in the order of the log."""
    for minute in minutes:
        engine.close_minute(minute.open_time_ms, minute.candles, halted=minute.halted)
        yield engine.closed_table()


def digest_of(table: Table) -> str:
    """
    Return what two tables share only where their numbers agree to the last bit.

    It covers the metrics that follow from candles and listings, of the pairs
    whose price is known: a pair that is not listed any more, or not yet, has no
    say. All NaN are one, and zero has no sign.
    """
    known = np.flatnonzero(~np.isnan(table.column("price")))
    values = table.values[np.ix_(_PROVEN, known)] + 0.0
    values[np.isnan(values)] = np.nan
    made = blake2b(digest_size=_DIGEST_BYTES)
    made.update(f"{table.as_of_ms}\n".encode())
    made.update(_NAMES)
    made.update("\n".join(table.symbols[row] for row in known).encode())
    made.update(values.astype("<f8", copy=False).tobytes())
    return made.hexdigest()


def digest_of_all(digests: Iterable[str]) -> str:
    """Return the digest of minutes one after the other."""
    made = blake2b(digest_size=_DIGEST_BYTES)
    for one in digests:
        made.update(one.encode())
    return made.hexdigest()
