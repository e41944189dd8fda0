"""The slow, obvious record of one pair: plain loops over its minutes."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from alerts.rules.outcomes import Aim


class Minute(NamedTuple):
    low: float
    close: float
    high: float


NOTHING = Minute(math.nan, math.nan, math.nan)


@dataclass
class Rule:
    step: int = 1
    cool_down: int = 0
    false_closes: int = 1
    has_end: bool = False


class Close(NamedTuple):
    """A close, its number in the row of minutes, and what was said at it."""

    minute: int
    truth: int
    end: int = 0
    is_stored: bool = True


def plain_openings(closes: Sequence[Close], rule: Rule) -> list[int]:
    """Follow one pair close by close."""
    fired: list[int] = []
    is_open = is_waiting = False
    known = falses = 0
    for minute, truth, end, is_stored in closes:
        if not is_stored:
            is_open = is_waiting = False
            known = falses = 0
            continue
        if minute % rule.step:
            continue
        is_edge = truth == 1 and known == -1
        known = truth or known
        if is_open:
            if truth:
                falses = falses + 1 if truth == -1 else 0
            is_over = end == 1 if rule.has_end else falses >= rule.false_closes
            is_open = not is_over
            continue
        if truth == -1:
            is_waiting = False
        is_waiting = is_waiting or is_edge
        is_free = not fired or minute - fired[-1] >= rule.cool_down
        if truth == 1 and is_waiting and is_free:
            fired.append(minute)
            is_open, is_waiting, falses = True, False, 0
    return fired


def plain_verdict(pair: Sequence[Minute], moment: int, aim: Aim) -> int:
    """Walk through the minutes after a moment: 1 target, -1 stop, 0 none, 2 unknown."""
    close = pair[moment].close
    after = pair[moment + 1 : moment + 1 + aim.horizon_minutes]
    if len(after) < aim.horizon_minutes or math.isnan(close):
        return 2
    for minute in after:
        if any(math.isnan(price) for price in minute):
            return 2
        if aim.side == 1:
            is_loss = minute.low <= close * (1 - aim.stop_pct / 100)
            is_gain = minute.high >= close * (1 + aim.target_pct / 100)
        else:
            is_loss = minute.high >= close * (1 + aim.stop_pct / 100)
            is_gain = minute.low <= close * (1 - aim.target_pct / 100)
        if is_loss or is_gain:
            return -1 if is_loss else 1
    return 0


def plain_return(pair: Sequence[Minute], moment: int, ahead: int) -> float:
    if moment + ahead >= len(pair):
        return math.nan
    return 100 * (pair[moment + ahead].close / pair[moment].close - 1)


@dataclass
class PlainPair:
    """What a rule did on one pair: its fires, and the same of every minute."""

    fired: list[int]
    verdicts: list[int]
    returns: list[list[float]]
    base_verdicts: list[int]
    base_returns: list[list[float]]


def plain_pair(
    pair: Sequence[Minute],
    closes: Sequence[Close],
    rule: Rule,
    aim: Aim,
    horizons: Sequence[int],
) -> PlainPair:
    """Measure the fires at some closes; a close's minute is a place in `pair`."""
    fired = plain_openings(closes, rule)
    every = [one.minute for one in closes]
    return PlainPair(
        fired,
        [plain_verdict(pair, at, aim) for at in fired],
        [[plain_return(pair, at, ahead) for ahead in horizons] for at in fired],
        [plain_verdict(pair, at, aim) for at in every],
        [[plain_return(pair, at, ahead) for ahead in horizons] for at in every],
    )


def plain_base_rate(pairs: Sequence[PlainPair]) -> float:
    """Return the share of hits after any minute, a pair counted as it was fired on."""
    weighted = total = 0.0
    for pair in pairs:
        known = [one for one in pair.base_verdicts if one != 2]
        if pair.fired and known:
            weighted += len(pair.fired) * known.count(1) / len(known)
            total += len(pair.fired)
    return weighted / total if total else math.nan


def plain_base_mean(pairs: Sequence[PlainPair], horizon: int) -> float:
    weighted = total = 0.0
    for pair in pairs:
        column = [row[horizon] for row in pair.base_returns]
        known = [one for one in column if not math.isnan(one)]
        if pair.fired and known:
            weighted += len(pair.fired) * sum(known) / len(known)
            total += len(pair.fired)
    return weighted / total if total else math.nan
