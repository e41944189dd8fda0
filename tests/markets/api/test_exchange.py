"""Books and trades by way of the exchange's protocol."""

import pytest
from django.test import Client
from pytest_django import Settings

from markets.exchange_desk import desk

pytestmark = pytest.mark.usefixtures("market")


def test_an_exchange_that_cannot_be_reached_is_503(
    client: Client, settings: Settings
) -> None:
    settings.BINANCE_USDM_REST_URL = "http://127.0.0.1:9"
    desk.close()

    answer = client.get("/api/coins/BTCUSDT/orderbook")
    desk.close()

    assert answer.status_code == 503
    assert answer.json()["error"]["code"] == "unavailable"


@pytest.mark.parametrize("what", ["orderbook", "trades"])
def test_a_wrong_limit_is_named(client: Client, what: str) -> None:
    answer = client.get(f"/api/coins/BTCUSDT/{what}", {"limit": "5000"})

    assert answer.status_code == 400
    assert "limit" in answer.json()["error"]["fields"]


@pytest.mark.usefixtures("simulator")
def test_the_order_book_is_the_exchanges_best_prices_first(client: Client) -> None:
    book = client.get("/api/coins/BTCUSDT/orderbook", {"limit": "20"}).json()

    bids, asks = (
        [float(price) for price, _ in book[side]] for side in ("bids", "asks")
    )
    assert bids == sorted(bids, reverse=True)
    assert asks == sorted(asks)
    assert bids[0] < asks[0]


@pytest.mark.usefixtures("simulator")
def test_trades_come_oldest_first(client: Client) -> None:
    answer = client.get("/api/coins/BTCUSDT/trades", {"limit": "50"}).json()

    ids = [trade["trade_id"] for trade in answer["trades"]]
    assert ids == sorted(ids)
    assert len(ids) == 50
    assert {trade["taker_side"] for trade in answer["trades"]} <= {"buy", "sell"}
