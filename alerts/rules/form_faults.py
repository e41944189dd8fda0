"""What is wrong with a simple form, in whole sentences beside the field."""

from collections.abc import Mapping
from typing import Any, Final

from alerts.rules.form_conditions import (
    BANDS,
    FALLING,
    MOVES,
    RISING,
    Operator,
    limits_of,
    limits_of_end,
)
from alerts.rules.ranges import Range, range_of
from markets.engine.catalogue import METRIC_OF
from markets.engine.expressions.limits import MAX_NUMBER
from markets.engine.expressions.vocabulary import STANDARD
from markets.engine.expressions.wording import amount_in_words
from markets.types import WINDOWS
from scalpaiboard.lib.fields import BadFieldsError

Faults = dict[str, list[str]]

_FIELDS: Final = frozenset(
    {"metric", "operator", "value", "high", "window", "hysteresis_pct"}
)

_NUMBERS: Final = {
    "value": "value", "high": "upper limit", "hysteresis_pct": "hysteresis",
}  # fmt: skip


class BadFormError(BadFieldsError):
    """A simple form is not what it should be."""


def first_faults(told: Mapping[str, Any]) -> Faults:
    """
    Return the faults of what was told, by field; empty where there are none.

    Whether the parts make sense together is looked at once each makes sense.
    """
    for find in (_of_fields, _of_parts, _of_limits, _of_hysteresis):
        if faults := find(told):
            return faults
    return {}


def _of_fields(told: Mapping[str, Any]) -> Faults:
    found = {
        str(name)[:40]: "A form has no such field."
        for name in told
        if name not in _FIELDS
    }
    found["metric"] = _of_metric(told.get("metric"))
    found["operator"] = _of_operator(told.get("operator"))
    for name, label in _NUMBERS.items():
        if name in told and not _is_number(told[name]):
            found[name] = f"The {label} must be a number, at most {MAX_NUMBER:,.0f}."
    window = told.get("window", "5m")
    if not isinstance(window, str) or window not in WINDOWS:
        found["window"] = f"The window must be one of {', '.join(WINDOWS)}."
    return {name: [fault] for name, fault in found.items() if fault}


def _of_metric(given: object) -> str:
    if not isinstance(given, str) or not given:
        return "Choose a metric."
    if given in METRIC_OF:
        is_time = METRIC_OF[given].unit == "UTC ms"
        return "A time has no limit that could be crossed." if is_time else ""
    close = STANDARD.closest_value(given[:64])
    hint = f"; did you mean {close!r}?" if close in METRIC_OF else "."
    return f"There is no metric {given[:64]!r}{hint}"


def _of_operator(given: object) -> str:
    if given == "pattern":
        return "Chart patterns come later; choose another condition."
    if isinstance(given, str) and given in set(Operator):
        return ""
    return f"The operator must be one of {', '.join(Operator)}."


def _of_parts(told: Mapping[str, Any]) -> Faults:
    operator = Operator(told["operator"])
    found: dict[str, str] = {}
    if "value" not in told:
        found["value"] = "A number is missing."
    if operator in BANDS and "high" not in told:
        found["high"] = "The upper limit is missing."
    if operator not in BANDS and "high" in told:
        found["high"] = "An upper limit belongs to a band."
    if operator in MOVES and "window" not in told:
        found["window"] = "The window is missing."
    if operator not in MOVES and "window" in told:
        found["window"] = "A window belongs to a move."
    if operator in MOVES and told["metric"] != "price":
        found["metric"] = "Moves within a window are those of the price."
    return {name: [fault] for name, fault in found.items()}


def _of_limits(told: Mapping[str, Any]) -> Faults:
    operator, value = Operator(told["operator"]), float(told["value"])
    if operator in MOVES:
        return _of_move(operator, value)
    possible, label = range_of(told["metric"]), METRIC_OF[told["metric"]].label
    found: Faults = {}
    for name in ("value", "high"):
        if name in told and not possible.holds(told[name]):
            shown = amount_in_words(float(told[name]))
            found[name] = [
                f"{label} is always {possible.in_words()}; it is never {shown}."
            ]
    if found:
        return found
    if operator in BANDS:
        return _of_band(possible, label, value, float(told["high"]))
    return _of_way(operator, possible, label, value)


def _of_move(operator: Operator, value: float) -> Faults:
    if value <= 0:
        return {"value": ["A move must be more than 0 %."]}
    if operator is Operator.MOVES_DOWN and value >= 100:
        return {"value": ["A price never falls by 100 % or more."]}
    return {}


def _of_band(possible: Range, label: str, low: float, high: float) -> Faults:
    if low >= high:
        return {"high": ["The upper limit must be more than the lower one."]}
    if (low, high) == (possible.low, possible.high):
        return {"high": [f"{label} is always in this band."]}
    return {}


# On the far side of the last value that it can have, it never is.
def _of_way(operator: Operator, possible: Range, label: str, value: float) -> Faults:
    shown = amount_in_words(value)
    if operator not in FALLING and value == possible.high:
        return {"value": [f"{label} is never above {shown}."]}
    if operator not in RISING and value == possible.low:
        return {"value": [f"{label} is never below {shown}."]}
    return {}


def _of_hysteresis(told: Mapping[str, Any]) -> Faults:
    pct = told.get("hysteresis_pct")
    if pct is None:
        return {}
    if not 0 < pct < 100:
        fault = "The hysteresis must be more than 0 % and less than 100 %."
        return {"hysteresis_pct": [fault]}
    operator = Operator(told["operator"])
    limits = limits_of(operator, told["value"], told.get("high"))
    ending = limits_of_end(operator, limits, pct)
    if ending == limits:
        fault = "A percentage of 0 is nothing; leave the hysteresis out."
    elif not _can_end(operator, told["metric"], *ending):
        fault = "With so much hysteresis it would never be over."
    else:
        return {}
    return {"hysteresis_pct": [fault]}


def _can_end(operator: Operator, metric: str, low: float, high: float) -> bool:
    possible = range_of(metric)
    if operator in MOVES:
        return True
    if operator is Operator.LEAVES_BAND:
        return low < high
    if operator in FALLING:
        return possible.holds(high)
    if operator in RISING:
        return possible.holds(low)
    return possible.low < low or high < possible.high


def _is_number(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return -MAX_NUMBER <= value <= MAX_NUMBER
