"""The clock of a simulated exchange, which may start elsewhere and run faster."""

from dataclasses import dataclass

from scalpaiboard.lib.clock import now_ms as machine_now_ms


@dataclass(frozen=True, slots=True)
class SimulatedClock:
    """Exchange time: `start_ms` when the machine's clock showed `machine_start_ms`."""

    start_ms: int
    machine_start_ms: int
    speed: float = 1.0

    def now_ms(self) -> int:
        """Return the exchange's time in UTC ms."""
        passed = machine_now_ms() - self.machine_start_ms
        return self.start_ms + int(passed * self.speed)


def start_clock(
    *,
    start_ms: int | None = None,
    began_ms: int | None = None,
    speed: float = 1.0,
) -> SimulatedClock:
    """
    Start a clock, or go on with one that began earlier.

    Parameters
    ----------
    start_ms
        What it showed as it began; the machine's time where it is None.
    began_ms
        When it began, by the machine's clock; now where it is None.
    speed
        Its seconds in one of ours.

    Raises
    ------
    ValueError
        If `speed` is not positive.
    """
    if speed <= 0:
        raise ValueError(f"The speed is {speed}; it must be more than 0.")
    began = machine_now_ms() if began_ms is None else began_ms
    return SimulatedClock(began if start_ms is None else start_ms, began, speed)
