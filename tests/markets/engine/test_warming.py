"""Indicators of long candles that begin with candles from elsewhere."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from markets.engine.checkpoint import Checkpoint
from markets.engine.market import MarketEngine
from markets.types import MINUTE_MS, TIMEFRAMES, Candle, Symbol
from tests.markets.engine.markets_by_hand import (
    BTC,
    ETH,
    START,
    engine,
    random_candles,
)

DAY, WINDOW = 1_440, 1_441
DAYS = 12
NEW = Symbol("NEWUSDT")
LOG = {
    BTC: random_candles(DAYS * DAY, seed=31),
    ETH: random_candles(DAYS * DAY, seed=32, symbol=ETH),
}
NOW = 10 * DAY + 617
LONG = ("1h", "5m", "15m", "4h", "8h", "1d")


def longer(log: Sequence[Candle], timeframe: str, *, end: int) -> list[Candle]:
    """Return the closed candles of a timeframe, as an exchange makes them."""
    length = TIMEFRAMES[timeframe]
    groups = [log[at : at + length] for at in range(0, end - end % length, length)]
    return [
        replace(
            some[0],
            high=max(one.high for one in some),
            low=min(one.low for one in some),
            close=some[-1].close,
            volume=sum(one.volume for one in some),
        )
        for some in groups
    ]


def windowed(*symbols: Symbol, end: int = NOW) -> MarketEngine:
    made = engine(*symbols, listed=START)
    made.load({symbol: LOG[symbol][end - WINDOW : end] for symbol in symbols})
    return made


def warmed(*symbols: Symbol, end: int = NOW) -> MarketEngine:
    made = windowed(*symbols, end=end)
    for timeframe in LONG:
        made.warm(timeframe, {s: longer(LOG[s], timeframe, end=end) for s in symbols})
    return made


def whole(*symbols: Symbol, end: int = NOW) -> MarketEngine:
    made = engine(*symbols, listed=START)
    made.load({symbol: LOG[symbol][:end] for symbol in symbols})
    return made


def same_tables(one: MarketEngine, other: MarketEngine) -> bool:
    return one.closed_table().values.tobytes() == other.closed_table().values.tobytes()


@pytest.mark.parametrize("end", [NOW, 10 * DAY + 1_434])
def test_warmed_indicators_are_those_of_every_minute(end: int) -> None:
    made, straight = warmed(BTC, end=end), whole(BTC, end=end)

    found, row = made.closed_table().row(BTC), straight.closed_table().row(BTC)
    long = [name for name in row if name.endswith(LONG)]
    assert not np.isnan(found["ema_200_1h"])
    assert {name: found[name] for name in long} == pytest.approx(
        {name: row[name] for name in long}, rel=1e-9, nan_ok=True
    )


def test_warmed_indicators_go_on_as_those_of_every_minute() -> None:
    evening, night = 10 * DAY + 1_300, 11 * DAY + 60
    made, straight = warmed(BTC, end=evening), whole(BTC, end=night)

    for one in LOG[BTC][evening:night]:
        made.close_minute(one.open_time_ms, [one])

    found, row = made.closed_table().row(BTC), straight.closed_table().row(BTC)
    for name in (
        "ema_200_15m",
        "sma_200_1h",
        "rsi_14_4h",
        "ema_9_1d",
        "candle_high_1d",
    ):
        assert found[name] == pytest.approx(row[name], rel=1e-9)


def test_only_what_has_too_few_candles_is_cold() -> None:
    made = windowed(BTC, ETH)
    assert {t: made.cold(t) for t in ("1m", "1h")} == {"1m": [], "1h": [BTC, ETH]}

    made.warm("1h", {BTC: longer(LOG[BTC], "1h", end=NOW)})

    assert made.cold("1h") == [ETH]
    assert np.isnan(made.closed_table().row(ETH)["ema_200_1h"])


def test_a_pair_that_was_listed_in_the_window_is_never_cold() -> None:
    made = engine(NEW, listed=START + NOW - 200)
    made.load({NEW: [replace(c, symbol=NEW) for c in LOG[BTC][NOW - 200 : NOW]]})

    assert [made.cold(timeframe) for timeframe in TIMEFRAMES] == [[]] * 7
    assert np.isnan(made.closed_table().row(NEW)["sma_20_1h"])


def test_a_minute_unknown_for_more_than_a_day_makes_its_pair_cold() -> None:
    made = windowed(BTC, end=NOW)
    hole = LOG[BTC][NOW : NOW + DAY + 60]
    for one in hole:
        made.close_minute(one.open_time_ms, [] if one is hole[5] else [one])
    assert made.cold("1m") == [BTC]
    assert np.isnan(made.closed_table().row(BTC)["ema_9_1m"])

    made.warm("1m", {BTC: LOG[BTC][NOW - 400 : NOW + 120]})

    assert made.cold("1m") == []
    assert not np.isnan(made.closed_table().row(BTC)["ema_9_1m"])


def test_a_candle_that_the_exchange_skipped_counts_for_nothing() -> None:
    made, other = windowed(BTC), windowed(BTC)
    hours = longer(LOG[BTC], "1h", end=NOW)
    skipped = [one for one in hours if one is not hours[100]]

    made.warm("1h", {BTC: skipped})
    other.warm("1h", {BTC: hours})

    average = made.closed_table().row(BTC)["ema_200_1h"]
    assert not np.isnan(average)
    assert average != other.closed_table().row(BTC)["ema_200_1h"]


def test_a_restart_ends_in_the_bits_of_a_run_without_one() -> None:
    straight = warmed(BTC, ETH)
    kept = straight.checkpoint()
    assert kept is not None
    assert kept.end_ms == (START + 10 * DAY) * MINUTE_MS

    again = engine(BTC, ETH, listed=START)
    again.restore(Checkpoint.unpack(kept.pack()))
    end = NOW + 200
    again.load({symbol: log[end - WINDOW : end] for symbol, log in LOG.items()})

    for number in range(NOW, end):
        some = [log[number] for log in LOG.values()]
        straight.close_minute(some[0].open_time_ms, some)
    assert same_tables(straight, again)
    assert [again.cold(timeframe) for timeframe in TIMEFRAMES] == [[]] * 7


def test_a_checkpoint_newer_than_the_candles_is_left_aside() -> None:
    midnight = 10 * DAY
    kept = warmed(BTC, end=midnight).checkpoint()
    assert kept is not None
    made, plain = (engine(BTC, listed=START) for _ in range(2))

    made.restore(kept)
    for one in (made, plain):
        one.load({BTC: LOG[BTC][midnight - 100 : midnight - 1]})
        one.close_minute(LOG[BTC][midnight].open_time_ms, [LOG[BTC][midnight]])

    assert same_tables(made, plain)


def test_bytes_that_are_no_checkpoint_are_refused() -> None:
    with pytest.raises(ValueError, match="no checkpoint"):
        Checkpoint.unpack(b"PK something else")
