"""Measuring what came after openings, by the definitions of the preview."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from alerts.models import Episode, Outcome
from alerts.pipeline.desk import Desk
from alerts.rules.outcomes import HORIZONS, Aim, Verdict, outcome_at
from alerts.types import Clock, Side
from markets.engine.expressions.market import TRUE, UNKNOWN, TableMarket
from markets.errors import MarketUnavailableError
from markets.features.spans import Prices
from markets.selectors.candles import recent_candles
from markets.selectors.tables import current_table
from markets.types import DAY_MS, MINUTE_MS, Candle, Symbol

TARGET_PCT: Final = 1.0
STOP_PCT: Final = 1.0
HIT_HORIZON_MINUTES: Final = 240
"""What a hit is for saved rules: fixed here, before anything is measured."""

_A_RUN: Final = 500
_GRACE_MS: Final = MINUTE_MS
"""A candle is stored soon after its close."""
_HIT_OF: Final = {Verdict.TARGET: True, Verdict.STOP: False}


def aim_of(side: str) -> Aim:
    """Return what a hit is for a rule of this side; neutral ones look up."""
    direction = -1 if side == Side.BEAR else 1
    return Aim(TARGET_PCT, STOP_PCT, HIT_HORIZON_MINUTES, direction)


def measure_outcomes() -> int:
    """Measure what is due; return of how many openings."""
    try:
        table = current_table("closed")
    except MarketUnavailableError:
        return 0
    due = (
        Outcome.objects.filter(
            due_ms__lte=table.as_of_ms - _GRACE_MS,
            episode__market_key=table.market_key,
        )
        .select_related("episode", "episode__signal")
        .order_by("due_ms")[:_A_RUN]
    )
    measured = list(due)
    for one in measured:
        episode = one.episode
        start_ms = -(-episode.opened_ms // MINUTE_MS) * MINUTE_MS
        candles = recent_candles(
            table,
            Symbol(episode.symbol),
            "1m",
            limit=DAY_MS // MINUTE_MS,
            start_ms=start_ms,
            end_ms=min(start_ms + DAY_MS, table.as_of_ms),
        )
        _measure(one, candles, start_ms, table.as_of_ms)
    Outcome.objects.bulk_update(
        measured,
        ["return_15m", "return_1h", "return_4h", "return_24h", "has_hit", "due_ms"],
        batch_size=_A_RUN,
    )
    return len(measured)


def note_held(desk: Desk, market: TableMarket) -> None:
    """Note of live openings whether they still hold as their minute closes."""
    close_ms = market.table.as_of_ms
    row_of = market.table.row_of
    opened = Episode.objects.filter(
        clock=Clock.LIVE,
        market_key=market.table.market_key,
        opened_ms__gt=close_ms - MINUTE_MS,
        opened_ms__lte=close_ms,
    )
    for episode in opened:
        book = desk.book_of(episode.rule_number)
        if book is None or episode.symbol not in row_of:
            continue
        pair = (episode.rule_number, row_of[episode.symbol])
        truth = int(book.truth([pair], market)[0])
        if truth != UNKNOWN:
            Outcome.objects.filter(episode=episode).update(
                was_true_at_close=truth == TRUE
            )


def _measure(
    one: Outcome, candles: Sequence[Candle], start_ms: int, now_ms: int
) -> None:
    episode = one.episode
    signal = episode.signal
    aim = aim_of(signal.side if signal is not None else Side.NEUTRAL)
    prices = _minutes(candles, start_ms, now_ms)
    found = outcome_at(_number(episode.price), prices, aim)
    for name, value in zip(HORIZONS, found.returns_pct, strict=True):
        setattr(one, f"return_{name}", None if np.isnan(value) else value)
    one.has_hit = _HIT_OF.get(found.verdict)
    later = (episode.opened_ms + minutes * MINUTE_MS for minutes in HORIZONS.values())
    one.due_ms = next((due for due in later if due > now_ms - _GRACE_MS), None)


def _minutes(candles: Sequence[Candle], start_ms: int, now_ms: int) -> Prices:
    count = max(0, min(now_ms - start_ms, DAY_MS) // MINUTE_MS)
    prices = np.full((3, 1, count), np.nan)
    for candle in candles:
        place = (candle.open_time_ms - start_ms) // MINUTE_MS
        if 0 <= place < count:
            prices[:, 0, place] = candle.close, candle.high, candle.low
    return Prices(*prices)


def _number(value: float | None) -> float:
    return np.nan if value is None else value
