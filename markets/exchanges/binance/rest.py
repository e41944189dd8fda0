"""One Binance venue over REST, within its weight."""

import asyncio
import itertools
import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from markets.errors import ExchangeUnavailableError, RateLimitedError
from markets.exchanges.base import (
    Addresses,
    ClockMs,
    EventSink,
    FetchBook,
    WeightState,
)
from markets.exchanges.binance import answers
from markets.exchanges.binance.book_keeper import BookKeeper
from markets.exchanges.binance.client import Answer, Client
from markets.exchanges.binance.instruments import parse_listing
from markets.exchanges.binance.limits import WeightGovernor
from markets.exchanges.binance.rules import RULES, weight_at
from markets.exchanges.binance.streams import BinanceStream
from markets.types import (
    MINUTE_MS,
    TIMEFRAMES,
    BookSnapshot,
    Candle,
    Instrument,
    MarkPrice,
    Symbol,
    Ticker,
    Trade,
    Venue,
)

ATTEMPTS: Final = 3
FIRST_PAUSE_S: Final = 0.5
MAX_TRADES: Final = 1_000


class BinanceExchange:
    """
    USDⓈ-M futures or spot; implements `markets.exchanges.base.Exchange`.

    Every request takes its weight from one governor and is tried up to three
    times where the exchange cannot be reached.

    Parameters
    ----------
    venue
        Which of the two.
    addresses
        Base URLs; only they tell the exchange from a simulator.
    clock
        Current time in UTC ms.
    governor
        The address's weight, shared by every caller.
    categories
        Categories by base asset, for spot, which states none.
    """

    def __init__(
        self,
        venue: Venue,
        addresses: Addresses,
        *,
        clock: ClockMs,
        governor: WeightGovernor,
        categories: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        self.venue = venue
        self._addresses = addresses
        self._clock = clock
        self._governor = governor
        self._categories = categories
        self._rules = RULES[venue]
        self._client = Client(addresses)
        self._calls = _calls(self._client, venue)

    @property
    def weight(self) -> WeightState:
        """Request weight of the current minute."""
        return self._governor.state

    async def server_time_ms(self) -> int:
        """Return the exchange's clock (``time``, weight 1)."""
        return answers.parse_time((await self._ask("time", 1)).body)

    async def list_instruments(self) -> list[Instrument]:
        """Return every USDT instrument (``exchangeInfo``, weight 1; spot 20)."""
        answer = await self._ask("exchangeInfo", self._rules.exchange_info_weight)
        listing = parse_listing(answer.body, self.venue, categories=self._categories)
        if listing.weight_per_minute is not None:
            self._governor.set_limit(listing.weight_per_minute)
        return listing.instruments

    async def fetch_candles(
        self, symbol: Symbol, *, start_ms: int, end_ms: int, timeframe: str = "1m"
    ) -> list[Candle]:
        """
        Return the closed candles that open in ``[start_ms, end_ms)``, in order.

        What has closed is judged by the time that the exchange gives its answer.
        Pages are of equal length: 1,441 futures candles are 3 pages of 481, for
        a weight of 2 each (``klines``; spot 1,000 candles for 2).

        Raises
        ------
        ValueError
            If the timeframe is not one of ours.
        """
        if timeframe not in TIMEFRAMES:
            raise ValueError(
                f"The timeframe is {timeframe!r}; it must be one of "
                f"{', '.join(TIMEFRAMES)}."
            )
        step_ms = TIMEFRAMES[timeframe] * MINUTE_MS
        first_ms = -(-start_ms // step_ms) * step_ms
        wanted = max(0, -(-(end_ms - first_ms) // step_ms))
        candles: list[Candle] = []
        for offset, count in _pages(wanted, self._rules.klines_page):
            page_ms = first_ms + offset * step_ms
            answer = await self._ask(
                "klines",
                weight_at(self._rules.klines_weights, count),
                symbol=symbol,
                interval=timeframe,
                startTime=page_ms,
                endTime=page_ms + count * step_ms - 1,
                limit=count,
            )
            candles += answers.parse_candles(
                answer.body, symbol, now_ms=self._served_at_ms(answer)
            )
        return candles

    async def fetch_order_book(self, symbol: Symbol, *, limit: int) -> BookSnapshot:
        """Return at least `limit` levels a side (``depth``, weight by limit)."""
        served = next(
            (size for size in self._rules.depth_limits if size >= limit),
            self._rules.depth_limits[-1],
        )
        weight = weight_at(self._rules.depth_weights, served)
        answer = await self._ask("depth", weight, symbol=symbol, limit=served)
        return answers.parse_book(answer.body, symbol)

    async def fetch_trades(self, symbol: Symbol, *, limit: int) -> list[Trade]:
        """Return the latest trades (``aggTrades``, weight 20; spot 4)."""
        answer = await self._ask(
            "aggTrades",
            self._rules.trades_weight,
            symbol=symbol,
            limit=min(limit, MAX_TRADES),
        )
        return answers.parse_trades(answer.body, symbol)

    async def fetch_tickers(self) -> list[Ticker]:
        """Return the 24 h figures of all (``ticker/24hr``, weight 40; spot 80)."""
        answer = await self._ask("ticker/24hr", self._rules.tickers_weight)
        return answers.parse_tickers(answer.body)

    async def fetch_mark_prices(self) -> list[MarkPrice]:
        """Return all mark prices (``premiumIndex``, weight 10; spot has none)."""
        if "premiumIndex" not in self._calls:
            return []
        answer = await self._ask("premiumIndex", self._rules.mark_prices_weight)
        return answers.parse_mark_prices(answer.body)

    def open_book(self, symbol: Symbol, fetch: FetchBook) -> BookKeeper:
        """Return a book that keeps to the venue's rules."""
        return BookKeeper(symbol, self.venue, fetch)

    def open_stream(self, sink: EventSink) -> BinanceStream:
        """Return the live stream; nothing is opened before its `start`."""
        return BinanceStream(self.venue, self._addresses, sink, clock=self._clock)

    async def close(self) -> None:
        """Close the connections of the shared session."""
        await self._client.close_connection()

    async def _ask(self, endpoint: str, weight: int, **parameters: Any) -> Answer:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return await self._ask_once(endpoint, weight, **parameters)
            except ExchangeUnavailableError:
                if attempt == ATTEMPTS:
                    raise
                pause = FIRST_PAUSE_S * 2 ** (attempt - 1)
                await asyncio.sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311 -- jitter
        raise AssertionError("The loop returns or raises.")

    async def _ask_once(self, endpoint: str, weight: int, **parameters: Any) -> Answer:
        reservation = await self._governor.acquire(weight)
        used: int | None = None
        try:
            answer = await self._client.ask(self._calls[endpoint], **parameters)
            used = answer.used_weight
        except RateLimitedError as error:
            self._governor.block(error.retry_after_s)
            raise
        finally:
            self._governor.settle(reservation, used)
        return answer

    def _served_at_ms(self, answer: Answer) -> int:
        # Ours may run ahead of the exchange's time or far behind a market that
        # is played faster than life. The header has whole seconds, as has the
        # end of every candle.
        return self._clock() if answer.served_at_ms is None else answer.served_at_ms


def _pages(count: int, largest: int) -> list[tuple[int, int]]:
    # ``(offset, length)`` of the fewest pages, all of about one length.
    pages = -(-count // largest)
    bounds = [count * page // pages for page in range(pages + 1)] if pages else []
    return [(a, b - a) for a, b in itertools.pairwise(bounds)]


def _calls(client: Client, venue: Venue) -> Mapping[str, Callable[..., Any]]:
    if venue is Venue.BINANCE_USDM:
        return {
            "time": client.futures_time,
            "exchangeInfo": client.futures_exchange_info,
            "klines": client.futures_klines,
            "depth": client.futures_order_book,
            "aggTrades": client.futures_aggregate_trades,
            "ticker/24hr": client.futures_ticker,
            "premiumIndex": client.futures_mark_price,
        }
    return {
        "time": client.get_server_time,
        "exchangeInfo": client.get_exchange_info,
        "klines": client.get_klines,
        "depth": client.get_order_book,
        "aggTrades": client.get_aggregate_trades,
        "ticker/24hr": client.get_ticker,
    }
