import csv
import gzip
import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from alerts.rules.openings import Pace
from alerts.rules.outcomes import HORIZONS, PATH_MINUTES, Aim
from alerts.rules.record import NEWEST_FIRES, RecordQuestion, build_record
from alerts.rules.summaries import Record
from markets.engine.expressions.parser import parse
from markets.errors import NotStoredError, TooManyEpisodesError
from markets.features.day import StoredDay
from markets.types import DAY_MS, MINUTE_MS
from tests.alerts.rules.plain_record import (
    NOTHING,
    Close,
    Minute,
    PlainPair,
    Rule,
    plain_base_mean,
    plain_base_rate,
    plain_pair,
    plain_return,
)
from tests.alerts.rules.stored_days import Columns, write_days

DAY = 20_000
START_MS = DAY * DAY_MS
AIM = Aim(target_pct=0.6, stop_pct=0.4, horizon_minutes=20)


def columns_of(pair: Sequence[Minute], *, volume: Sequence[float] = ()) -> Columns:
    """The stored columns of a pair's minutes, with the change over five of them."""
    low, close, high = np.array(pair).T
    change = np.full(len(pair), np.nan)
    change[5:] = 100 * (close[5:] / close[:-5] - 1)
    return {
        "candle_close_1m": close,
        "candle_high_1m": high,
        "candle_low_1m": low,
        "candle_volume_1m": np.array(volume or np.arange(len(pair)), np.float64),
        "change_5m": change,
    }


def wander(seed: int, count: int, *, gaps: int = 0) -> list[Minute]:
    rng = np.random.default_rng(seed)
    closes = (100 * np.exp(rng.normal(0, 0.002, count).cumsum())).tolist()
    reach = np.abs(rng.normal(0, 0.001, (2, count))).tolist()
    pair = [
        Minute(close * (1 - down), close, close * (1 + up))
        for close, down, up in zip(closes, *reach, strict=True)
    ]
    for start in rng.integers(0, count, gaps).tolist():
        pair[start : start + 7] = [NOTHING] * len(pair[start : start + 7])
    return pair


def plain_of(
    pair: Sequence[Minute],
    columns: Columns,
    asked: RecordQuestion,
    minutes: range,
    *,
    above: float,
    end_below: float = 0.0,
    lost: range = range(0),
) -> PlainPair:
    """Measure by plain loops; a minute is its number since the first midnight."""
    changes = [math.nan, *columns["change_5m"].tolist()]
    closes = [
        Close(
            minute,
            said(changes[minute] > above, changes[minute]),
            said(changes[minute] < end_below, changes[minute]),
            minute not in lost,
        )
        for minute in minutes
    ]
    rule = Rule(
        asked.step_minutes,
        asked.pace.cool_down_minutes,
        asked.pace.false_closes,
        has_end=asked.closes_when is not None,
    )
    return plain_pair(
        [NOTHING, *pair], closes, rule, asked.aim, list(HORIZONS.values())
    )


def said(holds: bool, value: float) -> int:
    if math.isnan(value):
        return 0
    return 1 if holds else -1


def question(text: str = "change_5m > 0.5", *, days: int = 1) -> RecordQuestion:
    return RecordQuestion(parse(text), AIM, START_MS, START_MS + days * DAY_MS)


def assert_agrees(
    record: Record, plain: Mapping[str, PlainPair], *, start_ms: int = START_MS
) -> None:
    pairs = list(plain.values())
    verdicts = [verdict for pair in pairs for verdict in pair.verdicts]
    fired = sorted(
        (-start_ms - minute * MINUTE_MS, symbol)
        for symbol, pair in plain.items()
        for minute in pair.fired
    )
    assert record.count == len(fired)
    assert record.pairs_fired == sum(bool(pair.fired) for pair in pairs)
    shown = [(-one.end_ms, one.symbol) for one in record.fires]
    assert shown == fired[:NEWEST_FIRES]
    hits = record.hits
    counted = (hits.stops, hits.undecided, hits.hits, hits.unmeasured)
    assert counted == tuple(verdicts.count(one) for one in (-1, 0, 1, 2))
    for column, horizon in enumerate(record.horizons):
        found = [row[column] for pair in pairs for row in pair.returns]
        known = [one for one in found if not math.isnan(one)]
        assert horizon.fires.count == len(known)
        if known:
            assert horizon.fires.mean_pct == pytest.approx(statistics.fmean(known))
            assert horizon.fires.median_pct == pytest.approx(statistics.median(known))
            share = sum(one > 0 for one in known) / len(known)
            assert horizon.fires.share_up == pytest.approx(share)
        if fired:
            assert horizon.base.mean_pct == pytest.approx(
                plain_base_mean(pairs, column), nan_ok=True
            )
    if fired:
        expected = plain_base_rate(pairs)
        assert hits.base_rate == pytest.approx(expected, nan_ok=True)


@pytest.mark.recorded
def test_the_record_of_recorded_candles_is_that_of_plain_loops(
    recorded_data: Path, tmp_path: Path
) -> None:
    path = (
        recorded_data / "binance/klines_1m/usdm_ohlcv_1m_20250505-20250508_15sym.csv.gz"
    )
    pairs: dict[str, list[Minute]] = {}
    volumes: dict[str, list[float]] = {}
    first_ms = math.inf
    with gzip.open(path, "rt", encoding="utf-8") as text:
        for line in csv.DictReader(text):
            first_ms = min(first_ms, int(line["open_time"]))
            minute = Minute(*(float(line[one]) for one in ("low", "close", "high")))
            pairs.setdefault(line["symbol"], []).append(minute)
            volumes.setdefault(line["symbol"], []).append(float(line["volume"]))
    assert {len(pair) for pair in pairs.values()} == {4 * 1_440}
    columns = {
        symbol: columns_of(pair, volume=volumes[symbol])
        for symbol, pair in pairs.items()
    }
    day = int(first_ms) // DAY_MS
    days = write_days(tmp_path, day, columns)
    aim = Aim(target_pct=0.5, stop_pct=0.5, horizon_minutes=240)
    asked = RecordQuestion(
        parse("change_5m > 0.4"), aim, day * DAY_MS, (day + 4) * DAY_MS,
        step_minutes=5, pace=Pace(30, 3),
    )  # fmt: skip

    record = build_record(asked, days)

    plain = {
        symbol: plain_of(pair, columns[symbol], asked, range(1, 5_761), above=0.4)
        for symbol, pair in pairs.items()
    }
    assert len(pairs) == 15
    assert record.count > 500
    assert record.days == 4
    assert_agrees(record, plain, start_ms=asked.start_ms)


rules = st.builds(
    Rule,
    st.sampled_from([1, 5, 15]),
    st.integers(0, 40),
    st.integers(1, 3),
    st.booleans(),
)


@settings(max_examples=60)
@given(
    st.integers(0, 10_000),
    rules,
    st.sampled_from([1, -1]),
    st.sampled_from([None, 0, 1]),
    st.integers(0, 900),
)
def test_the_record_of_any_days_is_that_of_plain_loops(
    seed: int, rule: Rule, side: int, lost_day: int | None, cut: int
) -> None:
    pairs = {f"P{n}USDT": wander(seed + n, 2 * 1_440, gaps=4) for n in range(2)}
    lost = range(0)
    if lost_day is not None:
        lost = range(lost_day * 1_440 + 1, (lost_day + 1) * 1_440 + 1)
    with TemporaryDirectory() as folder:
        columns = {symbol: columns_of(pair) for symbol, pair in pairs.items()}
        days = write_days(Path(folder), DAY, columns)
        kept = [day for day in days if day.manifest.day - DAY != lost_day]
        asked = RecordQuestion(
            parse("change_5m > 0.5"), replace(AIM, side=side),
            START_MS + cut * MINUTE_MS, START_MS + (2_880 - cut) * MINUTE_MS,
            closes_when=parse("change_5m < -0.1") if rule.has_end else None,
            step_minutes=rule.step, pace=Pace(rule.cool_down, rule.false_closes),
        )  # fmt: skip

        record = build_record(asked, kept)

    end = 1_440 if lost_day == 1 else 2_880
    plain = {}
    for symbol, pair in pairs.items():
        stored = [
            NOTHING if place + 1 in lost else one
            for place, one in enumerate(pair[:end])
        ]
        minutes = range(cut + 1, min(2_880 - cut, end) + 1)
        plain[symbol] = plain_of(
            stored,
            columns[symbol],
            asked,
            minutes,
            above=0.5,
            end_below=-0.1,
            lost=lost,
        )
    assert record.missing_days == (() if lost_day is None else (DAY + lost_day,))
    assert_agrees(record, plain)


@pytest.fixture(scope="module")
def two_days(tmp_path_factory: pytest.TempPathFactory) -> Sequence[StoredDay]:
    pairs = {f"P{n}USDT": columns_of(wander(n, 2_880)) for n in range(3)}
    return write_days(tmp_path_factory.mktemp("days"), DAY, pairs)


def test_what_came_after_is_read_from_the_day_after_the_range(
    two_days: Sequence[StoredDay],
) -> None:
    of_both = build_record(question(), two_days)
    of_the_first = build_record(question(), two_days[:1])

    ends = [one.end_ms for one in of_both.fires]
    assert ends == [one.end_ms for one in of_the_first.fires]
    assert of_both.horizons[-1].fires.count == of_both.count
    assert of_the_first.horizons[-1].fires.count == 0
    assert (of_both.days, of_the_first.days) == (1, 1)


def test_a_fire_bears_its_price_and_the_path_that_followed(
    two_days: Sequence[StoredDay],
) -> None:
    pair = [NOTHING, *wander(1, 2_880)]

    record = build_record(replace(question(), symbols=("P1USDT",)), two_days)

    assert record.pairs == 1
    assert {one.symbol for one in record.fires} == {"P1USDT"}
    for fire in record.fires:
        minute = (fire.end_ms - START_MS) // MINUTE_MS
        assert fire.price == pair[minute].close
        expected = [plain_return(pair, minute, ahead) for ahead in PATH_MINUTES]
        assert fire.path_pct == pytest.approx(expected)


def test_the_newest_fires_alone_are_told_one_by_one(
    two_days: Sequence[StoredDay],
) -> None:
    often = build_record(question("change_5m > 0", days=2), two_days)

    assert often.count > NEWEST_FIRES == len(often.fires)
    assert often.fires_a_day == often.count / 2
    assert [-one.end_ms for one in often.fires] == sorted(
        -one.end_ms for one in often.fires
    )


def test_a_rule_that_never_fires_has_the_base_rates_of_all_its_pairs(
    two_days: Sequence[StoredDay],
) -> None:
    never = build_record(question("change_5m > 99"), two_days)

    assert (never.count, never.pairs_fired, never.fires) == (0, 0, ())
    assert never.horizons[0].base.count == 3 * 1_440
    assert never.hits.base_count == 3 * 1_440
    assert never.is_little_data


def test_a_pair_that_a_day_does_not_have_is_measured_where_it_is(
    tmp_path: Path,
) -> None:
    pairs = {f"P{n}USDT": columns_of(wander(n, 2_880)) for n in range(2)}
    both = write_days(tmp_path / "both", DAY, pairs)
    alone = write_days(tmp_path / "alone", DAY, {"P0USDT": pairs["P0USDT"]})
    asked = replace(question(days=2), symbols=("P1USDT",))

    of_a_listing = build_record(asked, [alone[0], both[1]])

    of_the_second = build_record(
        replace(asked, start_ms=START_MS + DAY_MS), [both[0], both[1]]
    )
    assert of_a_listing.fires
    # NaN is no equal of itself.
    assert repr(of_a_listing.fires) == repr(of_the_second.fires)
    assert of_a_listing.hits == of_the_second.hits


def test_progress_ends_with_all_of_it(two_days: Sequence[StoredDay]) -> None:
    heard: list[float] = []

    build_record(question(), two_days, on_progress=heard.append)

    assert heard == sorted(heard)
    assert heard[-1] == 1


def test_a_rule_that_fires_without_end_is_refused(
    two_days: Sequence[StoredDay],
) -> None:
    with pytest.raises(TooManyEpisodesError, match="fires more than 5 times"):
        build_record(question("change_5m > 0"), two_days, most=5)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"start_ms": 0, "end_ms": DAY_MS}, "No day of this range"),
        ({"symbols": ("NONEUSDT",)}, "has any of the pairs"),
        ({"expression": parse("funding_rate > 0")}, "funding_rate cannot be asked"),
        ({"closes_when": parse("funding_rate > 0")}, "funding_rate cannot be asked"),
    ],
)
def test_what_is_not_stored_is_refused(
    two_days: Sequence[StoredDay], changes: dict[str, object], words: str
) -> None:
    with pytest.raises(NotStoredError, match=words):
        build_record(replace(question(), **changes), two_days)  # type: ignore[arg-type] # drawn from a table


def test_a_step_that_is_no_timeframe_is_refused() -> None:
    with pytest.raises(ValueError, match="The step is 7 minutes; it must be one of 1,"):
        replace(question(), step_minutes=7)
