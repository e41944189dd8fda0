"""Stored days answer as the engine did, minute by minute."""

from collections.abc import Sequence
from dataclasses import replace

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings

from markets.engine.expressions.history import History
from markets.engine.expressions.labels import Labels
from markets.engine.expressions.market import TableMarket
from markets.engine.expressions.nodes import Expression, Kind, Node
from markets.engine.expressions.parser import parse
from markets.engine.expressions.plan import Plan
from markets.errors import NotStoredError, TooManyEpisodesError
from markets.features.columns import KNOWN
from markets.features.day import StoredDay
from markets.features.episodes import ALL_TRUTHS, Answer, Episode, Question, when_true
from markets.features.market import PastMarket
from markets.types import MINUTE_MS
from tests.markets.engine.expressions.strategies import conditions
from tests.markets.engine.markets_by_hand import BTC, ETH, START
from tests.markets.features.past import DAY, NEW, Past, instruments

START_MS = START * MINUTE_MS
END_MS = START_MS + 2_880 * MINUTE_MS
NIGHT = range(1_380, 1_530)
"""The minutes around the second midnight, in which the halt lies."""


def by_day(days: Sequence[StoredDay]) -> dict[int, StoredDay]:
    return {day.manifest.day: day for day in days}


def asked(
    stored: Past, text: str, *, start: int = 0, end: int = 2_880, symbol: str = ""
) -> Answer:
    question = Question(
        parse(text),
        START_MS + start * MINUTE_MS,
        START_MS + end * MINUTE_MS,
        symbols=(symbol,) if symbol else (),
    )
    return when_true(question, stored.days)


# What the engine itself says, a table after the other.
def minute_by_minute(
    stored: Past, expression: Expression, minutes: range
) -> list[list[int]]:
    plan = Plan.of([expression])
    history = History()
    history.keep(plan.depths)
    history.push(stored.opening)
    labels = Labels.of(instruments())
    truths = []
    for number, table in enumerate(stored.tables[: minutes.stop]):
        history.push(table)
        if number in minutes:
            truths.append(plan.run(TableMarket(table, history, labels))[0].tolist())
    return truths


@pytest.mark.parametrize("number", [0, 1])
def test_every_metric_of_every_minute_is_the_engines_own(
    stored: Past, number: int
) -> None:
    tables = stored.tables[number * 1_440 : (number + 1) * 1_440]
    first = (DAY + number) * 1_440 + 1
    ends = np.arange(first, first + 1_440)

    for metric in sorted(KNOWN):
        found = stored.days[number].values(metric, slice(None), ends)
        expected = np.array([table.column(metric) for table in tables]).T
        np.testing.assert_array_equal(found, expected, err_msg=metric)


@settings(max_examples=60)
@given(root=conditions)
def test_any_expression_is_answered_as_minute_by_minute(
    stored: Past, root: Node
) -> None:
    expression = Expression(root, Kind.CONDITION)
    ends = np.arange(START + NIGHT.start, START + NIGHT.stop) + 1
    found = []
    for number, part in ((0, ends[ends <= START + 1_440]), (1, ends[60:])):
        market = PastMarket(by_day(stored.days), DAY + number, np.arange(3), part)
        found.append(Plan.of([expression]).run(market)[0])

    expected = minute_by_minute(stored, expression, NIGHT)

    assert np.concatenate(found, axis=1).T.tolist() == expected


@pytest.mark.parametrize(
    "text",
    [
        "rising(candle_close_15m, 2) and rsi_14_5m > 50",
        "crosses_above(ema_9_5m, ema_21_5m)",
        "prev(relative_volume_5m, 10) < vwap_distance_1h",
        "market_cap > 1 and age_days > 6.95",
        "candle_close_4h > prev(candle_close_4h, 2)",
        'base == "ETH" and vcp_5m < 0',
        "tick_size < 0.1 and category == 'layer-1' or symbol == 'NEWUSDT'",
        "prev(change_1h, 50) > 0",
    ],
)
def test_a_question_over_both_days_is_answered_as_minute_by_minute(
    stored: Past, text: str
) -> None:
    expected = np.array(minute_by_minute(stored, parse(text), range(2_880)))

    answer = asked(stored, text)

    found = np.zeros((2_880, 3), np.bool_)
    symbols = list(stored.tables[0].symbols)
    for one in answer.episodes:
        since, until = (
            (time // MINUTE_MS - START - 1) for time in (one.start_ms, one.end_ms)
        )
        found[since:until, symbols.index(one.symbol)] = True
    assert found.tolist() == (expected == 1).tolist()
    counts = [answer.pairs[symbol] for symbol in symbols]
    assert [one.true for one in counts] == (expected == 1).sum(axis=0).tolist()
    assert [one.unknown for one in counts] == (expected == 0).sum(axis=0).tolist()


def test_an_episode_goes_on_over_midnight(stored: Past) -> None:
    answer = asked(stored, "price > 0", symbol=BTC)

    assert answer.episodes == [
        Episode(BTC, START_MS + MINUTE_MS, START_MS + 2_881 * MINUTE_MS, is_open=True)
    ]


def test_an_unknown_minute_ends_an_episode(stored: Past) -> None:
    answer = asked(stored, "price > 0", symbol=ETH)

    spans = [
        ((one.start_ms - START_MS) // MINUTE_MS, (one.end_ms - START_MS) // MINUTE_MS)
        for one in answer.episodes
    ]
    assert spans == [(1, 401), (405, 2_881)]
    assert answer.pairs[ETH].unknown == 4


def test_a_range_within_a_day_asks_only_its_minutes(stored: Past) -> None:
    answer = asked(stored, "price > 0", start=10, end=25)

    assert answer.pairs[BTC].asked == 15
    assert answer.episodes[0].start_ms == START_MS + 11 * MINUTE_MS


def test_stretches_of_every_truth_cover_the_range(stored: Past) -> None:
    question = Question(
        parse("change_5m > 0"),
        START_MS,
        END_MS,
        symbols=(NEW,),
        truths=ALL_TRUTHS,
    )

    answer = when_true(question, stored.days)

    times = [START_MS + MINUTE_MS, *(one.end_ms for one in answer.episodes)]
    assert [one.start_ms for one in answer.episodes] == times[:-1]
    assert answer.episodes[0].truth == 0
    assert times[-1] == START_MS + 2_881 * MINUTE_MS


def test_a_day_that_is_not_held_is_named_and_breaks_episodes(stored: Past) -> None:
    only_second = Past(stored.days[1:], stored.opening, stored.tables)

    answer = asked(only_second, "price > 0", symbol=BTC)

    assert answer.missing_days == [DAY]
    assert answer.episodes[0].start_ms == START_MS + 1_441 * MINUTE_MS
    assert (
        asked(only_second, "crosses_above(price, 1)", start=1_440).pairs[BTC].unknown
        == 0
    )


def test_a_range_without_a_day_is_refused(stored: Past) -> None:
    with pytest.raises(NotStoredError, match="No day of this range"):
        asked(stored, "price > 0", start=9_000, end=9_010)


def test_a_metric_of_another_stream_is_refused(stored: Past) -> None:
    with pytest.raises(NotStoredError, match="funding_rate cannot be asked"):
        asked(stored, "funding_rate > 0")


def test_a_day_of_other_formulas_is_named(stored: Past) -> None:
    first, second = stored.days
    older = replace(first, manifest=msgspec.structs.replace(first.manifest, version=0))

    answer = asked(Past([older, second], stored.opening, stored.tables), "price > 0")

    assert answer.outdated_days == [DAY]


def test_a_question_without_end_is_refused(stored: Past) -> None:
    question = Question(parse("change_5m > 0"), START_MS, END_MS, most=5)

    with pytest.raises(TooManyEpisodesError, match="more than 5 times"):
        when_true(question, stored.days)
