"""The weight governor: how much may be asked of the exchange, and when."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Final

from markets.errors import RateLimitedError
from markets.exchanges.base import ClockMs, WeightState
from markets.types import MINUTE_MS

# Room for other programs on the same address that are not in the last header.
SAFETY_SHARE: Final = 0.95

# Our clock and the exchange's may differ by as much: a request sent this close
# to the turn of the minute may be counted in either.
CLOCK_SKEW_MS: Final = 1_000

# Documented shortest ban, for a 418 that does not say how long.
SHORTEST_BAN_S: Final = 120.0

Sleep = Callable[[float], Awaitable[None]]
"""Waits so many seconds; tests pass one that moves their clock."""


class Reservation:
    """Weight that was granted to one request and is not yet answered."""

    __slots__ = ("minute", "weight")

    def __init__(self, minute: int, weight: int) -> None:
        self.minute = minute
        self.weight = weight


class WeightGovernor:
    """
    One bucket of request weight for one IP address and clock minute.

    Every caller asks here first and waits where the minute is used up. The
    bucket believes the exchange's own count (``X-MBX-USED-WEIGHT-1M``) where
    that is higher than ours, since other programs may share the address. A
    429 or 418 stops all callers until the exchange's `Retry-After`.

    Parameters
    ----------
    limit
        Weight a minute that the exchange allows to the address.
    clock
        Current time in UTC ms.
    sleep
        How to wait.
    share
        Part of `limit` that this process may use; the shares of all processes
        on the address must not add up to more than 1.
    """

    def __init__(
        self,
        limit: int,
        *,
        clock: ClockMs,
        sleep: Sleep = asyncio.sleep,
        share: float = 1.0,
    ) -> None:
        if not 0.0 < share <= 1.0:
            raise ValueError(f"The weight share is {share}; it must be in (0, 1].")
        self._limit = limit
        self._share = share
        self._clock = clock
        self._sleep = sleep
        self._minute = -1
        self._own = 0
        self._total = 0
        self._in_flight = 0
        self._answered: deque[tuple[int, int]] = deque()
        self._blocked_until_ms = 0

    @property
    def state(self) -> WeightState:
        """The weight of the current minute, as last known."""
        now = self._clock()
        self._turn_minute(now)
        blocked = self._blocked_until_ms if now < self._blocked_until_ms else None
        return WeightState(self._total, self._limit, blocked)

    def set_limit(self, limit: int) -> None:
        """Take the ceiling that the exchange itself states."""
        self._limit = limit

    async def acquire(self, weight: int) -> Reservation:
        """
        Wait until `weight` may be spent, and reserve it.

        Raises
        ------
        RateLimitedError
            While the exchange has told us to stop.
        ValueError
            If `weight` is more than this process may ever use in a minute.
        """
        if weight > self._own_ceiling:
            raise ValueError(
                f"A weight of {weight} never fits into {self._own_ceiling} a minute."
            )
        while True:
            now = self._clock()
            self._turn_minute(now)
            self._raise_if_blocked(now)
            if self._has_room(weight):
                self._own += weight
                self._total += weight
                self._in_flight += weight
                return Reservation(self._minute, weight)
            await self._sleep(self._ms_to_next_minute(now) / 1_000)

    def settle(self, reservation: Reservation, used: int | None) -> None:
        """
        Take the answer to a request into account.

        Parameters
        ----------
        reservation
            What `acquire` returned for it.
        used
            The exchange's own count from the answer's header, None without one.
        """
        now = self._clock()
        self._turn_minute(now)
        self._in_flight -= reservation.weight
        self._answered.append((now, reservation.weight))
        # An answer to a request of the minute before may carry that minute's
        # count, which says nothing about this one.
        if used is not None and reservation.minute == self._minute:
            self._total = max(self._total, used + self._in_flight)

    def block(self, retry_after_s: float) -> None:
        """Stop every caller for `retry_after_s` (HTTP 429 and 418)."""
        until = self._clock() + int(retry_after_s * 1_000)
        self._blocked_until_ms = max(self._blocked_until_ms, until)

    def seconds_to_next_minute(self) -> float:
        """Return how long the current minute's bucket lasts."""
        return self._ms_to_next_minute(self._clock()) / 1_000

    @property
    def _own_ceiling(self) -> int:
        return int(self._limit * self._share * SAFETY_SHARE)

    def _has_room(self, weight: int) -> bool:
        return (
            self._own + weight <= self._own_ceiling
            and self._total + weight <= self._limit * SAFETY_SHARE
        )

    def _turn_minute(self, now_ms: int) -> None:
        # The bucket turns late by the clock skew, when nothing more can be
        # counted in the minute before. What is in flight then, or was answered
        # around the turn, may be counted in the new minute: it is carried over.
        minute = (now_ms - CLOCK_SKEW_MS) // MINUTE_MS
        if minute <= self._minute:
            return
        self._minute = minute
        while self._answered and (
            self._answered[0][0] < minute * MINUTE_MS - CLOCK_SKEW_MS
        ):
            self._answered.popleft()
        carried = sum(weight for _, weight in self._answered)
        self._own = self._total = self._in_flight + carried

    def _ms_to_next_minute(self, now_ms: int) -> int:
        return MINUTE_MS - (now_ms - CLOCK_SKEW_MS) % MINUTE_MS

    def _raise_if_blocked(self, now_ms: int) -> None:
        left_ms = self._blocked_until_ms - now_ms
        if left_ms > 0:
            raise RateLimitedError(
                f"The exchange asked us to stop for {left_ms / 1_000:.1f} s more.",
                retry_after_s=left_ms / 1_000,
            )
