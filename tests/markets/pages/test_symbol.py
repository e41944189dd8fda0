import numpy as np
import pytest

from markets.engine.table import Table
from markets.pages.symbol import near_names, neighbours, symbol_page
from markets.selectors.pairs import Pair

PAIRS = {
    "ADAUSDT": Pair("ADAUSDT", "ADA", "USDT", 4),
    "BTCUSDT": Pair("BTCUSDT", "BTC", "USDT", 1),
    "ETHUSDT": Pair("ETHUSDT", "ETH", "USDT", 2),
}


def table(columns: dict[str, list[float]], *, as_of_ms: int = 0) -> Table:
    return Table(
        venue="binanceusdm",
        market_key="generated:7",
        market_label="",
        clock="live",
        sequence=1,
        as_of_ms=as_of_ms,
        symbols=tuple(PAIRS),
        columns=tuple(columns),
        values=np.array(list(columns.values())),
    )


def test_windows_show_each_measure_of_each_window_with_its_tone() -> None:
    market = table({"change_1h": [0.0, -1.236, 2.0], "range_1h": [1.0, 2.346, 3.0]})

    page = symbol_page(market, PAIRS, "BTCUSDT", "15m")

    (hour,) = (window for window in page["windows"] if window["name"] == "1h")
    change, high_to_low = hour["cells"][:2]
    assert (change["text"], change["tone"]) == ("\N{MINUS SIGN}1.24", "down")
    assert (high_to_low["text"], high_to_low["name"]) == ("2.35", "range_1h")
    assert hour["cells"][2]["text"] == "\N{EN DASH}"


def test_a_fact_that_the_venue_does_not_have_is_left_out() -> None:
    nan = float("nan")
    market = table({"high_1d": [1, 2, 3], "mark_price": [nan, nan, 4.0]})

    bitcoin = symbol_page(market, PAIRS, "BTCUSDT", "15m")
    ether = symbol_page(market, PAIRS, "ETHUSDT", "15m")

    assert [fact["name"] for fact in bitcoin["facts"]] == ["high_1d"]
    assert [fact["text"] for fact in ether["facts"]] == ["4.00", "3.00"]


def test_the_next_funding_is_a_whole_minute() -> None:
    nan = float("nan")
    market = table({"next_funding_in": [nan, 59.75, nan]}, as_of_ms=3_614_000)

    page = symbol_page(market, PAIRS, "BTCUSDT", "15m")

    assert page["next_funding_ms"] == 7_200_000
    assert symbol_page(market, PAIRS, "ADAUSDT", "15m")["next_funding_ms"] is None


def test_a_timeframe_that_does_not_exist_is_the_default() -> None:
    page = symbol_page(table({"price": [1, 2, 3]}), PAIRS, "BTCUSDT", "7m")

    assert page["timeframe"] == "15m"


@pytest.mark.parametrize(
    ("symbol", "expected"),
    [
        ("BTCUSDT", ("ETHUSDT", "ADAUSDT")),
        ("ETHUSDT", ("ADAUSDT", "BTCUSDT")),
        ("ADAUSDT", ("BTCUSDT", "ETHUSDT")),
    ],
)
def test_neighbours_follow_the_volume_in_a_ring(
    symbol: str, expected: tuple[str, str]
) -> None:
    market = table({"quote_volume_1d": [1.0, 2.0, 3.0]})

    assert neighbours(market, symbol) == expected


@pytest.mark.parametrize(
    ("written", "meant"),
    [("btc", "BTCUSDT"), ("ETHUSD", "ETHUSDT"), ("aad", "ADAUSDT")],
)
def test_names_near_to_what_was_written_are_offered(written: str, meant: str) -> None:
    assert near_names(written, table({"price": [1, 2, 3]}))[0] == meant


def test_a_name_unlike_all_others_has_no_near_ones() -> None:
    assert near_names("QQQQQ", table({"price": [1, 2, 3]})) == []
