"""Which of the followed streams have been silent for suspiciously long."""

from dataclasses import dataclass
from typing import Final

from markets.types import Watched

_GROWTH: Final = 2
_LONGEST_FACTOR: Final = 16


@dataclass(slots=True)
class _Patience:
    due_at_ms: int
    wait_ms: int


class Silence:
    """
    Tells when to compare a followed stream with what REST says.

    A quiet pair may rightly be silent, so it is asked about ever less often.

    Parameters
    ----------
    first_ms
        Local time without an event after which a stream is suspicious.
    """

    def __init__(self, *, first_ms: int) -> None:
        self._first_ms = first_ms
        self._patience: dict[Watched, _Patience] = {}

    def note(self, one: Watched, now_ms: int) -> None:
        """Take the beginning of a stream, or an event of it."""
        self._patience[one] = _Patience(now_ms + self._first_ms, self._first_ms)

    def forget(self, one: Watched) -> None:
        """Drop a stream that is not followed any more."""
        self._patience.pop(one, None)

    def due(self, now_ms: int) -> list[Watched]:
        """Return the streams to compare now; each waits longer every time."""
        due = []
        for one, patience in self._patience.items():
            if now_ms < patience.due_at_ms:
                continue
            longest_ms = self._first_ms * _LONGEST_FACTOR
            patience.wait_ms = min(longest_ms, patience.wait_ms * _GROWTH)
            patience.due_at_ms = now_ms + patience.wait_ms
            due.append(one)
        return due
