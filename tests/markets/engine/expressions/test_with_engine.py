"""The tables of the real engine, minute after minute, under history and plans."""

import numpy as np
import pytest

from markets.engine.expressions.history import History
from markets.engine.expressions.market import TableMarket
from markets.engine.expressions.nodes import Kind
from markets.engine.expressions.parser import parse
from markets.engine.expressions.plan import Plan
from markets.engine.table import Table
from markets.types import MINUTE_MS, Candle, Symbol
from tests.markets.engine.markets_by_hand import (
    BTC,
    ETH,
    START,
    engine,
    feed,
    random_candles,
)

MINUTES = 200


class Market:
    """A market that was watched from its first minute on."""

    def __init__(self, *texts: str, minutes: int = MINUTES) -> None:
        self.plan = Plan.of([parse(text, kind=Kind.NUMBER) for text in texts])
        self.engine = engine(BTC, ETH)
        self.history = History()
        self.history.keep(self.plan.depths)
        self.tables: list[Table] = []
        both = [random_candles(minutes, seed=seed, symbol=symbol)
                for seed, symbol in ((1, BTC), (2, ETH))]  # fmt: skip
        for pair in zip(*both, strict=True):
            feed(self.engine, pair)
            self.tables.append(self.engine.closed_table())
            self.history.push(self.tables[-1])

    def answers(self, table: Table) -> list[list[float]]:
        return [one.tolist() for one in self.plan.run(TableMarket(table, self.history))]

    def closes(self, symbol: Symbol, timeframe: str) -> list[float]:
        candles = self.engine.candles(symbol, timeframe, limit=40)
        return [one.close for one in candles if one.is_closed]


def test_a_windows_past_is_what_earlier_tables_said() -> None:
    market = Market("prev(change_15m, 1)", "prev(change_15m, 7)")

    one, seven = market.answers(market.tables[-1])

    assert one == market.tables[-2].column("change_15m").tolist()
    assert seven == market.tables[-8].column("change_15m").tolist()


@pytest.mark.parametrize("minutes", [180, 181, 199])
@pytest.mark.parametrize(("timeframe", "steps"), [("5m", 4), ("15m", 3), ("1h", 1)])
def test_a_candles_past_is_that_of_the_chart(
    timeframe: str, steps: int, minutes: int
) -> None:
    market = Market(f"prev(candle_close_{timeframe}, {steps})", minutes=minutes)

    (found,) = market.answers(market.tables[-1])

    assert found == [
        market.closes(symbol, timeframe)[-1 - steps] for symbol in (BTC, ETH)
    ]


def test_live_the_last_closed_candle_is_one_step_back() -> None:
    market = Market("prev(candle_close_15m, 1)", "prev(price, 1)", "price")
    now_ms = (START + MINUTES) * MINUTE_MS
    market.engine.apply_forming(
        Candle(BTC, now_ms, 1.0, 9.0, 1.0, 7.0, 1.0, 1.0, 1, 1.0, 1.0,
               is_closed=False, event_time_ms=now_ms + 500)
    )  # fmt: skip

    live = market.engine.live_table(as_of_ms=now_ms + 600)
    candle, before, now = market.answers(live)

    assert candle == [market.closes(symbol, "15m")[-1] for symbol in (BTC, ETH)]
    assert before == market.tables[-1].column("price").tolist()
    assert now[0] == 7.0


def test_a_cross_is_seen_in_exactly_the_minutes_where_it_happened() -> None:
    market = Market("price", "candle_close_15m")
    expression = parse("crosses_above(price, candle_close_15m)")
    plan = Plan.of([expression])
    history = History()
    history.keep(plan.depths)
    found = []
    for table in market.tables:
        history.push(table)
        found.append(plan.run(TableMarket(table, history))[0].tolist())

    gaps = np.array(
        [one.column("price") - one.column("candle_close_15m") for one in market.tables]
    )
    expected = (gaps[:-1] <= 0) & (gaps[1:] > 0)
    assert expected.sum() > 5
    assert (np.array(found[1:]) == 1).tolist() == expected.tolist()
