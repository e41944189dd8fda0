"""What an alert would have done, worked out before it is saved."""

import hashlib
import re
import threading
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor, TimeoutError as NotYetError
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final

from django.core.cache import cache
from django.db import connections

from alerts.alert_content import AlertContent
from alerts.errors import BadContentError
from alerts.rules.openings import Pace
from alerts.rules.outcomes import Aim
from alerts.rules.record import RecordQuestion, build_record
from alerts.rules.summaries import Record
from alerts.selectors.surroundings import Surroundings
from alerts.services.preview_past import OnProgress, Past, past_of, written
from alerts.services.revisions import joined
from alerts.services.rules import faults_of
from alerts.types import Clock, Mode, Scope
from markets.engine.expressions.parser import parse
from markets.engine.table import Table
from markets.errors import (
    FeatureStoreError,
    NotStoredError,
    PastBusyError,
    TooManyEpisodesError,
)
from markets.types import DAY_MS, TIMEFRAMES

MOST_DAYS: Final = 366
_WAIT_S: Final = 0.9
"""What takes longer is asked for again."""
_MOST_WAITING: Final = 8
_KEPT_S: Final = 600
_JOB: Final = re.compile(r"[0-9a-f]{1,64}", re.ASCII)
_WRITING: Final = 0.9
"""Share of the work that goes into the columns of the last hours, where needed."""

Found = Record | str
"""A record, or the sentence that says why there is none."""


@dataclass(frozen=True, slots=True)
class Work:
    """A record that is being worked out; `progress` is from 0 to 1."""

    job: str
    progress: float


class _UnwantedError(Exception):
    """Nobody waits for this record any more."""


def record_question(
    owner_id: Any, content: AlertContent, aim: Aim, days: int, newest: Table
) -> tuple[RecordQuestion, Past] | str:
    """
    Return what the past is asked for an alert as typed, or why it cannot be.

    Raises
    ------
    BadContentError
        If what it refers to is not there.
    """
    around = Surroundings(owner_id)
    if wrong := faults_of(content, around):
        raise BadContentError(wrong)
    past = past_of(newest)
    if past is None:
        return "Nothing of the past is stored yet."
    screen = around.screen_expression(content.screen) if content.screen else ""
    step = 1 if content.clock is Clock.LIVE else TIMEFRAMES[content.timeframe]
    cool_down = content.cool_down_minutes
    if content.mode is Mode.ONCE_PER_CANDLE:
        cool_down = max(cool_down, TIMEFRAMES[content.timeframe])
    symbols = _symbols(content, around)
    if content.scope is Scope.WATCHLIST and not symbols:
        return "The watchlist has no pairs."
    return (
        RecordQuestion(
            parse(joined(screen or "", content.expression)),
            aim,
            max(past.start_ms, past.end_ms - days * DAY_MS),
            past.end_ms,
            closes_when=parse(content.closes_when) if content.closes_when else None,
            symbols=symbols,
            step_minutes=step,
            pace=Pace(cool_down, content.false_closes),
        ),
        past,
    )


def ask_record(
    owner_id: Any,
    question: RecordQuestion,
    past: Past,
    asked: Mapping[str, Any],
) -> Found | Work:
    """
    Return a record, or how far it is where it takes longer than a second.

    One is worked out at a time. A person who asks for another one no longer
    waits for the former.

    Parameters
    ----------
    owner_id, question, past
        Who asks what of which past.
    asked
        Plain values that are given back with the answer to a job.

    Raises
    ------
    PastBusyError
        If too many wait already.
    """
    name = _name(question, past)
    known: Found | None = cache.get(_answer_key(name))
    if known is not None:
        return known
    future = _desk.begin(owner_id, name, question, past)
    job = hashlib.blake2b(f"{owner_id}:{name}".encode(), digest_size=12).hexdigest()
    cache.set(_job_key(owner_id, job), (name, dict(asked)), _KEPT_S)
    try:
        return future.result(_WAIT_S)
    except (NotYetError, _UnwantedError):
        return Work(job, cache.get(_progress_key(name), 0.0))


def record_of_job(
    owner_id: Any, job: str
) -> tuple[dict[str, Any], Found | Work] | None:
    """
    Return what came of a person's question, with what was asked.

    None where they asked none such, or no longer wait for it.
    """
    # What no job is called may be no key: too long, or of other characters.
    if not _JOB.fullmatch(job):
        return None
    found = cache.get(_job_key(owner_id, job))
    if found is None:
        return None
    name, asked = found
    # Read first: it goes once the answer is there.
    progress: float | None = cache.get(_progress_key(name))
    known: Found | None = cache.get(_answer_key(name))
    if known is not None:
        return asked, known
    return None if progress is None else (asked, Work(job, progress))


class _Desk:
    """The records that this process works out, one after the other."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pool: ThreadPoolExecutor | None = None
        self._running: dict[str, Future[Found]] = {}
        self._wanted_by: dict[Any, str] = {}

    def begin(
        self,
        owner_id: Any,
        name: str,
        question: RecordQuestion,
        past: Past,
    ) -> "Future[Found]":
        with self._lock:
            running = self._running.get(name)
            if running is None and len(self._running) >= _MOST_WAITING:
                raise PastBusyError(
                    "Others ask the past at the moment; try again soon."
                )
            self._wanted_by[owner_id] = name
            if running is not None:
                return running
            if self._pool is None:
                self._pool = ThreadPoolExecutor(1, thread_name_prefix="preview")
            cache.set(_progress_key(name), 0.0, _KEPT_S)
            future = self._pool.submit(self._work, name, question, past)
            self._running[name] = future
            return future

    def _work(self, name: str, question: RecordQuestion, past: Past) -> Found:
        def note(progress: float) -> None:
            if name not in self._wanted_by.values():
                raise _UnwantedError
            cache.set(_progress_key(name), round(progress, 3), _KEPT_S)

        try:
            note(0.0)
            found = _build(question, past, note)
            cache.set(_answer_key(name), found, _KEPT_S)
            return found
        finally:
            cache.delete(_progress_key(name))
            connections.close_all()
            with self._lock:
                del self._running[name]


def _build(question: RecordQuestion, past: Past, note: OnProgress) -> Found:
    try:
        if past.days is None:
            past = written(past, partial(_note_writing, note))
            question = replace(question, end_ms=past.end_ms)
        return build_record(question, past.days or (), on_progress=note)
    except (NotStoredError, TooManyEpisodesError, FeatureStoreError) as error:
        return str(error)


# Whoever asks next wants the same columns, so they are written to the end.
def _note_writing(note: OnProgress, share: float) -> None:
    with suppress(_UnwantedError):
        note(_WRITING * share)


def _symbols(content: AlertContent, around: Surroundings) -> tuple[str, ...]:
    if content.scope is Scope.PAIR:
        return (content.symbol,)
    if content.watchlist is not None:
        return tuple(around.watchlist_symbols(content.watchlist) or ())
    return ()


def _name(question: RecordQuestion, past: Past) -> str:
    whole = (
        question.expression.text,
        question.closes_when.text if question.closes_when else "",
        question.aim,
        question.start_ms,
        question.end_ms,
        question.symbols,
        question.step_minutes,
        question.pace,
        past.name,
    )
    return hashlib.blake2b(repr(whole).encode(), digest_size=16).hexdigest()


def _answer_key(name: str) -> str:
    return f"preview:answer:{name}"


def _progress_key(name: str) -> str:
    return f"preview:progress:{name}"


def _job_key(owner_id: Any, job: str) -> str:
    return f"preview:job:{owner_id}:{job}"


_desk = _Desk()
