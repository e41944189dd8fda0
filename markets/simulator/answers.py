"""What each REST endpoint answers, without the web framework."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from markets.simulator.books import Books
from markets.simulator.intervals import INTERVALS
from markets.simulator.market import ABSENT, CLOSE, TRADES, Pair
from markets.simulator.moment import Moment, TapeTrade
from markets.simulator.weights import Query
from markets.simulator.wire import (
    instrument,
    kline_row,
    mark_price,
    next_funding_ms,
    ticker_row,
)
from markets.types import DAY_MS, MINUTE_MS, Venue

_MOST_CANDLES: Final = {Venue.BINANCE_USDM: 1_500, Venue.BINANCE_SPOT: 1_000}
_MOST_LEVELS: Final = {Venue.BINANCE_USDM: 1_000, Venue.BINANCE_SPOT: 5_000}
_MOST_TRADES: Final = 1_000
_LONG_MS: Final = 3 * DAY_MS
_DEPTHS: Final = (5, 10, 20, 50, 100, 500, 1_000)


class RefusedQueryError(Exception):
    """A query that the exchange answers with an error body (HTTP 400)."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class Answers:
    """The exchange's REST endpoints over one market."""

    def __init__(self, moment: Moment, books: Books, weight_limit: int) -> None:
        self._moment = moment
        self._books = books
        self._venue = moment.market.venue
        self._weight_limit = weight_limit

    def endpoints(self) -> Mapping[str, Callable[[Query], Any]]:
        """Return the endpoints of the venue by their path below the version."""
        common: dict[str, Callable[[Query], Any]] = {
            "ping": lambda _query: {},
            "time": lambda _query: {"serverTime": self._moment.clock.now_ms()},
            "exchangeInfo": self.exchange_info,
            "klines": self.klines,
            "depth": self.depth,
            "trades": self.trades,
            "aggTrades": self.agg_trades,
            "ticker/24hr": self.tickers,
            "ticker/price": self.prices,
            "ticker/bookTicker": self.book_tickers,
        }
        if self._venue is Venue.BINANCE_USDM:
            common["premiumIndex"] = self.premium_index
            common["fundingInfo"] = self.funding_info
        return common

    def exchange_info(self, query: Query) -> dict[str, Any]:
        """Answer ``exchangeInfo``: limits and every contract of now."""
        now_ms = self._moment.clock.now_ms()
        market, minute = self._moment.market, now_ms // MINUTE_MS
        pairs = [self._pair(query)] if "symbol" in query else market.pairs
        return {
            "timezone": "UTC",
            "serverTime": now_ms,
            "rateLimits": [
                {
                    "rateLimitType": "REQUEST_WEIGHT",
                    "interval": "MINUTE",
                    "intervalNum": 1,
                    "limit": self._weight_limit,
                }
            ],
            "exchangeFilters": [],
            "assets": [{"asset": "USDT", "marginAvailable": True}],
            "symbols": [
                instrument(self._venue, pair, market.listing(pair.row, minute))
                for pair in pairs
            ],
        }

    def is_long(self, query: Query) -> bool:
        """Return whether ``klines`` asks for many days that are over."""
        start_ms, end_ms = _whole(query, "startTime"), _whole(query, "endTime")
        if start_ms is None or end_ms is None:
            return False
        present_ms = self._moment.clock.now_ms() // MINUTE_MS * MINUTE_MS
        return end_ms < present_ms and end_ms - start_ms > _LONG_MS

    def klines(self, query: Query) -> list[list[Any]]:
        """Answer ``klines``, the forming candle included where asked for."""
        pair = self._pair(query)
        interval = _required(query, "interval")
        if interval not in INTERVALS:
            raise RefusedQueryError(-1120, "Invalid interval.")
        limit = self._limit(query, default=500, most=_MOST_CANDLES[self._venue])
        length = INTERVALS[interval]
        start_ms, end_ms = _whole(query, "startTime"), _whole(query, "endTime")
        present = self._moment.clock.now_ms() // MINUTE_MS
        stop = present + 1 if end_ms is None else end_ms // MINUTE_MS + 1
        if start_ms is None:
            start = stop - limit * length
        else:
            start = -(-start_ms // MINUTE_MS)
            stop = min(stop, start + limit * length)
        candles = self._moment.candles(pair.row, interval, start, stop)
        chosen = candles[-limit:] if start_ms is None else candles[:limit]
        return [kline_row(pair, bar, length * MINUTE_MS) for bar in chosen.tolist()]

    def depth(self, query: Query) -> dict[str, Any]:
        """Answer ``depth``: a snapshot that the difference streams follow."""
        pair = self._pair(query)
        limit = self._limit(query, default=500, most=_MOST_LEVELS[self._venue])
        if self._venue is Venue.BINANCE_USDM and limit not in _DEPTHS:
            raise RefusedQueryError(-4021, f"'{limit}' is not valid depth limit.")
        now_ms = self._moment.clock.now_ms()
        book = self._books.current(pair)
        bids, asks = book.texts(limit)
        answer: dict[str, Any] = {"lastUpdateId": book.last_id}
        if self._venue is Venue.BINANCE_USDM:
            answer |= {"E": now_ms, "T": now_ms}
        return answer | {"bids": bids, "asks": asks}

    def trades(self, query: Query) -> list[dict[str, Any]]:
        """Answer ``trades``, oldest first."""
        pair = self._pair(query)
        limit = self._limit(query, default=500, most=_MOST_TRADES)
        return [
            {
                "id": trade.trade_id,
                "price": pair.price.text(trade.price),
                "qty": pair.volume.text(trade.volume),
                "quoteQty": f"{_value(pair, trade):.8f}",
                "time": trade.time_ms,
                "isBuyerMaker": not trade.buyer_took,
                "isBestMatch": True,
            }
            for trade in self._moment.trades(pair.row, limit=limit)
        ]

    def agg_trades(self, query: Query) -> list[dict[str, Any]]:
        """Answer ``aggTrades``; each simulated trade is an aggregate of its own."""
        pair = self._pair(query)
        limit = self._limit(query, default=500, most=_MOST_TRADES)
        from_id = _whole(query, "fromId")
        start_ms, end_ms = _whole(query, "startTime"), _whole(query, "endTime")
        if from_id is None and start_ms is None:
            trades = self._moment.trades(pair.row, limit=limit)
        else:
            trades = self._moment.trades_from(
                pair.row, from_id=from_id, start_ms=start_ms, limit=limit
            )
        return [
            agg_trade_row(pair, trade)
            for trade in trades
            if end_ms is None or trade.time_ms <= end_ms
        ]

    def tickers(self, query: Query) -> list[dict[str, Any]] | dict[str, Any]:
        """Answer ``ticker/24hr``, of one pair or of all."""
        now_ms = self._moment.clock.now_ms()
        day = self._moment.day(now_ms)
        if "symbol" in query:
            pair = self._pair(query)
            return self._ticker(pair, now_ms)
        return [
            self._ticker(pair, now_ms)
            for pair in self._moment.market.pairs
            if day[pair.row, TRADES] != ABSENT
        ]

    def _ticker(self, pair: Pair, now_ms: int) -> dict[str, Any]:
        row = ticker_row(pair, self._moment.day(now_ms)[pair.row], now_ms)
        if self._venue is Venue.BINANCE_USDM:
            return row
        price = self._moment.last_price[pair.row]
        return row | {
            "prevClosePrice": row["openPrice"],
            "bidPrice": pair.price.text(int(price)),
            "bidQty": row["lastQty"],
            "askPrice": pair.price.text(int(price) + 1),
            "askQty": row["lastQty"],
        }

    def prices(self, query: Query) -> list[dict[str, Any]] | dict[str, Any]:
        """Answer ``ticker/price``."""
        return self._each(
            query,
            lambda pair, price, now_ms: {
                "symbol": pair.symbol,
                "price": pair.price.text(price),
                "time": now_ms,
            },
        )

    def book_tickers(self, query: Query) -> list[dict[str, Any]] | dict[str, Any]:
        """Answer ``ticker/bookTicker``; the spread is one tick."""
        return self._each(
            query,
            lambda pair, price, now_ms: {
                "symbol": pair.symbol,
                "bidPrice": pair.price.text(price),
                "bidQty": pair.volume.text(100),
                "askPrice": pair.price.text(price + 1),
                "askQty": pair.volume.text(100),
                "time": now_ms,
            },
        )

    def premium_index(self, query: Query) -> list[dict[str, Any]] | dict[str, Any]:
        """Answer ``premiumIndex``: mark price, index price and funding."""
        return self._each(query, _premium)

    def funding_info(self, _query: Query) -> list[dict[str, Any]]:
        """Answer ``fundingInfo``: every pair pays each eight hours."""
        return [
            {
                "symbol": pair.symbol,
                "adjustedFundingRateCap": "0.02000000",
                "adjustedFundingRateFloor": "-0.02000000",
                "fundingIntervalHours": 8,
            }
            for pair in self._moment.market.pairs
        ]

    def _each(
        self, query: Query, row: Callable[[Pair, int, int], dict[str, Any]]
    ) -> list[dict[str, Any]] | dict[str, Any]:
        now_ms = self._moment.clock.now_ms()
        day = self._moment.day(now_ms)
        if "symbol" in query:
            pair = self._pair(query)
            return row(pair, int(day[pair.row, CLOSE]), now_ms)
        return [
            row(pair, int(day[pair.row, CLOSE]), now_ms)
            for pair in self._moment.market.pairs
            if day[pair.row, TRADES] != ABSENT
        ]

    def _pair(self, query: Query) -> Pair:
        symbol = _required(query, "symbol")
        row = self._moment.row_of.get(symbol)
        if row is None:
            raise RefusedQueryError(-1121, "Invalid symbol.")
        return self._moment.market.pairs[row]

    def _limit(self, query: Query, *, default: int, most: int) -> int:
        limit = _whole(query, "limit")
        if limit is None:
            return default
        if limit < 1 or (limit > most and self._venue is Venue.BINANCE_USDM):
            raise RefusedQueryError(
                -1130, "Data sent for parameter 'limit' is not valid."
            )
        return min(limit, most)


def agg_trade_row(pair: Pair, trade: TapeTrade) -> dict[str, Any]:
    """Return one row of ``aggTrades``, which is also most of a stream message."""
    return {
        "a": trade.trade_id,
        "p": pair.price.text(trade.price),
        "q": pair.volume.text(trade.volume),
        "f": trade.trade_id,
        "l": trade.trade_id,
        "T": trade.time_ms,
        "m": not trade.buyer_took,
    }


def _value(pair: Pair, trade: TapeTrade) -> float:
    return pair.price.value(trade.price) * pair.volume.value(trade.volume)


def _premium(pair: Pair, price: int, now_ms: int) -> dict[str, Any]:
    mark = mark_price(pair, price)
    return {
        "symbol": pair.symbol,
        "markPrice": mark["mark"],
        "indexPrice": mark["index"],
        "estimatedSettlePrice": mark["index"],
        "lastFundingRate": mark["rate"],
        "interestRate": "0.00010000",
        "nextFundingTime": next_funding_ms(now_ms),
        "time": now_ms,
    }


def _required(query: Query, name: str) -> str:
    value = query.get(name, "")
    if not value:
        raise RefusedQueryError(
            -1102,
            f"Mandatory parameter '{name}' was not sent, was empty/null, or malformed.",
        )
    return value


def _whole(query: Query, name: str) -> int | None:
    text = query.get(name)
    if text is None:
        return None
    if not text.isdecimal() or len(text) > 20:
        raise RefusedQueryError(
            -1100,
            f"Illegal characters found in parameter '{name}'; "
            "legal range is '^[0-9]{1,20}$'.",
        )
    return int(text)
