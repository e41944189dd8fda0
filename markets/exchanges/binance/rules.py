"""Documented limits and addresses that differ between Binance's venues."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from markets.types import StreamKind, Venue


@dataclass(frozen=True, slots=True)
class VenueRules:
    """
    What one venue allows; every number is from the exchange's documentation.

    `klines_weights` and `depth_weights` are steps ``(highest limit, weight)``.
    `market_route` and `public_route` are the first parts of a socket's path,
    empty where the venue does not route.
    """

    weight_per_minute: int
    klines_page: int
    klines_weights: tuple[tuple[int, int], ...]
    depth_weights: tuple[tuple[int, int], ...]
    depth_limits: tuple[int, ...]
    exchange_info_weight: int
    tickers_weight: int
    trades_weight: int
    mark_prices_weight: int
    streams_per_connection: int
    messages_per_second: int
    market_route: str
    public_route: str
    all_market_streams: tuple[str, ...]


RULES: Final[Mapping[Venue, VenueRules]] = {
    Venue.BINANCE_USDM: VenueRules(
        weight_per_minute=2_400,
        # 499 candles for a weight of 2: the most candles for a unit of weight.
        klines_page=499,
        klines_weights=((99, 1), (499, 2), (1_000, 5), (1_500, 10)),
        depth_weights=((50, 2), (100, 5), (500, 10), (1_000, 20)),
        depth_limits=(5, 10, 20, 50, 100, 500, 1_000),
        exchange_info_weight=1,
        tickers_weight=40,
        trades_weight=20,
        mark_prices_weight=10,
        # The page says 1,024; an older change log and several clients say 200.
        streams_per_connection=200,
        messages_per_second=10,
        market_route="/market",
        public_route="/public",
        all_market_streams=(
            "!miniTicker@arr",
            "!markPrice@arr@1s",
            "!forceOrder@arr",
            "!contractInfo",
        ),
    ),
    Venue.BINANCE_SPOT: VenueRules(
        weight_per_minute=6_000,
        klines_page=1_000,
        klines_weights=((1_000, 2),),
        depth_weights=((100, 5), (500, 25), (1_000, 50), (5_000, 250)),
        depth_limits=(5, 10, 20, 50, 100, 500, 1_000, 5_000),
        exchange_info_weight=20,
        tickers_weight=80,
        trades_weight=4,
        mark_prices_weight=0,
        streams_per_connection=1_024,
        messages_per_second=5,
        market_route="",
        public_route="",
        # !ticker@arr was retired on 2026-03-26.
        all_market_streams=("!miniTicker@arr",),
    ),
}

STREAM_SUFFIXES: Final[Mapping[StreamKind, str]] = {
    StreamKind.KLINE: "@kline_1m",
    StreamKind.BOOK: "@depth@100ms",
    StreamKind.TRADE: "@aggTrade",
}
"""Streams of one symbol, by kind; the symbol stands before, in lower case."""


def weight_at(steps: tuple[tuple[int, int], ...], limit: int) -> int:
    """
    Return the weight of a request for `limit` rows.

    Raises
    ------
    ValueError
        If `limit` is not served.
    """
    for highest, weight in steps:
        if 0 < limit <= highest:
            return weight
    raise ValueError(f"The limit is {limit}; it must be from 1 to {steps[-1][0]}.")


def stream_name(kind: StreamKind, symbol: str) -> str:
    """Return the name of the stream of `symbol`; names are in lower case."""
    return symbol.lower() + STREAM_SUFFIXES[kind]
