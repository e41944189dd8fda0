"""The sixteen signals as they were asked for, without a look at the product's data."""

from tests.alerts.plain_path import PlainRule

BIG_VOLUMES = (
    "6 * quote_volume_1h >= quote_volume_8h and 16 * quote_volume_1h >= quote_volume_1d"
    " and quote_volume_1h >= 500000 and quote_volume_8h >= 5000000"
)
FIVE_VOLUMES = (
    "3 * quote_volume_5m >= quote_volume_15m and 6 * quote_volume_5m >= quote_volume_1h"
    " and quote_volume_5m >= 100000 and quote_volume_1h >= 1000000"
)
FIFTEEN_VOLUMES = (
    "3 * quote_volume_15m >= quote_volume_1h and "
    "26 * quote_volume_15m >= quote_volume_8h"
    " and quote_volume_15m >= 400000 and quote_volume_1h >= 1000000"
)
HUNTER_VOLUMES = (
    "2 * quote_volume_5m >= quote_volume_15m and 8 * quote_volume_5m >= quote_volume_1h"
)
WHALE_VOLUMES = "relative_volume_5m >= 3 and quote_volume_5m >= 250000"

ASKED_FOR = {
    "big_bull_60": (
        "change_1h >= 1.6 and change_8h > change_1h and change_1d > change_8h "
        f"and change_1d < 15 and {BIG_VOLUMES}"
    ),
    "big_bear_60": (
        "change_1h <= -1.6 and change_8h < change_1h and change_1d < change_8h "
        f"and change_1d > -15 and {BIG_VOLUMES}"
    ),
    "pioneer_bull": (
        "change_5m >= 1 and change_15m >= 1 and 3 * change_5m >= change_15m "
        "and 2 * quote_volume_5m >= quote_volume_15m"
    ),
    "pioneer_bear": (
        "change_5m <= -1 and change_15m <= -1 and 3 * change_5m <= change_15m "
        "and 2 * quote_volume_5m >= quote_volume_15m"
    ),
    "five_big_bull": (
        "change_5m >= 0.6 and change_15m > change_5m and change_1h > change_15m "
        f"and change_1d < 15 and {FIVE_VOLUMES}"
    ),
    "five_big_bear": (
        "change_5m <= -0.6 and change_15m < change_5m and change_1h < change_15m "
        f"and change_1d > -15 and {FIVE_VOLUMES}"
    ),
    "fifteen_big_bull": (
        "change_15m >= 1 and change_1h > change_15m and change_8h > change_1h "
        f"and change_1d < 15 and {FIFTEEN_VOLUMES}"
    ),
    "fifteen_big_bear": (
        "change_15m <= -1 and change_1h < change_15m and change_8h < change_1h "
        f"and change_1d > -15 and {FIFTEEN_VOLUMES}"
    ),
    "bottom_hunter": (
        "change_1h <= -0.7 and change_15m <= -0.6 and change_5m >= 0.5 "
        f"and {HUNTER_VOLUMES}"
    ),
    "top_hunter": (
        "change_1h >= 0.7 and change_15m >= 0.6 and change_5m <= -0.5 "
        f"and {HUNTER_VOLUMES}"
    ),
    "bull_whale": (
        f"{WHALE_VOLUMES} and taker_buy_share_5m >= 0.6 and change_5m >= 0 "
        "and prev(change_1h, 5) <= 2"
    ),
    "bear_whale": (
        f"{WHALE_VOLUMES} and taker_buy_share_5m <= 0.4 and change_5m <= 0 "
        "and prev(change_1h, 5) >= -2"
    ),
    "bull_volume": "relative_volume_15m >= 2.5 and consecutive_up_5m >= 3",
    "bear_volume": "relative_volume_15m >= 2.5 and consecutive_down_5m >= 3",
    "flat_1m": "range_10m <= 0.1",
    "flat_8h": "range_8h <= 2",
}
FLAT = ("flat_1m", "flat_8h")
VOLUMES = ("bull_whale", "bear_whale", "bull_volume", "bear_volume")
ENDS = {"flat_1m": "range_10m > 0.15"}


def asked_for(
    number: int, slug: str, *, symbols: tuple[str, ...], step: float | None
) -> PlainRule:
    """Return a signal as a rule for these pairs; `step` is the operator's choice."""
    text = ASKED_FOR[slug]
    metric, sign = text.split()[:2]
    return PlainRule(
        number,
        text,
        symbols,
        cool_down=60 if slug in FLAT else 15 if slug in VOLUMES else 5,
        false_closes=3,
        closes_when=ENDS.get(slug, ""),
        step=step,
        metric=metric,
        direction=1 if sign == ">=" else -1,
    )
