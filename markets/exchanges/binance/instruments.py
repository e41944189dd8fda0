"""The exchange's own list of instruments, `exchangeInfo`."""

import logging
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Final

from msgspec import Struct

from markets.errors import BadAnswerError
from markets.exchanges.binance.answers import parse
from markets.types import Instrument, InstrumentStatus, Symbol, Venue

logger = logging.getLogger(__name__)

QUOTE_ASSET: Final = "USDT"
SPOT_CONTRACT_TYPE: Final = "SPOT"
PERPETUAL_TYPES: Final = frozenset({"PERPETUAL", "TRADIFI_PERPETUAL"})

# The delivery date of a contract that has none: 2100-12-25 08:00 UTC.
NO_DELIVERY_MS: Final = 4_133_404_800_000

_STATUSES: Final[Mapping[str, InstrumentStatus]] = {
    "TRADING": InstrumentStatus.TRADING,
    "PENDING_TRADING": InstrumentStatus.PENDING,
    "PRE_TRADING": InstrumentStatus.PENDING,
    "PRE_SETTLE": InstrumentStatus.HALTED,
    "PRE_DELIVERING": InstrumentStatus.HALTED,
    "SETTLING": InstrumentStatus.DELISTED,
    "DELIVERING": InstrumentStatus.DELISTED,
    "DELIVERED": InstrumentStatus.DELISTED,
    "CLOSE": InstrumentStatus.DELISTED,
    # Spot uses BREAK for a short stop and for a pair that is gone alike.
    "BREAK": InstrumentStatus.HALTED,
    "HALT": InstrumentStatus.HALTED,
    "AUCTION_MATCH": InstrumentStatus.HALTED,
    "POST_TRADING": InstrumentStatus.HALTED,
    "END_OF_DAY": InstrumentStatus.HALTED,
    # Orders may only be withdrawn (spot, since 2026-07-07).
    "CANCEL_ONLY": InstrumentStatus.HALTED,
}


class _Filter(Struct, rename="camel"):
    filter_type: str
    tick_size: str | None = None
    step_size: str | None = None
    # Spot and futures name the smallest order value differently.
    min_notional: str | None = None
    notional: str | None = None


class _Symbol(Struct, rename="camel"):
    symbol: str
    status: str
    base_asset: str
    quote_asset: str
    filters: list[_Filter]
    contract_type: str = SPOT_CONTRACT_TYPE
    onboard_date: int | None = None
    delivery_date: int = NO_DELIVERY_MS
    underlying_sub_type: list[str] = []


class _RateLimit(Struct, rename="camel"):
    rate_limit_type: str
    interval: str
    interval_num: int
    limit: int


class _ExchangeInfo(Struct, rename="camel"):
    symbols: list[_Symbol]
    rate_limits: list[_RateLimit] = []


class Listing(Struct, frozen=True):
    """What `exchangeInfo` says: the USDT instruments and the weight ceiling."""

    instruments: list[Instrument]
    weight_per_minute: int | None


def parse_listing(
    body: bytes,
    venue: Venue,
    *,
    categories: Mapping[str, Sequence[str]] | None = None,
) -> Listing:
    """
    Return the USDT perpetuals, or spot pairs, of an ``exchangeInfo`` answer.

    An instrument whose price or quantity step is missing is left out and
    logged: nothing could be shown of it.

    Parameters
    ----------
    body
        The answer's body.
    venue
        Whose answer it is.
    categories
        Categories by base asset, for venues that state none themselves.

    Raises
    ------
    BadAnswerError
        If the answer is not of the documented form.
    """
    listing = parse(body, _ExchangeInfo)
    by_base = categories or {}
    instruments = []
    for row in listing.symbols:
        if not _is_wanted(row, venue):
            continue
        try:
            instruments.append(_instrument(row, venue, by_base))
        except BadAnswerError as error:
            logger.warning("Left out %s: %s", row.symbol, error)
    return Listing(instruments, _weight_per_minute(listing.rate_limits))


def _is_wanted(row: _Symbol, venue: Venue) -> bool:
    if row.quote_asset != QUOTE_ASSET:
        return False
    return venue is not Venue.BINANCE_USDM or row.contract_type in PERPETUAL_TYPES


def _instrument(
    row: _Symbol, venue: Venue, by_base: Mapping[str, Sequence[str]]
) -> Instrument:
    filters = {entry.filter_type: entry for entry in row.filters}
    price, lot = filters.get("PRICE_FILTER"), filters.get("LOT_SIZE")
    value = filters.get("MIN_NOTIONAL") or filters.get("NOTIONAL")
    smallest = (value.notional or value.min_notional) if value else None
    own = row.underlying_sub_type or by_base.get(row.base_asset, ())
    return Instrument(
        venue=venue,
        symbol=Symbol(row.symbol),
        base_asset=row.base_asset,
        quote_asset=row.quote_asset,
        status=_status(row),
        contract_type=row.contract_type,
        tick_size=_step(price.tick_size if price else None, "price"),
        step_size=_step(lot.step_size if lot else None, "quantity"),
        min_notional=None if smallest is None else _plain(smallest),
        listed_at_ms=row.onboard_date,
        delisted_at_ms=(
            None if row.delivery_date == NO_DELIVERY_MS else row.delivery_date
        ),
        categories=tuple(own),
    )


def _status(row: _Symbol) -> InstrumentStatus:
    status = _STATUSES.get(row.status)
    if status is None:
        logger.warning("%s has the unknown status %s", row.symbol, row.status)
        return InstrumentStatus.HALTED
    return status


def _step(text: str | None, what: str) -> Decimal:
    step = _plain(text or "")
    if step <= 0:
        raise BadAnswerError(f"The {what} step is {text!r}; it must be above 0.")
    return step


def _plain(text: str) -> Decimal:
    # "0.01000000" and "0.01" are one step, and "10" must not become 1E+1.
    try:
        number = Decimal(text)
    except InvalidOperation as error:
        raise BadAnswerError(f"{text!r} is not a number.") from error
    if not number.is_finite():
        raise BadAnswerError(f"{text!r} is not finite.")
    shortest = number.normalize()
    exponent = shortest.as_tuple().exponent
    is_whole = isinstance(exponent, int) and exponent > 0
    return shortest.quantize(Decimal(1)) if is_whole else shortest


def _weight_per_minute(limits: Sequence[_RateLimit]) -> int | None:
    for entry in limits:
        if (
            entry.rate_limit_type == "REQUEST_WEIGHT"
            and entry.interval == "MINUTE"
            and entry.interval_num == 1
        ):
            return entry.limit
    return None
