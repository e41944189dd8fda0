"""Order books in price steps, large trades, and what the feed follows already."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from markets import snapshots
from markets.exchange_desk import FRESH_FEED_MS
from markets.types import BookSnapshot, Symbol, Trade
from scalpaiboard.lib.clock import now_ms

pytestmark = [pytest.mark.usefixtures("market"), pytest.mark.servers]

BTC = Symbol("BTCUSDT")
BOOK = BookSnapshot(
    BTC,
    7,
    tuple((f"{65_000 - n * 0.1:.1f}", "1.5") for n in range(400)),
    tuple((f"{65_000.1 + n * 0.1:.1f}", "0.5") for n in range(400)),
)


def follow(book: BookSnapshot = BOOK, *, age_ms: int = 0) -> None:
    """Put a book into the cache as the feed does it."""
    snapshots.write_watched("binanceusdm", [book], {}, now_ms=now_ms() - age_ms)


def follow_trades(count: int) -> None:
    trades = [
        Trade(BTC, number, 1_000 + number, "100.0", f"{number}.0", "buy")
        for number in range(1, count + 1)
    ]
    snapshots.write_watched("binanceusdm", [], {BTC: trades}, now_ms=now_ms())


def ask(client: Client, what: str, **parameters: str) -> Any:
    answer = client.get(f"/api/coins/BTCUSDT/{what}", parameters)
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_a_book_that_the_feed_follows_is_not_asked_for(client: Client) -> None:
    follow()

    told = ask(client, "orderbook", limit="3")

    assert told == {
        "symbol": "BTCUSDT",
        "last_update_id": 7,
        "bids": [["65000.0", "1.5"], ["64999.9", "1.5"], ["64999.8", "1.5"]],
        "asks": [["65000.1", "0.5"], ["65000.2", "0.5"], ["65000.3", "0.5"]],
    }


@pytest.mark.usefixtures("simulator")
def test_a_followed_book_that_is_old_is_asked_for_again(client: Client) -> None:
    follow(age_ms=FRESH_FEED_MS + 100)

    assert ask(client, "orderbook", limit="3")["last_update_id"] != 7


@pytest.mark.usefixtures("simulator")
def test_more_levels_than_the_feed_follows_are_asked_for(client: Client) -> None:
    follow()

    assert len(ask(client, "orderbook", limit="500")["bids"]) == 500


def test_a_book_in_steps_tells_its_pressure(client: Client) -> None:
    follow()

    told = ask(client, "orderbook", bucket="10", limit="3")

    assert (told["bucket"], told["tick_size"], told["source"]) == (
        "10",
        "0.1",
        "exchange",
    )
    assert told["bids"] == [["65000", "1.5"], ["64990", "150"], ["64980", "150"]]
    assert told["asks"] == [["65010", "50"], ["65020", "50"], ["65030", "50"]]
    assert told["mid"] == "65000.05"
    assert told["spread_bps"] == pytest.approx(0.1 / 65_000.05 * 1e4)
    narrow, wide = told["pressure"][0], told["pressure"][-1]
    assert (narrow["within_pct"], wide["within_pct"]) == (0.1, 2.0)
    assert narrow["imbalance"] == pytest.approx(0.5, abs=0.001)
    assert not wide["is_whole"]


def test_the_step_can_be_left_to_us(client: Client) -> None:
    follow()

    told = ask(client, "orderbook", bucket="auto")

    assert told["bucket"] == "1"
    assert 30 < len(told["bids"]) < 60


@pytest.mark.usefixtures("simulator")
def test_a_book_that_nobody_follows_comes_in_steps_too(client: Client) -> None:
    told = ask(client, "orderbook", bucket="auto")

    assert float(told["bids"][0][0]) < float(told["asks"][0][0])
    assert Decimal(told["bucket"]) % Decimal(told["tick_size"]) == 0


@pytest.mark.parametrize(
    "bucket", ["0", "-1", "0.15", "x", "NaN", "1e999999", "Infinity", "0.05"]
)
def test_a_wrong_step_is_named_with_the_tick(client: Client, bucket: str) -> None:
    answer = client.get("/api/coins/BTCUSDT/orderbook", {"bucket": bucket})

    assert answer.status_code == 400
    (sentence,) = answer.json()["error"]["fields"]["bucket"]
    assert "multiple of the tick size, 0.1" in sentence


def test_trades_of_a_value_are_the_latest_of_at_least_that(client: Client) -> None:
    follow_trades(1_000)

    told = ask(client, "trades", min_quote="99500", limit="4")

    assert [one["trade_id"] for one in told["trades"]] == [997, 998, 999, 1_000]


@pytest.mark.parametrize("value", ["-1", "x", "nan", "inf"])
def test_a_wrong_value_is_named(client: Client, value: str) -> None:
    answer = client.get("/api/coins/BTCUSDT/trades", {"min_quote": value})

    assert answer.status_code == 400
    assert "min_quote" in answer.json()["error"]["fields"]


def test_large_trades_come_with_the_threshold_and_its_sample(client: Client) -> None:
    follow_trades(1_000)

    told = ask(client, "trades/large")

    assert told["large_quote"] == pytest.approx(99_001.0)
    assert (told["quantile"], told["sample"], told["since"]) == (0.99, 1_000, 1_001)
    assert [one["trade_id"] for one in told["trades"]] == list(range(991, 1_001))
    assert told["trades"][0]["quote_value"] == 99_100.0


@pytest.mark.usefixtures("simulator")
def test_large_trades_of_the_exchange_reach_their_threshold(client: Client) -> None:
    told = ask(client, "trades/large", limit="5")

    assert 0 < len(told["trades"]) <= 5
    assert min(one["quote_value"] for one in told["trades"]) >= told["large_quote"]


@pytest.mark.parametrize("what", ["orderbook", "trades", "trades/large"])
def test_an_unknown_pair_is_404(client: Client, what: str) -> None:
    answer = client.get(f"/api/coins/NOPE/{what}")

    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "not_found"
