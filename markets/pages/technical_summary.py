"""The technical summary of a pair's page: every timeframe counted, one in words."""

import math
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final

from markets.analysis.rules import RULES, Rule, Side
from markets.analysis.summary import Finding, ask, summarise
from markets.engine.catalogue import METRIC_OF
from markets.engine.table import Table
from markets.metric_figures import Shown, shown
from markets.selectors.pairs import Pair
from markets.types import TIMEFRAMES

UNKNOWN: Final = "unknown"
GROUPS: Final = (
    (Side.UP.value, "Up", "Nothing says up."),
    (Side.DOWN.value, "Down", "Nothing says down."),
    (Side.NEUTRAL.value, "Neither", "Nothing is undecided."),
    (UNKNOWN, "Unknown", "No number is missing."),
)
"""Where a rule can stand, the word for it, and the words where none does."""

ASKED: Final[Mapping[str, Mapping[int, Rule]]] = {
    timeframe: {
        number: rule
        for number, rule in enumerate(RULES)
        if all(name in METRIC_OF for name in rule.reads(timeframe))
    }
    for timeframe in TIMEFRAMES
}
"""The rules of each timeframe by their number: no window is as short as 1m."""

# What rules read is named here in one timeframe that has all of it.
_READ: Final = {
    METRIC_OF[name].bare_name: METRIC_OF[name]
    for rule in RULES
    for name in rule.reads("1h")
}
_NAMES: Final = tuple(
    dict.fromkeys(
        name
        for timeframe, rules in ASKED.items()
        for rule in rules.values()
        for name in rule.reads(timeframe)
    )
)
_RULES_TOLD: Final = [asdict(rule) for rule in RULES]


def technical_summary(table: Table, pair: Pair, timeframe: str) -> dict[str, Any]:
    """
    Return what the summary of a pair shows first, and what its script needs.

    Parameters
    ----------
    table
        The live table; it has the symbol.
    pair
        Whose summary.
    timeframe
        The one that is told in words.
    """
    values = table.row(pair.symbol)
    metrics = {name: shown(metric, pair.decimals) for name, metric in _READ.items()}
    return {
        "timeframe": timeframe,
        "votes": [_votes(values, one) for one in TIMEFRAMES],
        "groups": _groups(values, metrics, timeframe),
        "told": {
            "rules": _RULES_TOLD,
            "metrics": {name: asdict(one) for name, one in metrics.items()},
            "values": {name: _known(values.get(name, math.nan)) for name in _NAMES},
        },
    }


# The picture is as wide as there are rules: up from the left, down from the right.
def _votes(values: Mapping[str, float], timeframe: str) -> dict[str, Any]:
    rules = tuple(ASKED[timeframe].values())
    summary = summarise(values, timeframe, rules)
    counts = {side.value: len(summary.of_side(side)) for side in Side}
    return {
        "timeframe": timeframe,
        **counts,
        "unknown": summary.n_unknown,
        "rules": len(rules),
        "down_from": len(rules) - counts["down"],
    }


def _groups(
    values: Mapping[str, float], metrics: Mapping[str, Shown], timeframe: str
) -> list[dict[str, Any]]:
    lines: dict[str, list[dict[str, Any]]] = {group: [] for group, _, _ in GROUPS}
    for number, rule in ASKED[timeframe].items():
        finding = ask(rule, values, timeframe)
        if finding:
            group, line = finding.side.value, _line(finding, metrics, timeframe)
        else:
            group, line = UNKNOWN, _lacking(rule, values, metrics, timeframe)
        lines[group].append({"rule": number, "source": rule.source, **line})
    return [
        {"name": name, "label": label, "nothing": nothing, "lines": lines[name]}
        for name, label, nothing in GROUPS
    ]


def _line(
    finding: Finding, metrics: Mapping[str, Shown], timeframe: str
) -> dict[str, Any]:
    read = [
        (metrics[one.name.removesuffix(f"_{timeframe}")], one.value)
        for one in finding.readings
    ]
    return {
        "sentence": finding.sentence,
        "numbers": [
            {"label": metric.label, "text": metric.text(value), "unit": metric.unit}
            for metric, value in read
        ],
    }


def _lacking(
    rule: Rule,
    values: Mapping[str, float],
    metrics: Mapping[str, Shown],
    timeframe: str,
) -> dict[str, Any]:
    lacking = [
        metrics[name.removesuffix(f"_{timeframe}")]
        for name in rule.reads(timeframe)
        if math.isnan(values.get(name, math.nan))
    ]
    candles = max(one.warm_up or 0 for one in lacking)
    since = f", from {candles} candles on" if candles else ""
    labels = ", ".join(one.label for one in lacking)
    return {"sentence": f"{labels}{since}", "numbers": []}


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value
