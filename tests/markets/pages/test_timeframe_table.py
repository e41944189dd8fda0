from typing import Any

import numpy as np

from markets.engine.catalogue import COLUMNS, METRIC_OF
from markets.engine.table import Table
from markets.figures import NO_VALUE
from markets.pages.timeframe_table import LINES, timeframe_table
from markets.selectors.pairs import Pair
from markets.types import TIMEFRAMES

PAIR = Pair("BTCUSDT", "BTC", "USDT", 1)
MINUS = "\N{MINUS SIGN}"


def cell(cells: dict[str, float], head: str, timeframe: str) -> dict[str, Any]:
    values = np.full((len(COLUMNS), 1), np.nan)
    for name, value in cells.items():
        values[COLUMNS.index(name)] = value
    table = Table(
        "binanceusdm", "generated:7", "", "live", 1, 0, (PAIR.symbol,), COLUMNS, values
    )
    (row,) = (one for one in timeframe_table(table, PAIR) if one["head"] == head)
    return dict(row["cells"][list(TIMEFRAMES).index(timeframe)])


def test_indicators_have_the_catalogues_decimals_in_their_timeframe() -> None:
    cells = {"rsi_14_4h": 61.26, "bb_width_4h": 0.04312, "rsi_14_1h": 20.0}

    assert cell(cells, "RSI 14", "4h")["text"] == "61.3"
    assert cell(cells, "Band width", "4h")["text"] == "0.0431"
    assert cell(cells, "RSI 14", "1d")["text"] == NO_VALUE


def test_averages_are_told_by_the_distance_of_one_from_the_other() -> None:
    cells = {"price": 98.0, "ema_50_1h": 100.0, "ema_9_1h": 101.5, "ema_21_1h": 100.0}

    crossed = cell(cells, "EMA 9 / EMA 21 %", "1h")
    below = cell(cells, "Price / EMA 50 %", "1h")

    assert (crossed["text"], crossed["tone"]) == ("+1.50", "up")
    assert (below["text"], below["tone"]) == (f"{MINUS}2.00", "down")
    assert cell(cells, "Price / EMA 200 %", "1h")["text"] == NO_VALUE


def test_histogram_is_told_in_percent_of_the_price() -> None:
    cells = {"macd_hist_1h": -0.05, "price": 200.0}

    shown = cell(cells, "MACD histogram %", "1h")

    assert (shown["text"], shown["tone"]) == (f"{MINUS}0.025", "down")


def test_direction_is_the_sign_of_the_movements_difference() -> None:
    cells = {"plus_di_1h": 24.3, "minus_di_1h": 18.1, "minus_di_4h": 0.0}
    cells |= {"plus_di_4h": 3.0}

    head = f"+DI 14 less {MINUS}DI 14"

    assert cell(cells, head, "1h")["text"] == "+6.2"
    assert cell(cells, head, "4h")["text"] == "+3.0"
    assert cell(cells, head, "4h")["tone"] == "up"


def test_a_window_that_does_not_exist_has_no_live_cell() -> None:
    assert cell({}, "Change %", "1m") == {"text": NO_VALUE}
    assert cell({}, "Relative volume", "1d") == {"text": NO_VALUE}


def test_lines_read_metrics_of_the_catalogue() -> None:
    for line in LINES:
        for name in filter(None, (line.metric, line.other)):
            assert name == "price" or f"{name}_1h" in METRIC_OF, name
