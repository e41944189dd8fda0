"""What the table says of the instruments themselves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from markets.engine.table import Floats
from markets.engine.window import UNKNOWN_LISTING, Minutes
from markets.types import DAY_MS, MINUTE_MS, Instrument, InstrumentStatus, Symbol


@dataclass(frozen=True, slots=True)
class InstrumentColumns:
    """The rows of the table, sorted by symbol; delisted ones have none."""

    symbols: tuple[Symbol, ...]
    row_of: Mapping[Symbol, int]
    listed_minutes: Minutes
    listed_at_ms: Floats
    tick_size: Floats
    circulating_supply: Floats

    @classmethod
    def of(
        cls, instruments: Sequence[Instrument], supply: Mapping[Symbol, float]
    ) -> Self:
        """Build the columns; supply is NaN where it is not given."""
        there = sorted(
            (one for one in instruments if one.status is not InstrumentStatus.DELISTED),
            key=lambda one: one.symbol,
        )
        symbols = tuple(one.symbol for one in there)
        listed = [one.listed_at_ms for one in there]
        minutes = [
            UNKNOWN_LISTING if time is None else -(-time // MINUTE_MS)
            for time in listed
        ]
        return cls(
            symbols,
            {symbol: row for row, symbol in enumerate(symbols)},
            np.array(minutes, np.int64),
            np.array([np.nan if time is None else time for time in listed]),
            np.array([float(one.tick_size) for one in there]),
            np.array([supply.get(symbol, np.nan) for symbol in symbols]),
        )

    def metrics(self, price: Floats, as_of_ms: int) -> dict[str, Floats]:
        """Return the columns that follow from the instruments and the price."""
        return {
            "tick_size": self.tick_size,
            "age_days": (as_of_ms - self.listed_at_ms) / DAY_MS,
            "circulating_supply": self.circulating_supply,
            "market_cap": price * self.circulating_supply,
        }
