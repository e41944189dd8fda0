"""What record_market writes is what the exchange had."""

import asyncio
import csv
import gzip
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from markets.exchanges.connect import connect
from markets.simulator.clock import start_clock
from markets.simulator.generated import GeneratedMarket
from markets.simulator.recorder import CandleFile, Recorder
from markets.simulator.server import Options, serve
from markets.types import MINUTE_MS, Symbol, Venue

START_MS = 1_767_225_600_000 + 50_000  # 50 s into the first minute of 2026


async def test_recorded_minutes_are_the_exchanges_own(tmp_path: Path) -> None:
    path = tmp_path / "market.csv.gz"
    options = Options(clock=start_clock(start_ms=START_MS, speed=60))
    market = GeneratedMarket(venue=Venue.BINANCE_USDM, count=5)

    async with serve(market, options=options) as running:
        clock = running.clock.now_ms
        exchange = await connect(Venue.BINANCE_USDM, running.addresses, clock=clock)
        with CandleFile(path) as file:
            written = await Recorder(exchange, clock=clock).record(
                file, minutes=2, stop=asyncio.Event()
            )
        first_ms = START_MS // MINUTE_MS * MINUTE_MS + MINUTE_MS
        expected = {
            (symbol, candle.open_time_ms): (candle.open, candle.volume)
            for symbol in (Symbol(pair.symbol) for pair in market.pairs)
            for candle in await exchange.fetch_candles(
                symbol, start_ms=first_ms, end_ms=first_ms + 2 * MINUTE_MS
            )
        }
        await exchange.close()

    with gzip.open(path, "rt") as lines:
        rows = list(csv.DictReader(lines))
    recorded = {
        (row["symbol"], int(row["open_time"])): (
            float(row["open"]),
            float(row["volume"]),
        )
        for row in rows
    }
    assert written == 2
    assert recorded == expected
    assert len(rows) == len(expected) > 5


def test_a_recording_is_never_written_over(tmp_path: Path) -> None:
    path = tmp_path / "market.csv.gz"
    path.write_bytes(b"precious")

    with pytest.raises(FileExistsError), CandleFile(path):
        pass

    assert path.read_bytes() == b"precious"


def test_the_command_refuses_no_minutes(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="at least 1"):
        call_command("record_market", str(tmp_path / "market.csv.gz"), minutes=0)
