"""Several stored days as one."""

import numpy as np
import pytest

from markets.engine.expressions.parser import parse
from markets.engine.expressions.plan import Plan
from markets.errors import NotStoredError
from markets.features.spans import Span
from markets.types import MINUTE_MS
from tests.markets.engine.markets_by_hand import BTC, ETH, START
from tests.markets.features.past import DAY, NEW, Past, log

START_MS = START * MINUTE_MS
HALT = range(1_430, 1_460)


def span_of(stored: Past, start: int = 0, end: int = 2_880) -> Span:
    return Span.of(
        stored.days, START_MS + start * MINUTE_MS, START_MS + end * MINUTE_MS
    )


def test_a_metric_over_both_days_is_that_of_their_tables(stored: Past) -> None:
    span = span_of(stored, 1_400, 1_500)

    found = span.values("rsi_14_5m", (NEW, BTC))

    expected = [
        [table.row(symbol)["rsi_14_5m"] for table in stored.tables[1_400:1_500]]
        for symbol in (NEW, BTC)
    ]
    np.testing.assert_array_equal(found, expected)


def test_prices_are_the_candles_as_they_were_fed(stored: Past) -> None:
    fed = {
        (one.symbol, minute.open_time_ms): (one.close, one.high, one.low)
        for minute in log()
        for one in minute.candles
    }

    found = span_of(stored).prices((ETH, NEW))

    for row, symbol in enumerate((ETH, NEW)):
        for minute in set(range(2_880)) - set(HALT):
            candle = fed.get((symbol, START_MS + minute * MINUTE_MS), (np.nan,) * 3)
            cells = [column[row, minute] for column in found]
            np.testing.assert_array_equal(cells, candle)


def test_a_halted_minute_has_no_range_of_its_own(stored: Past) -> None:
    close, high, low = (column[0] for column in span_of(stored).prices((ETH,)))

    assert high[HALT.start - 1] > close[HALT.start - 1] > low[HALT.start - 1]
    for minute in HALT:
        assert close[minute] == high[minute] == low[minute] == close[HALT.start - 1]


def test_truths_are_asked_at_the_closes_of_a_step_alone(stored: Past) -> None:
    plan = Plan.of([parse("change_5m > 0"), parse("rising(price, 2)")])
    span = span_of(stored, 1_300, 1_600)

    every = span.truths(plan, (ETH,), span.closes())
    some = span.truths(plan, (ETH,), span.closes(15))

    assert span.closes(15).tolist() == list(range(START + 1_305, START + 1_601, 15))
    for all_of_it, part in zip(every, some, strict=True):
        assert part.tolist() == all_of_it[:, 4::15].tolist()
        assert len(set(part[0].tolist())) > 1


def test_a_day_that_is_not_held_is_unknown_and_named(stored: Past) -> None:
    span = Span.of(stored.days[1:], START_MS, START_MS + 2_880 * MINUTE_MS)

    assert span.missing_days == [DAY]
    assert span.has_day((BTC, "NONEUSDT")).tolist() == [[False, True], [False] * 2]
    assert np.isnan(span.values("price", (BTC,))[0, :1_440]).all()
    assert not np.isnan(span.values("price", (BTC,))[0, 1_440:]).any()
    assert span.symbols == (BTC, ETH, NEW)


def test_minutes_after_a_span_end_with_the_last_day_held(stored: Past) -> None:
    span = span_of(stored, 0, 2_000)

    assert span.with_minutes_after(100).last == START + 2_100
    assert span.with_minutes_after(5_000).last == START + 2_880


def test_a_span_without_a_day_is_refused(stored: Past) -> None:
    with pytest.raises(NotStoredError, match="No day of this range"):
        span_of(stored, 9_000, 9_010).require_stored()
