"""
What the web processes ask the feed to follow: leases that run out.

Who looks at a book or at trades says so every few seconds. Nobody has to take
it back, so a process that dies leaves nothing behind. The leases stand where
the cache stands: in this process, or in Redis.
"""

import threading
import time
from collections.abc import Callable, Collection, Iterable
from functools import cache
from typing import Final, Protocol, override

import redis
from django.conf import settings

from markets.types import StreamKind, Symbol, Watched

LEASE_S: Final = 6.0
RENEW_S: Final = 2.0
"""A lease survives two renewals that are lost."""

_REDIS_LIMIT_S: Final = 5.0

# The server's own clock, so that those of the processes need not agree.
_RENEW: Final = """
local time = redis.call('TIME')
local until_ms = time[1] * 1000 + math.floor(time[2] / 1000) + ARGV[1]
for number = 2, #ARGV do redis.call('ZADD', KEYS[1], until_ms, ARGV[number]) end
redis.call('PEXPIRE', KEYS[1], ARGV[1])
"""
_WANTED: Final = """
local time = redis.call('TIME')
local now_ms = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now_ms)
return redis.call('ZRANGE', KEYS[1], 0, -1)
"""


class Demand(Protocol):
    """The leases of one venue; both calls may block, and be made anywhere."""

    def renew(self, watched: Iterable[Watched]) -> None:
        """Ask for these for `LEASE_S` from now on."""

    def wanted(self) -> Collection[Watched]:
        """Return what somebody asks for now."""


class DemandHere(Demand):
    """The leases of a board in one process."""

    def __init__(self, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._clock_s = clock_s
        self._lock = threading.Lock()
        self._until_s: dict[Watched, float] = {}

    @override
    def renew(self, watched: Iterable[Watched]) -> None:
        until_s = self._clock_s() + LEASE_S
        with self._lock:
            self._until_s.update(dict.fromkeys(watched, until_s))

    @override
    def wanted(self) -> Collection[Watched]:
        now_s = self._clock_s()
        with self._lock:
            for one in [one for one, end_s in self._until_s.items() if end_s <= now_s]:
                del self._until_s[one]
            return set(self._until_s)


class DemandInRedis(Demand):
    """
    The leases of a board in many processes, as a sorted set by expiry.

    Raises redis.RedisError where Redis does not answer.
    """

    def __init__(self, url: str, venue: str) -> None:
        client = redis.Redis.from_url(
            url,
            socket_timeout=_REDIS_LIMIT_S,
            socket_connect_timeout=_REDIS_LIMIT_S,
            decode_responses=True,
        )
        self._key = f"market:{venue}:demand"
        self._renew = client.register_script(_RENEW)
        self._wanted = client.register_script(_WANTED)

    @override
    def renew(self, watched: Iterable[Watched]) -> None:
        names = [f"{one.kind}:{one.symbol}" for one in watched]
        if names:
            self._renew(keys=[self._key], args=[int(LEASE_S * 1_000), *names])

    @override
    def wanted(self) -> Collection[Watched]:
        names: list[str] = self._wanted(keys=[self._key])
        parted = (name.partition(":") for name in names)
        return {Watched(StreamKind(kind), Symbol(symbol)) for kind, _, symbol in parted}


def demand_for(venue: str) -> Demand:
    """Return the leases of a venue, one object a process."""
    # A member of Venue and its plain name would be two keys of the cache.
    return _demand_for(str(venue))


@cache
def _demand_for(venue: str) -> Demand:
    if settings.REDIS_URL:
        return DemandInRedis(settings.REDIS_URL, venue)
    return DemandHere()
