"""What a message says: a template with the facts of one moment in it."""

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from typing import Final, NamedTuple

from alerts.rules.templates import default_template, pieces_of
from alerts.rules.words import counted, duration, listed, metric_text, moment
from alerts.types import Clock, Phase, Reason
from markets.engine.catalogue import METRIC_OF
from markets.engine.expressions.wording import metric_in_words
from markets.figures import NO_VALUE, figure

LONGEST_MESSAGE: Final = 3_500
"""Telegram takes 4,096 characters with the markup around them."""

_PHASES: Final[Mapping[Phase, str]] = {
    Phase.OPEN: "came true",
    Phase.ESCALATE: "goes further",
    Phase.REMIND: "is still true",
    Phase.CLOSE: "is over",
}
_CAUSES: Final[Mapping[Reason, str]] = {
    Reason.QUIET_HOURS: "in quiet hours",
    Reason.LIMIT: "by the limit of an hour",
}
_MOST_RULES: Final = 10
_MOST_PAIRS: Final = 5


@dataclass(frozen=True, slots=True)
class Facts:
    """
    What is known of an event when its message is written.

    `metric` and `value` are those of the rule, empty where it has none of its
    own; `metrics` holds what else a template may say, by name. `late_ms` is how
    much later than its moment it was found, 0 where it was in time. Times are
    said by the clock of `zone`.
    """

    name: str
    pair: str
    phase: Phase
    clock: Clock
    timeframe: str
    at_ms: int
    price: float
    price_decimals: int
    metric: str = ""
    value: float = math.nan
    metrics: Mapping[str, float] = field(default_factory=dict)
    late_ms: int = 0
    link: str = ""
    zone: tzinfo = UTC


class Held(NamedTuple):
    """A message that was not sent by itself: its rule and its pair."""

    name: str
    pair: str


def render(template: str, facts: Facts) -> str:
    """
    Return the message of a template; a line of empty fields alone is left out.

    Whether it is confirmed, and how late it is, is said whatever the template.
    What is no field stays as it was written, so that an old template speaks too.
    """
    lines = [_line(one, facts) for one in template.split("\n")]
    return _with_what_must_be_said(
        "\n".join(line for line in lines if line is not None), facts
    )


def default_message(facts: Facts) -> str:
    """Return the message where a person wrote no template."""
    return render(default_template(facts.phase, facts.metric), facts)


def summary_message(top: Sequence[Facts], total: int) -> str:
    """Return one message for many pairs of a rule: how many, and the top ones."""
    first = top[0]
    lines = [f"{_plain(first.name)}: {counted(total, 'pair')}"]
    lines += [_line("{pair} {price}, {change_1h} in 1h", one) or "" for one in top]
    if total > len(top):
        lines.append(f"and {counted(total - len(top), 'other')}")
    lines.append(_when(first))
    return _with_what_must_be_said("\n".join(lines), first)


def digest_message(held: Sequence[Held], reason: Reason, *, link: str = "") -> str:
    """Return one message for those that were held back, by rule."""
    count = counted(len(held), "message")
    verb = "was" if len(held) == 1 else "were"
    lines = [f"{count} {verb} held back {_CAUSES[reason]}:"]
    by_rule = Counter(_plain(one.name) for one in held)
    for name, times in by_rule.most_common(_MOST_RULES):
        pairs = Counter(one.pair for one in held if _plain(one.name) == name)
        named = [pair for pair, _ in pairs.most_common(_MOST_PAIRS)]
        others = len(pairs) - len(named)
        named += [counted(others, "other")] if others else []
        lines.append(f"{times} × {name}: {listed(named)}")
    if len(by_rule) > _MOST_RULES:
        lines.append(f"and {counted(len(by_rule) - _MOST_RULES, 'other alert')}")
    return "\n".join(lines + ([link] if link else []))


def _line(template: str, facts: Facts) -> str | None:
    parts = []
    has_field = False
    for piece in pieces_of(template):
        is_field = piece.field in _SAY or piece.field in METRIC_OF
        has_field |= is_field
        parts.append(_said(piece.field or "", facts) if is_field else piece.text)
    line = "".join(parts)
    return None if has_field and not line.strip() else line.rstrip()


def _said(name: str, facts: Facts) -> str:
    say = _SAY.get(name)
    if say is not None:
        return say(facts)
    return _metric(name, facts.metrics.get(name, math.nan), facts)


def _with_what_must_be_said(text: str, facts: Facts) -> str:
    ends = [one for one in (_confirmed(facts), _late(facts)) if one and one not in text]
    if len(text) > LONGEST_MESSAGE:
        text = f"{text[:LONGEST_MESSAGE]}…"
    return "\n".join([text, *ends])


def _confirmed(facts: Facts) -> str:
    if facts.clock is Clock.LIVE:
        return "live, not confirmed"
    return f"on the close of {facts.timeframe}"


def _when(facts: Facts) -> str:
    is_live = facts.clock is Clock.LIVE
    at = moment(facts.at_ms, facts.zone, to_second=is_live)
    return f"{at}, {_confirmed(facts)}"


def _late(facts: Facts) -> str:
    return f"late by {duration(facts.late_ms)}" if facts.late_ms > 0 else ""


def _price(facts: Facts) -> str:
    return figure("price", facts.price, decimals=facts.price_decimals)


def _name_of_metric(facts: Facts) -> str:
    metric = METRIC_OF.get(facts.metric)
    return metric_in_words(metric) if metric else ""


def _value(facts: Facts) -> str:
    return _metric(facts.metric, facts.value, facts) if facts.metric else ""


def _metric(name: str, value: float, facts: Facts) -> str:
    if name not in METRIC_OF:
        return NO_VALUE
    return metric_text(
        name, value, price_decimals=facts.price_decimals, zone=facts.zone
    )


# On one line, and with nothing that turns or hides what stands beside it.
def _plain(name: str) -> str:
    return "".join(one for one in " ".join(name.split()) if one.isprintable())


_SAY: Final[Mapping[str | None, Callable[[Facts], str]]] = {
    "name": lambda facts: _plain(facts.name),
    "pair": lambda facts: facts.pair,
    "price": _price,
    "metric": _name_of_metric,
    "value": _value,
    "phase": lambda facts: _PHASES[facts.phase],
    "when": _when,
    "late": _late,
    "link": lambda facts: facts.link,
}
