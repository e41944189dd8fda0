"""Storing what a close brought: episodes, events, what waits, and how far it is."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import batched
from typing import Final

import numpy as np
from django.db import transaction

from alerts.models import Episode, EpisodeEvent, Evaluation, Outcome, Suppression
from alerts.pipeline.clocks import move_on
from alerts.pipeline.ending import finish
from alerts.pipeline.facts import RuleFacts
from alerts.pipeline.findings import Finding
from alerts.rules.book import Packed
from alerts.rules.episodes import (
    Step,
    advance,
    candle_open_ms,
    free_from_ms,
)
from alerts.types import Clock, Mode, Phase, Reason
from markets.engine.table import Table
from markets.types import MINUTE_MS

LATE_AFTER_MS: Final = 30_000
"""What is found so long after its close is late, and says so."""
FIRST_MEASURE_MS: Final = 15 * MINUTE_MS
_TOLD_METRICS: Final = (
    "price",
    "change_5m",
    "change_15m",
    "change_1h",
    "change_1d",
    "quote_volume_5m",
    "quote_volume_1h",
    "quote_volume_1d",
    "relative_volume_5m",
)
_A_WRITE: Final = 500


@dataclass(frozen=True, slots=True)
class Close:
    """
    The moment that was asked, and the table it was asked of.

    `evaluation` is its clock as it was read.
    """

    evaluation: Evaluation
    table: Table
    clock: Clock
    at_ms: int
    now_ms: int

    @property
    def delay_ms(self) -> int:
        """From the close to now; nothing on the live clock."""
        return 0 if self.clock is Clock.LIVE else max(0, self.now_ms - self.at_ms)

    @property
    def is_late(self) -> bool:
        """Whether it was found so late that it has to be said."""
        return self.delay_ms > LATE_AFTER_MS


@dataclass(frozen=True, slots=True)
class Told:
    """An event with the rule and the episode it belongs to."""

    event: EpisodeEvent
    episode: Episode
    facts: RuleFacts


Owe = Callable[[Sequence[Told], Close], None]


def store(
    close: Close, findings: Iterable[Finding], memory: Packed, owe: Owe
) -> list[Told]:
    """
    Store a close in one transaction, with all that is owed for it.

    Raises
    ------
    OvertakenError
        If the clock has moved on since it was read; nothing is stored then.
    """
    steps = [
        (one, advance(one.facts.course, one.situation, one.seen)) for one in findings
    ]
    with transaction.atomic():
        move_on(close.evaluation, close.at_ms, memory)
        told = _store_episodes(close, steps)
        _store_suppressions(close, steps)
        _finish_spoken(told, close)
        owe(told, close)
    return told


def _store_episodes(close: Close, steps: Sequence[tuple[Finding, Step]]) -> list[Told]:
    opened = [
        (one, _opened(close, one)) for one, step in steps if step.phase is Phase.OPEN
    ]
    Episode.objects.bulk_create([episode for _, episode in opened], _A_WRITE)
    expect_outcomes(episode for _, episode in opened)
    events = [_told(close, one, episode, Phase.OPEN) for one, episode in opened]
    ended: list[Episode] = []
    changed: list[Episode] = []
    for one, step in steps:
        if one.episode is None or not _take_over(one, step, close.at_ms):
            continue
        (ended if step.phase is Phase.CLOSE else changed).append(one.episode)
        if step.phase is not None:
            events.append(_told(close, one, one.episode, step.phase))
    for some in batched(ended, _A_WRITE):
        chosen = Episode.objects.filter(pk__in=[one.pk for one in some])
        chosen.update(closed_ms=close.at_ms)
    if changed:
        Episode.objects.bulk_update(
            changed,
            ["extreme", "escalations", "false_closes", "reminded_ms"],
            batch_size=_A_WRITE,
        )
    if close.clock is Clock.LIVE:
        events = _without_second_ends(events)
    EpisodeEvent.objects.bulk_create([one.event for one in events], _A_WRITE)
    return events


# What ends twice within a candle was told of at the first time.
def _without_second_ends(events: Sequence[Told]) -> list[Told]:
    ends = [one.event for one in events if one.event.phase is Phase.CLOSE]
    known = EpisodeEvent.objects.filter(
        phase=Phase.CLOSE,
        rule_number__in={one.rule_number for one in ends},
        candle_open_ms__in={one.candle_open_ms for one in ends},
    )
    told = {_key(one) for one in known} if ends else set()
    return [
        one
        for one in events
        if one.event.phase is not Phase.CLOSE or _key(one.event) not in told
    ]


def _key(event: EpisodeEvent) -> tuple[object, ...]:
    return event.rule_number, event.market_key, event.symbol, event.candle_open_ms


def told_of(close: Close, found: Finding) -> tuple[Episode, EpisodeEvent]:
    """Return an opening's episode and event, not stored yet."""
    episode = _opened(close, found)
    return episode, _told(close, found, episode, Phase.OPEN).event


def expect_outcomes(episodes: Iterable[Episode]) -> None:
    """Have what comes after some openings measured."""
    Outcome.objects.bulk_create(
        (
            Outcome(episode=one, due_ms=one.opened_ms + FIRST_MEASURE_MS)
            for one in episodes
        ),
        _A_WRITE,
    )


def _opened(close: Close, found: Finding) -> Episode:
    facts, table = found.facts, close.table
    cells = told_cells(table, facts, found.symbol)
    value = _plain(found.seen.value)
    return Episode(
        owner_id=facts.owner_id,
        alert_id=facts.alert_id,
        signal_id=facts.signal_id,
        rule_number=facts.number,
        rule_name=facts.name,
        rule_version=facts.version,
        venue=table.venue,
        market_key=table.market_key,
        symbol=found.symbol,
        clock=close.clock,
        timeframe=facts.timeframe,
        opened_ms=close.at_ms,
        price=_plain(cells.get("price", np.nan)),
        metric=facts.metric,
        value=value,
        extreme=value,
        is_late=close.is_late,
        delay_ms=close.delay_ms,
        is_watched=facts.is_watched,
        values={name: cell for name, cell in cells.items() if np.isfinite(cell)},
    )


def told_cells(table: Table, facts: RuleFacts, symbol: str) -> dict[str, float]:
    """Return the metrics that a rule's messages may say of a pair."""
    row = table.row_of[symbol]
    return {
        name: float(table.values[table.column_of[name], row])
        for name in {*_TOLD_METRICS, facts.metric, *facts.told_metrics}
        if name in table.column_of
    }


def _told(close: Close, found: Finding, episode: Episode, phase: Phase) -> Told:
    price = close.table.column("price")[close.table.row_of[found.symbol]]
    length_ms = found.facts.course.candle_ms
    event = EpisodeEvent(
        episode=episode,
        rule_number=found.facts.number,
        market_key=close.table.market_key,
        symbol=found.symbol,
        candle_open_ms=candle_open_ms(close.at_ms, length_ms),
        phase=phase,
        at_ms=close.at_ms,
        price=_plain(float(price)),
        value=_plain(found.seen.value),
    )
    return Told(event, episode, found.facts)


def _take_over(found: Finding, step: Step, at_ms: int) -> bool:
    episode, after = found.episode, step.after
    assert episode is not None  # noqa: S101 - only those with one come here
    before = (episode.false_closes, episode.extreme, episode.reminded_ms)
    if step.phase is Phase.CLOSE:
        episode.closed_ms = at_ms
        return True
    episode.false_closes = after.false_closes
    episode.extreme = _plain(after.extreme)
    episode.reminded_ms = after.reminded_ms
    episode.escalations += step.phase is Phase.ESCALATE
    return before != (episode.false_closes, episode.extreme, episode.reminded_ms)


def _store_suppressions(close: Close, steps: Sequence[tuple[Finding, Step]]) -> None:
    fresh, ended = [], []
    for one, step in steps:
        if one.waiting is not None and not step.after.is_waiting:
            ended.append(one.waiting.pk)
        elif one.waiting is None and step.reason is Reason.COOL_DOWN:
            fresh.append(
                Suppression(
                    rule_number=one.facts.number,
                    market_key=close.table.market_key,
                    symbol=one.symbol,
                    at_ms=close.at_ms,
                    reason=Reason.COOL_DOWN,
                    due_ms=free_from_ms(one.facts.course, one.situation),
                )
            )
    Suppression.objects.bulk_create(fresh, _A_WRITE, ignore_conflicts=True)
    for start in range(0, len(ended), _A_WRITE):
        chosen = Suppression.objects.filter(pk__in=ended[start : start + _A_WRITE])
        chosen.update(ended_ms=close.at_ms)


# An alert that speaks once has spoken: it is asked no more, and stays open nowhere.
def _finish_spoken(told: Sequence[Told], close: Close) -> None:
    spoken = {one.facts.number for one in told if one.facts.course.mode is Mode.ONCE}
    if spoken:
        finish(sorted(spoken), at_ms=close.at_ms)


def _plain(value: float) -> float | None:
    return value if np.isfinite(value) else None
