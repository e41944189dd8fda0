"""Request weights of the exchange, counted by client and clock minute."""

from collections.abc import Callable, Mapping
from typing import Final

from markets.types import Venue

Query = Mapping[str, str]

_LIMITS: Final = {Venue.BINANCE_USDM: 2_400, Venue.BINANCE_SPOT: 6_000}
_BAN_AFTER: Final = 10
_BAN_S: Final = 120


class WeightCounter:
    """
    Counts weight as the exchange does: by address and clock minute.

    Too much is answered with 429 until the minute ends; who goes on all the
    same is banned (418) for two minutes.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._minute: dict[str, int] = {}
        self._used: dict[str, int] = {}
        self._refused: dict[str, int] = {}
        self._banned_until_ms: dict[str, int] = {}

    def spend(self, client: str, weight: int, now_ms: int) -> int:
        """Return the weight used by a client this minute, this request included."""
        minute = now_ms // 60_000
        if self._minute.get(client) != minute:
            self._minute[client] = minute
            self._used[client] = self._refused[client] = 0
        self._used[client] += weight
        return self._used[client]

    def refusal(self, client: str, now_ms: int) -> tuple[int, int] | None:
        """Return status and seconds to wait where a client has used too much."""
        until = self._banned_until_ms.get(client, 0)
        if now_ms < until:
            return 418, -(-(until - now_ms) // 1_000)
        if self._used.get(client, 0) <= self.limit:
            return None
        self._refused[client] += 1
        if self._refused[client] > _BAN_AFTER:
            self._banned_until_ms[client] = now_ms + _BAN_S * 1_000
            return 418, _BAN_S
        return 429, -(-(60_000 - now_ms % 60_000) // 1_000)


def default_limit(venue: Venue) -> int:
    """Return the documented weight a minute of a venue."""
    return _LIMITS[venue]


def weight_of(venue: Venue, endpoint: str, query: Query) -> int:
    """Return the documented weight of a request; 1 where none is documented."""
    rule = (_USDM if venue is Venue.BINANCE_USDM else _SPOT).get(endpoint)
    return rule(query) if rule else 1


def _steps(*steps: tuple[int, int], default: int) -> Callable[[Query], int]:
    # Weight by `limit`: the first step whose ceiling is not passed.
    def rule(query: Query) -> int:
        text = query.get("limit", "")
        limit = int(text) if text.isdecimal() else default
        return next((weight for top, weight in steps if limit <= top), steps[-1][1])

    return rule


def _by_symbol(one: int, every: int) -> Callable[[Query], int]:
    return lambda query: one if "symbol" in query else every


def _flat(weight: int) -> Callable[[Query], int]:
    return lambda _query: weight


_USDM: Final[Mapping[str, Callable[[Query], int]]] = {
    "klines": _steps((99, 1), (499, 2), (1_000, 5), (1_500, 10), default=500),
    "depth": _steps((50, 2), (100, 5), (500, 10), (1_000, 20), default=500),
    "trades": _flat(5),
    "aggTrades": _flat(20),
    "ticker/24hr": _by_symbol(1, 40),
    "ticker/price": _by_symbol(1, 2),
    "ticker/bookTicker": _by_symbol(2, 5),
    "premiumIndex": _by_symbol(1, 10),
    "fundingInfo": _flat(0),
}
_SPOT: Final[Mapping[str, Callable[[Query], int]]] = {
    "exchangeInfo": _flat(20),
    "klines": _flat(2),
    "depth": _steps((100, 5), (500, 25), (1_000, 50), (5_000, 250), default=100),
    "trades": _flat(25),
    "aggTrades": _flat(4),
    "ticker/24hr": _by_symbol(2, 80),
    "ticker/price": _by_symbol(2, 4),
    "ticker/bookTicker": _by_symbol(2, 4),
}
