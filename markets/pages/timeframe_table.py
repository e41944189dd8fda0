"""The multi-timeframe table of a pair's page: indicators down, timeframes across."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

from markets.engine.catalogue import METRIC_OF
from markets.engine.table import Table
from markets.figures import NO_VALUE, direction
from markets.metric_figures import Shown, shown
from markets.selectors.pairs import Pair
from markets.types import TIMEFRAMES

_ANY: Final = "1h"
"""A timeframe and window that every metric has."""
_SHARE_DECIMALS: Final = METRIC_OF["natr_14_1h"].decimals or 0
"""A histogram is shown as finely as the range of a candle, in percent both."""


class Against(StrEnum):
    """How a metric is put against another."""

    OVER = "over"
    """How far it lies above, in percent of the other."""
    LESS = "less"
    """The difference."""
    OF = "of"
    """Its size in percent of the other, which makes pairs alike."""


@dataclass(frozen=True, slots=True)
class Line:
    """One row: a metric without its timeframe, alone or against another."""

    metric: str
    against: Against | None = None
    other: str = ""


LINES: Final = (
    Line("change"),
    Line("ema_9", Against.OVER, "ema_21"),
    Line("price", Against.OVER, "ema_50"),
    Line("price", Against.OVER, "ema_200"),
    Line("macd_hist", Against.OF, "price"),
    Line("adx_14"),
    Line("plus_di", Against.LESS, "minus_di"),
    Line("rsi_14"),
    Line("stoch_k"),
    Line("williams_r_14"),
    Line("mfi_14"),
    Line("cci_20"),
    Line("bb_percent"),
    Line("bb_width"),
    Line("natr_14"),
    Line("relative_volume"),
)
"""Trend first, then the oscillators, then how wide it moves."""


def timeframe_table(table: Table, pair: Pair) -> list[dict[str, Any]]:
    """Return the rows of the table, each with a cell for every timeframe."""
    values = table.row(pair.symbol)
    return [_row(values, pair, line) for line in LINES]


def _row(values: Mapping[str, float], pair: Pair, line: Line) -> dict[str, Any]:
    metric = METRIC_OF[_full(line.metric, _ANY)]
    form = shown(metric, pair.decimals)
    head, meaning = form.head, f"For {_ANY}: {metric.meaning}"
    if line.against:
        other = METRIC_OF[_full(line.other, _ANY)].bare_label
        head, meaning = _words(line.against, form.label, other)
        form = _form(line.against, form)
    return {
        "head": head,
        "meaning": meaning,
        "kind": form.kind,
        "decimals": form.decimals,
        "against": line.against,
        "cells": [_cell(values, line, form, timeframe) for timeframe in TIMEFRAMES],
    }


def _form(against: Against, form: Shown) -> Shown:
    if against is Against.OVER:
        return replace(form, kind="change")
    decimals = _SHARE_DECIMALS if against is Against.OF else form.decimals
    return replace(form, kind="signed", decimals=decimals)


def _words(against: Against, label: str, other: str) -> tuple[str, str]:
    if against is Against.OVER:
        return (
            f"{label} / {other} %",
            f"How far {label} lies above {other}, in percent.",
        )
    if against is Against.OF:
        return f"{label} %", f"{label} in percent of the {other.lower()}."
    return f"{label} less {other}", f"Above zero {label} is the larger one."


def _cell(
    values: Mapping[str, float], line: Line, form: Shown, timeframe: str
) -> dict[str, str]:
    name = _full(line.metric, timeframe)
    if name not in METRIC_OF:
        return {"text": NO_VALUE}
    value, other = values.get(name, math.nan), ""
    if line.against:
        other = _full(line.other, timeframe)
        value = _against(line.against, value, values.get(other, math.nan))
    return {
        "name": name,
        "other": other,
        "text": form.text(value),
        "tone": _tone(form, value),
    }


def _against(against: Against, value: float, other: float) -> float:
    if against is Against.LESS:
        return value - other
    if not other:
        return math.nan
    whole = value - other if against is Against.OVER else value
    return 100 * whole / other


def _tone(form: Shown, value: float) -> str:
    if form.kind == "change":
        return direction(value)
    return direction(value, form.decimals) if form.kind == "signed" else ""


def _full(name: str, timeframe: str) -> str:
    return name if name == "price" else f"{name}_{timeframe}"
