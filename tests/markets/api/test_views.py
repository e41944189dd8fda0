import gzip
import json
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from markets import models, snapshots
from tests.markets.api.conftest import AS_OF_MS, table

pytestmark = pytest.mark.usefixtures("market")


def ask(client: Client, path: str, **parameters: Any) -> Any:
    answer = client.get(f"/api/{path}", parameters)
    assert answer.status_code == 200, answer.content
    return answer.json()


def refused(client: Client, path: str, **parameters: Any) -> dict[str, Any]:
    answer = client.get(f"/api/{path}", parameters)
    assert answer.status_code == 400, answer.content
    error: dict[str, Any] = answer.json()["error"]
    assert error["code"] == "invalid"
    return error


def test_coins_are_sorted_by_volume_with_prices_in_their_own_decimals(
    client: Client,
) -> None:
    answer = ask(client, "coins")

    assert [coin["symbol"] for coin in answer["coins"]] == [
        "BTCUSDT", "ETHUSDT", "DOGEUSDT",
    ]  # fmt: skip
    assert [coin["price"] for coin in answer["coins"]] == [
        "65432.1", "1948.20", "0.16421",
    ]  # fmt: skip
    assert answer["market"] == {"key": "generated:7", "label": "Not real"}
    assert (answer["total"], answer["as_of"]) == (3, AS_OF_MS)


def test_unknown_numbers_are_null_and_sort_last_either_way(client: Client) -> None:
    rising = ask(client, "coins", sort="change_1h", columns="change_1h")["coins"]
    falling = ask(client, "coins", sort="-change_1h", columns="change_1h")["coins"]

    assert [coin["change_1h"] for coin in rising] == [-0.5, 1.5, None]
    assert [coin["change_1h"] for coin in falling] == [1.5, -0.5, None]


def test_coins_are_filtered_searched_and_paged(client: Client) -> None:
    strong = ask(client, "coins", change_1h_min="0", change_1h_max="2")
    found = ask(client, "coins", search="eth")
    second = ask(client, "coins", page=2, limit=2)
    beyond = ask(client, "coins", page=9)

    assert [coin["symbol"] for coin in strong["coins"]] == ["BTCUSDT"]
    assert [coin["symbol"] for coin in found["coins"]] == ["ETHUSDT"]
    assert [coin["symbol"] for coin in second["coins"]] == ["DOGEUSDT"]
    assert (second["pages"], beyond["coins"]) == (2, [])


@pytest.mark.parametrize(
    ("parameters", "field", "right"),
    [
        ({"sort": "chnge_1h"}, "sort", "change_1h"),
        ({"columns": "price,rsi"}, "columns", "must be one of"),
        ({"limit": "0"}, "limit", "from 1 to 1000"),
        ({"limit": "1_0"}, "limit", "whole number"),
        ({"page": "two"}, "page", "whole number"),
        ({"clock": "now"}, "clock", "closed, live"),
        ({"change_1h_min": "nan"}, "change_1h_min", "must be a number"),
        ({"serch": "btc"}, "serch", "'search'"),
        ({"search": "x" * 50}, "search", "at most 40"),
    ],
)
def test_a_wrong_parameter_is_named_with_what_would_be_right(
    client: Client, parameters: dict[str, str], field: str, right: str
) -> None:
    error = refused(client, "coins", **parameters)

    assert list(error["fields"]) == [field]
    assert right in error["message"]


def test_a_pair_has_every_metric(client: Client) -> None:
    pair, metrics = ask(client, "coins/BTCUSDT"), ask(client, "metrics/BTCUSDT")

    assert pair["metrics"]["price"] == "65432.1"
    assert pair["metrics"]["event_time"] == AS_OF_MS - 12
    assert metrics == pair


@pytest.mark.parametrize("path", ["", "/candles", "/orderbook", "/trades"])
def test_an_unknown_symbol_is_not_found_with_a_suggestion(
    client: Client, path: str
) -> None:
    answer = client.get(f"/api/coins/BTCUSD{path}")

    assert answer.status_code == 404
    assert "did you mean 'BTCUSDT'?" in answer.json()["error"]["message"]


def test_candles_are_the_stored_ones_in_decimal_text(client: Client) -> None:
    answer = ask(client, "coins/BTCUSDT/candles", limit=10)

    assert [candle["close"] for candle in answer["candles"]] == ["65000.0", "65432.1"]
    assert answer["candles"][0]["open_time"] == AS_OF_MS - 120_000
    assert all(candle["is_closed"] for candle in answer["candles"])


def test_candles_of_a_longer_timeframe_are_joined(client: Client) -> None:
    answer = ask(client, "coins/BTCUSDT/candles", timeframe="1h")

    (hour,) = answer["candles"]
    assert (hour["open"], hour["close"], hour["volume"]) == ("64990.0", "65432.1", 5.0)
    assert not hour["is_closed"]


@pytest.mark.parametrize(
    ("parameters", "field"),
    [
        ({"timeframe": "7m"}, "timeframe"),
        ({"limit": "1501"}, "limit"),
        ({"start": "-1"}, "start"),
        ({"start": "20", "end": "10"}, "end"),
    ],
)
def test_wrong_candle_parameters_are_named(
    client: Client, parameters: dict[str, str], field: str
) -> None:
    assert field in refused(client, "coins/BTCUSDT/candles", **parameters)["fields"]


def test_the_ledger_counts_a_day_by_pair_and_hour(
    client: Client, market: models.Market
) -> None:
    models.LedgerMinute.objects.create(
        market=market, open_time_ms=AS_OF_MS - 60_000, entries=bytes([1, 2, 4])
    )

    answer = ask(client, "ledger", day="2023-11-14")

    assert answer["total"] == {
        "expected": 3, "stream": 1, "rest": 1, "halted": 0, "missing": 1, "late": 0,
    }  # fmt: skip
    assert [pair["symbol"] for pair in answer["pairs"]] == [
        "BTCUSDT", "DOGEUSDT", "ETHUSDT",
    ]  # fmt: skip
    assert ask(client, "ledger", day="2023-11-14", symbol="ethusdt")["total"]["missing"]


def test_a_day_that_is_none_is_refused(client: Client) -> None:
    assert "day" in refused(client, "ledger", day="yesterday")["fields"]


def test_symbols_tell_steps_without_needless_zeros(client: Client) -> None:
    first = ask(client, "symbols")["symbols"][0]

    assert (first["symbol"], first["tick_size"]) == ("BTCUSDT", "0.1")


def test_the_catalogue_explains_every_column(client: Client) -> None:
    names = [one["name"] for one in ask(client, "metrics/catalogue")["metrics"]]

    assert "change_1h" in names
    assert set(ask(client, "coins/BTCUSDT")["metrics"]) == set(names)


def test_an_unchanged_answer_is_304_until_the_table_changes(client: Client) -> None:
    first = client.get("/api/coins")
    again = client.get("/api/coins", headers={"If-None-Match": first["ETag"]})
    snapshots.write_table(table("live", sequence=2, btc_price=65_000.0))
    after = client.get("/api/coins", headers={"If-None-Match": first["ETag"]})

    assert (again.status_code, again.content) == (304, b"")
    assert after.status_code == 200
    assert after.json()["coins"][0]["price"] == "65000.0"


def test_a_large_answer_is_compressed_for_those_who_accept_it(client: Client) -> None:
    plain = client.get("/api/coins/BTCUSDT")
    packed = client.get("/api/coins/BTCUSDT", headers={"Accept-Encoding": "gzip"})

    assert packed["Content-Encoding"] == "gzip"
    assert json.loads(gzip.decompress(packed.content)) == plain.json()


def test_a_repeated_question_asks_the_database_nothing(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client.get("/api/coins")

    with django_assert_num_queries(0):
        client.get("/api/coins")


def test_the_allowance_is_told_and_ends_with_429(
    client: Client, settings: Settings
) -> None:
    settings.API_RATE_NAMELESS = 2

    answers = [client.get("/api/coins") for _ in range(3)]

    assert [answer["X-RateLimit-Remaining"] for answer in answers] == ["1", "0", "0"]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2].json()["error"]["code"] == "throttled"
    assert int(answers[2]["Retry-After"]) <= 3_600


def test_before_the_first_table_the_answer_is_503(client: Client) -> None:
    cache.clear()
    snapshots._known.clear()

    answer = client.get("/api/coins")

    assert answer.status_code == 503
    assert answer.json()["error"]["code"] == "unavailable"


def test_an_unknown_address_is_404_in_the_same_shape(client: Client) -> None:
    answer = client.get("/api/nothing")

    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "not_found"


def test_a_slash_too_many_leads_to_the_resource(client: Client) -> None:
    answer = client.get("/api/coins/", {"limit": 1})

    assert (answer.status_code, answer["Location"]) == (302, "/api/coins?limit=1")


def test_health_names_every_part(client: Client) -> None:
    answer = ask(client, "health")

    parts = {part["name"]: part["status"] for part in answer["parts"]}
    assert parts == {
        "database": "ok",
        "cache": "ok",
        "broker": "ok",
        "feed": "degraded",
        "past days": "ok",
    }
    assert answer["status"] == "degraded"


def test_the_docs_page_asks_no_other_host(client: Client) -> None:
    page = client.get("/api/docs/").content.decode()

    assert "swagger-ui" in page
    assert "https://" not in page
