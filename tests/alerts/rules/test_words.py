import math
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from alerts.rules.words import counted, duration, listed, metric_text, moment

AT_MS = int(datetime(2026, 11, 21, 14, 5, 9, tzinfo=UTC).timestamp() * 1_000)
THIN = "\N{NARROW NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("zone", "text"),
    [
        ("UTC", "2026-11-21 14:05 UTC"),
        ("Europe/Berlin", "2026-11-21 15:05 CET"),
        ("Asia/Kathmandu", "2026-11-21 19:50 UTC+0545"),
        ("Pacific/Auckland", "2026-11-22 03:05 NZDT"),
    ],
)
def test_a_time_is_said_by_the_clock_of_its_zone(zone: str, text: str) -> None:
    assert moment(AT_MS, ZoneInfo(zone)) == text


def test_the_date_is_left_out_beside_a_time_of_the_same_day() -> None:
    assert moment(AT_MS, UTC, beside_ms=AT_MS + 9 * 3_600_000) == "14:05 UTC"
    assert moment(AT_MS, UTC, beside_ms=AT_MS + 10 * 3_600_000).startswith("2026")


def test_seconds_are_said_where_they_matter() -> None:
    assert moment(AT_MS, UTC, to_second=True) == "2026-11-21 14:05:09 UTC"


@pytest.mark.parametrize(
    ("length_s", "text"),
    [
        (0, "1 s"),
        (59, "59 s"),
        (60, "1 min"),
        (185, "3 min 5 s"),
        (3_605, "1 h"),
        (7_500, "2 h 5 min"),
        (90_000, "1 d 1 h"),
    ],
)
def test_a_stretch_is_said_in_its_two_largest_units(length_s: int, text: str) -> None:
    assert duration(length_s * 1_000) == text


def test_words_are_listed_and_counted() -> None:
    assert listed(["A"]) == "A"
    assert listed(["A", "B", "C"]) == "A, B and C"
    assert (counted(1, "pair"), counted(1_200, "pair")) == ("1 pair", "1,200 pairs")


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("price", 65_432.1, "65,432.10"),
        ("change_1h", 1.618, "+1.62 %"),
        ("change_1h", math.nan, "–"),
        ("range_1h", 1.5, "1.50 %"),
        ("rsi_14_15m", 71.26, "71.3"),
        ("quote_volume_1h", 84_230_000.0, f"84.2{THIN}M"),
        ("candle_volume_1h", 950.0, "950.0"),
        ("relative_volume_5m", 2.5, "2.50×"),
        ("trades_1h", 1_234.0, "1,234 trades"),
        ("consecutive_up_5m", 3.0, "3 candles"),
        ("funding_rate", 0.0001, "+0.0100 %"),
        ("macd_1h", -12.3456, "−12.346"),
        ("cci_20_1h", 104.25, "104.2"),
        ("event_time", float(AT_MS), "2026-11-21 14:05:09 UTC"),
    ],
)
def test_a_metric_is_said_with_its_own_decimals_and_unit(
    name: str, value: float, text: str
) -> None:
    assert metric_text(name, value, price_decimals=2, zone=UTC) == text
