"""Those who look at books and trades: their wishes, and the bus that tells them."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import orjson

from markets import snapshots
from markets.demand import Demand
from markets.sinks.worker import SinkThread
from markets.types import BookDepth, BookSnapshot, Symbol, Trade, Venue, Watched
from scalpaiboard.lib.clock import now_ms

Announce = Callable[[Mapping[str, Any]], None]
"""Says something on the bus; thread-safe, never waits."""


class BoardAudience:
    """
    Everyone with a page open, in whichever process; the feed's port `Audience`.

    Parameters
    ----------
    venue
        Whose books and trades.
    is_simulated
        Whether its books are made up around the price.
    demand
        The leases of those who look.
    announce
        The bus.
    """

    def __init__(
        self, venue: Venue, *, is_simulated: bool, demand: Demand, announce: Announce
    ) -> None:
        self._venue = venue
        self._source = "simulated" if is_simulated else "exchange"
        self._demand = demand
        self._announce = announce
        self._asking = SinkThread("demand")
        self._keeping = SinkThread("watched")

    async def close(self) -> None:
        """Finish what was begun."""
        await self._asking.close()
        await self._keeping.close()

    async def wanted(self) -> Collection[Watched]:
        """Return what somebody looks at now."""
        return await self._asking.run(self._demand.wanted)

    def tell_book(self, depth: BookDepth) -> None:
        """Announce a book."""
        self._announce(
            {
                "kind": "book",
                "venue": self._venue,
                "symbol": depth.symbol,
                "source": self._source,
                "is_live": depth.is_live,
                "event_time_ms": depth.event_time_ms,
                "bids": depth.bids,
                "asks": depth.asks,
            }
        )

    def tell_trades(
        self,
        symbol: Symbol,
        trades: Sequence[Trade],
        *,
        large_quote: float | None,
        is_whole: bool,
    ) -> None:
        """Announce trades."""
        self._announce(
            {
                "kind": "trades",
                "venue": self._venue,
                "symbol": symbol,
                "large_quote": large_quote,
                "is_whole": is_whole,
                "rows": b",".join(map(_row, trades)),
            }
        )

    async def keep(
        self, books: Sequence[BookSnapshot], tapes: Mapping[Symbol, Sequence[Trade]]
    ) -> None:
        """Write the newest books and trades to the cache."""
        kept_at_ms = now_ms()
        await self._keeping.run(
            lambda: snapshots.write_watched(
                self._venue, books, tapes, now_ms=kept_at_ms
            )
        )


def _row(trade: Trade) -> bytes:
    return orjson.dumps(
        [
            trade.trade_id,
            trade.time_ms,
            float(trade.price),
            float(trade.quantity),
            trade.taker_side,
        ]
    )
