"""How often something may be asked for."""

import asyncio


class Pace:
    """
    A bucket of turns that fills up again slowly; who finds it empty waits.

    Parameters
    ----------
    burst
        Turns that may be taken at once.
    a_minute
        Turns that come back every minute.
    """

    def __init__(self, *, burst: int, a_minute: float) -> None:
        self._burst = float(burst)
        self._per_s = a_minute / 60.0
        self._turns = float(burst)
        self._counted_at_s: float | None = None
        self._in_turn = asyncio.Lock()

    async def take(self) -> None:
        """Wait for a turn; those who wait get theirs in order."""
        async with self._in_turn:
            self._count()
            if self._turns < 1.0:
                await asyncio.sleep((1.0 - self._turns) / self._per_s)
                self._count()
            self._turns -= 1.0

    def _count(self) -> None:
        now_s = asyncio.get_running_loop().time()
        if self._counted_at_s is not None:
            earned = (now_s - self._counted_at_s) * self._per_s
            self._turns = min(self._burst, self._turns + earned)
        self._counted_at_s = now_s
