"""Candles older than the store, by way of the exchange's protocol."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from markets import models
from markets.exchange_desk import desk
from markets.types import MINUTE_MS
from tests.markets.api.conftest import AS_OF_MS

pytestmark = pytest.mark.usefixtures("market")
HOUR_MS = 60 * MINUTE_MS


def ask(client: Client, **parameters: Any) -> Any:
    answer = client.get(
        "/api/coins/BTCUSDT/candles", {"reach": "exchange", **parameters}
    )
    assert answer.status_code == 200, answer.content
    return answer.json()


@pytest.mark.usefixtures("simulator")
def test_candles_before_the_store_come_from_the_exchange_without_a_hole(
    client: Client,
) -> None:
    answer = ask(client, limit=10, end=AS_OF_MS)

    times = [candle["open_time"] for candle in answer["candles"]]
    assert times == [AS_OF_MS - back * MINUTE_MS for back in range(10, 0, -1)]
    assert answer["candles"][-1]["close"] == "65432.1"
    assert answer["has_older"] is True


@pytest.mark.usefixtures("simulator")
def test_a_candle_of_which_the_store_has_a_part_is_the_exchanges(
    client: Client,
) -> None:
    end = AS_OF_MS // HOUR_MS * HOUR_MS + HOUR_MS

    answer = ask(client, timeframe="1h", limit=3, end=end - HOUR_MS)

    times = [candle["open_time"] for candle in answer["candles"]]
    assert times == [end - back * HOUR_MS for back in (4, 3, 2)]
    assert all(candle["trade_count"] > 60 for candle in answer["candles"])


@pytest.mark.usefixtures("simulator")
def test_there_is_nothing_before_the_listing(client: Client) -> None:
    listed = AS_OF_MS - 5 * MINUTE_MS
    models.Instrument.objects.filter(symbol="BTCUSDT").update(
        listed_at=datetime.fromtimestamp(listed / 1_000, tz=UTC)
    )

    answer = ask(client, limit=100, end=AS_OF_MS)

    assert answer["candles"][0]["open_time"] == listed
    assert answer["has_older"] is False


def test_what_the_store_has_whole_needs_no_exchange(
    client: Client, settings: Settings
) -> None:
    settings.BINANCE_USDM_REST_URL = "http://127.0.0.1:9"
    desk.close()

    answer = ask(client, limit=2, end=AS_OF_MS)

    assert [candle["close"] for candle in answer["candles"]] == ["65000.0", "65432.1"]


def test_an_exchange_that_cannot_be_reached_is_said_for_what_it_would_give(
    client: Client, settings: Settings
) -> None:
    settings.BINANCE_USDM_REST_URL = "http://127.0.0.1:9"
    desk.close()

    answer = client.get(
        "/api/coins/BTCUSDT/candles", {"reach": "exchange", "end": str(AS_OF_MS)}
    )
    desk.close()

    assert answer.status_code == 503
