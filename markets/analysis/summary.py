"""What says up, what says down and what says neither, by the rules."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markets.analysis.rules import RULES, Rule, Side


@dataclass(frozen=True, slots=True)
class Reading:
    """A metric by its full name, with its number."""

    name: str
    value: float


@dataclass(frozen=True, slots=True)
class Finding:
    """What one rule says, the numbers it says it of, and whose rule it is."""

    side: Side
    sentence: str
    readings: tuple[Reading, ...]
    source: str


@dataclass(frozen=True, slots=True)
class Summary:
    """All findings of one timeframe; what is unknown says nothing."""

    findings: tuple[Finding, ...]
    n_unknown: int

    def of_side(self, side: Side) -> tuple[Finding, ...]:
        """Return the findings of one side."""
        return tuple(one for one in self.findings if one.side is side)


def summarise(
    values: Mapping[str, float], timeframe: str, rules: Sequence[Rule] = RULES
) -> Summary:
    """
    Ask every rule about one pair in one timeframe.

    Parameters
    ----------
    values
        Metrics by their full name; absent or NaN where unknown. A rule with an
        unknown number is not counted on any side.
    timeframe
        Which timeframe, and window of the same length.
    rules
        What is asked.
    """
    found = [ask(rule, values, timeframe) for rule in rules]
    findings = tuple(one for one in found if one is not None)
    return Summary(findings, len(found) - len(findings))


def ask(rule: Rule, values: Mapping[str, float], timeframe: str) -> Finding | None:
    """Ask one rule, as `summarise` does; None where it lacks a number."""
    names = rule.reads(timeframe)
    readings = tuple(Reading(name, values.get(name, math.nan)) for name in names)
    if any(math.isnan(one.value) for one in readings):
        return None
    gate = rule.only_from
    if gate and readings[-1].value < gate[1]:
        return Finding(Side.NEUTRAL, gate[2], readings[::-1], rule.source)
    number = readings[0].value - (readings[1].value if rule.against else 0.0)
    side, sentence = Side.NEUTRAL, rule.between
    if number > rule.high:
        side, sentence = rule.above
    elif number < rule.low:
        side, sentence = rule.below
    return Finding(side, sentence, readings, rule.source)
