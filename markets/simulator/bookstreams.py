"""Depth and best-price streams over the made books."""

from dataclasses import dataclass, field
from typing import Final

from markets.simulator.book import BookChange, MadeBook
from markets.simulator.books import Books
from markets.simulator.hub import StreamHub
from markets.simulator.market import Pair
from markets.simulator.streams import StreamName
from markets.types import Venue

_DEPTH_MS: Final = {Venue.BINANCE_USDM: 250, Venue.BINANCE_SPOT: 1_000}


@dataclass(slots=True)
class _Pending:
    # What one depth stream has not been told yet.
    previous_id: int
    sent_ms: int
    bids: dict[int, int] = field(default_factory=dict)
    asks: dict[int, int] = field(default_factory=dict)

    def add(self, change: BookChange) -> None:
        self.bids.update(change.bids)
        self.asks.update(change.asks)


class BookStreams:
    """Moves watched books ten times a second and sends their streams."""

    def __init__(
        self, books: Books, hub: StreamHub, pairs: tuple[Pair, ...], venue: Venue
    ) -> None:
        self._books = books
        self._hub = hub
        self._venue = venue
        self._pair_of = {pair.stream_name: pair for pair in pairs}
        self._pending: dict[str, _Pending] = {}
        self._best: dict[str, tuple[object, ...]] = {}

    def send(self, now_ms: int) -> None:
        """Move the watched books to now and send what is due."""
        depth = self._hub.streams("depth")
        tickers = [name for name in self._hub.streams("bookTicker") if name.name]
        rows = {self._pair_of[stream.name].row for stream in [*depth, *tickers]}
        changes = self._books.step(rows)
        for stream in depth:
            self._send_depth(stream, changes, now_ms)
        for stream in tickers:
            self._send_best(stream, now_ms)
        live = {stream.text for stream in [*depth, *tickers]}
        for known in (self._pending, self._best):
            for text in [text for text in known if text not in live]:
                del known[text]

    def _send_depth(
        self, stream: StreamName, changes: dict[int, BookChange], now_ms: int
    ) -> None:
        pair = self._pair_of[stream.name]
        book = self._books.snapshot(pair)
        change = changes.get(pair.row)
        pending = self._pending.get(stream.text)
        if pending is None:
            before = change.previous_id if change else book.last_id
            pending = self._pending[stream.text] = _Pending(before, 0)
        if change:
            pending.add(change)
        period = stream.speed_ms or _DEPTH_MS[self._venue]
        is_changed = book.last_id > pending.previous_id
        if not is_changed or now_ms - pending.sent_ms < period - 50:
            return
        if stream.levels:
            self._hub.send_json(stream, self._partial(book, stream.levels, now_ms))
        else:
            self._hub.send_json(stream, self._difference(book, pending, now_ms))
        self._pending[stream.text] = _Pending(book.last_id, now_ms)

    def _difference(
        self, book: MadeBook, pending: _Pending, now_ms: int
    ) -> dict[str, object]:
        message: dict[str, object] = {
            "e": "depthUpdate",
            "E": now_ms,
            "s": book.pair.symbol,
            "U": pending.previous_id + 1,
            "u": book.last_id,
            "b": book.texts_of(pending.bids),
            "a": book.texts_of(pending.asks),
        }
        if self._venue is Venue.BINANCE_USDM:
            message |= {"T": now_ms, "pu": pending.previous_id}
        return message

    def _partial(self, book: MadeBook, levels: int, now_ms: int) -> dict[str, object]:
        bids, asks = book.texts(levels)
        if self._venue is Venue.BINANCE_SPOT:
            return {"lastUpdateId": book.last_id, "bids": bids, "asks": asks}
        whole = self._difference(book, _Pending(book.last_id - 1, 0), now_ms)
        return whole | {"b": bids, "a": asks}

    def _send_best(self, stream: StreamName, now_ms: int) -> None:
        pair = self._pair_of[stream.name]
        book = self._books.snapshot(pair)
        bids, asks = book.texts(1)
        if not bids or not asks:
            return
        best = (*bids[0], *asks[0])
        if self._best.get(stream.text) == best:
            return
        self._best[stream.text] = best
        message: dict[str, object] = {"u": book.last_id, "s": pair.symbol}
        message |= dict(zip("bBaA", best, strict=True))
        if self._venue is Venue.BINANCE_USDM:
            message |= {"e": "bookTicker", "E": now_ms, "T": now_ms}
        self._hub.send_json(stream, message)
