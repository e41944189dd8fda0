"""Each rule of the technical summary, just inside and just outside its bounds."""

import json
import math
from typing import Any

import pytest

from markets.analysis.rules import RULES, Rule, Side
from markets.analysis.summary import Finding, ask, summarise
from markets.engine.catalogue import METRIC_OF
from tests.conftest import ROOT

# The page's script must say the same: it runs over the same cases.
CASES = json.loads((ROOT / "frontend" / "tests" / "summary.json").read_text("utf-8"))
UP, DOWN, NEUTRAL = Side.UP, Side.DOWN, Side.NEUTRAL


def only(values: dict[str, float]) -> Finding:
    """Return the one finding that these numbers allow."""
    summary = summarise(values, "1h")
    assert len(summary.findings) == 1, summary
    assert summary.n_unknown == len(RULES) - 1
    return summary.findings[0]


@pytest.mark.parametrize(
    ("name", "value", "side"),
    [
        ("rsi_14_1h", 70.0, NEUTRAL), ("rsi_14_1h", 70.01, DOWN),
        ("rsi_14_1h", 30.0, NEUTRAL), ("rsi_14_1h", 29.99, UP),
        ("stoch_k_1h", 80.0, NEUTRAL), ("stoch_k_1h", 80.01, DOWN),
        ("stoch_k_1h", 20.0, NEUTRAL), ("stoch_k_1h", 19.99, UP),
        ("williams_r_14_1h", -20.0, NEUTRAL), ("williams_r_14_1h", -19.99, DOWN),
        ("williams_r_14_1h", -80.0, NEUTRAL), ("williams_r_14_1h", -80.01, UP),
        ("mfi_14_1h", 80.0, NEUTRAL), ("mfi_14_1h", 80.01, DOWN),
        ("mfi_14_1h", 20.0, NEUTRAL), ("mfi_14_1h", 19.99, UP),
        ("cci_20_1h", 100.0, NEUTRAL), ("cci_20_1h", 100.01, UP),
        ("cci_20_1h", -100.0, NEUTRAL), ("cci_20_1h", -100.01, DOWN),
        ("vwap_distance_1h", 0.0, NEUTRAL), ("vwap_distance_1h", 0.01, UP),
        ("vwap_distance_1h", -0.01, DOWN),
    ],
)  # fmt: skip
def test_a_number_says_something_only_beyond_its_bound(
    name: str, value: float, side: Side
) -> None:
    finding = only({name: value})

    assert finding.side is side
    assert [(one.name, one.value) for one in finding.readings] == [(name, value)]


@pytest.mark.parametrize(
    ("name", "against"),
    [
        ("price", "ema_21_1h"), ("price", "ema_50_1h"), ("price", "ema_200_1h"),
        ("price", "pivot_1h"), ("ema_9_1h", "ema_21_1h"), ("macd_1h", "macd_signal_1h"),
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    ("number", "side"), [(100.01, UP), (100.0, NEUTRAL), (99.99, DOWN)]
)
def test_a_number_against_another_says_which_is_higher(
    name: str, against: str, number: float, side: Side
) -> None:
    finding = only({name: number, against: 100.0})

    assert finding.side is side
    assert [one.value for one in finding.readings] == [number, 100.0]


@pytest.mark.parametrize(
    ("strength", "up", "down", "side"),
    [
        (25.0, 20.1, 20.0, UP),
        (25.0, 20.0, 20.1, DOWN),
        (25.0, 20.0, 20.0, NEUTRAL),
        (24.99, 30.0, 10.0, NEUTRAL),
    ],
)
def test_a_direction_counts_only_in_a_trend(
    strength: float, up: float, down: float, side: Side
) -> None:
    finding = only({"adx_14_1h": strength, "plus_di_1h": up, "minus_di_1h": down})

    assert finding.side is side
    assert ("no trend" in finding.sentence) is (strength < 25)


@pytest.mark.parametrize("unknown", ["plus_di_1h", "minus_di_1h", "adx_14_1h"])
def test_a_rule_with_an_unknown_number_has_no_vote(unknown: str) -> None:
    values = {"plus_di_1h": 30.0, "minus_di_1h": 10.0, "adx_14_1h": 40.0}

    summary = summarise(values | {unknown: math.nan}, "1h")

    assert summary.findings == ()
    assert summary.n_unknown == len(RULES)


def test_a_timeframe_does_not_read_anothers_numbers() -> None:
    assert summarise({"rsi_14_1h": 90.0}, "4h").findings == ()


def test_every_rule_reads_metrics_of_the_catalogue_in_every_timeframe() -> None:
    for rule in RULES:
        gate = rule.only_from[0] if rule.only_from else None
        for name in filter(None, (rule.metric, rule.against, gate)):
            for timeframe in ("5m", "15m", "1h", "4h", "8h", "1d"):
                full = name if name == "price" else f"{name}_{timeframe}"
                assert full in METRIC_OF, full


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_rule_says_the_same_here_and_on_the_live_page(case: dict[str, Any]) -> None:
    values = {
        name: math.nan if value is None else value
        for name, value in case["values"].items()
    }

    finding = ask(Rule(**case["rule"]), values, "1h")

    if case["group"] == "unknown":
        assert finding is None
        return
    assert finding is not None
    assert (finding.side, finding.sentence) == (case["group"], case["sentence"])
    assert [
        [one.name.removesuffix("_1h"), one.value] for one in finding.readings
    ] == case["readings"]
