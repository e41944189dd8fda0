"""A local order book, and how it is kept in step with the exchange's."""

import bisect
import math
import struct
from collections.abc import Collection, Iterable, Sequence
from typing import Final

from markets.errors import BookGapError
from markets.exchanges.binance.rules import RULES
from markets.types import BookSnapshot, BookUpdate, Symbol, Venue

TextLevel = tuple[str, str]
Levels = Sequence[TextLevel]


class BookSide:
    """One side, sorted by price; levels keep the exchange's own texts."""

    def __init__(self, *, is_bid: bool) -> None:
        self._is_bid = is_bid
        self._prices: list[float] = []
        self._levels: dict[float, TextLevel] = {}
        self._quantities: dict[float, float] = {}

    def __len__(self) -> int:
        return len(self._prices)

    def clear(self) -> None:
        """Remove every level."""
        self._prices.clear()
        self._levels.clear()
        self._quantities.clear()

    def set_levels(self, levels: Iterable[TextLevel]) -> None:
        """Set absolute quantities; 0 removes, also where nothing stood."""
        for level in levels:
            price, quantity = _number(level[0]), _number(level[1])
            if quantity == 0.0:
                self._remove(price)
                continue
            if price not in self._levels:
                bisect.insort(self._prices, price)
            self._levels[price] = level
            self._quantities[price] = quantity

    def best(self, count: int) -> tuple[TextLevel, ...]:
        """Return up to `count` levels, best first."""
        return tuple(self._levels[price] for price in self._best_prices(count))

    def pack(self, count: int) -> bytes:
        """Return up to `count` levels as one side of a `BookDepth`."""
        prices = self._best_prices(count)
        quantities = map(self._quantities.__getitem__, prices)
        return struct.pack(f"={2 * len(prices)}d", *prices, *quantities)

    def best_price(self) -> float:
        """Return the best price, NaN on an empty side."""
        if not self._prices:
            return math.nan
        return self._prices[-1 if self._is_bid else 0]

    def worst_price(self, count: int) -> float:
        """Return the worst of the best `count` prices, NaN on an empty side."""
        if not self._prices:
            return math.nan
        at = min(count, len(self._prices))
        return self._prices[-at if self._is_bid else at - 1]

    def _best_prices(self, count: int) -> list[float]:
        if self._is_bid:
            return self._prices[: -count - 1 : -1]
        return self._prices[:count]

    def _remove(self, price: float) -> None:
        if self._levels.pop(price, None) is not None:
            del self._quantities[price]
            del self._prices[bisect.bisect_left(self._prices, price)]


class LocalBook:
    """
    The order book of one symbol, from a snapshot and the updates after it.

    The rules are those of "How to manage a local order book correctly" of the
    venue. An update from before the book is left out; one that does not follow
    raises, and the book must then be `reset`.

    Parameters
    ----------
    venue
        Futures link updates by ``pu``, spot by ``U`` and ``u``.
    """

    def __init__(self, venue: Venue) -> None:
        self.bids: Final = BookSide(is_bid=True)
        self.asks: Final = BookSide(is_bid=False)
        self.last_update_id = -1
        self.event_time_ms = 0
        self._venue = venue
        self._is_futures = venue is Venue.BINANCE_USDM
        self._is_bridged = False
        self._edges = (-math.inf, math.inf)

    @property
    def is_crossed(self) -> bool:
        """Whether the best bid is not below the best ask; never in truth."""
        return self.bids.best_price() >= self.asks.best_price()

    def reset(self, snapshot: BookSnapshot) -> None:
        """Begin again from a snapshot."""
        served = RULES[self._venue].depth_limits
        self.bids.clear()
        self.asks.clear()
        self.bids.set_levels(snapshot.bids)
        self.asks.set_levels(snapshot.asks)
        self.last_update_id = snapshot.last_update_id
        self.event_time_ms = snapshot.event_time_ms
        self._is_bridged = False
        self._edges = (
            _edge(snapshot.bids, served, -math.inf),
            _edge(snapshot.asks, served, math.inf),
        )

    def is_worn(self, count: int) -> bool:
        """
        Tell whether the best `count` levels reach past what the snapshot held.

        Beyond it only levels that changed since are known, and those that stood
        there all along are missing.
        """
        lowest, highest = self._edges
        return (
            self.bids.worst_price(count) < lowest
            or self.asks.worst_price(count) > highest
        )

    def apply(self, update: BookUpdate) -> None:
        """
        Apply one update in its turn.

        Raises
        ------
        BookGapError
            If there was no snapshot, if an update in between is missing, or if
            a level is not a number.
        """
        if self._is_old(update):
            return
        if not self._follows(update):
            raise BookGapError(
                f"The book of {update.symbol} ends at {self.last_update_id}; the "
                f"next update is {update.first_update_id} to "
                f"{update.final_update_id}, after {update.previous_final_update_id}."
            )
        self.bids.set_levels(update.bids)
        self.asks.set_levels(update.asks)
        self.last_update_id = update.final_update_id
        self.event_time_ms = update.event_time_ms
        self._is_bridged = True

    def snapshot(self, symbol: Symbol, *, limit: int) -> BookSnapshot:
        """Return the best `limit` levels a side."""
        return BookSnapshot(
            symbol=symbol,
            last_update_id=self.last_update_id,
            bids=self.bids.best(limit),
            asks=self.asks.best(limit),
            event_time_ms=self.event_time_ms,
        )

    def _is_old(self, update: BookUpdate) -> bool:
        # Futures drop `u < lastUpdateId` before the bridge, which may be the
        # update that ends exactly at the snapshot; spot drops `u <= id`.
        if self._is_futures and not self._is_bridged:
            return update.final_update_id < self.last_update_id
        return update.final_update_id <= self.last_update_id

    def _follows(self, update: BookUpdate) -> bool:
        if self.last_update_id < 0:
            return False
        if not self._is_futures:
            return update.first_update_id <= self.last_update_id + 1
        if update.previous_final_update_id == self.last_update_id:
            return True
        return not self._is_bridged and update.first_update_id <= self.last_update_id


# As many levels as were asked for: there are more behind the last one.
def _edge(levels: Levels, served: Collection[int], nowhere: float) -> float:
    return float(levels[-1][0]) if len(levels) in served else nowhere


def _number(text: str) -> float:
    try:
        number = float(text)
    except ValueError as error:
        raise BookGapError(f"A book level holds {text!r}, not a number.") from error
    if not 0.0 <= number < math.inf:
        raise BookGapError(f"A book level holds {text!r}; it must be 0 or above.")
    return number
