import json
from typing import Any

import numpy as np
import pytest
from django.template.loader import render_to_string

from markets.analysis.rules import RULES
from markets.engine.catalogue import COLUMNS
from markets.engine.table import Table
from markets.pages.technical_summary import ASKED, technical_summary
from markets.selectors.pairs import Pair

BITCOIN = Pair("BTCUSDT", "BTC", "USDT", 1)
MINUS = "\N{MINUS SIGN}"
# A pair that rises, but not strongly, and is overbought by one measure of four.
HOUR = {
    "price": 100.0,
    "ema_9_1h": 99.5,
    "ema_21_1h": 99.0,
    "ema_50_1h": 98.0,
    "ema_200_1h": 101.0,
    "macd_1h": 0.523,
    "macd_signal_1h": 0.614,
    "adx_14_1h": 21.4,
    "plus_di_1h": 25.0,
    "minus_di_1h": 15.0,
    "vwap_distance_1h": 0.352,
    "pivot_1h": 100.0,
    "rsi_14_1h": 61.0,
    "stoch_k_1h": 85.5,
    "williams_r_14_1h": -30.0,
    "mfi_14_1h": 55.0,
    "cci_20_1h": 90.0,
}


def summary(
    cells: dict[str, float], timeframe: str = "1h", pair: Pair = BITCOIN
) -> dict[str, Any]:
    values = np.full((len(COLUMNS), 1), np.nan)
    for name, value in cells.items():
        values[COLUMNS.index(name)] = value
    table = Table(
        "binanceusdm", "generated:7", "", "live", 1, 0, (pair.symbol,), COLUMNS, values
    )
    return technical_summary(table, pair, timeframe)


def told(content: dict[str, Any], group: str) -> list[tuple[str, str]]:
    (found,) = (one for one in content["groups"] if one["name"] == group)
    return [
        (
            line["sentence"],
            ", ".join(f"{one['label']} {one['text']}" for one in line["numbers"]),
        )
        for line in found["lines"]
    ]


def votes(content: dict[str, Any], timeframe: str) -> dict[str, Any]:
    (found,) = (one for one in content["votes"] if one["timeframe"] == timeframe)
    return dict(found)


def test_findings_stand_by_side_each_with_its_numbers() -> None:
    content = summary(HOUR)

    assert told(content, "up") == [
        ("The price is above its average of 21 candles.", "Price 100.0, EMA 21 99.0"),
        ("The price is above its average of 50 candles.", "Price 100.0, EMA 50 98.0"),
        ("The fast average is above the slower one.", "EMA 9 99.5, EMA 21 99.0"),
        ("The price is above what was paid on average.", "VWAP distance +0.35"),
    ]
    assert told(content, "down") == [
        (
            "The price is below its average of 200 candles.",
            "Price 100.0, EMA 200 101.0",
        ),
        ("MACD is below its signal.", "MACD +0.52, MACD signal +0.61"),
        ("The stochastic says overbought.", "Stochastic %K 85.5"),
    ]
    assert told(content, "neutral")[0] == (
        "There is no trend to speak of.",
        f"ADX 14 21.4, {MINUS}DI 14 15.0, +DI 14 25.0",
    )
    assert len(told(content, "neutral")) == 6
    assert told(content, "unknown") == []


def test_every_timeframe_is_counted_and_drawn_to_its_own_rules() -> None:
    content = summary(HOUR | {"rsi_14_1m": 80.0})

    hour, minute = votes(content, "1h"), votes(content, "1m")
    assert [one["timeframe"] for one in content["votes"]] == [
        "1m", "5m", "15m", "1h", "4h", "8h", "1d",
    ]  # fmt: skip
    assert (hour["up"], hour["neutral"], hour["down"], hour["unknown"]) == (4, 6, 3, 0)
    assert (hour["rules"], hour["down_from"]) == (13, 10)
    assert (minute["down"], minute["unknown"], minute["rules"]) == (1, 10, 11)


def test_rules_of_windows_are_not_asked_where_there_is_no_such_window() -> None:
    left_out = set(range(len(RULES))) - set(ASKED["1m"])

    assert {RULES[number].reads("1m")[-1] for number in left_out} == {
        "vwap_distance_1m",
        "pivot_1m",
    }
    assert all(len(ASKED[one]) == len(RULES) for one in ("5m", "15m", "4h", "8h", "1d"))


def test_what_a_young_pair_lacks_is_named_with_when_it_comes() -> None:
    young = {
        name: value
        for name, value in HOUR.items()
        if name not in {"ema_200_1h", "macd_signal_1h", "vwap_distance_1h"}
    }

    content = summary(young)

    assert told(content, "unknown") == [
        ("EMA 200, from 200 candles on", ""),
        ("MACD signal, from 34 candles on", ""),
        ("VWAP distance", ""),
    ]
    assert votes(content, "1h")["unknown"] == 3


@pytest.mark.parametrize(
    ("decimals", "shown"),
    [
        (1, "MACD 0.00, MACD signal 0.00"),
        (7, f"MACD +0.00000123, MACD signal {MINUS}0.00000456"),
    ],
)
def test_differences_of_prices_are_as_fine_as_the_price(
    decimals: int, shown: str
) -> None:
    pair = Pair("BTCUSDT", "BTC", "USDT", decimals)

    content = summary({"macd_1h": 0.00000123, "macd_signal_1h": -0.00000456}, pair=pair)

    assert told(content, "up") == [("MACD is above its signal.", shown)]


def test_page_tells_numbers_sources_and_that_it_is_no_forecast() -> None:
    content = summary(HOUR)

    page = render_to_string(
        "markets/_technical_summary.html", {"pair": BITCOIN, "summary": content}
    )

    assert "a count, no forecast" in page
    assert 'value="1h"' in page
    assert page.count("data-rule=") == 13
    assert 'title="G. Appel, Technical Analysis: Power Tools (2005)"' in page
    assert "VWAP distance <b>+0.35 %</b>" in page


def test_script_gets_every_number_that_a_rule_reads() -> None:
    content = summary(HOUR)

    data = json.loads(json.dumps(content["told"], allow_nan=False))

    assert data["values"]["macd_1h"] == 0.523
    assert data["values"]["macd_4h"] is None
    assert "pivot_1m" not in data["values"]
    assert data["rules"][0]["above"][0] == "up"
    assert data["metrics"]["ema_200"]["warm_up"] == 200
