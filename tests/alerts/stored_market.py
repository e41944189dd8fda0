"""A market of two pairs in the database."""

from itertools import batched

from markets.feed.ports import LedgerEntry, MinuteBatch
from markets.services.instruments import save_instruments
from markets.services.minutes import save_minutes
from markets.types import MINUTE_MS, LedgerState, Venue
from tests.markets.feed.doubles import BTC, ETH, an_instrument
from tests.markets.live_market import MIDNIGHT_MS, SOURCE, wandering_log

BEFORE = 120
STREAM = LedgerEntry(LedgerState.STREAM)


def store_minutes(minutes: int) -> None:
    """Store two pairs from two hours before midnight on."""
    start_ms = MIDNIGHT_MS - BEFORE * MINUTE_MS
    count = BEFORE + minutes
    log = wandering_log((BTC, ETH), start_ms=start_ms, minutes=count)
    places = save_instruments(
        Venue.BINANCE_USDM, SOURCE, [an_instrument(BTC), an_instrument(ETH)]
    )
    batches = [
        MinuteBatch(time, [log[BTC, time], log[ETH, time]], {BTC: STREAM}, time)
        for time in range(start_ms, start_ms + count * MINUTE_MS, MINUTE_MS)
    ]
    for some in batched(batches, 600):
        save_minutes(places, some)
