"""What the market table costs: a minute, the worst minute, a second, memory."""

import copy
import random
import time
import tracemalloc
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Final

from bench._peers import pandas_minute, talib_minute, talipp_minute
from bench.harness import Row, benchmark, percentile
from markets.engine.market import MarketEngine
from markets.types import (
    MINUTE_MS,
    TIMEFRAMES,
    WINDOW_CANDLES,
    Candle,
    Instrument,
    InstrumentStatus,
    MarkPrice,
    Symbol,
    Ticker,
    Venue,
)

PAIRS: Final = 1_000
PAIRS_OF_MEMORY: Final = 400
ROUNDS: Final = 30
WORST_ROUNDS: Final = 20
START_MINUTE: Final = 29_000_158
"""The minute after the window is filled ends at 00:00 UTC."""

PAIRS_A_LOAD: Final = 50


@benchmark("engine")
def market_table() -> Iterable[Row]:
    """Close minutes and draw live tables for a filled window."""
    symbols = _symbols(PAIRS)
    engine = _filled(symbols)
    yield from _worst_minute(engine, symbols)
    closed, live = [], []
    for number in range(ROUNDS):
        minute = START_MINUTE + WINDOW_CANDLES + number
        closed.append(_ms(_closing(engine, symbols, minute)))
        live.append(_ms(_second(engine, symbols, minute + 1)))
    now_ms = (START_MINUTE + WINDOW_CANDLES + ROUNDS) * MINUTE_MS + 900
    yield Row(
        area="engine",
        what=f"one closed minute of {PAIRS:,} pairs into the closed table, median",
        figure=percentile(closed, 0.5),
        unit="ms",
        bar=25,
        peer="pandas, median, 4 of the 21 sliding metrics",
        peer_figure=pandas_minute(PAIRS),
    )
    yield Row(
        area="engine",
        what="the same, p95",
        figure=percentile(closed, 0.95),
        unit="ms",
        bar=40,
    )
    yield Row(
        area="engine",
        what=f"candles, tickers and marks of {PAIRS:,} pairs, and the live table, p95",
        figure=percentile(live, 0.95),
        unit="ms",
    )
    ticks = [_tickers(engine, symbols, now_ms + number) for number in range(ROUNDS)]
    yield Row(
        area="engine",
        what=f"one second of tickers of {PAIRS:,} pairs and the live table, median",
        figure=percentile([_ms(tick) for tick in ticks], 0.5),
        unit="ms",
        bar=5,
    )


# From the same filled engine each time: the minute that ends at 00:00 UTC, when a
# candle of every timeframe ends.
def _worst_minute(engine: MarketEngine, symbols: list[Symbol]) -> Iterable[Row]:
    times = []
    for _ in range(WORST_ROUNDS):
        copied = copy.deepcopy(engine)
        minute = START_MINUTE + WINDOW_CANDLES
        times.append(_ms(_closing(copied, symbols, minute)))
    worst = percentile(times, 0.99)
    n_series = len(symbols) * len(TIMEFRAMES)
    called = talib_minute(n_series)
    yield Row(
        area="engine",
        what=f"the minute at 00:00 UTC of {PAIRS:,} pairs, all indicators, p99",
        figure=worst,
        unit="ms",
        bar=40,
        peer=f"talipp, incremental, 12 indicators of {n_series:,} series",
        peer_figure=talipp_minute(n_series),
    )
    yield Row(
        area="engine",
        what=f"TA-Lib called for {n_series:,} series with 12 of them takes, of that",
        figure=called / worst,
        unit="times",
        bar=20,
        better="higher",
    )


@benchmark("engine")
def engine_memory() -> Iterable[Row]:
    """Count what an engine keeps that has run for a day, tables included."""
    symbols = _symbols(PAIRS_OF_MEMORY)
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    engine = _filled(symbols)
    last = START_MINUTE + WINDOW_CANDLES
    for minute in (last, last + 1, last + 480, last + 481, last + 960, last + 961):
        _closing(engine, symbols, minute)()
    _second(engine, symbols, last + 962)()
    tables = engine.closed_table(), engine.live_table(as_of_ms=last * MINUTE_MS)
    kept = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    yield Row(
        area="engine",
        what=f"memory of 1,000 instruments, {len(tables)} tables included",
        figure=kept / PAIRS_OF_MEMORY * 1_000 / 1e6,
        unit="MB",
        bar=300,
    )
    yield Row(
        area="engine",
        what="memory an instrument, without the indicators",
        figure=(kept - engine.indicator_bytes) / PAIRS_OF_MEMORY / 1_000,
        unit="KB",
        bar=160,
    )


def _symbols(count: int) -> list[Symbol]:
    return [Symbol(f"P{number:04}USDT") for number in range(count)]


def _filled(symbols: list[Symbol]) -> MarketEngine:
    engine = MarketEngine(venue=Venue.BINANCE_USDM, market_key="bench")
    engine.set_instruments([_instrument(symbol) for symbol in symbols])
    rng = random.Random(7)  # noqa: S311 - a repeatable market, no secret
    for start in range(0, len(symbols), PAIRS_A_LOAD):
        engine.load(
            {
                symbol: [
                    _candle(symbol, START_MINUTE + number, rng)
                    for number in range(WINDOW_CANDLES)
                ]
                for symbol in symbols[start : start + PAIRS_A_LOAD]
            }
        )
    engine.closed_table()
    return engine


def _closing(
    engine: MarketEngine, symbols: list[Symbol], minute: int
) -> Callable[[], object]:
    rng = random.Random(minute)  # noqa: S311
    candles = [_candle(symbol, minute, rng) for symbol in symbols]

    def close() -> None:
        engine.close_minute(minute * MINUTE_MS, candles)
        engine.closed_table()

    return close


def _second(
    engine: MarketEngine, symbols: list[Symbol], minute: int
) -> Callable[[], object]:
    rng = random.Random(minute)  # noqa: S311
    now_ms = minute * MINUTE_MS + 900
    candles = [_candle(symbol, minute, rng) for symbol in symbols]
    tickers = [
        Ticker(one, now_ms, 100.0, 99.0, 103.0, 97.0, 1e6, 1e8) for one in symbols
    ]
    marks = [
        MarkPrice(one, now_ms, 100.0, 100.1, 1e-4, now_ms + 10**7) for one in symbols
    ]

    def second() -> None:
        for candle in candles:
            engine.apply_forming(candle)
        for ticker in tickers:
            engine.apply_ticker(ticker)
        for mark in marks:
            engine.apply_mark_price(mark)
        engine.live_table(as_of_ms=now_ms)

    return second


def _tickers(
    engine: MarketEngine, symbols: list[Symbol], now_ms: int
) -> Callable[[], object]:
    price = 100 + now_ms % 7
    tickers = [
        Ticker(one, now_ms, price, 99.0, 108.0, 97.0, 1e6, 1e8) for one in symbols
    ]

    def second() -> None:
        for ticker in tickers:
            engine.apply_ticker(ticker)
        engine.live_table(as_of_ms=now_ms)

    return second


def _ms(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1_000


def _instrument(symbol: Symbol) -> Instrument:
    return Instrument(
        Venue.BINANCE_USDM,
        symbol,
        symbol.removesuffix("USDT"),
        "USDT",
        InstrumentStatus.TRADING,
        "PERPETUAL",
        Decimal("0.01"),
        Decimal("0.001"),
    )


def _candle(symbol: Symbol, minute: int, rng: random.Random) -> Candle:
    opening, close = 100 + rng.random(), 100 + rng.random()
    return Candle(
        symbol,
        minute * MINUTE_MS,
        opening,
        max(opening, close) + 0.1,
        min(opening, close) - 0.1,
        close,
        volume=5 + close,
        quote_volume=500 + opening,
        trade_count=9,
        taker_buy_volume=2.0,
        taker_buy_quote_volume=200 + close,
        event_time_ms=minute * MINUTE_MS + 500,
    )
