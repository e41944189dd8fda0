import numpy as np
import pytest

from markets.engine.table import Table
from markets.pages.market import FIRST_ROWS, market_page, read_choice
from markets.selectors.pairs import Pair

PAIRS = {
    "ADAUSDT": Pair("ADAUSDT", "ADA", "USDT", 4),
    "BTCUSDT": Pair("BTCUSDT", "BTC", "USDT", 1),
    "ETHUSDT": Pair("ETHUSDT", "ETH", "USDT", 2),
}


def table(columns: dict[str, list[float]], symbols: tuple[str, ...] = ()) -> Table:
    return Table(
        venue="binanceusdm",
        market_key="generated:7",
        market_label="",
        clock="live",
        sequence=1,
        as_of_ms=0,
        symbols=symbols or tuple(PAIRS),
        columns=tuple(columns),
        values=np.array(list(columns.values())),
    )


def symbols_of(content: dict[str, object]) -> list[str]:
    rows = content["rows"]
    assert isinstance(rows, list)
    return [row["pair"].symbol for row in rows]


def test_rows_without_the_sorted_value_stand_last() -> None:
    market = table({"price": [1, 2, 3], "change_1h": [-1.0, np.nan, 2.0]})

    descending = market_page(market, PAIRS, read_choice({"sort": "-change_1h"}, market))
    ascending = market_page(market, PAIRS, read_choice({"sort": "change_1h"}, market))

    assert symbols_of(descending) == ["ETHUSDT", "ADAUSDT", "BTCUSDT"]
    assert symbols_of(ascending) == ["ADAUSDT", "ETHUSDT", "BTCUSDT"]


def test_price_has_the_decimals_of_its_pair() -> None:
    market = table({"price": [0.5, 65_432.1, 1_948.2]})

    content = market_page(market, PAIRS, read_choice({"sort": "symbol"}, market))

    prices = [row["cells"][0]["text"] for row in content["rows"]]
    assert prices == ["0.5000", "65,432.1", "1,948.20"]


def test_page_without_a_market_has_no_rows() -> None:
    content = market_page(None, {}, read_choice({}, None))

    assert content["rows"] == []
    assert content["chosen"] is None


def test_page_of_a_large_market_writes_only_the_first_rows() -> None:
    symbols = tuple(f"A{number:03}USDT" for number in range(700))
    market = table({"price": [1.0] * 700}, symbols)

    content = market_page(market, {}, read_choice({}, market))

    assert len(content["rows"]) == FIRST_ROWS


def test_overview_counts_only_pairs_that_moved() -> None:
    market = table({"price": [1, 2, 3], "change_1h": [-1.0, np.nan, 2.0]})

    overview = market_page(market, PAIRS, read_choice({}, market))["overview"]

    assert (overview["advancing"], overview["declining"]) == (1, 1)
    assert overview["strongest"]["text"] == ""


@pytest.mark.parametrize(
    "query",
    [
        {"pair": "<script>", "timeframe": "7m", "sort": "password"},
        {"pair": "", "timeframe": "", "sort": "-"},
    ],
)
def test_choice_of_what_does_not_exist_is_the_default(query: dict[str, str]) -> None:
    choice = read_choice(query, table({"price": [1, 2, 3]}))

    assert (choice.pair, choice.timeframe, choice.sort) == (
        "BTCUSDT",
        "15m",
        "quote_volume_1d",
    )
