"""What each built-in signal asks, written down by hand: rows inside and outside."""

from typing import NamedTuple

# The floors of 500,000 (Big 60, an hour) and 100,000 (Five Big, five minutes) have
# no row of their own: the other volume conditions ask for more than that already.


class Case(NamedTuple):
    """
    A signal, a row of metrics that just fulfils it, and values that just do not.

    `before_change_1h` is the hour's change five minutes ago. Each value in
    `outside` replaces one of `inside`, and makes the signal false by itself.
    """

    slug: str
    inside: dict[str, float]
    outside: tuple[tuple[str, float], ...]


BEFORE = "before_change_1h"

CASES = (
    Case(
        "big_bull_60",
        {
            "change_1h": 1.6,
            "change_8h": 1.61,
            "change_1d": 1.62,
            "quote_volume_1h": 900_000,
            "quote_volume_8h": 5_400_000,
            "quote_volume_1d": 14_400_000,
        },
        (
            ("change_1h", 1.59),
            ("change_8h", 1.6),
            ("change_1d", 1.61),
            ("change_1d", 15.0),
            ("quote_volume_8h", 5_400_001),
            ("quote_volume_1d", 14_400_001),
            ("quote_volume_1h", 899_999),
            ("quote_volume_8h", 4_999_999),
        ),
    ),
    Case(
        "big_bear_60",
        {
            "change_1h": -1.6,
            "change_8h": -1.61,
            "change_1d": -1.62,
            "quote_volume_1h": 900_000,
            "quote_volume_8h": 5_400_000,
            "quote_volume_1d": 14_400_000,
        },
        (
            ("change_1h", -1.59),
            ("change_8h", -1.6),
            ("change_1d", -1.61),
            ("change_1d", -15.0),
            ("quote_volume_8h", 5_400_001),
            ("quote_volume_1d", 14_400_001),
            ("quote_volume_1h", 899_999),
            ("quote_volume_8h", 4_999_999),
        ),
    ),
    Case(
        "pioneer_bull",
        {
            "change_5m": 1.0,
            "change_15m": 3.0,
            "quote_volume_5m": 1_000,
            "quote_volume_15m": 2_000,
        },
        (
            ("change_5m", 0.99),
            ("change_15m", 0.99),
            ("change_15m", 3.01),
            ("quote_volume_5m", 999),
            ("quote_volume_15m", 2_001),
        ),
    ),
    Case(
        "pioneer_bear",
        {
            "change_5m": -1.0,
            "change_15m": -3.0,
            "quote_volume_5m": 1_000,
            "quote_volume_15m": 2_000,
        },
        (
            ("change_5m", -0.99),
            ("change_15m", -0.99),
            ("change_15m", -3.01),
            ("quote_volume_5m", 999),
            ("quote_volume_15m", 2_001),
        ),
    ),
    Case(
        "five_big_bull",
        {
            "change_5m": 0.6,
            "change_15m": 0.61,
            "change_1h": 0.62,
            "change_1d": 14.99,
            "quote_volume_5m": 200_000,
            "quote_volume_15m": 600_000,
            "quote_volume_1h": 1_200_000,
        },
        (
            ("change_5m", 0.59),
            ("change_15m", 0.6),
            ("change_1h", 0.61),
            ("change_1d", 15.0),
            ("quote_volume_15m", 600_001),
            ("quote_volume_1h", 1_200_001),
            ("quote_volume_1h", 999_999),
            ("quote_volume_5m", 99_999),
        ),
    ),
    Case(
        "five_big_bear",
        {
            "change_5m": -0.6,
            "change_15m": -0.61,
            "change_1h": -0.62,
            "change_1d": -14.99,
            "quote_volume_5m": 200_000,
            "quote_volume_15m": 600_000,
            "quote_volume_1h": 1_200_000,
        },
        (
            ("change_5m", -0.59),
            ("change_15m", -0.6),
            ("change_1h", -0.61),
            ("change_1d", -15.0),
            ("quote_volume_15m", 600_001),
            ("quote_volume_1h", 1_200_001),
            ("quote_volume_1h", 999_999),
            ("quote_volume_5m", 99_999),
        ),
    ),
    Case(
        "fifteen_big_bull",
        {
            "change_15m": 1.0,
            "change_1h": 1.01,
            "change_8h": 1.02,
            "change_1d": 14.99,
            "quote_volume_15m": 500_000,
            "quote_volume_1h": 1_500_000,
            "quote_volume_8h": 13_000_000,
        },
        (
            ("change_15m", 0.99),
            ("change_1h", 1.0),
            ("change_8h", 1.01),
            ("change_1d", 15.0),
            ("quote_volume_1h", 1_500_001),
            ("quote_volume_1h", 999_999),
            ("quote_volume_8h", 13_000_001),
            ("quote_volume_15m", 399_999),
        ),
    ),
    Case(
        "fifteen_big_bear",
        {
            "change_15m": -1.0,
            "change_1h": -1.01,
            "change_8h": -1.02,
            "change_1d": -14.99,
            "quote_volume_15m": 500_000,
            "quote_volume_1h": 1_500_000,
            "quote_volume_8h": 13_000_000,
        },
        (
            ("change_15m", -0.99),
            ("change_1h", -1.0),
            ("change_8h", -1.01),
            ("change_1d", -15.0),
            ("quote_volume_1h", 1_500_001),
            ("quote_volume_1h", 999_999),
            ("quote_volume_8h", 13_000_001),
            ("quote_volume_15m", 399_999),
        ),
    ),
    Case(
        "fifteen_big_bull",
        {
            "change_15m": 1.0,
            "change_1h": 1.01,
            "change_8h": 1.02,
            "change_1d": 14.99,
            "quote_volume_15m": 400_000,
            "quote_volume_1h": 1_000_000,
            "quote_volume_8h": 10_000_000,
        },
        (("quote_volume_15m", 399_999), ("quote_volume_1h", 999_999)),
    ),
    Case(
        "bottom_hunter",
        {
            "change_1h": -0.7,
            "change_15m": -0.6,
            "change_5m": 0.5,
            "quote_volume_5m": 1_000,
            "quote_volume_15m": 2_000,
            "quote_volume_1h": 8_000,
        },
        (
            ("change_1h", -0.69),
            ("change_15m", -0.59),
            ("change_5m", 0.49),
            ("quote_volume_15m", 2_001),
            ("quote_volume_1h", 8_001),
        ),
    ),
    Case(
        "fifteen_big_bear",
        {
            "change_15m": -1.0,
            "change_1h": -1.01,
            "change_8h": -1.02,
            "change_1d": -14.99,
            "quote_volume_15m": 400_000,
            "quote_volume_1h": 1_000_000,
            "quote_volume_8h": 10_000_000,
        },
        (("quote_volume_15m", 399_999), ("quote_volume_1h", 999_999)),
    ),
    Case(
        "top_hunter",
        {
            "change_1h": 0.7,
            "change_15m": 0.6,
            "change_5m": -0.5,
            "quote_volume_5m": 1_000,
            "quote_volume_15m": 2_000,
            "quote_volume_1h": 8_000,
        },
        (
            ("change_1h", 0.69),
            ("change_15m", 0.59),
            ("change_5m", -0.49),
            ("quote_volume_15m", 2_001),
            ("quote_volume_1h", 8_001),
        ),
    ),
    Case(
        "bull_whale",
        {
            "relative_volume_5m": 3.0,
            "taker_buy_share_5m": 0.6,
            "change_5m": 0.0,
            BEFORE: 2.0,
            "quote_volume_5m": 250_000,
        },
        (
            ("relative_volume_5m", 2.99),
            ("taker_buy_share_5m", 0.59),
            ("change_5m", -0.01),
            (BEFORE, 2.01),
            ("quote_volume_5m", 249_999),
        ),
    ),
    Case(
        "bear_whale",
        {
            "relative_volume_5m": 3.0,
            "taker_buy_share_5m": 0.4,
            "change_5m": 0.0,
            BEFORE: -2.0,
            "quote_volume_5m": 250_000,
        },
        (
            ("relative_volume_5m", 2.99),
            ("taker_buy_share_5m", 0.41),
            ("change_5m", 0.01),
            (BEFORE, -2.01),
            ("quote_volume_5m", 249_999),
        ),
    ),
    Case(
        "bull_volume",
        {"relative_volume_15m": 2.5, "consecutive_up_5m": 3},
        (("relative_volume_15m", 2.49), ("consecutive_up_5m", 2)),
    ),
    Case(
        "bear_volume",
        {"relative_volume_15m": 2.5, "consecutive_down_5m": 3},
        (("relative_volume_15m", 2.49), ("consecutive_down_5m", 2)),
    ),
    Case("flat_1m", {"range_10m": 0.1}, (("range_10m", 0.101),)),
    Case("flat_8h", {"range_8h": 2.0}, (("range_8h", 2.01),)),
)
