"""How many messages each way out takes, kept together by all processes."""

import hashlib
import threading
from collections import deque
from collections.abc import Callable, Sequence
from functools import cache
from typing import Final, NamedTuple, Protocol, override

import redis
from django.conf import settings

from alerts.types import DestinationKind
from scalpaiboard.lib.clock import now_ms

_REDIS_LIMIT_S: Final = 5.0
_KEPT: Final = 10_000
"""Windows that one process remembers; beyond, those that are over are dropped."""

# All windows or none: a message that one of them holds back takes no place in another.
_TAKE: Final = """
local now, wait = tonumber(ARGV[1]), 0
for i, key in ipairs(KEYS) do
  local most, window = tonumber(ARGV[2 * i]), tonumber(ARGV[2 * i + 1])
  local oldest = redis.call('LINDEX', KEYS[i], -most)
  if oldest then wait = math.max(wait, tonumber(oldest) + window - now) end
end
if wait > 0 then return wait end
for i, key in ipairs(KEYS) do
  redis.call('RPUSH', key, now)
  redis.call('LTRIM', key, -tonumber(ARGV[2 * i]), -1)
  redis.call('PEXPIRE', key, ARGV[2 * i + 1])
end
return 0
"""


class Limit(NamedTuple):
    """At most so many messages in any window of this length."""

    most: int
    window_ms: int


class Share(NamedTuple):
    """A limit, and what it counts."""

    key: str
    limit: Limit


class Windows(Protocol):
    """Counts messages in sliding windows."""

    def take(self, shares: Sequence[Share], now_ms: int) -> int:
        """Count a message everywhere, or return the ms until it may be counted."""


class WindowsHere(Windows):
    """The windows of a board in one process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sent: dict[str, deque[int]] = {}
        self._over_ms: dict[str, int] = {}

    @override
    def take(self, shares: Sequence[Share], now_ms: int) -> int:
        with self._lock:
            wait_ms = max(self._wait_ms(share, now_ms) for share in shares)
            if wait_ms <= 0:
                for share in shares:
                    self._count(share, now_ms)
                self._tidy(now_ms)
            return max(0, wait_ms)

    def _wait_ms(self, share: Share, now_ms: int) -> int:
        sent = self._sent.get(share.key)
        if sent is None or len(sent) < share.limit.most:
            return 0
        return sent[0] + share.limit.window_ms - now_ms

    def _count(self, share: Share, now_ms: int) -> None:
        sent = self._sent.setdefault(share.key, deque(maxlen=share.limit.most))
        sent.append(now_ms)
        self._over_ms[share.key] = now_ms + share.limit.window_ms

    def _tidy(self, now_ms: int) -> None:
        if len(self._sent) <= _KEPT:
            return
        for key in [key for key, over in self._over_ms.items() if over <= now_ms]:
            del self._sent[key], self._over_ms[key]


class WindowsInRedis(Windows):
    """The windows of a board in many processes; raises redis.RedisError."""

    def __init__(self, url: str) -> None:
        client = redis.Redis.from_url(
            url,
            socket_timeout=_REDIS_LIMIT_S,
            socket_connect_timeout=_REDIS_LIMIT_S,
        )
        self._take = client.register_script(_TAKE)

    @override
    def take(self, shares: Sequence[Share], now_ms: int) -> int:
        numbers = [number for share in shares for number in share.limit]
        keys = [f"alerts:sent:{share.key}" for share in shares]
        return int(self._take(keys=keys, args=[now_ms, *numbers]))


# Telegram: https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this;
# Discord: five in two seconds a webhook, as its headers say; the rest is courtesy.
_OVER_ALL: Final = {DestinationKind.TELEGRAM: Limit(30, 1_000)}
_EACH: Final = {
    DestinationKind.EMAIL: Limit(1, 1_000),
    DestinationKind.TELEGRAM: Limit(1, 1_000),
    DestinationKind.DISCORD: Limit(5, 2_000),
    DestinationKind.WEBHOOK: Limit(20, 1_000),
    DestinationKind.WEB_PUSH: Limit(5, 1_000),
    DestinationKind.APPRISE: Limit(1, 1_000),
}
_TELEGRAM_GROUP: Final = Limit(20, 60_000)


class Limits:
    """
    Gives each message its turn.

    Parameters
    ----------
    windows
        Where messages are counted.
    clock_ms
        Asked for the time.
    """

    def __init__(
        self, windows: Windows, *, clock_ms: Callable[[], int] = now_ms
    ) -> None:
        self._windows = windows
        self._clock_ms = clock_ms

    def take(self, kind: DestinationKind, address: str) -> float:
        """
        Return 0 if a message may go now, which counts it; else how long to wait, in s.

        Raises
        ------
        redis.RedisError
            If the count is kept in Redis, and Redis does not answer.
        """
        shares = _shares(kind, address)
        if not shares:
            return 0.0
        return self._windows.take(shares, self._clock_ms()) / 1_000


def _shares(kind: DestinationKind, address: str) -> list[Share]:
    # Addresses may be secrets, and long.
    name = f"{kind}:{hashlib.sha256(address.encode()).hexdigest()[:32]}"
    shares = []
    if kind in _EACH:
        shares.append(Share(name, _EACH[kind]))
    if kind in _OVER_ALL:
        shares.append(Share(str(kind), _OVER_ALL[kind]))
    # The numbers of groups and channels are below zero; names are of channels.
    if kind == DestinationKind.TELEGRAM and address.startswith(("-", "@")):
        shares.append(Share(f"{name}:minute", _TELEGRAM_GROUP))
    return shares


def take(kind: DestinationKind, address: str) -> float:
    """Return how long a message has to wait, in s; 0 counts it as sent."""
    return _limits().take(kind, address)


@cache
def _limits() -> Limits:
    if settings.REDIS_URL:
        return Limits(WindowsInRedis(settings.REDIS_URL))
    return Limits(WindowsHere())
