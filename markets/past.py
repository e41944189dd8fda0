"""Asking past days of a market when an expression was true."""

import threading
from collections.abc import Hashable
from typing import Final

from markets.engine.expressions.parser import parse
from markets.engine.expressions.printing import normal_form
from markets.errors import PastBusyError, UnknownSymbolError
from markets.features.episodes import (
    ALL_TRUTHS,
    Answer,
    Question,
    when_true,
)
from markets.features.store import FeatureStore
from markets.types import DAY_MS
from scalpaiboard.lib.newest import Newest

MOST_EPISODES: Final = 50_000
"""What one answer may hold, and stay in memory for the next page."""

_KEPT: Final = 8
_WAIT_S: Final = 20.0

_answers: Newest[Answer] = Newest(_KEPT)
_turn = threading.Lock()


def stored_span(store: FeatureStore) -> tuple[int, int] | None:
    """Return from when to when days are held, UTC ms; None where none is."""
    days = [day.manifest.day for day in store.days()]
    return (min(days) * DAY_MS, (max(days) + 1) * DAY_MS) if days else None


def ask_past(
    store: FeatureStore, text: str, *, start_ms: int, end_ms: int, symbol: str = ""
) -> Answer:
    """
    Return when an expression was true, of one pair or of all.

    Of one pair every stretch is told, whatever its truth. One question is
    worked on at a time: it takes a processor, and the disk's attention.

    Raises
    ------
    ExpressionError
        If the text is no condition.
    NotStoredError
        If no day of the range is held, or a metric is not kept.
    UnknownSymbolError
        If no day of the range has the pair.
    TooManyEpisodesError
        If there are more than `MOST_EPISODES`.
    PastBusyError
        If others ask at the moment.
    """
    expression = parse(text)
    days = store.days()
    if symbol and not any(symbol in day.row_of for day in days):
        raise UnknownSymbolError(f"No stored day has a pair {symbol[:40]!r}.")

    asked = Question(
        expression,
        start_ms,
        end_ms,
        symbols=(symbol,) if symbol else (),
        truths=ALL_TRUTHS if symbol else ALL_TRUTHS[:1],
        most=MOST_EPISODES,
    )

    def build() -> Answer:
        if not _turn.acquire(timeout=_WAIT_S):
            raise PastBusyError("Others ask the past at the moment; try again soon.")
        try:
            return when_true(asked, days)
        finally:
            _turn.release()

    written = tuple((day.manifest.day, day.manifest.written_at_ms) for day in days)
    form = normal_form(expression.root)
    question: Hashable = (str(store.folder), form, start_ms, end_ms, symbol)
    return _answers.get(question, written, build)
