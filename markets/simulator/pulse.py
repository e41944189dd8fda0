"""The heart of the simulator: sends every stream at its own speed."""

import asyncio
from collections.abc import Callable
from typing import Final

import numpy as np
import orjson

from markets.simulator.answers import agg_trade_row
from markets.simulator.bookstreams import BookStreams
from markets.simulator.hub import StreamHub
from markets.simulator.intervals import INTERVALS, merge, open_minute
from markets.simulator.market import (
    ABSENT,
    CLOSE,
    OPEN,
    TRADES,
    VOLUME,
    Ints,
    Pair,
    one_minute,
)
from markets.simulator.moment import Moment
from markets.simulator.streams import StreamName
from markets.simulator.wire import (
    contract_event,
    kline_event,
    mark_price,
    mini_ticker_event,
    next_funding_ms,
    ticker_event,
)
from markets.types import MINUTE_MS, Venue

_STEP_S: Final = 0.05
_KLINE_MS: Final = {Venue.BINANCE_USDM: 250, Venue.BINANCE_SPOT: 2_000}
_MOST_CAUGHT_UP: Final = 60
_LIQUIDATION_MOVE: Final = 0.004
_AHEAD_MINUTES: Final = 10


class Pulse:
    """
    Looks at the clock twenty times a second and sends what is due.

    Forming candles go out at the venue's speed, spread over the period, only
    for pairs that traded since (at full rate for all, as a load); closed
    candles right after their minute.
    """

    def __init__(
        self,
        moment: Moment,
        hub: StreamHub,
        books: BookStreams,
        *,
        full_rate: bool = False,
    ) -> None:
        self._full_rate = full_rate
        self._moment = moment
        self._hub = hub
        self._books = books
        self._pairs = moment.market.pairs
        self._pair_of = {pair.stream_name: pair for pair in self._pairs}
        rows = np.arange(len(self._pairs))
        self._period_ms = _KLINE_MS[moment.market.venue]
        now_ms = moment.clock.now_ms()
        self._minute = now_ms // MINUTE_MS
        self._kline_sent_ms: Ints = now_ms - rows * 37 % self._period_ms
        self._kline_trades: Ints = np.full(len(rows), ABSENT, np.int64)
        self._ticker_trades: Ints = np.full(len(rows), ABSENT, np.int64)
        self._tape_sent: dict[str, tuple[int, int]] = {}
        self._listings = self._listing_states()
        self._due: list[tuple[int, Callable[[int], None]]] = [
            (100, self._send_trades),
            (100, books.send),
            (1_000, self._send_tickers),
            (1_000, self._send_marks),
            (1_000, self._send_liquidations),
        ]
        self._last_run_ms = [now_ms] * len(self._due)

    async def run(self) -> None:
        """Beat until cancelled."""
        while True:
            self.beat()
            # On the grid, so that a slow step does not slow the next ones.
            await asyncio.sleep(_STEP_S - asyncio.get_running_loop().time() % _STEP_S)

    def beat(self) -> None:
        """Send what is due now."""
        now_ms = self._moment.clock.now_ms()
        self._close_minutes(now_ms)
        self._send_forming(now_ms)
        for at, (period_ms, send) in enumerate(self._due):
            if now_ms // period_ms > self._last_run_ms[at] // period_ms:
                self._last_run_ms[at] = now_ms
                send(now_ms)
        self._hub.flush()

    def _close_minutes(self, now_ms: int) -> None:
        present = now_ms // MINUTE_MS
        for minute in range(max(self._minute, present - _MOST_CAUGHT_UP), present):
            self._send_closed(minute, now_ms)
        if present != self._minute:
            self._minute = present
            self._kline_trades[:] = ABSENT
            self._announce_listings(now_ms)
            self._look_ahead(present)

    def _send_closed(self, minute: int, now_ms: int) -> None:
        bars = self._moment.minute_bars(minute)
        # The last trades of the minute belong before its close.
        self._send_trades(minute * MINUTE_MS + MINUTE_MS - 1)
        for stream in self._hub.streams("kline"):
            pair = self._pair_of[stream.name]
            if stream.interval == "1m":
                if bars[pair.row, TRADES] != ABSENT:
                    self._send_kline(stream, pair, bars[pair.row], minute, now_ms)
            elif (minute + 1) == self._end_of(stream, minute):
                self._send_long(stream, pair, minute, bars[pair.row], now_ms)

    def _send_forming(self, now_ms: int) -> None:
        streams = self._hub.streams("kline")
        if not streams:
            return
        bars = self._moment.forming(now_ms)
        trades = bars[:, TRADES]
        traded = trades > np.maximum(self._kline_trades, 0)
        if self._full_rate:
            traded = trades != ABSENT
        # Half a step early is on time: the next look would be too late.
        waited = now_ms - self._kline_sent_ms + int(_STEP_S * 500)
        is_due = traded & (waited >= self._period_ms)
        minute = now_ms // MINUTE_MS
        for stream in streams:
            pair = self._pair_of[stream.name]
            if not is_due[pair.row]:
                continue
            if stream.interval == "1m":
                self._send_kline(stream, pair, bars[pair.row], minute, now_ms)
            else:
                self._send_long(stream, pair, minute, bars[pair.row], now_ms)
        self._kline_sent_ms[is_due] = now_ms
        self._kline_trades[is_due] = trades[is_due]

    def _send_kline(
        self, stream: StreamName, pair: Pair, bar: Ints, minute: int, now_ms: int
    ) -> None:
        open_ms = minute * MINUTE_MS
        span = (open_ms, open_ms + INTERVALS[stream.interval] * MINUTE_MS - 1)
        self._hub.send(
            stream,
            kline_event(
                pair,
                bar.tolist(),
                interval=stream.interval,
                span_ms=span,
                now_ms=now_ms,
            ),
        )

    def _send_long(
        self, stream: StreamName, pair: Pair, minute: int, last: Ints, now_ms: int
    ) -> None:
        first = open_minute(minute, stream.interval)
        earlier = self._moment.market.history(pair.row, first, minute)
        candle = merge(np.concatenate([earlier, last[None]])[None])[0]
        if candle[TRADES] != ABSENT:
            self._send_kline(stream, pair, candle, first, now_ms)

    def _end_of(self, stream: StreamName, minute: int) -> int:
        return open_minute(minute, stream.interval) + INTERVALS[stream.interval]

    def _send_trades(self, now_ms: int) -> None:
        minute, offset = divmod(now_ms, MINUTE_MS)
        offset += offset == MINUTE_MS - 1
        streams = [*self._hub.streams("aggTrade"), *self._hub.streams("trade")]
        live = {stream.text for stream in streams}
        for text in self._tape_sent.keys() - live:
            del self._tape_sent[text]
        for stream in streams:
            pair = self._pair_of[stream.name]
            known = self._tape_sent.get(stream.text)
            done = known[1] if known and known[0] == minute else 0
            trades = self._moment.minute_trades(
                pair.row, minute, after=done, until_ms=offset
            )
            self._tape_sent[stream.text] = (minute, done + len(trades))
            if known is None:
                continue  # a new listener hears trades from now on
            for trade in trades:
                row = agg_trade_row(pair, trade)
                if stream.kind == "trade":
                    row = {"t": row["a"], **{key: row[key] for key in "pqTm"}}
                self._hub.send_json(
                    stream, {"e": stream.kind, "E": now_ms, "s": pair.symbol, **row}
                )

    def _send_tickers(self, now_ms: int) -> None:
        streams = [*self._hub.streams("miniTicker"), *self._hub.streams("ticker")]
        if not streams:
            return
        day = self._moment.day(now_ms)
        changed = day[:, TRADES] != self._ticker_trades
        self._ticker_trades = day[:, TRADES].copy()
        is_there = day[:, TRADES] != ABSENT
        for stream in streams:
            event = mini_ticker_event if stream.kind == "miniTicker" else ticker_event
            if stream.name:
                pair = self._pair_of[stream.name]
                if changed[pair.row] and is_there[pair.row]:
                    self._hub.send_json(stream, event(pair, day[pair.row], now_ms))
                continue
            rows = [
                event(self._pairs[row], day[row], now_ms)
                for row in np.flatnonzero(changed & is_there)
            ]
            self._send_rows(stream, rows)

    def _send_marks(self, now_ms: int) -> None:
        for stream in self._hub.streams("markPrice"):
            if stream.speed_ms != 1_000 and now_ms // 1_000 % 3:
                continue
            if stream.name:
                message = self._mark(self._pair_of[stream.name], now_ms)
                self._hub.send_json(stream, message)
                continue
            bars = self._moment.forming(now_ms)
            rows = [
                self._mark(pair, now_ms)
                for pair in self._pairs
                if bars[pair.row, TRADES] != ABSENT
            ]
            self._send_rows(stream, rows)

    def _mark(self, pair: Pair, now_ms: int) -> dict[str, object]:
        mark = mark_price(pair, int(self._moment.last_price[pair.row]))
        return {
            "e": "markPriceUpdate",
            "E": now_ms,
            "s": pair.symbol,
            "p": mark["mark"],
            "P": mark["index"],
            "i": mark["index"],
            "r": mark["rate"],
            "T": next_funding_ms(now_ms),
        }

    def _send_rows(self, stream: StreamName, rows: list[dict[str, object]]) -> None:
        if self._moment.market.venue is Venue.BINANCE_USDM:
            rows = [row | {"st": 1, "ps": row["s"]} for row in rows]
        if self._hub.faults.foreign and rows:
            rows.append(rows[0] | {"st": 2, "s": "BTCUSD_PERP", "ps": "BTCUSD"})
        if rows:
            self._hub.send(stream, orjson.dumps(rows))

    def _send_liquidations(self, now_ms: int) -> None:
        streams = self._hub.streams("forceOrder")
        if not streams:
            return
        bars = self._moment.forming(now_ms)
        move = (bars[:, CLOSE] - bars[:, OPEN]) / np.maximum(bars[:, OPEN], 1)
        for row in np.flatnonzero(np.abs(move) > _LIQUIDATION_MOVE):
            pair, bar = self._pairs[row], bars[row]
            # Not every second: the exchange shows the last one of each.
            if bar[TRADES] <= 0 or (now_ms // 1_000 + int(row)) % 7:
                continue
            side = "SELL" if move[row] < 0 else "BUY"
            message = _liquidation(pair, bar, side, now_ms)
            for stream in streams:
                if stream.name in {"", pair.stream_name}:
                    self._hub.send_json(stream, message)

    def _listing_states(self) -> list[str]:
        market = self._moment.market
        return [market.listing(pair.row, self._minute).status for pair in self._pairs]

    def _announce_listings(self, now_ms: int) -> None:
        streams = self._hub.streams("contractInfo")
        before, self._listings = self._listings, self._listing_states()
        for pair, old, new in zip(self._pairs, before, self._listings, strict=True):
            if old == new:
                continue
            listing = self._moment.market.listing(pair.row, self._minute)
            for stream in streams:
                self._hub.send_json(stream, contract_event(pair, listing, now_ms))

    def _look_ahead(self, present: int) -> None:
        # Making a day takes long enough to be felt: do it early, off the loop.
        ahead = present + _AHEAD_MINUTES
        if ahead % 1_440 == 0:
            loop = asyncio.get_running_loop()
            loop.run_in_executor(None, one_minute, self._moment.market, ahead)


def _liquidation(pair: Pair, bar: Ints, side: str, now_ms: int) -> dict[str, object]:
    price = pair.price.text(int(bar[CLOSE]))
    quantity = pair.volume.text(max(1, int(bar[VOLUME]) // (3 * int(bar[TRADES]))))
    order = {
        "s": pair.symbol,
        "S": side,
        "o": "LIMIT",
        "f": "IOC",
        "q": quantity,
        "p": price,
        "ap": price,
        "X": "FILLED",
        "l": quantity,
        "z": quantity,
        "T": now_ms,
        "ps": pair.symbol,
        "st": 1,
    }
    return {"e": "forceOrder", "E": now_ms, "o": order, "st": 1}
