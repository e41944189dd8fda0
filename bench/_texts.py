"""The built-in signals, as expressions, and texts that mean harm."""

from typing import Final

SIGNALS: Final = {
    "big_bull_60": """
        change_1h >= 1.6
        and change_8h > change_1h
        and change_1d > change_8h
        and change_1d < 15
        and 6 * quote_volume_1h >= quote_volume_8h
        and 16 * quote_volume_1h >= quote_volume_1d
        and quote_volume_1h >= 500000
        and quote_volume_8h >= 5000000
    """,
    "pioneer_bull": """
        change_5m >= 1
        and change_15m >= 1
        and 3 * change_5m >= change_15m
        and 2 * quote_volume_5m >= quote_volume_15m
    """,
    "five_big_bull": """
        change_5m >= 0.6
        and change_15m > change_5m
        and change_1h > change_15m
        and change_1d < 15
        and 3 * quote_volume_5m >= quote_volume_15m
        and 6 * quote_volume_5m >= quote_volume_1h
        and quote_volume_5m >= 100000
        and quote_volume_1h >= 1000000
    """,
    "fifteen_big_bull": """
        change_15m >= 1
        and change_1h > change_15m
        and change_8h > change_1h
        and change_1d < 15
        and 3 * quote_volume_15m >= quote_volume_1h
        and 26 * quote_volume_15m >= quote_volume_8h
        and quote_volume_15m >= 400000
        and quote_volume_1h >= 1000000
    """,
    "bottom_hunter": """
        change_1h <= -0.7
        and change_15m <= -0.6
        and change_5m >= 0.5
        and 2 * quote_volume_5m >= quote_volume_15m
        and 8 * quote_volume_5m >= quote_volume_1h
    """,
    "bull_whale": """
        relative_volume_5m >= 3
        and taker_buy_share_5m >= 0.6
        and change_5m >= 0
        and prev(change_1h, 5) <= 2
        and quote_volume_5m >= 250000
    """,
    "bull_volume": "relative_volume_15m >= 2.5 and consecutive_up_5m >= 3",
    "big_bear_60": """
        change_1h <= -1.6
        and change_8h < change_1h
        and change_1d < change_8h
        and change_1d > -15
        and 6 * quote_volume_1h >= quote_volume_8h
        and 16 * quote_volume_1h >= quote_volume_1d
        and quote_volume_1h >= 500000
        and quote_volume_8h >= 5000000
    """,
    "pioneer_bear": """
        change_5m <= -1
        and change_15m <= -1
        and 3 * change_5m <= change_15m
        and 2 * quote_volume_5m >= quote_volume_15m
    """,
    "five_big_bear": """
        change_5m <= -0.6
        and change_15m < change_5m
        and change_1h < change_15m
        and change_1d > -15
        and 3 * quote_volume_5m >= quote_volume_15m
        and 6 * quote_volume_5m >= quote_volume_1h
        and quote_volume_5m >= 100000
        and quote_volume_1h >= 1000000
    """,
    "fifteen_big_bear": """
        change_15m <= -1
        and change_1h < change_15m
        and change_8h < change_1h
        and change_1d > -15
        and 3 * quote_volume_15m >= quote_volume_1h
        and 26 * quote_volume_15m >= quote_volume_8h
        and quote_volume_15m >= 400000
        and quote_volume_1h >= 1000000
    """,
    "top_hunter": """
        change_1h >= 0.7
        and change_15m >= 0.6
        and change_5m <= -0.5
        and 2 * quote_volume_5m >= quote_volume_15m
        and 8 * quote_volume_5m >= quote_volume_1h
    """,
    "bear_whale": """
        relative_volume_5m >= 3
        and taker_buy_share_5m <= 0.4
        and change_5m <= 0
        and prev(change_1h, 5) >= -2
        and quote_volume_5m >= 250000
    """,
    "bear_volume": "relative_volume_15m >= 2.5 and consecutive_down_5m >= 3",
    "flat_1m": "range_10m <= 0.1",
    "flat_8h": "range_8h <= 2",
}

HOSTILE: Final = (
    "(" * 2_000,
    "(" * 999 + "1" + ")" * 999,
    "-" * 1_999 + "1",
    "not " * 499 + "1>2",
    "9**9**9",
    "9" * 2_000,
    "+".join("1" * 1_000),
    "[{(" * 600,
    " and ".join(f"foo_{number} > 1" for number in range(100)),
    " and ".join(f"change_{number} > 1" for number in range(100)),
    " or ".join(f"fo{number}(1)" for number in range(150)),
    "change_1h" * 222,
    "base in (" + ",".join(["'é'"] * 300) + ")",
    "\ud800" * 2_000,
    "\0" * 2_000,
    "price > 1 and " * 1_000_000,
)
