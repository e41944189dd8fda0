"""The minutes that are being collected, and the chain of trade ids."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from markets.types import MINUTE_MS, Candle, Symbol

_REMEMBERED_MINUTES = 3


class Arrival(StrEnum):
    """What a closed candle of the stream means to the collector."""

    AWAITED = "awaited"
    LATE = "late"
    REPEAT = "repeat"


@dataclass(frozen=True, slots=True)
class CollectedMinute:
    """A minute that is over: what came, and what was expected but did not."""

    open_time_ms: int
    candles: Mapping[Symbol, Candle]
    missing: frozenset[Symbol]


class MinuteCollector:
    """
    Gathers the closed candles of the minute that is to close next.

    Parameters
    ----------
    first_open_ms
        Open time of the first minute to collect.
    """

    def __init__(self, first_open_ms: int) -> None:
        self.next_open_ms = first_open_ms
        self._expected: frozenset[Symbol] = frozenset()
        self._expected_later: frozenset[Symbol] | None = None
        self._absent: set[Symbol] = set()
        self._candles: dict[int, dict[Symbol, Candle]] = {}
        self._taken: dict[int, dict[Symbol, Candle]] = {}

    @property
    def expected(self) -> frozenset[Symbol]:
        """Symbols whose candle the next minute waits for."""
        return self._expected

    @property
    def is_complete(self) -> bool:
        """Whether every expected candle of the next minute is there."""
        return not self._absent and bool(self._expected)

    def expect(self, symbols: Collection[Symbol]) -> None:
        """
        Set whom to wait for.

        Who left is not waited for at once; who is new is expected from the
        minute after, because this one may have begun without it.
        """
        wanted = frozenset(symbols)
        if not self._expected:
            self._expected = wanted
            self._absent = set(wanted - self._candles_of(self.next_open_ms).keys())
            return
        self._expected &= wanted
        self._absent &= wanted
        self._expected_later = wanted

    def add(self, candle: Candle) -> Arrival:
        """Take a closed, checked candle; of two of a minute the newer wins."""
        minute = candle.open_time_ms
        if minute < self.next_open_ms:
            return self._add_late(candle)
        candles = self._candles_of(minute)
        known = candles.get(candle.symbol)
        if known is not None and known.event_time_ms > candle.event_time_ms:
            return Arrival.REPEAT
        candles[candle.symbol] = candle
        if minute == self.next_open_ms:
            self._absent.discard(candle.symbol)
        return Arrival.AWAITED

    def take(self) -> CollectedMinute:
        """Hand out the next minute as it is, and move on to the one after."""
        minute = self.next_open_ms
        candles = self._candles_of(minute)
        collected = CollectedMinute(minute, candles, frozenset(self._absent))
        self._taken[minute] = self._candles.pop(minute)
        self._taken.pop(minute - _REMEMBERED_MINUTES * MINUTE_MS, None)
        self.next_open_ms = minute + MINUTE_MS
        if self._expected_later is not None:
            self._expected, self._expected_later = self._expected_later, None
        self._absent = set(self._expected - self._candles_of(self.next_open_ms).keys())
        return collected

    def _candles_of(self, minute: int) -> dict[Symbol, Candle]:
        return self._candles.setdefault(minute, {})

    # Minutes that are no longer remembered belong to the repair alone.
    def _add_late(self, candle: Candle) -> Arrival:
        candles = self._taken.get(candle.open_time_ms)
        if candles is None:
            return Arrival.REPEAT
        known = candles.get(candle.symbol)
        if known and replace(known, event_time_ms=candle.event_time_ms) == candle:
            return Arrival.REPEAT
        if known and known.event_time_ms >= candle.event_time_ms:
            return Arrival.REPEAT
        candles[candle.symbol] = candle
        return Arrival.LATE


class TradeChain:
    """Follows the trade ids of every symbol from candle to candle."""

    def __init__(self) -> None:
        self._last: dict[Symbol, tuple[int, int]] = {}

    def judge(self, candle: Candle) -> bool | None:
        """
        Return whether the candle follows the one before; None if unknown.

        A candle without a trade carries the chain on.
        """
        first, last = candle.first_trade_id, candle.last_trade_id
        before = self._last.pop(candle.symbol, None)
        if first is None or last is None:
            return None
        known = before is not None and before[0] == candle.open_time_ms - MINUTE_MS
        if last < 0:
            if before is None or not known:
                return None
            self._last[candle.symbol] = (candle.open_time_ms, before[1])
            return True
        self._last[candle.symbol] = (candle.open_time_ms, last)
        return first == before[1] + 1 if before is not None and known else None
