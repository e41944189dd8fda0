"""The instruments of a market as its readers need them."""

from markets.engine.table import Table
from markets.models import Instrument


def instruments_of(table: Table) -> list[Instrument]:
    """Return every instrument of a table's market, delisted ones included."""
    return list(
        Instrument.objects.filter(
            market__venue=table.venue, market__key=table.market_key
        ).order_by("symbol")
    )


def listed_at_ms(table: Table, symbol: str) -> int | None:
    """Return when a pair was listed, UTC ms; None where that is not known."""
    listed = (
        Instrument.objects.filter(
            market__venue=table.venue, market__key=table.market_key, symbol=symbol
        )
        .values_list("listed_at", flat=True)
        .first()
    )
    return None if listed is None else int(listed.timestamp() * 1_000)
