"""The indicators of the market table, and where each keeps its numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from markets.engine.indicators.averages import (
    AdaptiveAverage,
    ExponentialAverages,
    SimpleAverages,
    TripleAverage,
    WeightedAverage,
)
from markets.engine.indicators.bands import BollingerBands
from markets.engine.indicators.base import Indicator
from markets.engine.indicators.flow import Accumulation, MoneyFlow, VolumeChange
from markets.engine.indicators.moment import N_LANES
from markets.engine.indicators.momentum import (
    CommodityChannel,
    ConvergenceDivergence,
    RelativeStrength,
    Stochastic,
)
from markets.engine.indicators.trend import (
    AverageTrueRange,
    DirectionalMovement,
    LastCandle,
    Runs,
)

INDICATORS: Final[Sequence[Indicator]] = (
    LastCandle(),
    Runs(),
    RelativeStrength(14, 21, 30),
    ConvergenceDivergence(12, 26, 9),
    BollingerBands(20, 2.0),
    SimpleAverages(20, 50, 200),
    ExponentialAverages(9, 21, 50, 200),
    WeightedAverage(20),
    AdaptiveAverage(10),
    TripleAverage(20),
    Stochastic(14),
    AverageTrueRange(14),
    DirectionalMovement(14),
    Accumulation(),
    VolumeChange(14),
    CommodityChannel(20),
    MoneyFlow(14),
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where the numbers of one indicator lie among those of all."""

    indicator: Indicator
    lanes: slice
    looks: slice
    values: slice


def _places() -> tuple[Place, ...]:
    # The first lanes are those of `Moment`.
    lanes, looks, values = N_LANES, 0, 0
    places = []
    for one in INDICATORS:
        ends = lanes + one.n_lanes, looks + one.n_looks, values + len(one.names)
        places.append(
            Place(
                one,
                slice(lanes, ends[0]),
                slice(looks, ends[1]),
                slice(values, ends[2]),
            )
        )
        lanes, looks, values = ends
    return tuple(places)


PLACES: Final = _places()
CARRYING: Final = tuple(place for place in PLACES if place.indicator.n_lanes)
"""Those of which every candle counts for all that follow."""

N_LANES_OF_ALL: Final = PLACES[-1].lanes.stop
N_LOOKS: Final = PLACES[-1].looks.stop

NAMES: Final = tuple(name for one in INDICATORS for name in one.names)
"""Names of the values, without a timeframe."""
