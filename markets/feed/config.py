"""The feed's own limits and paces; tests and the edge may set them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FeedConfig:
    """
    Limits and paces of one feed.

    Times that describe the market (`grace_ms`, `late_after_ms`) are meant at
    the market's ordinary speed: an accelerated market gets the same real time.
    """

    live_step_ms: int = 250
    """Time between two live snapshots."""
    grace_ms: int = 1_500
    """How long the end of a minute waits for candles that are still to come."""
    late_after_ms: int = 10_000
    """A candle received longer than this after its close is late."""
    silence_ms: int = 10_000
    """A stream kind without news for so long is dead: three slow periods."""
    let_go_ms: int = 5_000
    """How long a book or a tape is followed after nobody asks for it any more."""
    refresh_instruments_s: float = 600.0
    doubt_instruments_s: float = 60.0
    """The same while the exchange has no candles of a pair that it listed."""
    warm_again_s: float = 60.0
    """How often cold indicators are looked for, and when a failure is tried again."""
    warm_weight_share: float = 0.5
    """How far the minute's weight may be used for the warm-up to go on."""
    repair_workers: int = 8
    """Repair requests at once; the exchange's governor paces them further."""
    store_wait_s: float = 2.0
    """How long a closed minute waits for the store before it is published."""
    unsaved_minutes: int = 120
    """Minutes of candles kept in memory while the store is away."""
    stop_wait_s: float = 10.0
    """How long a stop waits for the last candles to be stored."""
