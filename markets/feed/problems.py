"""What is wrong with the feed now, for the data-health page."""

import logging
from dataclasses import dataclass

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, since when."""

    code: str
    message: str
    since_ms: int


class Problems:
    """Problems by code; each is logged once as it comes and as it goes."""

    def __init__(self) -> None:
        self._current: dict[str, Problem] = {}

    def raise_(self, code: str, message: str, *, at_ms: int) -> None:
        """Note a problem; its first time stays, its message may change."""
        known = self._current.get(code)
        if known is None:
            logger.warning("Problem %s began: %s", code, message)
        since_ms = known.since_ms if known else at_ms
        self._current[code] = Problem(code, message, since_ms)

    def clear(self, code: str) -> None:
        """Note that it is over; harmless where it never was."""
        if self._current.pop(code, None):
            logger.warning("Problem %s is over.", code)

    def list(self) -> list[Problem]:
        """Return the current problems, oldest first."""
        return sorted(self._current.values(), key=lambda p: (p.since_ms, p.code))
