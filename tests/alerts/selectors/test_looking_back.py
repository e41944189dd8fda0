"""What a condition was worth at past closes, from wherever it is stored."""

from pathlib import Path

import pytest
from pytest_django import Settings

from alerts.rules.conditions import read_rule
from alerts.selectors import looking_back
from alerts.selectors.looking_back import look_back
from markets import models
from markets.engine.expressions.explanation import Part, explain
from markets.engine.expressions.history import History
from markets.engine.expressions.market import TableMarket
from markets.engine.expressions.plan import Plan
from markets.engine.table import Table
from markets.errors import NotStoredError
from markets.feature_shelf import shelf
from markets.replay import Replay
from markets.selectors.minute_log import stored_market
from markets.services.features import write_day
from markets.types import DAY_MS, MINUTE_MS, Venue
from tests.markets.feed.doubles import BTC
from tests.markets.live_market import MIDNIGHT_MS
from tests.markets.test_features import DAY, store_days

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]
CONDITIONS = (
    "price > 1",
    "rsi_14_5m > 50 and change_1h > 0",
    "crosses_above(ema_21_1m, ema_50_1m)",
    "prev(change_5m, 3) > 0.1",
)
NEVER_MS = MIDNIGHT_MS + 5 * DAY_MS


@pytest.fixture(autouse=True)
def own_folder(settings: Settings, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path
    looking_back._looks.clear()


def whole_market(start_ms: int, end_ms: int) -> list[Table]:
    run = Replay(stored_market(Venue.BINANCE_USDM), start_ms=start_ms, end_ms=end_ms)
    return list(run.tables())


def as_then(text: str, tables: list[Table]) -> Part:
    """What a condition was worth in the last of some tables, with those before."""
    expression, history = read_rule(text), History()
    history.keep(Plan.of((expression,)).depths)
    for table in tables[:-1]:
        history.push(table)
    return explain(expression, TableMarket(tables[-1], history), BTC)


def newest_of(table: Table) -> Table:
    """A table of the same market at another time, as if it were the newest."""
    return Table(
        table.venue, table.market_key, "", "closed", 1, NEVER_MS,
        table.symbols, table.columns, table.values,
    )  # fmt: skip


@pytest.mark.parametrize("is_kept", [False, True], ids=["candles", "day"])
def test_it_is_what_the_whole_market_showed_then(*, is_kept: bool) -> None:
    store_days(1)
    start_ms = MIDNIGHT_MS + 600 * MINUTE_MS
    tables = whole_market(start_ms, start_ms + 20 * MINUTE_MS)
    if is_kept:
        write_day(shelf(), stored_market(Venue.BINANCE_USDM), DAY)
        models.Candle.objects.all().delete()
    newest, last = newest_of(tables[-1]), tables[-1]

    found = [
        look_back(newest, read_rule(one), BTC, last.as_of_ms) for one in CONDITIONS
    ]

    assert [one.part for one in found] == [as_then(one, tables) for one in CONDITIONS]


def test_of_a_time_that_is_not_stored_nothing_is_said() -> None:
    store_days(1)
    newest = newest_of(whole_market(MIDNIGHT_MS, MIDNIGHT_MS + MINUTE_MS)[0])

    with pytest.raises(NotStoredError):
        look_back(newest, read_rule("price > 1"), BTC, MIDNIGHT_MS - DAY_MS)


def test_a_pair_that_was_not_there_has_no_worth() -> None:
    store_days(1)
    tables = whole_market(MIDNIGHT_MS, MIDNIGHT_MS + MINUTE_MS)

    found = look_back(
        newest_of(tables[0]),
        read_rule("price > 1"),
        "NOPEUSDT",
        MIDNIGHT_MS + MINUTE_MS,
    )

    assert found.part is None
