"""Keeping the instrument table as the exchange lists it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import transaction

from markets import models
from markets.types import Instrument, InstrumentStatus, MarketSource, Symbol, Venue
from scalpaiboard.lib.clock import now

_FIELDS = (
    "base_asset",
    "quote_asset",
    "status",
    "contract_type",
    "tick_size",
    "step_size",
    "min_notional",
    "listed_at",
    "delisted_at",
    "categories",
)


@dataclass(frozen=True, slots=True)
class Places:
    """Where a market's instruments stand: row ids, and slots of the ledger."""

    market_id: int
    id_of: Mapping[Symbol, int]
    slot_of: Mapping[Symbol, int]


def places_of(venue: Venue, source: MarketSource) -> Places:
    """Return the places of a market, which is made where it is new."""
    market, _ = models.Market.objects.update_or_create(
        venue=venue,
        key=source.key,
        defaults={"kind": source.kind, "label": source.label},
    )
    rows = list(
        models.Instrument.objects.filter(market=market).values_list(
            "symbol", "id", "slot"
        )
    )
    return Places(
        market.pk,
        {Symbol(symbol): pk for symbol, pk, _ in rows},
        {Symbol(symbol): slot for symbol, _, slot in rows},
    )


@transaction.atomic
def save_instruments(
    venue: Venue, source: MarketSource, instruments: Sequence[Instrument]
) -> Places:
    """
    Insert and update the instruments; mark as delisted those that are gone.

    An empty list changes nothing: an exchange without instruments is an
    exchange that answers wrongly.
    """
    places = places_of(venue, source)
    if not instruments:
        return places
    market_id = places.market_id
    known = {
        row.symbol: row
        for row in models.Instrument.objects.select_for_update().filter(
            market_id=market_id
        )
    }
    next_slot = max((row.slot for row in known.values()), default=-1) + 1
    new: list[models.Instrument] = []
    changed: list[models.Instrument] = []
    for one in instruments:
        values = _values_of(one)
        row = known.pop(one.symbol, None)
        if row is None:
            new.append(
                models.Instrument(
                    market_id=market_id,
                    symbol=one.symbol,
                    slot=next_slot + len(new),
                    **values,
                )
            )
        elif any(getattr(row, name) != value for name, value in values.items()):
            _apply(row, values)
            changed.append(row)
    changed += _mark_gone(known.values())
    models.Instrument.objects.bulk_create(new)
    models.Instrument.objects.bulk_update(
        changed, [*_FIELDS, "updated_at"], batch_size=50
    )
    return places_of(venue, source) if new else places


def _values_of(one: Instrument) -> dict[str, Any]:
    return {
        "base_asset": one.base_asset,
        "quote_asset": one.quote_asset,
        "status": str(one.status),
        "contract_type": one.contract_type,
        "tick_size": one.tick_size,
        "step_size": one.step_size,
        "min_notional": one.min_notional,
        "listed_at": _moment(one.listed_at_ms),
        "delisted_at": _moment(one.delisted_at_ms),
        "categories": list(one.categories),
    }


def _apply(row: models.Instrument, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        setattr(row, name, value)
    row.updated_at = now()


def _mark_gone(rows: Iterable[models.Instrument]) -> list[models.Instrument]:
    gone = [row for row in rows if row.status != InstrumentStatus.DELISTED]
    for row in gone:
        _apply(
            row,
            {
                "status": str(InstrumentStatus.DELISTED),
                "delisted_at": row.delisted_at or now(),
            },
        )
    return gone


def _moment(time_ms: int | None) -> datetime | None:
    return None if time_ms is None else datetime.fromtimestamp(time_ms / 1_000, tz=UTC)
