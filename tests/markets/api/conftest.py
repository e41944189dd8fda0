import numpy as np
import pytest
from django.db import connection
from django.test import Client

from accounts.models import User
from markets import candle_table, models, snapshots
from markets.api import views
from markets.engine.catalogue import COLUMNS
from markets.engine.table import Table
from markets.types import DAY_MS, MINUTE_MS
from tests.markets.rows import a_market

AS_OF_MS = 1_700_000_040_000
SYMBOLS = ("BTCUSDT", "DOGEUSDT", "ETHUSDT")


def table(
    clock: str = "live", *, sequence: int = 1, btc_price: float = 65_432.1
) -> Table:
    values = np.full((len(COLUMNS), len(SYMBOLS)), np.nan)
    values[COLUMNS.index("price")] = [btc_price, 0.16421, 1_948.2]
    values[COLUMNS.index("change_1h")] = [1.5, np.nan, -0.5]
    values[COLUMNS.index("quote_volume_1d")] = [9e9, 1e8, 4e9]
    values[COLUMNS.index("event_time")] = AS_OF_MS - 12
    return Table(
        "binanceusdm", "generated:7", "Not real", clock, sequence, AS_OF_MS,
        SYMBOLS, COLUMNS, values,
    )  # fmt: skip


@pytest.fixture
def market(db: None) -> models.Market:
    """A market of three pairs with a table, and two stored candles of BTC."""
    candle_table.make_partitions(connection, [AS_OF_MS // DAY_MS])
    views._cache.clear()
    ticks = {"BTCUSDT": "0.10", "DOGEUSDT": "0.00001", "ETHUSDT": "0.01"}
    made = a_market(ticks, key="generated:7", label="Not real")
    bitcoin = made.instruments.get(symbol="BTCUSDT")
    for number, close in enumerate((65_000.0, 65_432.1)):
        models.Candle.objects.create(
            instrument=bitcoin,
            open_time_ms=AS_OF_MS - (2 - number) * MINUTE_MS,
            open=64_990.0,
            high=65_500.0,
            low=64_980.5,
            close=close,
            volume=2.5,
            quote_volume=162_500.0,
            trade_count=7,
            taker_buy_volume=1.0,
            taker_buy_quote_volume=65_000.0,
            received_at_ms=AS_OF_MS,
        )
    snapshots.write_table(table("live"))
    snapshots.write_table(table("closed"))
    return made


@pytest.fixture
def alice(db: None) -> Client:
    return _logged_in("alice@example.com")


@pytest.fixture
def bob(db: None) -> Client:
    return _logged_in("bob@example.com")


def _logged_in(address: str) -> Client:
    client = Client()
    client.force_login(User.objects.create_user(address, "a long password"))
    return client
