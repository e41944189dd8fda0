"""What the server needs of a market: pairs, and minutes in whole numbers."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from markets.types import MarketSource, Venue

Ints = NDArray[np.int64]

OPEN: Final = 0
HIGH: Final = 1
LOW: Final = 2
CLOSE: Final = 3
VOLUME: Final = 4
QUOTE_VOLUME: Final = 5
TRADES: Final = 6
TAKER_VOLUME: Final = 7
TAKER_QUOTE_VOLUME: Final = 8
FIRST_ID: Final = 9
COLUMNS: Final = 10
ABSENT: Final = -1
"""In the column TRADES: the exchange has no candle of this minute."""
ABSENT_BAR: Final = np.array([0] * TRADES + [ABSENT, 0, 0, ABSENT], np.int64)


@dataclass(frozen=True, slots=True)
class Scale:
    """
    Turns whole numbers into the exchange's decimal text.

    A number counts units of ``10 ** -decimals``; `padding` is the zeros that
    the exchange writes behind them.
    """

    decimals: int
    padding: str = ""

    def text(self, number: int) -> str:
        """Return the decimal text of a number that is not negative."""
        if not self.decimals:
            return f"{number}.{self.padding}" if self.padding else str(number)
        digits = str(number).zfill(self.decimals + 1)
        return f"{digits[: -self.decimals]}.{digits[-self.decimals :]}{self.padding}"

    def signed(self, number: int) -> str:
        """Return the decimal text of any number."""
        return f"-{self.text(-number)}" if number < 0 else self.text(number)

    def value(self, number: int) -> float:
        """Return the number that is meant."""
        return float(number / 10**self.decimals)

    @property
    def unit(self) -> str:
        """Return the smallest step as decimal text."""
        return self.text(1)


class PairStatus(StrEnum):
    """Statuses that the simulated exchange gives a pair."""

    TRADING = "TRADING"
    PENDING = "PENDING_TRADING"
    HALTED = "PRE_SETTLE"
    SETTLED = "SETTLING"


@dataclass(frozen=True, slots=True)
class Pair:
    """One pair of a simulated market; `row` is its place in every array."""

    row: int
    symbol: str
    base_asset: str
    price: Scale
    volume: Scale
    quote_volume: Scale
    categories: tuple[str, ...] = ()
    circulating_supply: float = 0.0
    stream_name: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "stream_name", self.symbol.lower())


@dataclass(frozen=True, slots=True)
class Listing:
    """Whether a pair trades at a moment, and since and until when."""

    status: PairStatus
    listed_at_ms: int
    delisted_at_ms: int | None = None


class Market(Protocol):
    """
    A market as a function of time, without a clock of its own.

    Minutes are numbered from 1970. A block has the shape ``(pairs, minutes,
    COLUMNS)`` and is read-only; prices and volumes are whole numbers of the
    pair's scales, so that sums are exact.
    """

    venue: Venue
    source: MarketSource
    pairs: tuple[Pair, ...]
    estimated: tuple[str, ...]
    """Names of fields that are estimates, not recorded."""

    def blocks(self, start: int, stop: int) -> Iterator[Ints]:
        """Return the minutes ``[start, stop)`` in order, in one or more blocks."""

    def history(self, row: int, start: int, stop: int) -> Ints:
        """Return the minutes of one pair, shape ``(minutes, COLUMNS)``."""

    def listing(self, row: int, minute: int) -> Listing:
        """Return the state of one pair at a minute."""


def scale(decimals: int, venue: Venue) -> Scale:
    """Return the scale of a venue: spot always writes eight decimals."""
    spot = venue is Venue.BINANCE_SPOT
    return Scale(decimals, "0" * max(0, 8 - decimals) if spot else "")


def one_minute(market: Market, minute: int) -> Ints:
    """Return one minute of every pair, shape ``(pairs, COLUMNS)``."""
    return next(iter(market.blocks(minute, minute + 1)))[:, 0]
