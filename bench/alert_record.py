"""What the record of a rule costs before it is saved."""

import tempfile
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from alerts.rules.openings import Pace
from alerts.rules.outcomes import HORIZONS, Aim
from alerts.rules.record import RecordQuestion, build_record
from bench._market import ms
from bench.harness import Row, benchmark, percentile
from bench.past import DAYS, FIRST, PAIRS, SYMBOLS, WHERE, write_day
from markets.engine.expressions.nodes import columns_of
from markets.engine.expressions.parser import parse
from markets.features.columns import slots_of
from markets.features.day import StoredDay
from markets.features.spans import Prices, Span
from markets.types import DAY_MS

MOMENTS_TRIED: Final = 300
"""So many moments are looked at, and the time taken for as many as there are."""

AIM: Final = Aim(target_pct=1.0, stop_pct=1.0)
START_MS: Final = FIRST * DAY_MS
END_MS: Final = START_MS + DAYS * DAY_MS


@benchmark("alerts")
def records() -> Iterable[Row]:
    """Ask a month what a rule would have done, of one pair and of all."""
    columns = columns_of(parse(WHERE).root)
    with tempfile.TemporaryDirectory() as folder:
        days = [write_day(Path(folder), day, columns) for day in range(DAYS)]
        _write_candles(days)
        prices = Span.of(days, START_MS, END_MS).prices(SYMBOLS[:1])
        one, every = (
            percentile([ms(partial(_ask, days, some)) for _ in range(5)], 0.5)
            for some in (SYMBOLS[:1], ())
        )
    yield Row(
        area="alerts",
        what=f"record preview, one pair, {DAYS} days, every minute as base",
        figure=one,
        unit="ms",
        bar=300,
        peer="its base rates alone by pandas, a share of them, scaled",
        peer_figure=_by_pandas_ms(prices),
    )
    yield Row(
        area="alerts",
        what=f"record preview, market-wide, {DAYS} days × {PAIRS} pairs",
        figure=every / 1_000,
        unit="s",
        bar=3,
    )


def _write_candles(days: Sequence[StoredDay]) -> None:
    rng = np.random.default_rng(1)
    close = np.full((PAIRS, 1), 100.0)
    for day in days:
        steps = rng.normal(0, 0.001, (PAIRS, slots_of(1))).cumsum(axis=1)
        close = close[:, -1:] * np.exp(steps)
        columns = {
            "close": close,
            "high": close * 1.0005,
            "low": close * 0.9995,
            "volume": rng.exponential(5, close.shape),
        }
        for name, values in columns.items():
            np.save(day.folder / f"candle_{name}_1m.npy", values)


def _ask(days: Sequence[StoredDay], symbols: Sequence[str]) -> None:
    # Mapped anew each time, as another process would.
    fresh = [StoredDay.open(day.folder) for day in days]
    pace = Pace(cool_down_minutes=5, false_closes=3)
    question = RecordQuestion(
        parse(WHERE), AIM, START_MS, END_MS, symbols=tuple(symbols), pace=pace
    )
    record = build_record(question, fresh)
    assert record.count
    assert record.pairs == len(symbols) or PAIRS


# What a script would do: look through the minutes after each moment.
def _by_pandas_ms(prices: Prices) -> float:
    close, high, low = (pd.Series(column[0]) for column in prices)
    upper = close * (1 + AIM.target_pct / 100)
    lower = close * (1 - AIM.stop_pct / 100)

    def look() -> int:
        hits = 0
        for moment in range(MOMENTS_TRIED):
            after = slice(moment + 1, moment + 1 + AIM.horizon_minutes)
            is_lost = low.iloc[after] <= lower[moment]
            is_over = is_lost | (high.iloc[after] >= upper[moment])
            hits += bool(is_over.any() and not is_lost[is_over.idxmax()])
        return hits

    def summarise() -> list[object]:
        returns = [
            100 * (close.shift(-minutes) / close - 1) for minutes in HORIZONS.values()
        ]
        return [(one.mean(), one.median(), (one > 0).mean()) for one in returns]

    return ms(summarise) + ms(look) * len(close) / MOMENTS_TRIED
