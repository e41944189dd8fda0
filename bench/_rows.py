"""Rows of a market in the database, for a process that is measured."""

from collections.abc import Sequence
from decimal import Decimal

from django.conf import settings

from markets.models import Instrument, Market


def store_market(key: str, symbols: Sequence[str], *, tick_size: str) -> None:
    """Store a market and its pairs; those that are there stay."""
    market, _ = Market.objects.get_or_create(
        venue=settings.VENUE, key=key, kind="generated", label=""
    )
    Instrument.objects.bulk_create(
        [
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
            for slot, symbol in enumerate(symbols)
        ],
        ignore_conflicts=True,
    )
