"""The feed's state as the data-health page and the alarms read it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from markets.exchanges.base import Exchange, MarketStream
from markets.feed.attention import Attention
from markets.feed.clock import ExchangeClock
from markets.feed.closing import MinuteCloser
from markets.feed.fill import StartFill
from markets.feed.intake import Intake
from markets.feed.liveness import Liveness
from markets.feed.problems import Problems
from markets.feed.roster import Roster
from markets.feed.warm_up import WarmUp
from markets.feed.writer import CandleWriter
from markets.types import MarketSource, StreamKind


@dataclass(slots=True)
class FeedReport:
    """Collects the state from the parts of the feed that exist so far."""

    source: MarketSource
    book: str
    exchange: Exchange
    clock: ExchangeClock
    liveness: Liveness
    intake: Intake
    roster: Roster
    writer: CandleWriter
    problems: Problems
    stream: MarketStream
    attention: Attention
    warm_up: WarmUp
    closer: MinuteCloser | None = None
    fill: StartFill | None = None
    whole_from_ms: int | None = None
    """The first minute that closes after the fill; none until there is one."""
    """Whether the closed table with the whole past has been published."""

    def state(self) -> dict[str, Any]:
        """Return the state of this moment; plain values only."""
        return {
            "venue": str(self.exchange.venue),
            "market": {
                "kind": str(self.source.kind),
                "key": self.source.key,
                "label": self.source.label,
                "book": self.book,
            },
            "phase": self._phase(),
            "fill": {
                "done": self.fill.done if self.fill else 0,
                "total": self.fill.total if self.fill else 0,
            },
            "whole_from_ms": self.whole_from_ms,
            "warm": {"done": self.warm_up.done, "total": self.warm_up.total},
            "as_of_ms": self.clock.now_ms(),
            "published_at_ms": self.clock.local_ms(),
            "last_closed_ms": self.closer.last_closed_ms if self.closer else None,
            "instruments": len(self.roster.symbols),
            "delay_ms": _quantiles(sorted(self.intake.delays_ms)),
            "streams": {str(kind): self._stream(kind) for kind in StreamKind},
            "connections": [asdict(one) for one in self.stream.connections],
            "weight": asdict(self.exchange.weight),
            "counters": self._counters(),
            "watched": self.attention.state,
            "problems": [asdict(problem) for problem in self.problems.list()],
        }

    def _phase(self) -> str:
        if self.fill is None:
            return "starting"
        if self.problems.list():
            return "degraded"
        return "filling" if self.whole_from_ms is None else "live"

    def _stream(self, kind: StreamKind) -> dict[str, Any]:
        now_ms = self.clock.local_ms()
        return {
            "frames_per_minute": self.liveness.frames_per_minute(kind, now_ms),
            "last_frame_at_ms": self.liveness.last_frame_at_ms(kind),
            "state": str(self.liveness.health(kind, now_ms)),
        }

    def _counters(self) -> dict[str, int]:
        seen, received = self.intake.counters, self.stream.counters
        return {
            "frames": seen.frames,
            "malformed": received.malformed,
            "foreign": received.foreign + seen.foreign,
            "quarantined": seen.quarantined,
            "late": self.closer.late if self.closer else 0,
            "repaired": self.closer.repaired if self.closer else 0,
            "unsaved_minutes": self.writer.unsaved_minutes,
            "reconnects": sum(one.reconnects for one in self.stream.connections),
        }


def _quantiles(ordered: Sequence[int]) -> dict[str, int | None]:
    if not ordered:
        return {"p50": None, "p95": None}
    last = len(ordered) - 1
    return {"p50": ordered[last // 2], "p95": ordered[round(last * 0.95)]}
