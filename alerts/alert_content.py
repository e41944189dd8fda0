"""What a person chooses of an alert, read from plain values."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Self
from uuid import UUID
from zoneinfo import available_timezones

from alerts.errors import BadContentError
from alerts.models.rules import LONGEST_NAME, Alert
from alerts.rules.conditions import read_rule
from alerts.rules.form import SimpleForm
from alerts.rules.form_faults import BadFormError
from alerts.rules.templates import LONGEST_TEMPLATE, check_template
from alerts.typed import Typed, iso
from alerts.types import Clock, Mode, Scope
from markets.engine.expressions.limits import MAX_CHARACTERS
from markets.errors import ExpressionError
from markets.types import TIMEFRAMES

LONGEST_SYMBOL: Final = 40
MOST_DESTINATIONS: Final = 20
MOST_COOL_DOWN: Final = 10_080
MOST_REMIND: Final = 10_080
MOST_FALSE_CLOSES: Final = 60
MOST_STEP: Final = 1e15
TOLD_ONLY: Final = (
    *("id", "words", "state", "open_pairs", "last_fired_ms", "fired_total", "measured"),
    *("version", "created_at", "updated_at"),
)
"""Fields of an alert that are told, and are passed over where they come back."""


@dataclass(frozen=True, slots=True)
class Quiet:
    """Minutes of the day at which quiet hours begin and end."""

    start: int
    end: int

    def plain(self) -> dict[str, str]:
        """Return plain values: ``{"start": "22:00", "end": "07:00"}``."""
        return {"start": _clock_text(self.start), "end": _clock_text(self.end)}


@dataclass(frozen=True, slots=True)
class AlertContent:
    """
    An alert as chosen.

    With a `form` it wrote the `expression`, and with a hysteresis `closes_when`
    too. What it refers to may not be there: a service looks that up.
    """

    name: str
    scope: Scope
    symbol: str
    watchlist: UUID | None
    screen: UUID | None
    form: SimpleForm | None
    expression: str
    closes_when: str
    clock: Clock
    timeframe: str
    mode: Mode
    remind_minutes: int
    cool_down_minutes: int
    false_closes: int
    escalate_step: float | None
    starts_at: datetime | None
    expires_at: datetime | None
    quiet: Quiet | None
    time_zone: str
    template: str
    destinations: tuple[UUID, ...]
    is_enabled: bool

    @classmethod
    def of(cls, given: object, *, needs_name: bool = True) -> Self:
        """Read an alert from plain values; raises BadContentError."""
        typed = Typed(given, "alert")
        for name in TOLD_ONLY:
            typed.take(name)
        clock = typed.choice("clock", Clock, Clock.CLOSED)
        timeframe = typed.word("timeframe", TIMEFRAMES, "1m")
        form, expression, closes_when = _condition(typed, timeframe, clock)
        scope = typed.choice("scope", Scope, Scope.PAIR)
        mode = typed.choice("mode", Mode, Mode.EACH_EPISODE)
        content = cls(
            name=_name(typed, needs_name=needs_name),
            scope=scope,
            symbol=_only(scope, Scope.PAIR, _symbol(typed, scope), ""),
            watchlist=_only(
                scope, Scope.WATCHLIST, _reference(typed, "watchlist", scope), None
            ),
            screen=_only(scope, Scope.SCREEN, _reference(typed, "screen", scope), None),
            form=form,
            expression=expression,
            closes_when=closes_when,
            clock=clock,
            timeframe=timeframe,
            mode=mode,
            remind_minutes=_remind(typed, mode),
            cool_down_minutes=typed.integer(
                "cool_down_minutes", 5, low=0, high=MOST_COOL_DOWN
            ),
            false_closes=typed.integer(
                "false_closes", 1, low=1, high=MOST_FALSE_CLOSES
            ),
            escalate_step=typed.number("escalate_step", above=0, most=MOST_STEP),
            starts_at=typed.moment("starts_at"),
            expires_at=typed.moment("expires_at"),
            quiet=_quiet(typed),
            time_zone=_time_zone(typed),
            template=_template(typed),
            destinations=typed.identities("destinations", most=MOST_DESTINATIONS),
            is_enabled=typed.truth("is_enabled", default=True),
        )
        start, end = content.starts_at, content.expires_at
        if start and end and end <= start:
            typed.refuse("expires_at", "It would be over before it starts.")
        typed.done()
        return content

    def plain(self) -> dict[str, Any]:
        """Return plain values, which `of` reads."""
        return {
            "name": self.name,
            "scope": str(self.scope),
            "symbol": self.symbol,
            "watchlist": str(self.watchlist) if self.watchlist else None,
            "screen": str(self.screen) if self.screen else None,
            "form": self.form.plain() if self.form else None,
            "expression": self.expression,
            "closes_when": self.closes_when,
            "clock": str(self.clock),
            "timeframe": self.timeframe,
            "mode": str(self.mode),
            "remind_minutes": self.remind_minutes,
            "cool_down_minutes": self.cool_down_minutes,
            "false_closes": self.false_closes,
            "escalate_step": self.escalate_step,
            "starts_at": iso(self.starts_at),
            "expires_at": iso(self.expires_at),
            "quiet": self.quiet.plain() if self.quiet else None,
            "time_zone": self.time_zone,
            "template": self.template,
            "destinations": [str(one) for one in self.destinations],
            "is_enabled": self.is_enabled,
        }


def plain_alert(alert: Alert) -> dict[str, Any]:
    """
    Return what a person has chosen of an alert, as plain values.

    Its destinations are asked for by `all`, so that lists may fetch them ahead.
    """
    quiet = None
    if alert.quiet_start is not None and alert.quiet_end is not None:
        quiet = Quiet(alert.quiet_start, alert.quiet_end).plain()
    return {
        "name": alert.name,
        "scope": alert.scope,
        "symbol": alert.symbol,
        "watchlist": str(alert.watchlist_id) if alert.watchlist_id else None,
        "screen": str(alert.screen_id) if alert.screen_id else None,
        "form": alert.form,
        "expression": alert.expression,
        "closes_when": alert.closes_when,
        "clock": alert.clock,
        "timeframe": alert.timeframe,
        "mode": alert.mode,
        "remind_minutes": alert.remind_minutes,
        "cool_down_minutes": alert.cool_down_minutes,
        "false_closes": alert.false_closes,
        "escalate_step": alert.escalate_step,
        "starts_at": iso(alert.starts_at),
        "expires_at": iso(alert.expires_at),
        "quiet": quiet,
        "time_zone": alert.time_zone,
        "template": alert.template,
        "destinations": [str(one.pk) for one in alert.destinations.all()],
        "is_enabled": alert.is_enabled,
    }


def with_changes(before: dict[str, Any], changes: object) -> dict[str, Any]:
    """
    Return an alert's plain values with some of them changed.

    Who changes the expression alone, no longer uses the form; and what the
    former form wrote of the ending goes with it.
    """
    if not isinstance(changes, dict):
        raise BadContentError({"request": ["Send an alert as an object."]})
    former = before["form"] or {}
    merged = {**before, **changes}
    if "form" not in changes and "expression" in changes:
        merged["form"] = None
    is_other = merged["form"] != before["form"]
    if is_other and former.get("hysteresis_pct") and "closes_when" not in changes:
        merged["closes_when"] = ""
    return merged


def _name(typed: Typed, *, needs_name: bool) -> str:
    name = typed.line("name", longest=LONGEST_NAME)
    if needs_name and not name:
        typed.refuse("name", "An alert needs a name.")
    return name


def _condition(
    typed: Typed, timeframe: str, clock: Clock
) -> tuple[SimpleForm | None, str, str]:
    expression = typed.text("expression", longest=2 * MAX_CHARACTERS)
    closes_when = typed.text("closes_when", longest=2 * MAX_CHARACTERS)
    given = typed.take("form")
    if given is None:
        if expression.strip():
            _check(typed, "expression", expression)
        else:
            typed.refuse("expression", "A condition is missing.")
        _check(typed, "closes_when", closes_when)
        return None, expression, closes_when.strip()
    try:
        form = SimpleForm.of(given)
        written = form.expression(timeframe, clock)
        ending = form.closes_when(timeframe, clock)
    except BadFormError as error:
        for name, sentences in error.fields.items():
            typed.refuse("form" if name == "request" else f"form.{name}", *sentences)
        return None, "", ""
    if not ending:
        _check(typed, "closes_when", closes_when)
    return form, written, ending or closes_when.strip()


def _check(typed: Typed, name: str, text: str) -> None:
    if not text.strip():
        return
    try:
        read_rule(text)
    except ExpressionError as error:
        typed.refuse(name, *(str(problem) for problem in error.problems))


def _symbol(typed: Typed, scope: Scope) -> str:
    symbol = typed.line("symbol", longest=LONGEST_SYMBOL)
    if scope is Scope.PAIR and not symbol:
        typed.refuse("symbol", "A pair is missing.")
    return symbol


def _reference(typed: Typed, name: str, scope: Scope) -> UUID | None:
    found = typed.identity(name)
    if scope == name and found is None:
        typed.refuse(name, f"A {name} is missing.")
    return found


# What belongs to another scope is passed over, so that a form may keep it.
def _only[T](scope: Scope, own: Scope, value: T, otherwise: T) -> T:
    return value if scope is own else otherwise


def _remind(typed: Typed, mode: Mode) -> int:
    minutes = typed.integer("remind_minutes", 0, low=0, high=MOST_REMIND)
    if mode is not Mode.REMINDER:
        return 0
    if minutes < 1:
        typed.refuse(
            "remind_minutes", "Say after how many minutes to remind, 1 or more."
        )
    return minutes


def _quiet(typed: Typed) -> Quiet | None:
    given = typed.take("quiet")
    if given is None:
        return None
    if not isinstance(given, dict) or set(given) != {"start", "end"}:
        typed.refuse("quiet", "Quiet hours have a start and an end, such as 22:00.")
        return None
    start, end = _minute(given["start"]), _minute(given["end"])
    if start is None or end is None:
        typed.refuse("quiet", "Quiet hours begin and end at times such as 22:00.")
        return None
    if start == end:
        typed.refuse("quiet", "Quiet hours that end as they start are none, or all.")
        return None
    return Quiet(start, end)


def _minute(given: object) -> int | None:
    if not isinstance(given, str) or len(given) != len("22:00") or given[2] != ":":
        return None
    hour, minute = given[:2], given[3:]
    if not (hour + minute).isascii() or not (hour + minute).isdecimal():
        return None
    is_time = int(hour) < 24 and int(minute) < 60
    return 60 * int(hour) + int(minute) if is_time else None


def _clock_text(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def _time_zone(typed: Typed) -> str:
    zone = typed.text("time_zone", longest=64, default="UTC")
    if zone not in _ZONES:
        typed.refuse(
            "time_zone",
            f"There is no time zone {zone!r}; write one such as Europe/Berlin.",
        )
        return "UTC"
    return zone


def _template(typed: Typed) -> str:
    template = typed.text("template", longest=4 * LONGEST_TEMPLATE)
    typed_problems = check_template(template)
    if typed_problems:
        typed.refuse("template", *(str(one) for one in typed_problems))
    return template


_ZONES: Final = frozenset(available_timezones())
