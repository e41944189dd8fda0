import csv
import gzip
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from markets.engine.catalogue import COLUMNS, METRICS
from markets.types import MINUTE_MS, Candle, MarkPrice, Symbol, Ticker
from tests.markets.engine.markets_by_hand import (
    BTC,
    ETH,
    START,
    candle,
    engine,
    feed,
    instrument,
    obvious_metrics,
    random_candles,
)

FIVE = [
    candle(START + 0, (10.0, 10.0, 10.0, 10.0), volume=0.0, trades=0),
    candle(START + 1, (10.0, 11.0, 9.0, 10.5)),
    candle(START + 2, (10.5, 12.0, 10.0, 11.0)),
    candle(START + 3, (11.0, 11.0, 8.0, 9.0)),
    candle(START + 4, (9.0, 10.0, 9.0, 9.5)),
    candle(START + 5, (9.5, 13.0, 9.5, 12.5)),
]
"""By hand: high 13, low 8, close 12.5, volume 10, value 2·(10+11+9.5+9.5+11.25)."""


def assert_close(row: dict[str, float], expected: dict[str, float]) -> None:
    for name, figure in expected.items():
        assert row[name] == pytest.approx(figure, rel=1e-9, abs=1e-12, nan_ok=True), (
            name
        )


def test_five_minutes_give_the_figures_worked_out_by_hand() -> None:
    made = engine(BTC)

    feed(made, FIVE)

    assert_close(
        made.closed_table().row(BTC),
        {
            "change_5m": 25.0,
            "range_5m": 62.5,
            "high_5m": 13.0,
            "low_5m": 8.0,
            "volume_5m": 10.0,
            "quote_volume_5m": 102.5,
            "trades_5m": 20.0,
            "taker_buy_share_5m": 0.5,
            "vwap_5m": 10.25,
            "vwap_distance_5m": 100 * (12.5 / 10.25 - 1),
            "vcp_5m": 12.5 / 10.25 * (4.5 - 0.5) / 5,
            "pivot_5m": 33.5 / 3,
            "r1_5m": 33.5 / 3 + 0.382 * 5,
            "s3_5m": 33.5 / 3 - 5,
            "range_position_5m": 0.9,
            "change_10m": math.nan,
        },
    )


def test_the_live_clock_adds_the_forming_candle_to_the_same_start() -> None:
    made = engine(BTC)
    feed(made, FIVE)

    made.apply_forming(
        candle(
            START + 6, (12.5, 14.0, 12.0, 14.0), is_closed=False, event_offset_ms=999
        )
    )

    row = made.live_table(as_of_ms=(START + 6) * MINUTE_MS + 1_000).row(BTC)
    assert_close(
        row,
        {
            "price": 14.0,
            "event_time": (START + 6) * MINUTE_MS + 999,
            "change_5m": 40.0,
            "high_5m": 14.0,
            "volume_5m": 12.0,
            "candle_open_1m": 12.5,
            "candle_close_5m": 14.0,
        },
    )


def test_the_next_minutes_candle_does_not_displace_one_that_awaits_its_batch() -> None:
    made = engine(BTC)
    feed(made, FIVE)

    made.apply_forming(candle(START + 6, (12.5, 20.0, 12.0, 14.0)))
    made.apply_forming(candle(START + 7, (14.0, 14.0, 13.0, 13.0), is_closed=False))

    row = made.live_table(as_of_ms=(START + 7) * MINUTE_MS + 500).row(BTC)
    assert (row["high_5m"], row["price"], row["candle_open_1m"]) == (20.0, 13.0, 14.0)
    assert [one.close for one in made.candles(BTC, "1m", limit=2)] == [14.0, 13.0]


def test_tickers_and_mark_prices_reach_their_columns() -> None:
    made = engine(BTC)
    feed(made, FIVE)
    now = (START + 6) * MINUTE_MS

    made.apply_ticker(Ticker(BTC, now + 10, 12.75, 10, 15.0, 7.0, 1, 1))
    made.apply_mark_price(MarkPrice(BTC, now, 12.6, 12.5, 0.0001, now + 120_000))

    row = made.live_table(as_of_ms=now + 60_000).row(BTC)
    assert (row["price"], row["high_24h"], row["low_24h"]) == (12.75, 15.0, 7.0)
    assert (row["mark_price"], row["index_price"]) == (12.6, 12.5)
    assert (row["funding_rate"], row["next_funding_in"]) == (0.0001, 1.0)


def test_a_halt_is_flat_in_windows_and_absent_in_candles() -> None:
    made = engine(BTC)
    feed(made, FIVE[:-1])

    made.close_minute((START + 5) * MINUTE_MS, [], halted=[BTC])

    row = made.closed_table().row(BTC)
    assert_close(row, {"price": 9.5, "volume_5m": 8.0, "change_5m": -5.0})
    assert (row["candle_open_1m"], row["candle_close_1m"]) == (9.0, 9.5)


def test_a_hole_is_unknown_until_it_is_repaired() -> None:
    made, whole = engine(BTC), engine(BTC)
    feed(whole, FIVE)

    feed(made, [one for one in FIVE if one is not FIVE[3]])
    holed = made.closed_table().row(BTC)
    made.repair([FIVE[3]])

    assert math.isnan(holed["change_5m"])
    assert math.isnan(holed["high_5m"])
    np.testing.assert_array_equal(
        made.closed_table().values, whole.closed_table().values
    )


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    missing=st.sets(st.integers(1_200, 1_499), max_size=5),
    halted=st.sets(st.integers(1_000, 1_499), max_size=20),
)
def test_windows_agree_with_a_slow_and_obvious_engine(
    seed: int, missing: set[int], halted: set[int]
) -> None:
    log = random_candles(1_500, seed=seed)
    kept = [one for number, one in enumerate(log) if number not in missing | halted]
    halts = {START + number for number in halted - missing}
    made = engine(BTC)

    made.load({BTC: kept}, halted={BTC: [minute * MINUTE_MS for minute in halts]})
    if made.last_closed_ms != (START + 1_499) * MINUTE_MS:
        made.close_minute(
            (START + 1_499) * MINUTE_MS,
            [],
            halted=[BTC] if START + 1_499 in halts else [],
        )

    expected = obvious_metrics(kept, last_minute=START + 1_499, halted=halts)
    row = made.closed_table().row(BTC)
    assert_close(row, dict(expected))
    unknown = {name for name, figure in row.items() if math.isnan(figure)}
    for name in ("change_5m", "volume_1h", "high_1d"):
        is_known = not math.isnan(expected.get(name, math.nan))
        assert is_known == (name not in unknown), name


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000), cut=st.integers(1_440, 1_499), data=st.data())
def test_restart_and_repair_end_in_the_same_bits(
    seed: int, cut: int, data: st.DataObject
) -> None:
    log = random_candles(1_500, seed=seed)
    late = data.draw(st.sets(st.integers(1_440, 1_498), max_size=5))
    straight, again = engine(BTC), engine(BTC)
    straight.load({BTC: log[:1_400]})
    feed(straight, log[1_400:])

    again.load({BTC: data.draw(st.permutations(log[:cut]))})
    feed(again, [one for n, one in enumerate(log) if n >= cut and n not in late])
    again.repair([log[number] for number in late if number >= cut])

    assert (
        again.closed_table().values.tobytes()
        == straight.closed_table().values.tobytes()
    )


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10_000), halt=st.integers(1_385, 1_450))
def test_repairing_few_of_many_pairs_ends_in_the_same_bits(
    seed: int, halt: int
) -> None:
    symbols = [Symbol(f"P{number:02}USDT") for number in range(20)]
    history = {
        symbol: random_candles(1_450, seed=seed + number, symbol=symbol)
        for number, symbol in enumerate(symbols)
    }
    halted = {symbols[3]: [history[symbols[3]].pop(halt - 9).open_time_ms]}
    repaired = {symbol: history[symbol] for symbol in symbols[3:6]}
    straight, mended = engine(*symbols), engine(*symbols)
    straight.load(history, halted=halted)

    mended.load({symbol: history[symbol][-60:] for symbol in symbols[:3]})
    mended.load({symbol: history[symbol] for symbol in symbols[:3] + symbols[6:]})
    mended.closed_table()
    mended.load(repaired, halted=halted)

    tables = (straight.closed_table(), mended.closed_table())
    assert tables[0].values.tobytes() == tables[1].values.tobytes()
    following = [
        candle(START + 1_450, (10.0, 11.0, 9.0, 10.5), symbol=symbol)
        for symbol in symbols
    ]
    for made in (straight, mended):
        made.close_minute(following[0].open_time_ms, following)
    tables = (straight.closed_table(), mended.closed_table())
    assert tables[0].values.tobytes() == tables[1].values.tobytes()


def test_a_pair_alone_has_the_same_bits_as_among_others() -> None:
    log = random_candles(1_500, seed=3)
    others = random_candles(1_500, seed=4, symbol=ETH)
    alone, among = engine(BTC), engine(BTC, ETH)

    alone.load({BTC: log})
    among.load({BTC: log, ETH: others})

    values = among.closed_table().values[:, :1]
    assert values.tobytes() == alone.closed_table().values.tobytes()


def test_longer_windows_hold_at_least_the_volume_of_shorter_ones() -> None:
    made = engine(BTC)
    made.load({BTC: random_candles(1_500, seed=5)})

    row = made.closed_table().row(BTC)

    volumes = [row[f"volume_{window}"] for window in ("5m", "15m", "1h", "8h", "1d")]
    assert volumes == sorted(volumes)


def test_hours_joined_from_minutes_are_those_joined_from_five_minutes() -> None:
    made = engine(BTC)
    made.load({BTC: random_candles(1_440, seed=6)})

    hours = made.candles(BTC, "1h", limit=30)
    fives = made.candles(BTC, "5m", limit=300)

    for hour in hours:
        parts = [
            one
            for one in fives
            if 0 <= one.open_time_ms - hour.open_time_ms < 3_600_000
        ]
        assert len(parts) == 12
        assert (hour.open, hour.close) == (parts[0].open, parts[-1].close)
        assert hour.high == max(one.high for one in parts)
        assert hour.low == min(one.low for one in parts)
        assert hour.volume == pytest.approx(sum(one.volume for one in parts))
    assert len(hours) == 24


def test_runs_of_rising_candles_are_counted_back_from_the_last() -> None:
    prices = [
        (10.0, 10.0, 9.0, 9.0),
        *[(9.0 + n, 11.0 + n, 9.0, 10.0 + n) for n in range(3)],
    ]
    made = engine(BTC)

    feed(made, [candle(START + n, price) for n, price in enumerate(prices)])

    row = made.closed_table().row(BTC)
    assert (row["consecutive_up_1m"], row["consecutive_down_1m"]) == (3.0, 0.0)


def test_a_new_listing_keeps_what_the_others_have() -> None:
    made = engine(BTC)
    feed(made, FIVE)

    made.set_instruments([instrument("AAAUSDT"), instrument(BTC)])

    table = made.closed_table()
    assert table.symbols == ("AAAUSDT", "BTCUSDT")
    assert table.row(BTC)["change_5m"] == pytest.approx(25.0)
    assert math.isnan(table.row("AAAUSDT")["price"])


def test_candles_of_unknown_symbols_are_left_out() -> None:
    made = engine(BTC)

    made.apply_forming(candle(START, (1, 1, 1, 1), symbol=Symbol("XUSDT")))
    made.close_minute(START * MINUTE_MS, [candle(START, (1, 1, 1, 1), symbol=ETH)])

    assert made.symbols == (BTC,)
    assert math.isnan(made.closed_table().row(BTC)["price"])


def test_fields_a_source_lacks_leave_only_their_own_metrics_unknown() -> None:
    log = [
        Candle(BTC, one.open_time_ms, one.open, one.high, one.low, one.close,
               one.volume, None, None, None, None)
        for one in FIVE
    ]  # fmt: skip
    made = engine(BTC)

    feed(made, log)

    row = made.closed_table().row(BTC)
    assert row["change_5m"] == pytest.approx(25.0)
    assert math.isnan(row["quote_volume_5m"])
    assert math.isnan(row["vwap_5m"])


def test_memory_is_bounded_by_300_kb_an_instrument() -> None:
    symbols = [Symbol(f"C{number}USDT") for number in range(50)]
    made = engine(*symbols)

    for minute in range(START - 1_440, START + 481, 480):
        made.close_minute(minute * MINUTE_MS, [])
        made.close_minute((minute + 1) * MINUTE_MS, [])

    assert made.memory_bytes / len(symbols) <= 300_000


def test_every_column_is_declared_once_and_filled() -> None:
    made = engine(BTC)
    feed(made, FIVE)

    assert len(set(COLUMNS)) == len(METRICS)
    assert made.closed_table().columns == COLUMNS
    assert all(metric.meaning.endswith(".") for metric in METRICS)


@pytest.mark.recorded
def test_recorded_candles_agree_with_the_obvious_engine(recorded_data: Path) -> None:
    path = recorded_data / "binance/klines_1m/spot_full_1m_20211210_245sym.csv.gz"
    logs: dict[Symbol, list[Candle]] = {}
    with gzip.open(path, "rt") as lines:
        for line in csv.DictReader(lines):
            logs.setdefault(Symbol(line["symbol"]), []).append(recorded(line))
    made = engine(*logs, listed=None)

    made.load(logs)

    table = made.closed_table()
    last_minute = (made.last_closed_ms or 0) // MINUTE_MS
    for symbol in map(Symbol, ("BTCUSDT", "ETHUSDT", "SANDUSDT", "GNOUSDT")):
        expected = obvious_metrics(logs[symbol], last_minute=last_minute)
        assert len(expected) > 50
        assert_close(table.row(symbol), dict(expected))


def recorded(line: dict[str, str]) -> Candle:
    opening, high, low, close = (
        float(line[name]) for name in ("open", "high", "low", "close")
    )
    return Candle(
        Symbol(line["symbol"]),
        int(line["open_time"]),
        opening,
        high,
        low,
        close,
        volume=float(line["volume"]),
        quote_volume=float(line["quote_volume"]),
        trade_count=int(line["trades"]),
        taker_buy_volume=float(line["taker_buy_base"]),
        taker_buy_quote_volume=float(line["taker_buy_quote"]),
    )
