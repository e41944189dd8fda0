from typing import Any

import pytest
from django.test import Client

from markets import models
from tests.markets.api.conftest import AS_OF_MS

pytestmark = pytest.mark.usefixtures("market")


def ask(client: Client, path: str, **parameters: Any) -> Any:
    answer = client.get(f"/api/market/{path}", parameters)
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_overview_sums_the_market_up(client: Client) -> None:
    answer = ask(client, "overview", window="1h")

    assert answer["as_of"] == AS_OF_MS
    assert answer["breadth"] == {"advancing": 1, "declining": 1, "unchanged": 0}
    assert answer["median_change"] == 0.5
    assert answer["quote_volume_1d"] == 13_100_000_000
    assert (answer["leader"]["symbol"], answer["leader"]["price"]) == (
        "BTCUSDT",
        "65432.1",
    )
    assert answer["strongest"] is None


def test_overview_adds_categories_up(client: Client, market: models.Market) -> None:
    market.instruments.exclude(symbol="DOGEUSDT").update(categories=["Layer-1"])

    (category,) = ask(client, "overview")["categories"]

    assert category == {
        "name": "Layer-1",
        "members": 2,
        "mean_change": 0.5,
        "median_change": 0.5,
        "quote_volume_1d": 13_000_000_000,
    }


def test_movers_are_listed_up_to_the_limit(client: Client) -> None:
    answer = ask(client, "movers", window="1h", limit=1)

    assert [row["symbol"] for row in answer["gainers"]] == ["BTCUSDT"]
    assert [row["symbol"] for row in answer["losers"]] == ["ETHUSDT"]
    assert answer["gainers"][0]["change"] == 1.5


def test_popular_pairs_without_known_trades_are_none(client: Client) -> None:
    assert ask(client, "popular")["pairs"] == []


@pytest.mark.parametrize("path", ["overview", "movers", "popular"])
def test_an_answer_that_has_not_changed_is_not_sent_again(
    client: Client, path: str
) -> None:
    tag = client.get(f"/api/market/{path}")["ETag"]

    again = client.get(f"/api/market/{path}", headers={"If-None-Match": tag})

    assert again.status_code == 304


@pytest.mark.parametrize(
    ("path", "parameters", "field"),
    [
        ("overview", {"window": "2h"}, "window"),
        ("overview", {"limit": "5"}, "limit"),
        ("movers", {"limit": "101"}, "limit"),
        ("popular", {"window": "1h"}, "window"),
    ],
)
def test_a_wrong_parameter_is_named(
    client: Client, path: str, parameters: dict[str, str], field: str
) -> None:
    answer = client.get(f"/api/market/{path}", parameters)

    assert answer.status_code == 400
    assert field in answer.json()["error"]["fields"]
