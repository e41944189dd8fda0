"""Background work of the market; each task may run twice without harm."""

import asyncio
import logging
from uuid import UUID

import httpx
from celery import shared_task
from django.conf import settings

from markets.errors import ExchangeError, FeatureStoreTakenError, NotStoredError
from markets.exchanges.connect import connect
from markets.feature_shelf import shelf, store_of
from markets.selectors.minute_log import stored_market
from markets.services import exports
from markets.services.features import days_to_write, write_day
from markets.services.reconcile import reconcile_yesterday
from markets.services.retention import drop_expired
from markets.services.running_days import drop_running_days
from markets.services.supply import save_supplies, supplies_of
from markets.types import Venue
from markets.venues import learn_market, venue_addresses
from scalpaiboard.lib.clock import now_ms

logger = logging.getLogger(__name__)

_FEATURE_DAYS = 7
"""How far back it makes up for hours in which nothing ran."""
_COINS_A_PAGE = 250
_COIN_PAGES = 4
_ASK_S = 20.0
_RECONCILE_SHARE = 0.25
"""Share of the request weight that the reconciler leaves itself."""


@shared_task(ignore_result=True)
def drop_expired_candles() -> None:
    """Let old minutes go."""
    drop_expired(keep_hours=settings.CANDLE_RETENTION_HOURS)


@shared_task(
    ignore_result=True,
    time_limit=3_600,
    autoretry_for=(ExchangeError,),
    retry_backoff=300,
    max_retries=5,
)
def reconcile_market() -> None:
    """Compare yesterday with the exchange."""
    asyncio.run(_reconcile())


@shared_task(ignore_result=True, time_limit=7_200)
def write_features() -> None:
    """Keep the metrics of the last whole days that are not kept yet."""
    if not settings.FEATURE_STORE_GB:
        return
    try:
        market = stored_market(Venue(settings.VENUE))
        days = days_to_write(shelf(), market, newest=_FEATURE_DAYS)
    except NotStoredError as error:
        logger.info("There is nothing to keep of past days: %s", error)
        return
    try:
        for day in days:
            write_day(shelf(), market, day)
        if store_of(market.venue, market.key).days():
            drop_running_days(shelf())
    except FeatureStoreTakenError as error:
        logger.info("The hour before is still at work: %s", error)


@shared_task(
    ignore_result=True,
    autoretry_for=(httpx.HTTPError,),
    retry_backoff=60,
    max_retries=3,
)
def refresh_circulating_supply() -> None:
    """Fetch the circulating supply where CoinGecko can be reached."""
    with httpx.Client(timeout=_ASK_S) as client:
        coins = []
        for page in range(1, _COIN_PAGES + 1):
            answer = client.get(
                f"{settings.COINGECKO_URL}/coins/markets",
                params={
                    "vs_currency": "usd",
                    "order": "market_cap_desc",
                    "per_page": _COINS_A_PAGE,
                    "page": page,
                },
            )
            answer.raise_for_status()
            rows = answer.json()
            coins.extend(rows)
            if len(rows) < _COINS_A_PAGE:
                break
    save_supplies(supplies_of(coins))


@shared_task(ignore_result=True)
def write_export(export_id: str) -> None:
    """Write a file that a person asked for."""
    exports.write_export(UUID(export_id))


@shared_task(ignore_result=True)
def drop_expired_exports() -> None:
    """Let files go whose time is over."""
    exports.drop_expired_exports()


async def _reconcile() -> None:
    venue = Venue(settings.VENUE)
    addresses = venue_addresses(venue)
    market = await learn_market(addresses)
    exchange = await connect(
        venue, addresses, clock=now_ms, weight_share=_RECONCILE_SHARE
    )
    try:
        await reconcile_yesterday(exchange, market.source)
    finally:
        await exchange.close()
