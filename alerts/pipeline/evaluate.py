"""Asking all rules at every close that is due, and each second."""

import logging
from collections.abc import Callable
from typing import Final

from alerts.models import Evaluation
from alerts.pipeline.clocks import OvertakenError, remembered
from alerts.pipeline.desk import Desk, desk
from alerts.pipeline.findings import ask
from alerts.pipeline.guard import without_contradictions
from alerts.pipeline.outbox import owe
from alerts.pipeline.outcomes import note_held
from alerts.pipeline.tables import closed_markets, is_filling, market_of
from alerts.pipeline.writing import Close, Told, store
from alerts.types import Clock
from markets.engine.expressions.market import TableMarket
from markets.engine.table import Table
from markets.errors import MarketUnavailableError
from markets.selectors.tables import current_table, recent_of
from markets.types import MINUTE_MS
from scalpaiboard.lib.clock import now_ms

logger = logging.getLogger(__name__)

type ClockMs = Callable[[], int]

_SECOND_MS: Final = 1_000
_LIVE_MEMORY_EVERY_MS: Final = 10_000
"""Between these nothing is stored of a second in which nothing happened."""
_FILL_MS: Final = 10 * MINUTE_MS
"""So long a feed that starts is waited for, before it is asked as it is."""
_DOUBTFUL_MS: Final = 15 * MINUTE_MS
"""So much is asked once more after a start."""
_STALE_LIVE_MS: Final = 10_000
"""A live table older than this is not the present."""


def evaluate(clock_ms: ClockMs = now_ms) -> list[Told]:
    """
    Ask the rules whatever is due on both clocks; return what came of it.

    Running it twice, here or elsewhere, changes nothing: a close belongs to
    whoever moves the clock on, and an event is there once. Who is asked while
    another thread is at it leaves the work to that one.
    """
    here = desk()
    here.is_asked.set()
    told: list[Told] = []
    while here.is_asked.is_set() and here.lock.acquire(blocking=False):
        try:
            here.is_asked.clear()
            told += evaluate_closed(clock_ms)
            told += evaluate_live(clock_ms)
        finally:
            here.lock.release()
    return told


def doubtful() -> tuple[str, str, list[int]] | None:
    """
    Return venue, market and minutes that are to be asked once more, if any.

    A process that goes on after another, and one that heard of a feed's start,
    does not know what was repaired in between. Asked for once.
    """
    here, newest = desk(), _newest("closed")
    until_ms = here.doubtful_ms
    if not until_ms or newest is None or is_filling(newest):
        return None
    here.doubtful_ms = None
    first_ms = until_ms - _DOUBTFUL_MS
    return newest.venue, newest.market_key, [first_ms]


def evaluate_closed(clock_ms: ClockMs = now_ms) -> list[Told]:
    """Ask the rules of the closed clock at each close since the last."""
    newest = _newest("closed")
    if newest is None:
        return []
    evaluation = _evaluation(newest, Clock.CLOSED)
    since_ms = evaluation.evaluated_ms or newest.as_of_ms - MINUTE_MS
    is_known = evaluation.evaluated_ms > 0
    if newest.as_of_ms <= since_ms:
        return []
    if is_known and _is_unripe(newest, since_ms):
        desk().doubtful_ms = since_ms
        return []
    if not _prepare(desk(), evaluation, newest):
        return []
    told: list[Told] = []
    for market in closed_markets(newest, since_ms):
        done = _step(desk(), evaluation, market, clock_ms)
        if done is None:
            break
        told += done
    return told


# While the feed fetches the past its tables lack it, and the store what was missed.
def _is_unripe(newest: Table, since_ms: int) -> bool:
    return newest.as_of_ms - since_ms <= _FILL_MS and is_filling(newest)


def evaluate_live(clock_ms: ClockMs = now_ms) -> list[Told]:
    """Ask the rules of the live clock, once a second."""
    newest = _newest("live")
    if newest is None or clock_ms() - newest.as_of_ms > _STALE_LIVE_MS:
        return []
    evaluation = _evaluation(newest, Clock.LIVE)
    at_ms = newest.as_of_ms // _SECOND_MS * _SECOND_MS
    last_ms = desk().stepped_ms.get(Clock.LIVE, 0)
    if at_ms <= max(evaluation.evaluated_ms, last_ms):
        return []
    if not _prepare(desk(), evaluation, newest):
        return []
    if not any(desk().due(Clock.LIVE, at_ms)):
        return []
    return _step(desk(), evaluation, market_of(newest), clock_ms) or []


def _step(
    here: Desk, evaluation: Evaluation, market: TableMarket, clock_ms: ClockMs
) -> list[Told] | None:
    """Ask at one moment; None where another worker was faster."""
    table = market.table
    clock, at_ms = Clock(table.clock), table.as_of_ms
    if clock is Clock.LIVE:
        at_ms = at_ms // _SECOND_MS * _SECOND_MS
    # What the books have seen counts for nothing until it is stored.
    here.stepped_ms.pop(clock, None)
    findings = ask(here, market, clock, at_ms)
    findings = without_contradictions(here, table, findings)
    is_worth_storing = (
        clock is Clock.CLOSED
        or bool(findings)
        or at_ms - evaluation.evaluated_ms >= _LIVE_MEMORY_EVERY_MS
    )
    if not is_worth_storing:
        here.stepped_ms[clock] = at_ms
        return []
    memory = here.remember(clock)
    close = Close(evaluation, table, clock, at_ms, clock_ms())
    try:
        told = store(close, findings, memory, owe)
    except OvertakenError as error:
        logger.info("A close was stored by another worker: %s", error)
        return None
    here.stepped_ms[clock] = at_ms
    evaluation.evaluated_ms, evaluation.layout_digest = at_ms, memory.digest
    if clock is Clock.CLOSED:
        note_held(here, market)
    return told


# The rules' changes come first, then what the books knew when the clock stopped:
# another process may have gone on from there. False where one does right now.
def _prepare(here: Desk, evaluation: Evaluation, newest: Table) -> bool:
    here.begin(f"{newest.venue} {newest.market_key}")
    clock = Clock(evaluation.clock)
    stepped_ms = here.stepped_ms.get(clock)
    is_ahead = clock is Clock.LIVE and (stepped_ms or 0) >= evaluation.evaluated_ms
    if stepped_ms != evaluation.evaluated_ms and not (stepped_ms and is_ahead):
        try:
            memory = remembered(evaluation)
        except OvertakenError:
            return False
        here.refresh()
        if memory is not None:
            base = _base(newest, evaluation) if clock is Clock.CLOSED else None
            here.recall(clock, memory, base)
        if clock is Clock.CLOSED and stepped_ms is None:
            here.doubtful_ms = evaluation.evaluated_ms
        here.stepped_ms[clock] = evaluation.evaluated_ms
    here.refresh()
    return True


# The closed table at which another process stopped.
def _base(newest: Table, evaluation: Evaluation) -> TableMarket | None:
    recent = recent_of(newest)
    table = recent.table(evaluation.evaluated_ms // MINUTE_MS) if recent else None
    return market_of(table) if table is not None else None


def _newest(clock: str) -> Table | None:
    try:
        return current_table(clock)
    except MarketUnavailableError:
        return None


def _evaluation(table: Table, clock: Clock) -> Evaluation:
    # What is remembered is only asked for after another process.
    found, _ = Evaluation.objects.defer("memory").get_or_create(
        venue=table.venue, market_key=table.market_key, clock=clock
    )
    return found
