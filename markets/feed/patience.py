"""Trying again what the world refuses."""

import asyncio
from collections.abc import Awaitable, Callable

from markets.errors import ExchangeError, StoreUnavailableError
from markets.feed.backoff import delay_s
from markets.feed.problems import Problems

_FIRST_RETRY_S = 0.5
_LONGEST_RETRY_S = 30.0


class Patience:
    """
    Repeats an action until it succeeds, ever less often, and says so meanwhile.

    Parameters
    ----------
    problems
        Where a failure is told and taken back.
    clock_ms
        Local time.
    """

    def __init__(self, problems: Problems, clock_ms: Callable[[], int]) -> None:
        self._problems = problems
        self._clock_ms = clock_ms

    async def until_done(
        self, what: str, action: Callable[[], Awaitable[None]]
    ) -> None:
        """Return when the action has; `what` names the problem's code."""
        attempt = 0
        code = f"{what}_failing"
        while True:
            try:
                await action()
            except (ExchangeError, StoreUnavailableError) as error:
                attempt += 1
                self._problems.raise_(code, str(error), at_ms=self._clock_ms())
                await asyncio.sleep(
                    delay_s(attempt, first_s=_FIRST_RETRY_S, ceiling_s=_LONGEST_RETRY_S)
                )
                continue
            self._problems.clear(code)
            return
