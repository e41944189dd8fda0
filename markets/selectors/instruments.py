"""The instruments of a market as its readers need them."""

from markets.engine.table import Table
from markets.models import Instrument
from markets.types import InstrumentStatus


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


def listed_symbols(table: Table) -> list[str]:
    """Return the symbols of a table's market that are not delisted, in order."""
    listed = Instrument.objects.filter(
        market__venue=table.venue, market__key=table.market_key
    ).exclude(status=InstrumentStatus.DELISTED)
    return list(listed.order_by("symbol").values_list("symbol", flat=True))


def statuses_of(table: Table) -> dict[str, str]:
    """Return the status of every instrument of a table's market, by symbol."""
    rows = Instrument.objects.filter(
        market__venue=table.venue, market__key=table.market_key
    )
    return dict(rows.values_list("symbol", "status"))
