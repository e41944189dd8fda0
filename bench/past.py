"""What a question to past days costs, and what a day takes to be kept."""

import tempfile
import time
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Final

import msgspec
import numpy as np

from bench._market import START_MINUTE, ms
from bench.harness import Row, benchmark, percentile
from markets.engine.expressions.market import TableMarket
from markets.engine.expressions.nodes import columns_of
from markets.engine.expressions.parser import parse
from markets.engine.expressions.plan import Plan
from markets.engine.table import Floats, Table
from markets.features.columns import STEPS, VERSION, catalogue_digest, slots_of
from markets.features.day import Manifest, StoredDay
from markets.features.episodes import Question, when_true
from markets.types import DAY_MS, MINUTE_MS

PAIRS: Final = 700
DAYS: Final = 30
FIRST: Final = START_MINUTE // 1_440
SYMBOLS: Final = tuple(f"S{number}USDT" for number in range(PAIRS))
WHERE: Final = (
    "change_1h >= 1.6 and change_8h > change_1h "
    "and quote_volume_1h * 6 >= quote_volume_8h"
)
CROSS: Final = "crosses_above(ema_9_15m, ema_21_15m) and rsi_14_1h < 60"


@benchmark("expressions")
def past_questions() -> Iterable[Row]:
    """Ask a month of a whole market when something was true."""
    for text in (WHERE, CROSS):
        columns = columns_of(parse(text).root)
        with tempfile.TemporaryDirectory() as folder:
            days = [write_day(Path(folder), number, columns) for number in range(DAYS)]
            took = [ms(partial(_ask, text, days)) / 1_000 for _ in range(3)]
        yield Row(
            area="expressions",
            what=f"{text[:30]}… over {DAYS} days × {PAIRS} pairs of minutes",
            figure=percentile(took, 0.5),
            unit="s",
            bar=3,
            peer="the same plan, a table a minute",
            peer_figure=_by_tables_s(text, columns),
        )
    minutes = sum(slots_of(step) for step in STEPS.values())
    yield Row(
        area="expressions",
        what=f"a day of {PAIRS} pairs in the feature store",
        figure=minutes * PAIRS * 8 / 1e6,
        unit="MB",
    )


def _ask(text: str, days: Sequence[StoredDay]) -> None:
    # Mapped anew each time, as another process would.
    fresh = [StoredDay.open(day.folder) for day in days]
    start_ms = FIRST * DAY_MS
    question = Question(parse(text), start_ms, start_ms + DAYS * DAY_MS)
    answer = when_true(question, fresh)
    assert len(answer.pairs) == PAIRS
    assert answer.episodes


def write_day(root: Path, number: int, columns: Sequence[str]) -> StoredDay:
    folder = root / str(number)
    folder.mkdir()
    rng = np.random.default_rng(number)
    for name in columns:
        shape = (PAIRS, slots_of(STEPS[name]))
        np.save(folder / f"{name}.npy", _values(rng, name, shape))
    manifest = Manifest(
        VERSION, catalogue_digest(), "binanceusdm", "bench", FIRST + number, SYMBOLS,
        (None,) * PAIRS, SYMBOLS, ((),) * PAIRS, dict(STEPS), "", 0, 0,
    )  # fmt: skip
    (folder / "manifest.json").write_bytes(msgspec.json.encode(manifest))
    return StoredDay.open(folder)


# Walks, so that what is true stays so for a while, as in a market.
def _values(rng: np.random.Generator, name: str, shape: tuple[int, ...]) -> Floats:
    walk: Floats = rng.normal(0, 0.03, shape).cumsum(axis=1)
    if "volume" in name:
        return np.exp(walk + 12)
    return walk if name.startswith("change") else walk + 50


# An hour of tables, for the month that they are a part of.
def _by_tables_s(text: str, columns: Sequence[str]) -> float:
    rng = np.random.default_rng(0)
    values = np.array([_values(rng, name, (PAIRS, 60)) for name in columns])
    plan = Plan.of((parse(text),))
    tables = [
        Table("binance", "bench", "", "closed", minute, minute * MINUTE_MS, SYMBOLS,
              tuple(columns), np.ascontiguousarray(values[:, :, minute]))
        for minute in range(60)
    ]  # fmt: skip
    begun = time.perf_counter()
    for table in tables:
        plan.run(TableMarket(table))
    return (time.perf_counter() - begun) * 24 * DAYS
