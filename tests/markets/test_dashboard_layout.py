import numpy as np
import pytest

from markets.dashboard_layout import (
    CHARTS,
    BadLayoutError,
    Chart,
    Layout,
    charts_of,
)
from markets.engine.table import Table


def market(pairs: int = 20) -> Table:
    symbols = tuple(f"A{number:02}USDT" for number in range(pairs))
    return Table(
        "binanceusdm", "generated:7", "", "live", 1, 0, symbols,
        ("quote_volume_1d",), np.arange(pairs, dtype=np.float64)[None, :],
    )  # fmt: skip


def symbols(charts: list[Chart]) -> list[str]:
    return [chart.symbol for chart in charts]


def test_charts_of_one_who_has_chosen_none_are_the_most_traded() -> None:
    shown = symbols(charts_of(Layout(), market()))

    assert len(shown) == CHARTS
    assert shown[:2] == ["A19USDT", "A18USDT"]


def test_chosen_charts_keep_their_order_and_timeframes() -> None:
    chosen = (Chart("A01USDT", "1h"), Chart("A19USDT"), Chart("A00USDT"))

    shown = charts_of(Layout(charts=chosen), market())

    assert tuple(shown[:3]) == chosen
    assert symbols(shown)[3:5] == ["A18USDT", "A17USDT"]
    assert len(set(symbols(shown))) == CHARTS


def test_a_pair_that_is_gone_gives_its_place_away() -> None:
    gone = Layout(charts=(Chart("LUNAUSDT"), Chart("A03USDT")))

    assert symbols(charts_of(gone, market()))[0] == "A03USDT"


def test_charts_before_the_first_table_are_the_chosen_ones() -> None:
    assert charts_of(Layout(charts=(Chart("BTCUSDT"),)), None) == [Chart("BTCUSDT")]
    assert charts_of(Layout(), None) == []


def test_a_small_market_has_a_chart_a_pair() -> None:
    assert len(charts_of(Layout(), market(pairs=3))) == 3


def test_layout_is_read_from_what_it_says_of_itself() -> None:
    layout = Layout("4h", "15m", (Chart("BTCUSDT", "1m"), Chart("ETHUSDT")))

    assert Layout.of(layout.plain()) == layout


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ([], "request"),
        ({"timeframe": "7m"}, "timeframe"),
        ({"timeframe": []}, "timeframe"),
        ({"window": "1m"}, "window"),
        ({"charts": "BTCUSDT"}, "charts"),
        ({"charts": [{"symbol": f"A{n}"} for n in range(13)]}, "charts"),
        ({"charts": ["BTCUSDT"]}, "charts"),
        ({"charts": [{"symbol": ""}]}, "charts"),
        ({"charts": [{"symbol": "x" * 41}]}, "charts"),
        ({"charts": [{"symbol": "BTCUSDT", "timeframe": "2m"}]}, "charts"),
        ({"charts": [{"symbol": "BTCUSDT", "colour": "red"}]}, "charts"),
        ({"charts": [{"symbol": "BTCUSDT"}, {"symbol": "BTCUSDT"}]}, "charts"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_wrong_layout_names_the_field(given: object, field: str) -> None:
    with pytest.raises(BadLayoutError) as caught:
        Layout.of(given)

    assert list(caught.value.fields) == [field]
