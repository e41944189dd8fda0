import pytest
from pytest_django import Settings

from markets.simulator.generated import GeneratedMarket
from markets.simulator.server import serve
from markets.types import MarketKind, MarketSource, Venue
from markets.venues import categories_for

LIVE = MarketSource(MarketKind.LIVE, "live")
NOWHERE = "http://127.0.0.1:9"


async def test_spot_pairs_bear_the_categories_of_the_futures(
    settings: Settings,
) -> None:
    async with serve(GeneratedMarket(venue=Venue.BINANCE_USDM, count=3)) as futures:
        settings.BINANCE_USDM_REST_URL = futures.addresses.rest

        found = await categories_for(Venue.BINANCE_SPOT, LIVE)

    assert found["BTC"] == ("PoW",)


async def test_spot_without_the_futures_has_no_categories(settings: Settings) -> None:
    settings.BINANCE_USDM_REST_URL = NOWHERE

    assert await categories_for(Venue.BINANCE_SPOT, LIVE) == {}


@pytest.mark.parametrize(
    ("venue", "source"),
    [
        (Venue.BINANCE_USDM, LIVE),
        (Venue.BINANCE_SPOT, MarketSource(MarketKind.GENERATED, "generated:7", "")),
    ],
)
async def test_nobody_is_asked_where_nothing_is_missing(
    settings: Settings, venue: Venue, source: MarketSource
) -> None:
    settings.BINANCE_USDM_REST_URL = NOWHERE

    assert await categories_for(venue, source) == {}
