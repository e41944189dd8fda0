"""Opens the exchange of a venue."""

from collections.abc import Mapping, Sequence

from markets.exchanges.base import Addresses, ClockMs, Exchange
from markets.exchanges.binance.limits import WeightGovernor
from markets.exchanges.binance.rest import BinanceExchange
from markets.exchanges.binance.rules import RULES
from markets.types import Venue
from scalpaiboard.lib.clock import now_ms


async def connect(
    venue: Venue,
    addresses: Addresses,
    *,
    clock: ClockMs = now_ms,
    weight_share: float = 1.0,
    categories: Mapping[str, Sequence[str]] | None = None,
) -> Exchange:
    """
    Return the exchange behind `addresses`; nothing is asked of it yet.

    Parameters
    ----------
    venue
        Which market.
    addresses
        Its base URLs, or a simulator's.
    clock
        Current time in UTC ms.
    weight_share
        Part of the address's request weight that this process may use. The
        shares of all processes on one address must not add up to more than 1.
    categories
        Categories by base asset, for a venue that states none itself (spot).
    """
    governor = WeightGovernor(
        RULES[venue].weight_per_minute, clock=clock, share=weight_share
    )
    return BinanceExchange(
        venue,
        addresses,
        clock=clock,
        governor=governor,
        categories=categories,
    )
