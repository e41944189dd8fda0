"""Rows of a market as a feed would have left them, for tests that only read them."""

from collections.abc import Mapping
from decimal import Decimal

from markets.models import Instrument, Market
from markets.selectors import pairs


def a_market(
    tick_sizes: Mapping[str, str], *, key: str = "live", label: str = ""
) -> Market:
    """Store a market of the given pairs, in the slots of their order."""
    # Another test's market may have had the same pairs.
    pairs._known.clear()
    kind = "live" if key == "live" else "generated"
    market = Market.objects.create(venue="binanceusdm", key=key, kind=kind, label=label)
    Instrument.objects.bulk_create(
        Instrument(
            market=market,
            symbol=symbol,
            slot=slot,
            base_asset=symbol.removesuffix("USDT"),
            quote_asset="USDT",
            status="trading",
            contract_type="PERPETUAL",
            tick_size=Decimal(tick_size),
            step_size=Decimal("0.001"),
        )
        for slot, (symbol, tick_size) in enumerate(tick_sizes.items())
    )
    return market
