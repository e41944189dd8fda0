import numpy as np
import pytest
from django.test import Client

from markets.engine.table import Table
from markets.pages.heatmaps import heatmap_page, read_choice
from markets.selectors.pairs import Pair
from tests.markets.api.conftest import market  # noqa: F401 - a fixture

PAIRS = {
    "BTCUSDT": Pair("BTCUSDT", "BTC", "USDT", 1, ("PoW",)),
    "ETHUSDT": Pair("ETHUSDT", "ETH", "USDT", 2),
}


def table(columns: dict[str, list[float]]) -> Table:
    return Table(
        venue="binanceusdm",
        market_key="generated:7",
        market_label="",
        clock="live",
        sequence=1,
        as_of_ms=0,
        symbols=tuple(PAIRS),
        columns=tuple(columns),
        values=np.array(list(columns.values())),
    )


def test_market_cap_is_offered_only_where_a_supply_is_known() -> None:
    without = table({"circulating_supply": [np.nan, np.nan]})
    with_one = table({"circulating_supply": [np.nan, 120e6]})

    hidden = heatmap_page(without, PAIRS, read_choice({}, without))
    offered = heatmap_page(with_one, PAIRS, read_choice({}, with_one))

    assert [name for name, _ in hidden["sizes"]] == ["volume"]
    assert [name for name, _ in offered["sizes"]] == ["volume", "cap"]
    assert offered["traits"] == {"BTCUSDT": ("PoW", None), "ETHUSDT": ("", 120e6)}


def test_groups_are_offered_only_where_pairs_have_a_category() -> None:
    prices = table({"price": [1, 2]})
    plain = {"ETHUSDT": PAIRS["ETHUSDT"]}

    choice = read_choice({}, prices)

    assert heatmap_page(prices, PAIRS, choice)["has_groups"] is True
    assert heatmap_page(prices, plain, choice)["has_groups"] is False


@pytest.mark.parametrize("written", ["eth", "ETHUSDT", " ethusdt "])
def test_a_pair_may_be_written_short(written: str) -> None:
    assert read_choice({"pair": written}, table({"price": [1, 2]})).pair == "ETHUSDT"


def test_choices_that_do_not_exist_are_the_defaults() -> None:
    asked = {"tab": "x", "window": "7m", "size": "<b>", "pair": "QQQ", "groups": "no"}

    choice = read_choice(asked, table({"price": [1, 2]}))

    assert (choice.tab, choice.window, choice.size) == ("market", "1h", "volume")
    assert (choice.pair, choice.unknown, choice.is_grouped) == ("BTCUSDT", "QQQ", False)


@pytest.mark.usefixtures("market")
def test_the_page_of_a_book_names_what_is_not_there(client: Client) -> None:
    page = client.get("/heatmaps/", {"tab": "book", "pair": "DOGEUSD"})

    assert page.status_code == 200
    assert "There is no pair DOGEUSD" in page.content.decode()
    assert "pair=DOGEUSDT" in page.content.decode()


@pytest.mark.usefixtures("market")
def test_the_map_of_the_market_keeps_what_was_chosen(client: Client) -> None:
    page = client.get("/heatmaps/", {"window": "4h", "groups": "no"})

    assert 'data-window="4h"' in page.content.decode()
    assert 'data-grouped="no"' in page.content.decode()
