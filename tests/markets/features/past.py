"""Two stored days of a small market, and the tables that they were made of."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from markets.engine.market import MarketEngine
from markets.engine.replay import LoggedMinute, replay
from markets.engine.table import Table
from markets.features.day import DayWriter, StoredDay
from markets.features.store import FeatureStore
from markets.types import MINUTE_MS, Candle, Instrument, Symbol
from tests.markets.engine.markets_by_hand import (
    BTC,
    ETH,
    START,
    instrument,
    random_candles,
)

NEW = Symbol("NEWUSDT")
DAY = START // 1_440
WARM = 300
LISTED = 700
"""The minute of the first day at which NEW is listed."""


@dataclass(frozen=True)
class Past:
    """The days, the table before them, and one for each of their minutes."""

    days: Sequence[StoredDay]
    opening: Table
    tables: Sequence[Table]


def instruments() -> list[Instrument]:
    return [
        replace(instrument(BTC), categories=("layer-1",)),
        instrument(ETH),
        instrument(NEW, listed=START + LISTED),
    ]


@cache
def log() -> tuple[LoggedMinute, ...]:
    """Two days: ETH lacks some minutes, and is halted in others."""
    first = START - WARM
    candles: dict[int, list[Candle]] = {}
    for seed, symbol in enumerate((BTC, ETH, NEW)):
        start = START + LISTED if symbol == NEW else first
        count = START + 2_880 - start
        for one in random_candles(count, seed=seed, symbol=symbol, start=start):
            candles.setdefault(one.open_time_ms // MINUTE_MS, []).append(one)
    lost, halted = range(START + 400, START + 404), range(START + 1_430, START + 1_460)
    for minute in (*lost, *halted):
        candles[minute] = [one for one in candles[minute] if one.symbol != ETH]
    return tuple(
        LoggedMinute(
            minute * MINUTE_MS, candles[minute], (ETH,) if minute in halted else ()
        )
        for minute in sorted(candles)
    )


def past(root: Path) -> Past:
    """Run the log through an engine, and write both days."""
    engine = MarketEngine(venue="binanceusdm", market_key="live")
    engine.set_instruments(instruments(), circulating_supply={BTC: 19_000_000.0})
    tables = list(replay(engine, log()))
    opening, tables = tables[WARM - 1], tables[WARM:]
    store = FeatureStore(root, "binanceusdm", "live")
    for number in range(2):
        part = tables[number * 1_440 : (number + 1) * 1_440]
        before = tables[number * 1_440 - 1] if number else opening

        def fill(writer: DayWriter, some: Sequence[Table] = (before, *part)) -> str:
            for table in some:
                writer.put(table)
            return "digest"

        store.write(DAY + number, instruments(), fill, now_ms=number)
    return Past(store.days(), opening, tables)
