"""Why a rule spoke of a pair at a minute, or did not: exactly one reason."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from alerts.errors import BadContentError
from alerts.models import (
    Alert,
    Delivery,
    Episode,
    EpisodeEvent,
    Signal,
    SignalVersion,
    Suppression,
)
from alerts.rules.conditions import read_rule
from alerts.rules.nearest import Nearest, nearest
from alerts.rules.quiet import QuietHours
from alerts.rules.stable import without_stable
from alerts.rules.why import Circumstances, sentence
from alerts.rules.words import moment
from alerts.selectors.looking_back import Look, look_back
from alerts.types import Clock, DeliveryState, Phase, Reason, Scope
from markets.engine.expressions.explanation import Part
from markets.engine.table import Table
from markets.errors import NotStoredError
from markets.selectors.pairs import decimals_of, known_pairs
from markets.types import DAY_MS, MINUTE_MS, TIMEFRAMES

EXPLAINED_DAYS: Final = 7

Rule = Alert | Signal


@dataclass(frozen=True, slots=True)
class Answer:
    """
    The one reason, in a sentence, and what belongs to it.

    `at_ms` is the close that was asked about; `nearest` and `missing` say what
    a false condition lacked, or an unknown one; `part` is every part of the
    condition, None where that cannot be told any more.
    """

    reason: Reason
    sentence: str
    at_ms: int
    nearest: Nearest | None = None
    missing: tuple[str, ...] = ()
    part: Part | None = None
    episode_id: int | None = None


@dataclass(frozen=True, slots=True)
class _Asked:
    """The question, with the rule as it was then."""

    rule: Rule
    owner_id: Any
    symbol: str
    at_ms: int
    until_ms: int
    market_key: str
    watched: str
    around: Circumstances


def explain(
    rule: Rule, symbol: str, at_ms: int, newest: Table, *, now_ms: int, owner_id: Any
) -> Answer:
    """
    Return why a rule spoke of a pair at a minute, or did not.

    Parameters
    ----------
    rule
        An alert of the person, or a signal.
    symbol
        The pair.
    at_ms
        The minute, UTC ms; a rule of longer candles was asked at the last close
        before it.
    newest
        The newest closed table of the market.
    now_ms
        Now, UTC ms.
    owner_id
        Who asks: of deliveries only theirs count, None counts none.

    Raises
    ------
    BadContentError
        If the minute is to come or too long ago, or the rule has nothing to do
        with the pair.
    """
    _check_time(at_ms, newest, now_ms)
    is_live = isinstance(rule, Alert) and rule.clock == Clock.LIVE
    timeframe = rule.timeframe if isinstance(rule, Alert) and not is_live else "1m"
    length_ms = TIMEFRAMES[timeframe] * MINUTE_MS
    moment_ms = at_ms // length_ms * length_ms
    zone = ZoneInfo(rule.time_zone) if isinstance(rule, Alert) else UTC
    around = Circumstances(
        moment_ms,
        clock=Clock.CLOSED,
        zone=zone,
        price_decimals=decimals_of(symbol, known_pairs(newest)),
    )
    definition = _definition(rule, moment_ms)
    if definition is None:
        is_there = _was_there(rule, moment_ms)
        return _answer(Reason.DISABLED, replace(around, is_there=is_there))
    _check_symbol(definition, symbol)
    asked = _Asked(
        rule,
        owner_id,
        symbol,
        moment_ms,
        moment_ms + (MINUTE_MS - 1 if is_live else 0),
        newest.market_key,
        definition["watched"],
        around,
    )
    look = _look(asked, newest)
    for find in (_event, _open_episode, _suppression):
        if (found := find(asked)) is not None:
            return replace(found, part=look.part if look else None)
    return _condition(asked, look)


def _check_time(at_ms: int, newest: Table, now_ms: int) -> None:
    if at_ms > max(now_ms, newest.as_of_ms):
        raise BadContentError({"at": ["This minute is still to come."]})
    if at_ms < now_ms - EXPLAINED_DAYS * DAY_MS:
        only = f"Only the last {EXPLAINED_DAYS} days can be explained."
        raise BadContentError({"at": [only]})
    if at_ms // MINUTE_MS * MINUTE_MS > newest.as_of_ms:
        raise BadContentError({"at": ["This minute has not closed yet."]})


# What a rule was at a moment; none where it was not there, or switched off.
def _definition(rule: Rule, at_ms: int) -> dict[str, Any] | None:
    if isinstance(rule, Alert):
        revision = rule.revisions.filter(since_ms__lte=at_ms).first()
        if revision is None or not revision.is_active:
            return None
        definition: dict[str, Any] = revision.definition
        return definition
    at = datetime.fromtimestamp(at_ms / 1_000, tz=UTC)
    versions = SignalVersion.objects.filter(signal=rule, since__lte=at)
    version = versions.first()
    if version is None or not version.definition["is_enabled"]:
        return None
    watched = version.definition["expression"]
    if version.definition["leaves_out_stable"]:
        watched = without_stable(watched)
    return {"watched": watched, "scope": Scope.MARKET}


def _was_there(rule: Rule, at_ms: int) -> bool:
    if isinstance(rule, Alert):
        return rule.revisions.filter(since_ms__lte=at_ms).exists()
    at = datetime.fromtimestamp(at_ms / 1_000, tz=UTC)
    return SignalVersion.objects.filter(signal=rule, since__lte=at).exists()


def _check_symbol(definition: dict[str, Any], symbol: str) -> None:
    watches: Callable[[], bool] = {
        Scope.PAIR: lambda: definition["symbol"] == symbol,
        Scope.WATCHLIST: lambda: symbol in (definition["symbols"] or ()),
    }.get(definition["scope"], lambda: True)
    if not watches():
        raise BadContentError({"symbol": [f"It did not watch {symbol} then."]})


def _event(asked: _Asked) -> Answer | None:
    events = EpisodeEvent.objects.filter(
        rule_number=asked.rule.number,
        market_key=asked.market_key,
        symbol=asked.symbol,
        at_ms__range=(asked.at_ms, asked.until_ms),
    ).exclude(phase=Phase.CLOSE)
    event = events.first()
    if event is None:
        return None
    around = asked.around
    if event.held_back:
        reason = Reason(event.held_back)
        return _answer(reason, _held(asked, reason), episode_id=event.episode_id)
    failed = _failed_delivery(event, asked.owner_id)
    if failed is not None:
        around = replace(
            around, destination=failed.destination.name, error=failed.last_error
        )
        return _answer(Reason.DELIVERY_FAILED, around, episode_id=event.episode_id)
    return _answer(Reason.FIRED, around, episode_id=event.episode_id)


def _held(asked: _Asked, reason: Reason) -> Circumstances:
    rule = asked.rule
    if (
        reason is Reason.QUIET_HOURS
        and isinstance(rule, Alert)
        and rule.quiet_start is not None
        and rule.quiet_end is not None
    ):
        zone = ZoneInfo(rule.time_zone)
        quiet = QuietHours(rule.quiet_start, rule.quiet_end, zone)
        return replace(asked.around, until_ms=quiet.end_after(asked.at_ms))
    return asked.around


# One of them, where every one has failed for good.
def _failed_delivery(event: EpisodeEvent, owner_id: Any) -> Delivery | None:
    if owner_id is None:
        return None
    sent = list(
        event.deliveries.filter(owner_id=owner_id).select_related("destination")
    )
    is_failed = all(one.state == DeliveryState.FAILED for one in sent)
    return sent[0] if sent and is_failed else None


def _open_episode(asked: _Asked) -> Answer | None:
    episodes = Episode.objects.filter(
        rule_number=asked.rule.number,
        market_key=asked.market_key,
        symbol=asked.symbol,
        opened_ms__lt=asked.at_ms,
    ).order_by("-opened_ms")
    newest = episodes.first()
    if newest is None or (newest.closed_ms or asked.at_ms + 1) <= asked.at_ms:
        return None
    around = replace(asked.around, opened_ms=newest.opened_ms)
    return _answer(Reason.STILL_OPEN, around, episode_id=newest.pk)


def _suppression(asked: _Asked) -> Answer | None:
    held = (
        Suppression.objects.filter(
            rule_number=asked.rule.number,
            market_key=asked.market_key,
            symbol=asked.symbol,
            at_ms__lte=asked.until_ms,
        )
        .order_by("-at_ms")
        .first()
    )
    if held is None or (held.ended_ms or asked.at_ms + 1) <= asked.at_ms:
        return None
    opened = Episode.objects.filter(
        rule_number=asked.rule.number,
        market_key=asked.market_key,
        symbol=asked.symbol,
        opened_ms__lte=held.at_ms,
    ).first()
    around = replace(
        asked.around,
        until_ms=held.due_ms,
        opened_ms=opened.opened_ms if opened else None,
    )
    return _answer(Reason(held.reason), around)


# None where nothing is stored of then any more.
def _look(asked: _Asked, newest: Table) -> Look | None:
    expression = read_rule(asked.watched)
    try:
        return look_back(newest, expression, asked.symbol, asked.at_ms)
    except NotStoredError:
        return None


def _condition(asked: _Asked, look: Look | None) -> Answer:
    around = asked.around
    if look is None:
        said = f"Nothing is stored of {moment(around.at_ms, around.zone)} any more."
        return replace(_answer(Reason.STALE, around), sentence=said)
    part = look.part
    if part is None:
        return _answer(Reason.STALE, around)
    if part.is_true is None:
        around = replace(around, missing=part.missing)
        return _answer(Reason.UNKNOWN, around, part=part, missing=part.missing)
    if part.is_true:
        answer = _answer(Reason.STILL_OPEN, around, part=part)
        return replace(
            answer,
            sentence="It was true already when it was first asked, and has to be "
            "false once before it speaks.",
        )
    near = nearest(read_rule(asked.watched), part)
    around = replace(around, nearest=near)
    return _answer(Reason.FALSE, around, part=part, nearest=near)


def _answer(reason: Reason, around: Circumstances, **more: Any) -> Answer:
    return Answer(reason, sentence(reason, around), around.at_ms, **more)
