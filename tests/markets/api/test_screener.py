import csv
import io
from typing import Any

import numpy as np
import pytest
from django.test import Client

from markets import models, snapshots
from markets.engine.catalogue import COLUMNS
from markets.engine.recent import SLOTS, Recent
from markets.engine.table import Table
from markets.recent_snapshots import write_recent
from markets.types import MINUTE_MS
from tests.markets.api.conftest import AS_OF_MS, SYMBOLS, table

pytestmark = pytest.mark.usefixtures("market")

STRONG = "change_1h >= 0.1 and quote_volume_1d > 1e9"


def ask(client: Client, path: str, **parameters: Any) -> Any:
    answer = client.get(f"/api/{path}", parameters)
    assert answer.status_code == 200, answer.content
    return answer.json()


def refusal(client: Client, path: str, **parameters: Any) -> Any:
    answer = client.get(f"/api/{path}", parameters)
    assert answer.status_code == 400, answer.content
    return answer.json()["error"]


def symbols(coins: list[dict[str, Any]]) -> list[str]:
    return [coin["symbol"] for coin in coins]


def test_coins_are_those_of_which_the_expression_is_true(client: Client) -> None:
    strong = ask(client, "coins", where=STRONG)
    by_base = ask(client, "coins", where='base in ("eth", "doge")', sort="symbol")

    assert (symbols(strong["coins"]), strong["total"]) == (["BTCUSDT"], 1)
    assert symbols(by_base["coins"]) == ["DOGEUSDT", "ETHUSDT"]


def test_an_unknown_value_passes_neither_a_condition_nor_its_contrary(
    client: Client,
) -> None:
    rising = ask(client, "coins", where="change_1h > 0")
    others = ask(client, "coins", where="not change_1h > 0")

    assert symbols(rising["coins"]) == ["BTCUSDT"]
    assert symbols(others["coins"]) == ["ETHUSDT"]


def test_a_wrong_expression_is_refused_with_its_place_and_a_suggestion(
    client: Client,
) -> None:
    error = refusal(client, "coins", where="chnge_1h >= 1 and prce > 2")

    assert error["fields"]["where"] == [
        "unknown metric 'chnge_1h' at 1–8; did you mean 'change_1h'?",
        "unknown metric 'prce' at 19–22; did you mean 'price'?",
    ]


def recent(prices: dict[int, list[float]], *, key: str = "generated:7") -> Recent:
    """Make the closed prices of some minutes, by how many steps ago they closed."""
    end = AS_OF_MS // MINUTE_MS
    values = np.full((SLOTS, len(COLUMNS), len(SYMBOLS)), np.nan)
    for back, row in prices.items():
        values[(end - back) % SLOTS, COLUMNS.index("price")] = row
    return Recent("binanceusdm", key, SYMBOLS, COLUMNS, end, values)


def test_a_condition_may_look_back_at_closed_values(client: Client) -> None:
    write_recent(recent({0: [65_000, 0.2, 1_948], 1: [64_000, 0.1, 1_950]}))

    live = ask(client, "screener", where="rising(price, 2)")
    closed = ask(client, "screener", where="price > prev(price, 1)", clock="closed")

    assert symbols(live["coins"]) == ["BTCUSDT"]
    assert symbols(closed["coins"]) == ["BTCUSDT", "DOGEUSDT"]


def test_what_was_not_seen_is_unknown_and_named(client: Client) -> None:
    write_recent(recent({0: [65_000, np.nan, 1_948]}))

    crosses = ask(client, "expressions/check", text="crosses_above(price, 0.1)")
    longer = ask(client, "expressions/check", text="rising(price, 3)")
    one = ask(client, "coins/DOGEUSDT/explain", where="price > prev(price, 1)")

    assert (crosses["passing"], crosses["unknown"]) == (0, 1)
    assert longer["missing"] == [{"metric": "price", "pairs": 3}]
    assert one["explanation"]["value"] is None


def test_another_markets_past_is_not_taken(client: Client) -> None:
    past = {0: [65_000.0, 0.1, 1_900.0]}
    write_recent(recent(past, key="generated:8"))

    answer = ask(client, "expressions/check", text="price > prev(price, 1)")

    assert answer["unknown"] == len(SYMBOLS)


def test_a_condition_that_looks_back_too_far_is_refused_with_its_place(
    client: Client,
) -> None:
    error = refusal(client, "screener", where="rising(price, 8) and prev(price, 7) > 1")

    assert error["fields"]["where"] == ["the screener looks back at most 7 steps at 15"]
    assert ask(client, "screener", where="crosses_above(price, 65100)")["coins"] == []


def test_equal_values_keep_their_order_whichever_page_is_asked_for(
    client: Client,
) -> None:
    values = np.full((len(COLUMNS), len(SYMBOLS)), np.nan)
    values[COLUMNS.index("price")] = 1.0
    values[COLUMNS.index("change_1h")] = [np.nan, 2.0, 2.0]
    snapshots.write_table(
        Table("binanceusdm", "generated:7", "", "live", 9, 9, SYMBOLS, COLUMNS, values)
    )

    pages = [
        ask(client, "coins", sort="-change_1h", limit=1, page=page)
        for page in (1, 2, 3)
    ]

    found = [one for page in pages for one in symbols(page["coins"])]
    assert found == ["DOGEUSDT", "ETHUSDT", "BTCUSDT"]


def test_pinned_pairs_are_told_whatever_the_filter(client: Client) -> None:
    answer = ask(client, "screener", where=STRONG, pinned="ETHUSDT,GONEUSDT,DOGEUSDT")

    assert symbols(answer["coins"]) == ["BTCUSDT"]
    assert symbols(answer["pinned"]) == ["ETHUSDT", "DOGEUSDT"]
    assert answer["market_total"] == 3


def test_a_screen_answers_304_until_the_table_changes(client: Client) -> None:
    first = client.get("/api/screener", {"where": STRONG})
    same = client.get(
        "/api/screener", {"where": STRONG}, HTTP_IF_NONE_MATCH=first["ETag"]
    )
    snapshots.write_table(table("live", sequence=7, btc_price=65_500.0))

    news = client.get(
        "/api/screener", {"where": STRONG}, HTTP_IF_NONE_MATCH=first["ETag"]
    )

    assert (same.status_code, news.status_code) == (304, 200)
    assert news.json()["coins"][0]["price"] == "65500.0"


def test_a_check_counts_who_passes_and_names_what_is_missing(client: Client) -> None:
    answer = ask(client, "expressions/check", text="(change_1h)>=1.0")

    assert answer == {
        "ok": True,
        "normal_form": "change_1h >= 1",
        "words": "change 1h at least 1 %",
        "problems": [],
        "passing": 1,
        "unknown": 1,
        "total": 3,
        "missing": [{"metric": "change_1h", "pairs": 1}],
    }


def test_a_check_tells_the_place_of_a_fault(client: Client) -> None:
    answer = ask(client, "expressions/check", text="  chnge_1h > 1")

    assert (answer["ok"], answer["passing"]) == (False, None)
    assert answer["problems"] == [
        {
            "start": 3,
            "end": 10,
            "message": "unknown metric 'chnge_1h'",
            "suggestion": "change_1h",
        }
    ]


def test_completion_offers_metrics_that_begin_so(client: Client) -> None:
    text = "price > 1 and change_1"

    offers = ask(client, "expressions/complete", text=text, cursor=len(text))

    first = offers["completions"][0]
    assert first["text"].startswith("change_1")
    assert (first["start"], first["end"]) == (15, 22)


def test_completion_in_quotes_offers_what_the_market_has(client: Client) -> None:
    offers = ask(client, "expressions/complete", text='base == "do', cursor=11)

    assert [one["label"] for one in offers["completions"]] == ["DOGE"]


def test_explain_gives_the_value_of_every_part(client: Client) -> None:
    answer = ask(client, "coins/DOGEUSDT/explain", where="price < 1 and change_1h > 0")[
        "explanation"
    ]

    price, change = answer["parts"]
    assert (answer["is_true"], answer["missing"]) == (None, ["change_1h"])
    assert (price["text"], price["is_true"]) == ("price < 1", True)
    assert price["parts"][0]["value"] == 0.16421
    assert (change["is_true"], change["parts"][0]["missing"]) == (None, ["change_1h"])


def test_explain_refuses_an_unknown_pair_and_no_expression(client: Client) -> None:
    assert client.get("/api/coins/NOUSDT/explain?where=price>1").status_code == 404
    assert "where" in refusal(client, "coins/BTCUSDT/explain")["fields"]


@pytest.mark.parametrize("clock", ["live", "closed"])
def test_a_file_holds_exactly_what_the_list_says(client: Client, clock: str) -> None:
    question = {
        "where": "price > 0",
        "columns": "price,change_1h,quote_volume_1d",
        "sort": "-change_1h",
        "clock": clock,
    }
    listed = ask(client, "coins", **question)["coins"]

    as_json = ask(client, "coins/file", **question, file="json")
    as_csv = client.get("/api/coins/file", question | {"file": "csv"})

    lines = list(csv.DictReader(io.StringIO(as_csv.content.decode())))
    assert as_json == listed
    assert lines == [
        {name: "" if value is None else str(value) for name, value in row.items()}
        for row in listed
    ]
    assert as_csv["Content-Disposition"] == 'attachment; filename="screener.csv"'


def test_a_file_begins_with_the_pinned_pairs_each_once(client: Client) -> None:
    rows = ask(client, "coins/file", pinned="DOGEUSDT", file="json")

    assert symbols(rows) == ["DOGEUSDT", "BTCUSDT", "ETHUSDT"]


def test_small_lines_come_for_the_pairs_that_are_known(
    client: Client, market: models.Market
) -> None:
    sparks = ask(client, "screener/sparks", symbols="BTCUSDT,NOUSDT")["sparks"]

    assert set(sparks) == {"BTCUSDT"}
