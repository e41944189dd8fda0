"""What a person has chosen for the dashboard: pairs, candle lengths, order, window."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final, Self

import numpy as np

from markets.engine.overview import column_of, highest
from markets.engine.table import Table
from markets.overview import DEFAULT_WINDOW
from markets.types import TIMEFRAMES, WINDOWS
from scalpaiboard.lib.fields import BadFieldsError

CHARTS: Final = 12
DEFAULT_TIMEFRAME: Final = "15m"
LONGEST_SYMBOL: Final = 40


class BadLayoutError(BadFieldsError):
    """A layout is not what it should be."""


@dataclass(frozen=True, slots=True)
class Chart:
    """One chart; `timeframe` is empty where it follows that of all."""

    symbol: str
    timeframe: str = ""


@dataclass(frozen=True, slots=True)
class Layout:
    """
    The dashboard as chosen.

    No charts means the pairs traded most, as they are at the moment.
    """

    timeframe: str = DEFAULT_TIMEFRAME
    window: str = DEFAULT_WINDOW
    charts: tuple[Chart, ...] = ()

    @classmethod
    def of(cls, given: object) -> Self:
        """Read a layout from plain values; raises BadLayoutError."""
        if not isinstance(given, dict):
            raise BadLayoutError({"request": ["The layout must be an object."]})
        wrong: dict[str, list[str]] = {}
        timeframe = given.get("timeframe", DEFAULT_TIMEFRAME)
        if not _is_one_of(timeframe, TIMEFRAMES):
            wrong["timeframe"] = [_wrong("timeframe", timeframe, TIMEFRAMES)]
        window = given.get("window", DEFAULT_WINDOW)
        if not _is_one_of(window, WINDOWS):
            wrong["window"] = [_wrong("window", window, WINDOWS)]
        charts = given.get("charts", [])
        if reason := _fault_of(charts):
            wrong["charts"] = [reason]
        unknown = sorted(set(given) - {"timeframe", "window", "charts"})
        wrong |= {str(name): ["A layout has no such field."] for name in unknown}
        if wrong:
            raise BadLayoutError(wrong)
        return cls(
            timeframe,
            window,
            tuple(Chart(one["symbol"], one.get("timeframe", "")) for one in charts),
        )

    def plain(self) -> dict[str, Any]:
        """Return plain values, which `of` reads."""
        return {
            "timeframe": self.timeframe,
            "window": self.window,
            "charts": [
                {"symbol": chart.symbol, "timeframe": chart.timeframe}
                for chart in self.charts
            ],
        }


def charts_of(layout: Layout, table: Table | None) -> list[Chart]:
    """
    Return the charts to show: as many as there are pairs, at most `CHARTS`.

    In the place of pairs that the market does not have, the most traded ones
    that are not shown yet follow at the end.
    """
    if table is None:
        return list(layout.charts[:CHARTS])
    chosen = [one for one in layout.charts if one.symbol in table.row_of][:CHARTS]
    shown = {one.symbol for one in chosen}
    volume = np.nan_to_num(column_of(table, "quote_volume_1d"))
    spare = iter(
        symbol
        for row in highest(volume, len(volume))
        if (symbol := table.symbols[int(row)]) not in shown
    )
    return [*chosen, *(Chart(one) for one in islice(spare, CHARTS - len(chosen)))]


def _is_one_of(value: object, options: Mapping[str, int]) -> bool:
    return isinstance(value, str) and value in options


def _wrong(name: str, value: object, options: Mapping[str, int]) -> str:
    return f"The {name} is {str(value)[:40]!r}; it must be one of {', '.join(options)}."


def _fault_of(charts: object) -> str:
    """Return what is wrong with a list of charts, nothing where it is right."""
    if not isinstance(charts, list) or len(charts) > CHARTS:
        return f"The charts must be a list of at most {CHARTS}."
    for number, chart in enumerate(charts):
        if reason := _fault_of_chart(chart):
            return f"Chart {number}: {reason}"
    symbols = [chart["symbol"] for chart in charts]
    if len(set(symbols)) < len(symbols):
        return "A pair stands in two charts; each may stand in one."
    return ""


def _fault_of_chart(chart: object) -> str:
    if not isinstance(chart, dict) or set(chart) - {"symbol", "timeframe"}:
        return "It must have a symbol, and may have a timeframe, nothing else."
    symbol = chart.get("symbol")
    if not isinstance(symbol, str) or not 0 < len(symbol) <= LONGEST_SYMBOL:
        return f"It needs a symbol of at most {LONGEST_SYMBOL} characters."
    timeframe = chart.get("timeframe", "")
    if timeframe != "" and not _is_one_of(timeframe, TIMEFRAMES):
        return _wrong("timeframe", timeframe, TIMEFRAMES)
    return ""
