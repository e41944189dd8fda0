"""The signals that come with the product, as data."""

from dataclasses import dataclass
from typing import Final

from alerts.types import Side


@dataclass(frozen=True, slots=True)
class BuiltIn:
    """
    A signal as it is put in; from then on it is the operator's.

    `mirror` is the slug of the rule that can never be true together with it,
    empty where there is none. `escalate_step` is in the unit of the first
    metric of the expression.
    """

    slug: str
    name: str
    side: Side
    expression: str
    description: str
    mirror: str = ""
    cool_down_minutes: int = 5
    false_closes: int = 3
    closes_when: str = ""
    escalate_step: float | None = None


_BIG_60_VOLUMES: Final = (
    "6 * quote_volume_1h >= quote_volume_8h and 16 * quote_volume_1h >= quote_volume_1d"
    " and quote_volume_1h >= 500000 and quote_volume_8h >= 5000000"
)
_FIVE_BIG_VOLUMES: Final = (
    "3 * quote_volume_5m >= quote_volume_15m and 6 * quote_volume_5m >= quote_volume_1h"
    " and quote_volume_5m >= 100000 and quote_volume_1h >= 1000000"
)
_FIFTEEN_BIG_VOLUMES: Final = (
    "3 * quote_volume_15m >= quote_volume_1h and 26 * quote_volume_15m >= "
    "quote_volume_8h and quote_volume_15m >= 400000 and quote_volume_1h >= 1000000"
)
_HUNTER_VOLUMES: Final = (
    "2 * quote_volume_5m >= quote_volume_15m and 8 * quote_volume_5m >= quote_volume_1h"
)

_BIG: Final = (
    BuiltIn(
        "big_bull_60",
        "Big Bull 60",
        Side.BULL,
        "change_1h >= 1.6 and change_8h > change_1h and change_1d > change_8h and "
        f"change_1d < 15 and {_BIG_60_VOLUMES}",
        "An hour of strong gains on more than its share of the volume, in a day that "
        "rises throughout and has not run too far.",
        mirror="big_bear_60",
        escalate_step=1.0,
    ),
    BuiltIn(
        "big_bear_60",
        "Big Bear 60",
        Side.BEAR,
        "change_1h <= -1.6 and change_8h < change_1h and change_1d < change_8h and "
        f"change_1d > -15 and {_BIG_60_VOLUMES}",
        "An hour of strong losses on more than its share of the volume, in a day that "
        "falls throughout and has not run too far.",
        mirror="big_bull_60",
        escalate_step=1.0,
    ),
    BuiltIn(
        "five_big_bull",
        "Five Big Bull",
        Side.BULL,
        "change_5m >= 0.6 and change_15m > change_5m and change_1h > change_15m and "
        f"change_1d < 15 and {_FIVE_BIG_VOLUMES}",
        "Five minutes of gains on more than their share of the volume, on top of gains "
        "over a quarter of an hour and an hour.",
        mirror="five_big_bear",
        escalate_step=0.5,
    ),
    BuiltIn(
        "five_big_bear",
        "Five Big Bear",
        Side.BEAR,
        "change_5m <= -0.6 and change_15m < change_5m and change_1h < change_15m and "
        f"change_1d > -15 and {_FIVE_BIG_VOLUMES}",
        "Five minutes of losses on more than their share of the volume, on top of "
        "losses over a quarter of an hour and an hour.",
        mirror="five_big_bull",
        escalate_step=0.5,
    ),
    BuiltIn(
        "fifteen_big_bull",
        "Fifteen Big Bull",
        Side.BULL,
        "change_15m >= 1 and change_1h > change_15m and change_8h > change_1h and "
        f"change_1d < 15 and {_FIFTEEN_BIG_VOLUMES}",
        "A quarter of an hour of gains on more than its share of the volume, on top "
        "of gains over an hour and eight hours.",
        mirror="fifteen_big_bear",
        escalate_step=1.0,
    ),
    BuiltIn(
        "fifteen_big_bear",
        "Fifteen Big Bear",
        Side.BEAR,
        "change_15m <= -1 and change_1h < change_15m and change_8h < change_1h and "
        f"change_1d > -15 and {_FIFTEEN_BIG_VOLUMES}",
        "A quarter of an hour of losses on more than its share of the volume, on top "
        "of losses over an hour and eight hours.",
        mirror="fifteen_big_bull",
        escalate_step=1.0,
    ),
)
_TURNS: Final = (
    BuiltIn(
        "pioneer_bull",
        "Pioneer Bull",
        Side.BULL,
        "change_5m >= 1 and change_15m >= 1 and 3 * change_5m >= change_15m and "
        "2 * quote_volume_5m >= quote_volume_15m",
        "A move up that has just begun: the last five minutes hold most of the gain "
        "and of the volume of the quarter of an hour.",
        mirror="pioneer_bear",
        escalate_step=1.0,
    ),
    BuiltIn(
        "pioneer_bear",
        "Pioneer Bear",
        Side.BEAR,
        "change_5m <= -1 and change_15m <= -1 and 3 * change_5m <= change_15m and "
        "2 * quote_volume_5m >= quote_volume_15m",
        "A move down that has just begun: the last five minutes hold most of the loss "
        "and of the volume of the quarter of an hour.",
        mirror="pioneer_bull",
        escalate_step=1.0,
    ),
    BuiltIn(
        "bottom_hunter",
        "Bottom Hunter",
        Side.BULL,
        "change_1h <= -0.7 and change_15m <= -0.6 and change_5m >= 0.5 and "
        f"{_HUNTER_VOLUMES}",
        "A pair that fell for an hour and turns up within five minutes, on more than "
        "their share of the volume.",
        mirror="top_hunter",
    ),
    BuiltIn(
        "top_hunter",
        "Top Hunter",
        Side.BEAR,
        "change_1h >= 0.7 and change_15m >= 0.6 and change_5m <= -0.5 and "
        f"{_HUNTER_VOLUMES}",
        "A pair that rose for an hour and turns down within five minutes, on more than "
        "their share of the volume.",
        mirror="bottom_hunter",
    ),
)
_VOLUMES: Final = (
    BuiltIn(
        "bull_whale",
        "Bull Whale",
        Side.BULL,
        "relative_volume_5m >= 3 and taker_buy_share_5m >= 0.6 and change_5m >= 0 and "
        "prev(change_1h, 5) <= 2 and quote_volume_5m >= 250000",
        "Three times the usual volume in five minutes, most of it bought at the ask, "
        "before the hour had risen much.",
        mirror="bear_whale",
        cool_down_minutes=15,
        escalate_step=3.0,
    ),
    BuiltIn(
        "bear_whale",
        "Bear Whale",
        Side.BEAR,
        "relative_volume_5m >= 3 and taker_buy_share_5m <= 0.4 and change_5m <= 0 and "
        "prev(change_1h, 5) >= -2 and quote_volume_5m >= 250000",
        "Three times the usual volume in five minutes, most of it sold at the bid, "
        "before the hour had fallen much.",
        mirror="bull_whale",
        cool_down_minutes=15,
        escalate_step=3.0,
    ),
    BuiltIn(
        "bull_volume",
        "Bull Volume",
        Side.BULL,
        "relative_volume_15m >= 2.5 and consecutive_up_5m >= 3",
        "Two and a half times the usual volume in a quarter of an hour, with three "
        "rising candles of five minutes in a row.",
        mirror="bear_volume",
        cool_down_minutes=15,
        escalate_step=2.5,
    ),
    BuiltIn(
        "bear_volume",
        "Bear Volume",
        Side.BEAR,
        "relative_volume_15m >= 2.5 and consecutive_down_5m >= 3",
        "Two and a half times the usual volume in a quarter of an hour, with three "
        "falling candles of five minutes in a row.",
        mirror="bull_volume",
        cool_down_minutes=15,
        escalate_step=2.5,
    ),
)
_FLAT: Final = (
    BuiltIn(
        "flat_1m",
        "Flat 10 Minutes",
        Side.NEUTRAL,
        "range_10m <= 0.1",
        "Ten minutes within a tenth of a percent; it ends above 0.15 %.",
        cool_down_minutes=60,
        closes_when="range_10m > 0.15",
    ),
    BuiltIn(
        "flat_8h",
        "Flat 8 Hours",
        Side.NEUTRAL,
        "range_8h <= 2",
        "Eight hours within two percent.",
        cool_down_minutes=60,
    ),
)

BUILT_IN: Final = (*_BIG, *_TURNS, *_VOLUMES, *_FLAT)
