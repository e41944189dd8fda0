"""A recorded market, moved to now and played round and round."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

import numpy as np

from markets.errors import RecordingError
from markets.simulator.candlefiles import QUOTE_ASSET, RecordedPair, read_candles
from markets.simulator.decimals import scale_decimals
from markets.simulator.market import (
    ABSENT,
    ABSENT_BAR,
    CLOSE,
    COLUMNS,
    FIRST_ID,
    HIGH,
    LOW,
    OPEN,
    QUOTE_VOLUME,
    TAKER_QUOTE_VOLUME,
    TAKER_VOLUME,
    TRADES,
    VOLUME,
    Ints,
    Listing,
    Pair,
    PairStatus,
    scale,
)
from markets.types import (
    MINUTE_MS,
    WINDOW_CANDLES,
    MarketKind,
    MarketSource,
    Venue,
)

_MOST_CANDLES: Final = 20_000_000
_ESTIMATED_TRADE: Final = 200  # quote units; only where trades were not recorded
_FUTURES_NAMES: Final = ("usdm", "-um-", "futures", "linear")
_WORDS: Final = {
    "quote_volume": "quote volume",
    "trades": "trade count",
    "taker_buy_base": "taker buy volume",
    "taker_buy_quote": "taker buy quote volume",
}
_SHORTEST_HALT: Final = 5
"""Absent minutes in a row from which on a pair counts as halted, not as patchy."""


class RecordedMarket:
    """
    The candles of a recording; absent minutes stay absent.

    `start_ms` is when playing may begin: a lead of a day, or of half the
    recording, is then past already.

    The first minute is played at `anchor_ms`, the others follow; after the last
    one it begins again, with the jump in price that this brings. Trade ids are
    counted through all rounds. Quote volume, trades and taker volume are
    estimated where the recording lacks them, and named in `estimated`.
    """

    def __init__(
        self,
        path: Path,
        *,
        now_ms: int,
        venue: Venue | None = None,
        anchor_ms: int | None = None,
        own_dates: bool = False,
    ) -> None:
        recorded = read_candles(path)
        candles = recorded.pairs
        self.venue = venue or _venue_of(path)
        first = int(min(pair.minutes[0] for pair in candles.values()))
        self._length = 1 + int(max(p.minutes[-1] for p in candles.values())) - first
        if self._length * len(candles) > _MOST_CANDLES:
            raise RecordingError(
                f"{path.name} has {len(candles)} pairs over {self._length} minutes; "
                f"at most {_MOST_CANDLES:,} candles can be played."
            )
        lead = min(WINDOW_CANDLES, self._length // 2)
        if own_dates:
            anchor_ms = first * MINUTE_MS
        elif anchor_ms is None:
            anchor_ms = (now_ms // MINUTE_MS - lead) * MINUTE_MS
        self.anchor_ms = anchor_ms // MINUTE_MS * MINUTE_MS
        self.start_ms = self.anchor_ms + lead * MINUTE_MS
        self.estimated = recorded.missing
        self._bars = np.empty((len(candles), self._length, COLUMNS), np.int64)
        self._bars[:] = ABSENT_BAR
        self.pairs = tuple(
            self._load(row, symbol, candles[symbol], first)
            for row, symbol in enumerate(sorted(candles))
        )
        self._count_trades()
        name = path.name.partition(".")[0] or path.resolve().name
        self.source = MarketSource(
            MarketKind.RECORDED,
            f"recorded:{name}:{self.anchor_ms}",
            _label(first * MINUTE_MS, self._length, self.estimated),
        )

    def _load(self, row: int, symbol: str, candles: RecordedPair, first: int) -> Pair:
        decimals = candles.places.max(axis=0).tolist()
        shared = max(decimals[OPEN : CLOSE + 1])
        places = [shared] * 4 + decimals[VOLUME:]
        places[TAKER_VOLUME] = places[VOLUME] = max(
            places[VOLUME], places[TAKER_VOLUME]
        )
        quote = max(places[QUOTE_VOLUME], places[TAKER_QUOTE_VOLUME])
        places[QUOTE_VOLUME] = places[TAKER_QUOTE_VOLUME] = quote or shared
        bars = np.zeros((len(candles.minutes), COLUMNS), np.int64)
        try:
            bars[:, :FIRST_ID] = scale_decimals(
                candles.digits, candles.places, np.array(places)
            )
        except ValueError as error:
            raise RecordingError(f"{symbol} cannot be played: {error}.") from error
        pair = Pair(
            row=row,
            symbol=symbol,
            base_asset=symbol.removesuffix(QUOTE_ASSET),
            price=scale(shared, self.venue),
            volume=scale(places[VOLUME], self.venue),
            quote_volume=scale(places[QUOTE_VOLUME], self.venue),
        )
        _estimate(bars, pair, self.estimated)
        self._bars[row, candles.minutes - first] = bars
        return pair

    def _count_trades(self) -> None:
        trades = np.maximum(self._bars[:, :, TRADES], 0)
        ends = np.cumsum(trades, axis=1)
        there = self._bars[:, :, TRADES] != ABSENT
        self._bars[:, :, FIRST_ID] = np.where(there, ends - trades + 1, ABSENT)
        self._trades_a_round: Ints = ends[:, -1]

    def blocks(self, start: int, stop: int) -> Iterator[Ints]:
        """Return the minutes ``[start, stop)`` in order; none before the anchor."""
        anchor = self.anchor_ms // MINUTE_MS
        if start < anchor:
            count = min(stop, anchor) - start
            yield np.tile(ABSENT_BAR, (len(self.pairs), count, 1))
            start = anchor
        while start < stop:
            lap, index = divmod(start - anchor, self._length)
            end = min(self._length, index + stop - start)
            block = self._bars[:, index:end]
            if lap:
                block = block.copy()
                there = block[:, :, TRADES] != ABSENT
                block[:, :, FIRST_ID] += lap * self._trades_a_round[:, None] * there
            yield block
            start += end - index

    def history(self, row: int, start: int, stop: int) -> Ints:
        """Return the minutes of one pair, shape ``(minutes, COLUMNS)``."""
        parts = [block[row] for block in self.blocks(start, stop)]
        return np.concatenate([np.empty((0, COLUMNS), np.int64), *parts])

    def listing(self, row: int, minute: int) -> Listing:
        """
        Return the state of one pair in the round that a minute belongs to.

        It is listed with its first recorded minute, halted where it has none
        for a while, and gone after its last one, unless the recording ends there.
        """
        anchor = self.anchor_ms // MINUTE_MS
        lap, index = divmod(max(minute - anchor, 0), self._length)
        there = np.flatnonzero(self._bars[row, :, TRADES] != ABSENT)
        first, last = int(there[0]), int(there[-1])
        goes = last < self._length - 1
        # Who comes or goes does so in each round; the others stay listed.
        start = anchor + (lap * self._length if first or goes else 0)
        return Listing(
            _status_at(there, index),
            (start + first) * MINUTE_MS,
            (start + last + 1) * MINUTE_MS if goes else None,
        )


def _status_at(there: Ints, index: int) -> PairStatus:
    after = int(np.searchsorted(there, index))
    if after < len(there) and there[after] == index:
        return PairStatus.TRADING
    if after == 0:
        return PairStatus.PENDING
    if after == len(there):
        return PairStatus.SETTLED
    gap = int(there[after] - there[after - 1]) - 1
    return PairStatus.TRADING if gap < _SHORTEST_HALT else PairStatus.HALTED


def _venue_of(path: Path) -> Venue:
    name = path.name.lower()
    if any(word in name for word in _FUTURES_NAMES):
        return Venue.BINANCE_USDM
    return Venue.BINANCE_SPOT


def _estimate(bars: Ints, pair: Pair, missing: Sequence[str]) -> None:
    volume = bars[:, VOLUME]
    typical = bars[:, HIGH : CLOSE + 1].mean(axis=1) / 10**pair.price.decimals
    value = typical * 10.0 ** (pair.quote_volume.decimals - pair.volume.decimals)
    if "quote_volume" in missing:
        bars[:, QUOTE_VOLUME] = np.rint(volume * value)
    if "trades" in missing:
        quote = bars[:, QUOTE_VOLUME] / 10.0**pair.quote_volume.decimals
        trades = np.maximum(quote / _ESTIMATED_TRADE, 4).astype(np.int64)
        bars[:, TRADES] = np.minimum(trades, volume)
    if "taker_buy_base" in missing:
        spread = bars[:, HIGH] - bars[:, LOW]
        rise = (bars[:, CLOSE] - bars[:, LOW]) / np.maximum(spread, 1)
        share = np.where(spread > 0, rise, 0.5)
        bars[:, TAKER_VOLUME] = np.floor(volume * share)
    if "taker_buy_quote" in missing:
        bars[:, TAKER_QUOTE_VOLUME] = np.minimum(
            np.rint(bars[:, TAKER_VOLUME] * value), bars[:, QUOTE_VOLUME]
        )


def _label(first_ms: int, length: int, estimated: Sequence[str]) -> str:
    first = datetime.fromtimestamp(first_ms / 1_000, UTC).date()
    last_ms = first_ms + (length - 1) * MINUTE_MS
    last = datetime.fromtimestamp(last_ms / 1_000, UTC).date()
    label = f"Recorded market of {_days(first, last)}, replayed"
    if not estimated:
        return label
    words = [_WORDS[name] for name in estimated]
    return f"{label}; estimated: {', '.join(words)}"


def _days(first: date, last: date) -> str:
    end = f"{last.day} {last:%B %Y}"
    if first == last:
        return end
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{end}"
    if first.year == last.year:
        return f"{first.day} {first:%B} – {end}"
    return f"{first.day} {first:%B %Y} – {end}"
