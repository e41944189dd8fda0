"""Whether each kind of stream still brings news."""

from collections import deque
from collections.abc import Collection
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from markets.feed.backoff import delay_s
from markets.types import StreamKind, Venue

_MINUTE_MS: Final = 60_000
_FIRST_REST_S: Final = 15.0
_LONGEST_REST_S: Final = 120.0

STEADY_KINDS: Final = {
    Venue.BINANCE_USDM: frozenset(
        {StreamKind.KLINE, StreamKind.TICKER, StreamKind.MARK_PRICE}
    ),
    Venue.BINANCE_SPOT: frozenset({StreamKind.KLINE, StreamKind.TICKER}),
}
"""Kinds that always speak; the others may rightly be silent for hours."""


class StreamHealth(StrEnum):
    """How a kind of stream is doing."""

    LIVE = "live"
    SILENT = "silent"
    IDLE = "idle"


@dataclass(slots=True)
class _Pulse:
    last_news_ms: int
    newest_event_ms: int = 0
    frames: int = 0
    history: deque[tuple[int, int]] = field(default_factory=deque)
    restarts: int = 0
    restart_not_before_ms: int = 0


class Liveness:
    """
    Watches every kind of stream by itself.

    News is a frame whose event time moves on: a socket that repeats its last
    message is as dead as one that is silent.

    Parameters
    ----------
    venue
        Decides which kinds always speak.
    silence_ms
        Local time without news after which such a kind is dead.
    now_ms
        Local time of the start.
    """

    def __init__(self, venue: Venue, *, silence_ms: int, now_ms: int) -> None:
        self._steady = STEADY_KINDS[venue]
        self._silence_ms = silence_ms
        self._pulses = {kind: _Pulse(now_ms) for kind in StreamKind}

    def note(self, kind: StreamKind, event_time_ms: int, received_ms: int) -> None:
        """Take a frame."""
        pulse = self._pulses[kind]
        pulse.frames += 1
        if event_time_ms > pulse.newest_event_ms:
            pulse.newest_event_ms = event_time_ms
            pulse.last_news_ms = received_ms

    def health(self, kind: StreamKind, now_ms: int) -> StreamHealth:
        """Return how a kind is doing."""
        pulse = self._pulses[kind]
        if now_ms - pulse.last_news_ms <= self._silence_ms:
            return StreamHealth.LIVE if pulse.frames else StreamHealth.IDLE
        return StreamHealth.SILENT if kind in self._steady else StreamHealth.IDLE

    def silent(self, now_ms: int) -> Collection[StreamKind]:
        """Return the kinds that should speak and do not."""
        return [
            kind
            for kind in sorted(self._steady)
            if self.health(kind, now_ms) is StreamHealth.SILENT
        ]

    def due_for_restart(self, now_ms: int) -> Collection[StreamKind]:
        """Return the silent kinds to reopen now; each rests longer every time."""
        due = []
        for kind, pulse in self._pulses.items():
            if self.health(kind, now_ms) is not StreamHealth.SILENT:
                if pulse.last_news_ms > pulse.restart_not_before_ms:
                    pulse.restarts = 0
                continue
            if now_ms >= pulse.restart_not_before_ms:
                pulse.restarts += 1
                rest_s = delay_s(
                    pulse.restarts, first_s=_FIRST_REST_S, ceiling_s=_LONGEST_REST_S
                )
                pulse.restart_not_before_ms = now_ms + round(rest_s * 1_000)
                due.append(kind)
        return due

    def frames_per_minute(self, kind: StreamKind, now_ms: int) -> int:
        """Return the frames of the last minute; call it about once a second."""
        pulse = self._pulses[kind]
        pulse.history.append((now_ms, pulse.frames))
        while pulse.history[0][0] < now_ms - _MINUTE_MS:
            pulse.history.popleft()
        return pulse.frames - pulse.history[0][1]

    def last_frame_at_ms(self, kind: StreamKind) -> int | None:
        """Return when news last came, None if it never did."""
        pulse = self._pulses[kind]
        return pulse.last_news_ms if pulse.frames else None
