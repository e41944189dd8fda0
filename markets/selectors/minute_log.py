"""A market's stored minutes, as a replay reads them."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from django.db.models import Max, Min

from markets import models
from markets.engine.replay import LoggedMinute
from markets.errors import NotStoredError
from markets.selectors.stored import stored_candles, stored_ledger
from markets.types import (
    MINUTE_MS,
    Candle,
    Instrument,
    InstrumentStatus,
    LedgerState,
    Symbol,
    Venue,
)

_MINUTES_A_READ: Final = 60


@dataclass(frozen=True, slots=True)
class StoredMarket:
    """A market of the database, and where its instruments stand there."""

    market_id: int
    venue: Venue
    key: str
    label: str
    id_of: Mapping[Symbol, int]
    slot_of: Mapping[Symbol, int]

    def only(self, symbols: Collection[str]) -> "StoredMarket":
        """Return the market with some of its pairs alone."""
        return replace(
            self,
            id_of={one: pk for one, pk in self.id_of.items() if one in symbols},
            slot_of={one: slot for one, slot in self.slot_of.items() if one in symbols},
        )


def stored_market(venue: Venue, key: str = "") -> StoredMarket:
    """
    Return a market of a venue: the one named, or the one with the newest minute.

    Raises
    ------
    NotStoredError
        If there is none.
    """
    markets = models.Market.objects.filter(venue=venue)
    if key:
        markets = markets.filter(key=key)
    newest = markets.annotate(newest=Max("ledgerminute__open_time_ms"))
    found = max(newest, key=lambda one: one.newest or 0, default=None)
    if found is None:
        known = models.Market.objects.order_by("venue", "key")
        names = ", ".join(map(str, known)) or "none at all"
        asked = f"{venue} {key}".strip()
        raise NotStoredError(f"No market {asked!r} is stored; there is {names}.")
    rows = list(found.instruments.values_list("symbol", "id", "slot"))
    return StoredMarket(
        found.pk,
        venue,
        found.key,
        found.label,
        {Symbol(symbol): pk for symbol, pk, _ in rows},
        {Symbol(symbol): slot for symbol, _, slot in rows},
    )


def stored_range(market: StoredMarket) -> tuple[int, int]:
    """
    Return when the first stored candle opens and the last one closes, UTC ms.

    Raises
    ------
    NotStoredError
        If no candle is stored.
    """
    # One instrument after the other: each is a look at both ends of an index.
    ends = [
        models.Candle.objects.filter(instrument_id=pk).aggregate(
            first=Min("open_time_ms"), last=Max("open_time_ms")
        )
        for pk in market.id_of.values()
    ]
    known = [end for end in ends if end["first"] is not None]
    if not known:
        raise NotStoredError(f"No candle of {market.venue} {market.key} is stored.")
    first_ms = min(end["first"] for end in known)
    return first_ms, max(end["last"] for end in known) + MINUTE_MS


def check_range(market: StoredMarket, start_ms: int, end_ms: int) -> int:
    """
    Return from when on candles are stored, at or before `start_ms`.

    Raises
    ------
    NotStoredError
        If the store does not reach from `start_ms` to `end_ms`.
    """
    first_ms, last_ms = stored_range(market)
    if start_ms < first_ms or end_ms > last_ms:
        raise NotStoredError(
            f"{market.venue} {market.key} is stored from {moment(first_ms)} to "
            f"{moment(last_ms)}, not from {moment(start_ms)} to {moment(end_ms)}."
        )
    return first_ms


def instruments_between(
    market: StoredMarket, start_ms: int, end_ms: int
) -> list[Instrument]:
    """Return the instruments that were listed at some time in ``[start, end)``."""
    start, end = _aware(start_ms), _aware(end_ms)
    rows = models.Instrument.objects.filter(market_id=market.market_id)
    return [
        _instrument(market.venue, row)
        for row in rows.order_by("symbol")
        if (row.listed_at is None or row.listed_at < end)
        and (row.delisted_at is None or row.delisted_at > start)
    ]


def logged_minutes(
    market: StoredMarket,
    symbols: Collection[Symbol],
    *,
    start_ms: int,
    end_ms: int,
) -> Iterator[LoggedMinute]:
    """
    Yield every minute that opens in ``[start_ms, end_ms)``, oldest first.

    One without a candle comes as well: to the engine it is a hole, as it was.
    """
    step_ms = _MINUTES_A_READ * MINUTE_MS
    for part_ms in range(start_ms, end_ms, step_ms):
        stop_ms = min(part_ms + step_ms, end_ms)
        halted = halted_minutes(market, start_ms=part_ms, end_ms=stop_ms)
        stored = stored_candles(market.id_of, symbols, start_ms=part_ms, end_ms=stop_ms)
        candles_at: dict[int, list[Candle]] = {}
        for candles in stored.values():
            for candle in candles:
                candles_at.setdefault(candle.open_time_ms, []).append(candle)
        halted_at: dict[int, list[Symbol]] = {}
        for symbol, minutes in halted.items():
            for minute in minutes:
                halted_at.setdefault(minute, []).append(symbol)
        for minute in range(part_ms, stop_ms, MINUTE_MS):
            yield LoggedMinute(
                minute, candles_at.get(minute, ()), halted_at.get(minute, ())
            )


def halted_minutes(
    market: StoredMarket, *, start_ms: int, end_ms: int
) -> dict[Symbol, list[int]]:
    """Return the minutes for which the exchange had no candle, by symbol."""
    ledger = stored_ledger(
        market.market_id, market.slot_of, start_ms=start_ms, end_ms=end_ms
    )
    return {
        symbol: [
            minute
            for minute, entry in entries.items()
            if entry.state is LedgerState.HALTED
        ]
        for symbol, entries in ledger.items()
    }


def moment(time_ms: int) -> str:
    """Return a time as people write it, such as ``2026-11-21 08:50 UTC``."""
    return f"{_aware(time_ms):%Y-%m-%d %H:%M} UTC"


# Who was listed then has a row, whatever became of it since.
def _instrument(venue: Venue, row: models.Instrument) -> Instrument:
    return Instrument(
        venue=venue,
        symbol=Symbol(row.symbol),
        base_asset=row.base_asset,
        quote_asset=row.quote_asset,
        status=InstrumentStatus.TRADING,
        contract_type=row.contract_type,
        tick_size=row.tick_size,
        step_size=row.step_size,
        min_notional=row.min_notional,
        listed_at_ms=_ms(row.listed_at),
        delisted_at_ms=_ms(row.delisted_at),
        categories=tuple(row.categories),
    )


def _aware(time_ms: int) -> datetime:
    return datetime.fromtimestamp(time_ms / 1_000, tz=UTC)


def _ms(time: datetime | None) -> int | None:
    return None if time is None else round(time.timestamp() * 1_000)
