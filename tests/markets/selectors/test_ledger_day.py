from datetime import UTC, date, datetime

import pytest

from markets.feed import ledger
from markets.feed.ports import LedgerEntry
from markets.models import LedgerMinute, Market
from markets.selectors.ledger_day import ledger_day
from markets.types import MINUTE_MS, LedgerState
from tests.markets.rows import a_market

DAY = date(2026, 3, 1)
START_MS = int(datetime(2026, 3, 1, tzinfo=UTC).timestamp()) * 1_000
STREAM = LedgerEntry(LedgerState.STREAM)
LATE = LedgerEntry(LedgerState.STREAM, is_late=True)
REPAIRED = LedgerEntry(LedgerState.REST)
MISSING = LedgerEntry(LedgerState.MISSING)


@pytest.fixture
def market() -> Market:
    return a_market(dict.fromkeys(("BTCUSDT", "ETHUSDT", "OLDUSDT"), "0.1"))


def note(market: Market, minute: int, *entries: LedgerEntry) -> None:
    LedgerMinute.objects.create(
        market=market,
        open_time_ms=START_MS + minute * MINUTE_MS,
        entries=bytes(ledger.encode(entry) for entry in entries),
    )


@pytest.mark.django_db
def test_hours_count_what_came_of_each_pair(market: Market) -> None:
    note(market, 0, STREAM, REPAIRED)
    note(market, 59, LATE, MISSING)
    note(market, 60, STREAM, STREAM)

    day = ledger_day("binanceusdm", "live", DAY)

    hours = {line["symbol"]: line["hours"] for line in day}
    assert hours["BTCUSDT"][0] == {
        "expected": 2,
        "stream": 2,
        "rest": 0,
        "halted": 0,
        "missing": 0,
        "late": 1,
    }
    assert hours["ETHUSDT"][0]["missing"] == 1
    assert hours["ETHUSDT"][0]["rest"] == 1
    assert hours["BTCUSDT"][1]["expected"] == 1
    assert hours["BTCUSDT"][2]["expected"] == 0


@pytest.mark.django_db
def test_day_leaves_out_its_neighbours_and_silent_pairs(market: Market) -> None:
    note(market, -1, STREAM, STREAM)
    note(market, 1_440, STREAM, STREAM)
    note(market, 5, STREAM)

    day = ledger_day("binanceusdm", "live", DAY)

    assert [line["symbol"] for line in day] == ["BTCUSDT"]
    assert sum(hour["expected"] for hour in day[0]["hours"]) == 1
