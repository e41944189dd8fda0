"""The exchange's time as the feed knows it."""

from markets.exchanges.base import ClockMs

_LONGEST_LEAD_MS = 5_000
_SHORTEST_BASELINE_MS = 200
_ORDINARY_PACE = (0.8, 1.25)


class ExchangeClock:
    """
    Exchange time, estimated from server time and the newest event.

    The feed asks only this clock what time it is, so a market that is played
    at its own dates, or faster than life, needs nothing special. `rate` is how
    many exchange seconds pass in a local one: exactly 1.0 for an ordinary
    market.

    Parameters
    ----------
    local
        Local time in UTC ms, the same that stamps arriving events.
    """

    def __init__(self, local: ClockMs) -> None:
        self._local = local
        self._anchor_local = self._anchor = local()
        self._sample: tuple[int, int] | None = None
        self.rate = 1.0

    def now_ms(self) -> int:
        """Return the exchange time now."""
        return self.at(self._local())

    def at(self, local_ms: int) -> int:
        """Return the exchange time of a local moment."""
        return self._anchor + round((local_ms - self._anchor_local) * self.rate)

    def local_ms(self) -> int:
        """Return the local time."""
        return self._local()

    def real_ms(self, exchange_ms: int) -> float:
        """Return how long a span of exchange time lasts here."""
        return exchange_ms / self.rate

    def sync(self, server_ms: int, *, sent_ms: int, received_ms: int) -> None:
        """
        Take the exchange's own answer; it counts for the middle of the request.

        Parameters
        ----------
        server_ms
            What the exchange said.
        sent_ms, received_ms
            Local times of the request and of its answer.
        """
        middle = (sent_ms + received_ms) // 2
        self._measure_rate(middle, server_ms)
        self._anchor_local, self._anchor = middle, server_ms

    def observe(self, event_time_ms: int, received_ms: int) -> None:
        """Move forward to an event that is ahead, unless it is absurdly so."""
        lead = event_time_ms - self.at(received_ms)
        if 0 < lead <= _LONGEST_LEAD_MS * max(self.rate, 1.0):
            self._anchor_local, self._anchor = received_ms, event_time_ms

    def _measure_rate(self, local_ms: int, server_ms: int) -> None:
        if self._sample is None:
            self._sample = (local_ms, server_ms)
            return
        elapsed = local_ms - self._sample[0]
        if elapsed < _SHORTEST_BASELINE_MS:
            return
        rate = (server_ms - self._sample[1]) / elapsed
        low, high = _ORDINARY_PACE
        self.rate = rate if 0 < rate < low or rate > high else 1.0
        self._sample = (local_ms, server_ms)
