"""Recordings of every layout, played as they are."""

import csv
import gzip
import importlib
import sys
import zipfile
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from markets.errors import RecordingError
from markets.simulator.clock import SimulatedClock
from markets.simulator.market import (
    ABSENT,
    FIRST_ID,
    LOW,
    OPEN,
    TRADES,
    VOLUME,
    PairStatus,
)
from markets.simulator.moment import Moment
from markets.simulator.recording import RecordedMarket
from markets.simulator.wire import kline_row
from markets.types import MINUTE_MS, Venue

FIRST_MS = 1_700_000_040_000
NOW_MS = 1_795_000_000_000
OHLCV = "symbol,open_time,open,high,low,close,volume"


def write_ohlcv(path: Path, minutes: list[int]) -> Path:
    rows = [
        f"ABCUSDT,{FIRST_MS + minute * MINUTE_MS},1.5,1.75,1.25,1.6,{minute + 1}"
        for minute in minutes
    ]
    lines = [OHLCV, *rows, f"USDTTRY,{FIRST_MS},30,31,29,30,5"]
    path.write_bytes(gzip.compress("\n".join(lines).encode()))
    return path


def test_a_recording_begins_at_its_anchor_and_starts_again_at_its_end(
    tmp_path: Path,
) -> None:
    path = write_ohlcv(tmp_path / "spot_1m.csv.gz", [0, 1, 3])
    anchor = 1_000

    market = RecordedMarket(path, now_ms=NOW_MS, anchor_ms=anchor * MINUTE_MS)

    bars = market.history(0, anchor - 1, anchor + 8)
    assert [pair.symbol for pair in market.pairs] == ["ABCUSDT"]
    assert bars[:, VOLUME].tolist() == [0, 1, 2, 0, 4, 1, 2, 0, 4]
    assert (bars[:, TRADES] == ABSENT).tolist() == [
        True, False, False, True, False, False, False, True, False,
    ]  # fmt: skip
    there = bars[bars[:, TRADES] != ABSENT]
    ends = there[:, FIRST_ID] + there[:, TRADES]
    assert (there[1:, FIRST_ID] == ends[:-1]).all()


def test_a_pair_is_listed_only_while_its_candles_last(tmp_path: Path) -> None:
    whole = [f"XYZUSDT,{FIRST_MS + n * MINUTE_MS},1,1,1,1,1" for n in range(20)]
    # Two minutes are a patch, seven a halt; then the pair is gone.
    there = (1, 2, 5, 13, 14)
    pair = [f"ABCUSDT,{FIRST_MS + n * MINUTE_MS},1,1,1,1,1" for n in there]
    path = tmp_path / "usdm_1m.csv"
    path.write_text("\n".join([OHLCV, *whole, *pair]))
    anchor = 1_000

    market = RecordedMarket(path, now_ms=NOW_MS, anchor_ms=anchor * MINUTE_MS)

    states = [market.listing(0, anchor + n).status for n in range(22)]
    assert states == [
        PairStatus.PENDING,
        *[PairStatus.TRADING] * 5,
        *[PairStatus.HALTED] * 7,
        *[PairStatus.TRADING] * 2,
        *[PairStatus.SETTLED] * 5,
        PairStatus.PENDING,
        PairStatus.TRADING,
    ]
    again = market.listing(0, anchor + 21)
    assert again.listed_at_ms == (anchor + 21) * MINUTE_MS
    assert again.delisted_at_ms == (anchor + 35) * MINUTE_MS
    assert market.listing(1, anchor + 25).listed_at_ms == anchor * MINUTE_MS
    assert market.listing(1, anchor + 25).delisted_at_ms is None


def test_what_a_file_lacks_is_named_as_estimated(tmp_path: Path) -> None:
    path = write_ohlcv(tmp_path / "usdm_1m.csv.gz", [0, 1])

    market = RecordedMarket(path, now_ms=NOW_MS)

    assert market.venue is Venue.BINANCE_USDM
    assert market.estimated[:2] == ("quote_volume", "trades")
    assert market.source.label.startswith(
        "Recorded market of 14 November 2023, replayed"
    )
    assert "estimated: quote volume" in market.source.label


@pytest.mark.parametrize("factor", [1, 1_000])
def test_an_archive_without_header_is_read_in_milli_and_microseconds(
    tmp_path: Path, factor: int
) -> None:
    open_time, close_time = FIRST_MS * factor, (FIRST_MS + 59_999) * factor
    row = f"{open_time},1.5,1.75,1.25,1.6,10,{close_time},15.5,7,4,6.2,0"
    with zipfile.ZipFile(tmp_path / "ABCUSDT-1m-2023-11-14.zip", "w") as archive:
        archive.writestr("ABCUSDT-1m-2023-11-14.csv", row)

    market = RecordedMarket(tmp_path, now_ms=NOW_MS, own_dates=True)

    bar = market.history(0, FIRST_MS // MINUTE_MS, FIRST_MS // MINUTE_MS + 1)[0]
    assert market.estimated == ()
    assert market.pairs[0].price.value(int(bar[OPEN])) == 1.5
    assert bar[TRADES] == 7


def test_a_parquet_file_is_read_like_the_same_text(tmp_path: Path) -> None:
    pyarrow = pytest.importorskip(
        "pyarrow", reason="pyarrow is not installed, so no Parquet file can be read."
    )
    parquet = importlib.import_module("pyarrow.parquet")
    opened = datetime.fromtimestamp(FIRST_MS / 1_000, UTC).replace(tzinfo=None)
    columns = {
        "symbol": ["ABCUSDT"] * 2,
        "open_time": [opened, opened + timedelta(minutes=1)],
        "open": [1.5, 1.6], "high": [1.75, 1.6], "low": [1.25, 1e-05],
        "close": [1.6, 1.5], "volume": [10.0, 0.1], "number_of_trades": [7, 8],
    }  # fmt: skip
    path = tmp_path / "spot_1m.parquet"
    parquet.write_table(pyarrow.table(columns), path)

    market = RecordedMarket(path, now_ms=NOW_MS, own_dates=True)

    bars = market.history(0, FIRST_MS // MINUTE_MS, FIRST_MS // MINUTE_MS + 2)
    pair = market.pairs[0]
    assert [pair.price.value(int(bar[LOW])) for bar in bars] == [1.25, 1e-05]
    assert [pair.volume.value(int(bar[VOLUME])) for bar in bars] == [10.0, 0.1]
    assert bars[:, TRADES].tolist() == [7, 8]
    assert "trades" not in market.estimated


def test_a_parquet_file_without_its_package_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "spot_1m.parquet").write_bytes(b"PAR1")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)

    with pytest.raises(RecordingError, match="pip install pyarrow"):
        RecordedMarket(tmp_path, now_ms=NOW_MS)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (
            (f"{OHLCV}\nABCUSDT,{FIRST_MS},1,1,1,1,1\n"
            f"ABCUSDT,{FIRST_MS + 300_000},1,1,1,1,1"),
            "5 minutes apart",
        ),
        (f"{OHLCV}\nABCUSDT,{FIRST_MS + 7},1,1,1,1,1", "whole minute"),
        (f"{OHLCV}\nABCUSDT,{FIRST_MS},1,1", "bad line"),
        ("a,b\n1,2", "unknown layout"),
        (f"{OHLCV}\nABCUSDT,{FIRST_MS},1,1,1,1,", "no values of volume"),
        (f"{OHLCV}\nABCBTC,{FIRST_MS},1,1,1,1,1", "no candles of USDT"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_played_is_refused_with_its_reason(
    tmp_path: Path, content: str, words: str
) -> None:
    path = tmp_path / "candles.csv"
    path.write_text(content)

    with pytest.raises(RecordingError, match=words):
        RecordedMarket(path, now_ms=NOW_MS)


@pytest.mark.recorded
def test_recorded_candles_are_served_exactly_as_in_the_file(
    recorded_data: Path,
) -> None:
    path = recorded_data / "binance/klines_1m/spot_full_1m_20211210_245sym.csv.gz"
    market = RecordedMarket(path, now_ms=NOW_MS, own_dates=True)
    moment = Moment(market, SimulatedClock(2_000_000_000_000, 0, speed=0.001))
    pair_of = {pair.symbol: pair for pair in market.pairs}
    served: dict[tuple[str, int], list[Decimal]] = {}
    start = market.anchor_ms // MINUTE_MS
    for pair in market.pairs:
        for bar in moment.candles(pair.row, "1m", start, start + 178).tolist():
            row = kline_row(pair, bar, MINUTE_MS)
            served[pair.symbol, row[0]] = [Decimal(str(field)) for field in row[:11]]

    with gzip.open(path, "rt", encoding="utf-8") as text:
        lines = csv.reader(text)
        next(lines)
        recorded = {
            (line[0], int(line[1])): [Decimal(field) for field in line[1:]]
            for line in lines
            if line[0] in pair_of
        }

    assert served == recorded
