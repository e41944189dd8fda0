"""A market at the exchange's present moment, as REST and streams show it."""

from dataclasses import dataclass

import numpy as np

from markets.simulator.clock import SimulatedClock
from markets.simulator.intervals import INTERVALS, merge, open_minute
from markets.simulator.market import (
    ABSENT,
    ABSENT_BAR,
    CLOSE,
    COLUMNS,
    FIRST_ID,
    TRADES,
    Ints,
    Market,
    one_minute,
)
from markets.simulator.path import forming, tape, trades_until
from markets.types import MINUTE_MS

DAY_MINUTES = 1_440
_MINUTES_AT_ONCE = 64 * DAY_MINUTES


@dataclass(frozen=True, slots=True)
class TapeTrade:
    """One simulated trade; price and volume are whole numbers of the pair's scales."""

    trade_id: int
    time_ms: int
    price: int
    volume: int
    buyer_took: bool


class Moment:
    """Answers questions about now; nothing after now is ever shown."""

    def __init__(self, market: Market, clock: SimulatedClock) -> None:
        self.market = market
        self.clock = clock
        self.row_of = {pair.symbol: pair.row for pair in market.pairs}
        self._minute = ABSENT
        self._bars: Ints = np.empty((0, 0), np.int64)
        self._day_minute = ABSENT
        self._day: Ints = np.empty((0, 0), np.int64)
        self.last_price: Ints = np.zeros(len(market.pairs), np.int64)

    def minute_bars(self, minute: int) -> Ints:
        """Return one whole minute of every pair; for closed minutes and `forming`."""
        if minute != self._minute:
            self._minute, self._bars = minute, one_minute(self.market, minute)
        return self._bars

    def forming(self, now_ms: int) -> Ints:
        """Return the candles of the present minute as far as they have come."""
        minute, offset = divmod(now_ms, MINUTE_MS)
        bars = self.minute_bars(minute)
        partial = forming(bars, minute_number=minute, offset_ms=offset)
        there = partial[:, TRADES] != ABSENT
        self.last_price[there] = partial[there, CLOSE]
        return partial

    def candles(self, row: int, interval: str, start: int, stop: int) -> Ints:
        """
        Return the candles of one pair that open in the minutes ``[start, stop)``.

        Minutes that have not begun are left out; the present one is forming.
        The column after the last is the opening minute.
        """
        now_ms = self.clock.now_ms()
        present = now_ms // MINUTE_MS
        length = INTERVALS[interval]
        first = open_minute(start + length - 1, interval)
        end = min(open_minute(stop - 1, interval) + length, present + 1)
        if first >= end:
            return np.empty((0, COLUMNS + 1), np.int64)
        step = max(1, _MINUTES_AT_ONCE // length) * length
        return np.concatenate(
            [
                self._merged(row, range(at, min(at + step, end), length), end)
                for at in range(first, end, step)
            ]
        )

    # `openings` steps by the candles' length; no minute from `end` on is there.
    def _merged(self, row: int, openings: range, end: int) -> Ints:
        first, length = openings.start, openings.step
        bars = np.tile(ABSENT_BAR, (len(openings) * length, 1))
        there = min(len(bars), end - first)
        bars[:there] = self.market.history(row, first, first + there)
        now_ms = self.clock.now_ms()
        if first + there > now_ms // MINUTE_MS:
            bars[there - 1] = self.forming(now_ms)[row]
        candles = merge(bars.reshape(-1, length, COLUMNS))
        is_there = candles[:, TRADES] != ABSENT
        found: Ints = np.column_stack([candles, openings])[is_there]
        return found

    def day(self, now_ms: int) -> Ints:
        """Return the rolling 24 h of every pair as one long candle each."""
        minute = now_ms // MINUTE_MS
        if minute != self._day_minute:
            closed = [
                merge(block)
                for block in self.market.blocks(minute - DAY_MINUTES + 1, minute)
            ]
            self._day_minute, self._day = minute, _joined(closed)
        return _joined([self._day, self.forming(now_ms)])

    def trades(self, row: int, *, limit: int) -> list[TapeTrade]:
        """Return the latest trades of one pair, oldest first."""
        now_ms = self.clock.now_ms()
        minute, offset = divmod(now_ms, MINUTE_MS)
        found: list[TapeTrade] = []
        for back in range(DAY_MINUTES):
            past = minute - back
            until = offset if back == 0 else MINUTE_MS
            found = self.minute_trades(row, past, until_ms=until)[-limit:] + found
            if len(found) >= limit:
                break
        return found[-limit:]

    def trades_from(
        self, row: int, *, from_id: int | None, start_ms: int | None, limit: int
    ) -> list[TapeTrade]:
        """Return trades of the last day from an id or a moment on, oldest first."""
        now_ms = self.clock.now_ms()
        present, offset = divmod(now_ms, MINUTE_MS)
        start = present - DAY_MINUTES
        bars = self.market.history(row, start, present + 1)
        if from_id is not None:
            ends = bars[:, FIRST_ID] + np.maximum(bars[:, TRADES], 0)
            start += int((ends <= from_id).sum())
        elif start_ms is not None:
            start = max(start, start_ms // MINUTE_MS)
        found: list[TapeTrade] = []
        for minute in range(start, present + 1):
            until = offset if minute == present else MINUTE_MS
            found += [
                trade
                for trade in self.minute_trades(row, minute, until_ms=until)
                if trade.trade_id >= (from_id or 0) and trade.time_ms >= (start_ms or 0)
            ]
            if len(found) >= limit:
                break
        return found[:limit]

    def minute_trades(
        self, row: int, minute: int, *, after: int = 0, until_ms: int
    ) -> list[TapeTrade]:
        """Return the trades of a minute from number `after` up to an offset."""
        bars = self.market.history(row, minute, minute + 1)
        if bars[0, TRADES] <= after:
            return []
        # The shift of the first trade depends on the row: keep it in its place.
        whole = np.broadcast_to(bars, (row + 1, bars.shape[1]))
        done = int(trades_until(whole, minute_number=minute, offset_ms=until_ms)[row])
        first_id = int(bars[0, FIRST_ID])
        return [
            TapeTrade(
                first_id + after + n, minute * MINUTE_MS + at, price, volume, took
            )
            for n, (at, price, volume, took) in enumerate(
                tape(bars[0], row=row, minute_number=minute, start=after, stop=done)
            )
        ]


def _joined(parts: list[Ints]) -> Ints:
    return merge(np.stack(parts, axis=1))
