"""A made-up market: a pure function of seed, symbol and minute."""

import zlib
from collections import OrderedDict
from collections.abc import Iterator
from typing import Final

import numpy as np

from markets.simulator.days import Floats, PairTraits, generate_days
from markets.simulator.market import (
    ABSENT_BAR,
    COLUMNS,
    Ints,
    Listing,
    Pair,
    PairStatus,
    scale,
)
from markets.simulator.pairs import Name, names
from markets.types import DAY_MS, MINUTE_MS, MarketKind, MarketSource, Venue

DAY_MINUTES: Final = 1_440
MOST_PAIRS: Final = 2_000
_KEPT_DAYS: Final = 3
_FIRST_LISTING_MS: Final = 1_567_900_800_000  # 8 September 2019, futures opened
_WEEK_MINUTES: Final = 7 * DAY_MINUTES


class GeneratedMarket:
    """
    A seeded market that any process makes again from the same numbers.

    Each UTC day is made whole: prices run from the day's level to the next
    day's, so that days can be made in any order and join. A few newcomers are
    listed each week at an hour of their own and settled before the next week.

    Raises
    ------
    ValueError
        If `count` is not between 1 and 2,000.
    """

    estimated: tuple[str, ...] = ()

    def __init__(
        self, *, venue: Venue = Venue.BINANCE_USDM, count: int = 300, seed: int = 7
    ) -> None:
        if not 1 <= count <= MOST_PAIRS:
            raise ValueError(
                f"The number of pairs is {count}; it must be from 1 to {MOST_PAIRS}."
            )
        self.venue = venue
        self.source = MarketSource(
            MarketKind.GENERATED,
            f"generated:{seed}",
            "Generated market: these prices are not real",
        )
        assets = names(count, seed=seed)
        self.pairs = tuple(self._pair(row, name) for row, name in enumerate(assets))
        self._seed = seed
        self._traits = _traits(assets, self.pairs, seed)
        # The last pairs of a larger market come and go.
        self._newcomers = range(count - count // 60, count)
        self._days: OrderedDict[int, Ints] = OrderedDict()

    def _pair(self, row: int, name: Name) -> Pair:
        digits = int(np.floor(np.log10(name.price)))
        price_decimals = min(7, max(1, 4 - digits))
        volume_decimals = min(3, max(0, digits))
        return Pair(
            row=row,
            symbol=f"{name.base_asset}USDT",
            base_asset=name.base_asset,
            price=scale(price_decimals, self.venue),
            volume=scale(volume_decimals, self.venue),
            quote_volume=scale(price_decimals, self.venue),
            categories=(name.category,),
            circulating_supply=round(10 ** (9.5 - 0.6 * digits)),
        )

    def blocks(self, start: int, stop: int) -> Iterator[Ints]:
        """Return the minutes ``[start, stop)`` in order, one block a day."""
        while start < stop:
            day, first = divmod(start, DAY_MINUTES)
            last = min(DAY_MINUTES, first + stop - start)
            yield self._day(day)[:, first:last]
            start += last - first

    def history(self, row: int, start: int, stop: int) -> Ints:
        """Return the minutes of one pair; days that are not at hand are not kept."""
        if start >= stop:
            return np.empty((0, COLUMNS), np.int64)
        first, last = start // DAY_MINUTES, (stop - 1) // DAY_MINUTES
        days = range(first, last + 1)
        # Asked from threads too: a day may leave at any moment.
        kept = ((day, self._days.get(day)) for day in days)
        known = {day: block[row] for day, block in kept if block is not None}
        unknown = [day for day in days if day not in known]
        if unknown:
            made = self._make([row] * len(unknown), unknown)
            known |= zip(unknown, made, strict=True)
        bars = np.concatenate([known[day] for day in days])
        return bars[start - first * DAY_MINUTES : stop - first * DAY_MINUTES]

    def _day(self, day: int) -> Ints:
        if day in self._days:
            self._days.move_to_end(day)
            return self._days[day]
        rows = list(range(len(self.pairs)))
        block = self._make(rows, [day] * len(rows))
        block.flags.writeable = False
        self._days[day] = block
        if len(self._days) > _KEPT_DAYS:
            self._days.popitem(last=False)
        return block

    def _make(self, rows: list[int], days: list[int]) -> Ints:
        block = generate_days(self._traits.of(rows), np.array(days), seed=self._seed)
        for bars, row, day in zip(block, rows, days, strict=True):
            if row in self._newcomers:
                self._take_unlisted(bars, row, day * DAY_MINUTES)
        return block

    def _take_unlisted(self, bars: Ints, row: int, first_minute: int) -> None:
        since, until = self._newcomer_minutes(row, first_minute)
        minutes = np.arange(first_minute, first_minute + DAY_MINUTES)
        gone = (minutes < since) | (minutes >= until)
        bars[gone] = ABSENT_BAR

    def _newcomer_minutes(self, row: int, minute: int) -> tuple[int, int]:
        week = minute // _WEEK_MINUTES
        hour = zlib.crc32(f"{self._seed}:{row}:{week}".encode()) % 100
        start = week * _WEEK_MINUTES
        return start + 60 * hour, start + _WEEK_MINUTES - 12 * 60

    def listing(self, row: int, minute: int) -> Listing:
        """Return the state of one pair at a minute."""
        if row not in self._newcomers:
            age = zlib.crc32(self.pairs[row].symbol.encode()) % 2_000 * (row > 0)
            return Listing(PairStatus.TRADING, _FIRST_LISTING_MS + age * DAY_MS)
        since, until = self._newcomer_minutes(row, minute)
        if minute < since:
            return Listing(PairStatus.PENDING, since * MINUTE_MS, until * MINUTE_MS)
        status = PairStatus.TRADING if minute < until else PairStatus.SETTLED
        return Listing(status, since * MINUTE_MS, until * MINUTE_MS)


def _traits(assets: list[Name], pairs: tuple[Pair, ...], seed: int) -> PairTraits:
    ranks: Floats = np.arange(len(assets), dtype=np.float64)
    keys = np.array([zlib.crc32(pair.symbol.encode()) for pair in pairs], np.int64)
    chance = np.array(
        [np.random.default_rng([seed, int(key)]).random(4) for key in keys]
    )
    quiet = (chance[:, 0] < 0.08) & (ranks > 20)
    return PairTraits(
        keys=keys,
        price=np.array([asset.price for asset in assets]),
        price_unit=np.array([10.0**pair.price.decimals for pair in pairs]),
        volume_unit=np.array([10.0**pair.volume.decimals for pair in pairs]),
        beta=0.6 + 0.9 * chance[:, 1],
        volatility=(0.0004 + 0.0008 * chance[:, 2]) * np.minimum(1.0, 0.5 + ranks / 20),
        # Quote volume a minute falls with the rank, as on real markets.
        turnover=4_000_000 / (1 + ranks) ** 0.9 * np.where(quiet, 0.02, 1.0),
        activity=np.where(quiet, 0.15 + 0.4 * chance[:, 3], 1.0),
        trades_a_day=np.maximum(
            2_000, 2_500_000 / (1 + ranks) * np.where(quiet, 0.05, 1.0)
        ).astype(np.int64),
    )
