"""Why a rule spoke of a pair at a moment, or did not: one sentence a reason."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, tzinfo
from typing import Final

from alerts.rules.nearest import Nearest, Shortfall
from alerts.rules.words import counted, duration, listed, moment
from alerts.types import Clock, Reason
from markets.engine.catalogue import METRIC_OF
from markets.engine.expressions.wording import amount_in_words, unit_in_words

_LONGEST_TEXT: Final = 60
_MOST_DECIMALS: Final = 12
_MOST_MISSING: Final = 5


@dataclass(frozen=True, slots=True)
class Circumstances:
    """
    What is known of a rule and a pair at a moment; each reason needs its own.

    Times are UTC ms. `opened_ms` is when it last fired, `until_ms` when what
    held it back ends, `age_ms` how old the newest data was, `limit` how many
    messages an hour may have; `destination` and `error` tell of a delivery.
    `is_there` is false before the rule was made.
    """

    at_ms: int
    clock: Clock = Clock.CLOSED
    zone: tzinfo = UTC
    price_decimals: int = 2
    nearest: Nearest | None = None
    missing: tuple[str, ...] = ()
    opened_ms: int | None = None
    until_ms: int | None = None
    age_ms: int | None = None
    limit: int | None = None
    destination: str = ""
    error: str = ""
    is_there: bool = True


def sentence(reason: Reason, around: Circumstances) -> str:
    """Return the reason in a sentence of plain words, with its numbers."""
    return f"{_SAY[reason](around)}."


def _fired(around: Circumstances) -> str:
    return f"Fired at {_at(around)}"


def _still_open(around: Circumstances) -> str:
    since = _time(around, around.opened_ms)
    began = f" that began at {since}" if since else ""
    return f"{_not(around)}: the episode{began} was still open"


def _cool_down(around: Circumstances) -> str:
    fired, until = _time(around, around.opened_ms), _time(around, around.until_ms)
    last = f" at {fired}" if fired else " not long before"
    rest = f", and the cool-down lasts until {until}" if until else ""
    return f"{_not(around)}: it fired{last}{rest}"


def _false(around: Circumstances) -> str:
    near = around.nearest
    if near is None:
        return f"{_not(around)}: the condition was false"
    words = f"{_not(around)}: {_lacking(near.shortfall, around.price_decimals)}"
    if near.n_parts == 1:
        return words
    verb = "was" if near.n_false == 1 else "were"
    return f"{words}; {near.n_false} of {near.n_parts} parts {verb} false"


def _unknown(around: Circumstances) -> str:
    if not around.missing:
        return f"{_not(around)}: a division by zero has no value"
    named = list(around.missing[:_MOST_MISSING])
    if len(around.missing) > _MOST_MISSING:
        named.append(counted(len(around.missing) - _MOST_MISSING, "other"))
    verb = "was" if len(named) == 1 else "were"
    return f"{_not(around)}: {listed(named)} {verb} not known"


def _stale(around: Circumstances) -> str:
    if around.age_ms is None:
        return f"{_not(around)}: there was no data of this pair"
    return f"{_not(around)}: the newest data was {duration(around.age_ms)} old"


def _quiet_hours(around: Circumstances) -> str:
    until = _time(around, around.until_ms)
    end = f", which last until {until}" if until else ""
    return f"It was true at {_at(around)}, but in your quiet hours{end}"


def _limit(around: Circumstances) -> str:
    if around.limit is None:
        return f"It was true at {_at(around)}, but the limit of messages was reached"
    sent = counted(around.limit, "message")
    return (
        f"It was true at {_at(around)}, but {sent} had been sent within the hour, "
        "which is the limit"
    )


def _disabled(around: Circumstances) -> str:
    if not around.is_there:
        return f"{_not(around)}: it was not made yet"
    return f"{_not(around)}: it was switched off"


def _delivery_failed(around: Circumstances) -> str:
    whom = around.destination or "its destination"
    why = f": {around.error.rstrip('.')}" if around.error else ""
    return f"Fired at {_at(around)}, but {whom} did not take the message{why}"


def _not(around: Circumstances) -> str:
    return f"Not at {_at(around)}"


def _at(around: Circumstances) -> str:
    return _time(around, around.at_ms)


# Without the date, where it is that of the moment asked about.
def _time(around: Circumstances, at_ms: int | None) -> str:
    if at_ms is None:
        return ""
    is_live = around.clock is Clock.LIVE
    return moment(at_ms, around.zone, beside_ms=around.at_ms, to_second=is_live)


def _lacking(one: Shortfall, price_decimals: int) -> str:
    if one.value is None or one.limit is None:
        return f"{_short(one.text)} was false"
    metric = METRIC_OF.get(one.subject)
    decimals = _decimals(one, price_decimals)
    unit = unit_in_words(metric) if metric else ""
    value = f"{_short(one.subject)} was {_fixed(one.value, decimals)} {unit}".rstrip()
    limit = amount_in_words(one.limit)
    if one.limit_text:
        limit = f"{_short(one.limit_text)} ({_fixed(one.limit, decimals)})"
    if one.is_past:
        side = "above" if one.value > one.limit else "below"
        return f"{value}, {side} {limit} already, and has to come back to cross it"
    if one.sign == "!=":
        return f"{value}, and has to be anything else"
    if one.value == one.limit:
        side = "above" if one.sign == ">" else "below"
        return f"{value}, and has to be {side} {limit}"
    side = "below" if one.value < one.limit else "above"
    asked = limit if one.limit_text else f"the {limit} that is asked"
    return f"{value}, {_fixed(one.distance, decimals)} {side} {asked}"


# As many as the metric is shown with, and so many that the distance is not 0.
def _decimals(one: Shortfall, price_decimals: int) -> int:
    metric = METRIC_OF.get(one.subject)
    usual = 2
    if metric:
        usual = price_decimals if metric.decimals is None else metric.decimals
    if not one.distance:
        return usual
    needed = -math.floor(math.log10(one.distance))
    return min(max(usual, needed), _MOST_DECIMALS)


def _fixed(value: float, decimals: int) -> str:
    return f"{value:,.{decimals}f}".replace("-", "−")


def _short(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= _LONGEST_TEXT else f"{words[:_LONGEST_TEXT]}…"


_SAY: Final[Mapping[Reason, Callable[[Circumstances], str]]] = {
    Reason.FIRED: _fired,
    Reason.STILL_OPEN: _still_open,
    Reason.COOL_DOWN: _cool_down,
    Reason.FALSE: _false,
    Reason.UNKNOWN: _unknown,
    Reason.STALE: _stale,
    Reason.QUIET_HOURS: _quiet_hours,
    Reason.LIMIT: _limit,
    Reason.DISABLED: _disabled,
    Reason.DELIVERY_FAILED: _delivery_failed,
}
