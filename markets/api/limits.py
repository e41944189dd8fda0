"""How many requests an hour each caller has, told in headers."""

import time
from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.core.cache import cache
from redis import RedisError
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

WINDOW_S: Final = 3_600


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a caller has left of the hour; `reset_s` is seconds until the next."""

    limit: int
    remaining: int
    reset_s: int


class HourlyLimit(BaseThrottle):
    """
    Counts requests in hours of the clock: one small number a caller in the cache.

    Nameless callers are counted by address, users by their id.
    """

    scope = "rate"
    """What is counted; a limit of another name counts by itself."""
    nameless_limit: int | None = None
    """For callers without a name, where it is not that of the settings."""
    user_limit: int | None = None
    """The same for users."""
    _allowance: Allowance | None = None

    def allow_request(self, request: Request, view: Any) -> bool:
        """Count the request; false once the hour's are used up."""
        user = request.user
        if user.is_authenticated:
            caller = f"user:{user.pk}"
            limit = (
                settings.API_RATE_USER if self.user_limit is None else self.user_limit
            )
        else:
            caller = f"address:{request.META.get('REMOTE_ADDR', '')}"
            limit = (
                settings.API_RATE_NAMELESS
                if self.nameless_limit is None
                else self.nameless_limit
            )
        now = int(time.time())
        key = f"{self.scope}:{caller}:{now // WINDOW_S}"
        try:
            cache.add(key, 0, WINDOW_S + 60)
            used = cache.incr(key)
        except (ValueError, RedisError):
            used = 1  # the cache was emptied in between, or is not there
        reset_s = WINDOW_S - now % WINDOW_S
        self._allowance = Allowance(limit, max(0, limit - used), reset_s)
        view.allowance = self._allowance
        return used <= limit

    def wait(self) -> float | None:
        """Return the seconds until the next hour."""
        return self._allowance.reset_s if self._allowance else None
