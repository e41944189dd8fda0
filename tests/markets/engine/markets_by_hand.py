"""Small markets for the tests of the engine, and a slow, obvious second engine."""

import math
from collections.abc import Iterable, Mapping
from decimal import Decimal

import numpy as np
import pandas as pd

from markets.engine.market import MarketEngine
from markets.types import (
    MINUTE_MS,
    WINDOWS,
    Candle,
    Instrument,
    InstrumentStatus,
    Symbol,
    Venue,
)

START = 29_000_160  # a minute at 00:00 UTC: divisible by 1,440
BTC, ETH = Symbol("BTCUSDT"), Symbol("ETHUSDT")


def instrument(symbol: str, *, listed: int | None = START - 10_000) -> Instrument:
    return Instrument(
        Venue.BINANCE_USDM,
        Symbol(symbol),
        symbol.removesuffix("USDT"),
        "USDT",
        InstrumentStatus.TRADING,
        "PERPETUAL",
        Decimal("0.01"),
        Decimal("0.001"),
        listed_at_ms=None if listed is None else listed * MINUTE_MS,
    )


def engine(*symbols: str, listed: int | None = START - 10_000) -> MarketEngine:
    made = MarketEngine(venue="binanceusdm", market_key="live")
    made.set_instruments([instrument(symbol, listed=listed) for symbol in symbols])
    return made


def candle(
    minute: int,
    prices: tuple[float, float, float, float],
    *,
    symbol: Symbol = BTC,
    volume: float = 2.0,
    taker_share: float = 0.5,
    trades: int = 4,
    is_closed: bool = True,
    event_offset_ms: int = MINUTE_MS,
) -> Candle:
    """Make the candle of a minute; its value is volume times the mean price."""
    opening, high, low, close = prices
    value = volume * (high + low) / 2
    return Candle(
        symbol,
        minute * MINUTE_MS,
        opening,
        high,
        low,
        close,
        volume,
        quote_volume=value,
        trade_count=trades,
        taker_buy_volume=volume * taker_share,
        taker_buy_quote_volume=value * taker_share,
        is_closed=is_closed,
        event_time_ms=minute * MINUTE_MS + event_offset_ms,
    )


def random_candles(
    count: int, *, seed: int, symbol: Symbol = BTC, start: int = START
) -> list[Candle]:
    """Make a wandering price with quiet minutes."""
    rng = np.random.default_rng(seed)
    price = 100.0
    candles = []
    for number in range(count):
        close = price * math.exp(rng.normal(0, 0.002))
        high = max(price, close) * (1 + abs(rng.normal(0, 0.001)))
        low = min(price, close) * (1 - abs(rng.normal(0, 0.001)))
        quiet = rng.random() < 0.1
        prices = (price,) * 4 if quiet else (price, high, low, close)
        volume = 0.0 if quiet else float(rng.exponential(5))
        candles.append(
            candle(start + number, prices, symbol=symbol, volume=volume,
                   taker_share=float(rng.random()), trades=int(rng.integers(1, 90)))
        )  # fmt: skip
        price = prices[3]
    return candles


def feed(made: MarketEngine, candles: Iterable[Candle]) -> None:
    """Close each minute in turn."""
    by_minute: dict[int, list[Candle]] = {}
    for one in candles:
        by_minute.setdefault(one.open_time_ms, []).append(one)
    for open_time_ms in sorted(by_minute):
        made.close_minute(open_time_ms, by_minute[open_time_ms])


def obvious_metrics(
    candles: Iterable[Candle], *, last_minute: int, halted: Iterable[int] = ()
) -> Mapping[str, float]:
    """
    Compute the closed metrics of one pair with pandas, a window at a time.

    `halted` are minutes that the exchange itself does not have.
    """
    frame = pd.DataFrame(
        {
            "open": [c.open for c in candles],
            "high": [c.high for c in candles],
            "low": [c.low for c in candles],
            "close": [c.close for c in candles],
            "volume": [c.volume for c in candles],
            "value": [c.quote_volume for c in candles],
            "trades": [c.trade_count for c in candles],
            "taker": [c.taker_buy_quote_volume for c in candles],
        },
        index=[c.open_time_ms // MINUTE_MS for c in candles],
        dtype=float,
    )
    frame = frame[~frame.index.duplicated(keep="last")]
    frame = frame.reindex(range(last_minute - 1_440, last_minute + 1))
    for minute in sorted(halted):
        close = frame["close"].get(minute - 1, math.nan)
        frame.loc[minute] = [close] * 4 + [0.0] * 4
    metrics: dict[str, float] = {}
    day = frame["value"].iloc[1:]
    for name, minutes in WINDOWS.items():
        part, start = frame.iloc[-minutes:], frame["close"].iloc[-minutes - 1]
        if part["close"].isna().any():
            continue
        high, low, close = part["high"].max(), part["low"].min(), part["close"].iloc[-1]
        volume, value = part["volume"].sum(), part["value"].sum()
        returns = np.log(frame["close"]).diff().iloc[-minutes:]
        vwap = value / volume if volume > 0 else math.nan
        place = 0.0 if high == low else ((close - low) - (high - close)) / (high - low)
        rest = (
            (day.sum(skipna=False) - value) / (1_440 - minutes)
            if minutes < 1_440
            else 0
        )
        own = {
            "change": 100 * (close / start - 1),
            "range": 100 * (high - low) / low,
            "high": high,
            "low": low,
            "volume": volume,
            "quote_volume": value,
            "trades": part["trades"].sum(),
            "taker_buy_share": part["taker"].sum() / value if value > 0 else math.nan,
            "vwap": vwap,
            "vwap_distance": 100 * (close / vwap - 1),
            "vcp": close / vwap * place,
            "volatility": 100 * returns.std(ddof=1, skipna=False)
            if returns.notna().all()
            else math.nan,
            "pivot": (high + low + close) / 3,
            "r2": (high + low + close) / 3 + 0.618 * (high - low),
            "s1": (high + low + close) / 3 - 0.382 * (high - low),
            "range_position": (close - low) / (high - low) if high > low else math.nan,
        }
        if name != "1d":
            own["relative_volume"] = value / minutes / rest if rest > 0 else math.nan
        metrics |= {f"{metric}_{name}": figure for metric, figure in own.items()}
    return metrics
