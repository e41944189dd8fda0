"""What callers ask about candles and their analysis, checked."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from markets.api.questions import Parameters
from markets.engine.indicators.along import CHARTED, GROUPS
from markets.screen_choice import CLOCKS
from markets.types import TIMEFRAMES

REACHES: Final = ("store", "exchange")
MOST_CANDLES: Final = 1_500
INDICATORS: Final = tuple(dict.fromkeys((*GROUPS, *CHARTED)))
ANALYSED: Final = tuple(name for name in TIMEFRAMES if name != "1m")
"""Timeframes with a window of the same length, which some metrics need."""
DEFAULT_ANALYSED: Final = ("15m", "1h", "4h", "1d")


@dataclass(frozen=True, slots=True)
class CandlesQuestion:
    """Which candles; times are UTC ms, None where a side is open."""

    timeframe: str
    limit: int
    start_ms: int | None
    end_ms: int | None
    reach: str
    indicators: tuple[str, ...]


def candles_question(given: Mapping[str, str]) -> CandlesQuestion:
    """Read the parameters of a pair's candles; raises ValidationError."""
    read = Parameters(given)
    start = read.integer("start", -1, low=0, high=253_402_300_800_000)
    end = read.integer("end", -1, low=0, high=253_402_300_800_000)
    if -1 < end <= start:
        read.refuse("end", f"end is {end}; it must lie after start, {start}.")
    named = read.names("indicators", (), INDICATORS)
    question = CandlesQuestion(
        timeframe=read.choice("timeframe", "1m", TIMEFRAMES),
        limit=read.integer("limit", 500, low=1, high=MOST_CANDLES),
        start_ms=None if start < 0 else start,
        end_ms=None if end < 0 else end,
        reach=read.choice("reach", "store", REACHES),
        indicators=tuple(
            dict.fromkeys(part for name in named for part in GROUPS.get(name, (name,)))
        ),
    )
    read.done()
    return question


def analysis_question(given: Mapping[str, str]) -> tuple[str, tuple[str, ...]]:
    """Read clock and timeframes of an analysis; raises ValidationError."""
    read = Parameters(given)
    clock = read.choice("clock", "live", CLOCKS)
    timeframes = read.names("timeframes", DEFAULT_ANALYSED, ANALYSED)
    read.done()
    return clock, timeframes
