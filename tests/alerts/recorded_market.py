"""A recorded market played through the engine, minute after minute."""

import csv
import gzip
from collections.abc import Iterator
from pathlib import Path

from markets.engine.market import MarketEngine
from markets.engine.table import Table
from markets.recent_snapshots import write_recent
from markets.types import Candle, Symbol
from tests.markets.engine import markets_by_hand
from tests.markets.rows import a_market

FILE = "binance/klines_1m/spot_ohlcv_1m_20210512-20210514_80sym.csv.gz"
WARM_UP = 1_441
KEY = "live"


class RecordedMarket:
    """
    Some pairs on the days of a crash, of which the first one warms the engine up.

    Who traded is not recorded, so candles that rise count as bought for the
    most part, and the value as the volume at the middle of the candle.
    """

    def __init__(self, folder: Path, symbols: tuple[str, ...]) -> None:
        self.symbols = tuple(sorted(symbols))
        self._minutes: dict[int, list[Candle]] = {}
        with gzip.open(folder / FILE, "rt", encoding="utf-8") as lines:
            for line in csv.DictReader(lines):
                if line["symbol"] in symbols:
                    candle = _candle(line)
                    self._minutes.setdefault(candle.open_time_ms, []).append(candle)
        self.engine: MarketEngine = markets_by_hand.engine(*symbols, listed=None)

    def tables(self, count: int) -> Iterator[Table]:
        """Publish the closed table of one minute after another, and give it."""
        for number, minute in enumerate(sorted(self._minutes)[: WARM_UP + count]):
            self.engine.close_minute(minute, self._minutes[minute])
            if number < WARM_UP - 10:
                continue
            table = self.engine.closed_table()
            if number >= WARM_UP:
                write_recent(self.engine.recent())
                yield table

    def store(self) -> None:
        """Give the pairs their rows in the database."""
        a_market(dict.fromkeys(self.symbols, "0.0001"), key=KEY)


def _candle(line: dict[str, str]) -> Candle:
    opening, high, low, close, volume = (
        float(line[name]) for name in ("open", "high", "low", "close", "volume")
    )
    value = volume * (high + low) / 2
    share = 0.7 if close > opening else 0.3
    return Candle(
        Symbol(line["symbol"]), int(line["open_time"]), opening, high, low, close,
        volume, value, 10, volume * share, value * share,
    )  # fmt: skip
