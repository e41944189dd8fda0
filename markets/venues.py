"""Where this installation finds a venue, and what is served there."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import httpx
from django.conf import settings

from markets.errors import ExchangeError, ExchangeUnavailableError
from markets.exchanges.base import Addresses
from markets.exchanges.connect import connect
from markets.types import MarketKind, MarketSource, Venue

logger = logging.getLogger(__name__)

_ASK_S = 5.0


@dataclass(frozen=True, slots=True)
class KnownMarket:
    """What an address serves."""

    source: MarketSource
    book: str


def venue_addresses(venue: Venue) -> Addresses:
    """Return the base URLs that the settings give a venue."""
    if venue is Venue.BINANCE_USDM:
        return Addresses(
            settings.BINANCE_USDM_REST_URL, settings.BINANCE_USDM_STREAM_URL
        )
    return Addresses(settings.BINANCE_SPOT_REST_URL, settings.BINANCE_SPOT_STREAM_URL)


async def learn_market(addresses: Addresses) -> KnownMarket:
    """
    Ask an address whether it is a simulator, and of which market.

    Raises
    ------
    ExchangeUnavailableError
        If nobody answers there.
    """
    live = KnownMarket(MarketSource(MarketKind.LIVE, "live"), "live")
    if httpx.URL(addresses.rest).host.endswith((".binance.com", ".binance.vision")):
        return live
    url = f"{addresses.rest}/simulator/market"
    try:
        async with httpx.AsyncClient(timeout=_ASK_S) as client:
            answer = await client.get(url)
    except httpx.HTTPError as error:
        raise ExchangeUnavailableError(f"{url} does not answer: {error}") from error
    if answer.status_code == httpx.codes.NOT_FOUND:
        return live
    if answer.status_code != httpx.codes.OK:
        raise ExchangeUnavailableError(f"{url} answered {answer.status_code}.")
    told = answer.json()
    source = MarketSource(MarketKind(told["kind"]), told["key"], told["label"])
    return KnownMarket(source, told["book"])


async def categories_for(
    venue: Venue, source: MarketSource
) -> Mapping[str, Sequence[str]]:
    """
    Return the categories by base asset that a venue does not state itself.

    The spot market names none, the futures of the same exchange do: they are
    asked once. A market that is played needs nothing from outside, and without
    an answer the pairs simply have no categories.
    """
    if venue is not Venue.BINANCE_SPOT or source.kind is not MarketKind.LIVE:
        return {}
    futures = await connect(
        Venue.BINANCE_USDM, venue_addresses(Venue.BINANCE_USDM), weight_share=0.1
    )
    try:
        listed = await futures.list_instruments()
    except ExchangeError as error:
        logger.warning("The pairs have no categories: %s", error)
        return {}
    finally:
        await futures.close()
    return {one.base_asset: one.categories for one in listed if one.categories}
