"""Hours in which a person does not want to be disturbed."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_DAY_MINUTES = 1_440
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class QuietHours:
    """
    A stretch of each day by a person's own clock, from `start` up to `end`.

    Both are minutes after midnight; an `end` before the `start` is that of the
    next day. A time that the clock shows twice starts at the first and ends at
    the second; one that it leaps over is the moment of the leap. So the
    stretch of a night is one, whatever the clock does in it.
    """

    start_minute: int
    end_minute: int
    zone: ZoneInfo

    def __post_init__(self) -> None:
        for minute in (self.start_minute, self.end_minute):
            if not 0 <= minute < _DAY_MINUTES:
                raise ValueError(f"The minute is {minute}; a day has 0 to 1439.")
        if self.start_minute == self.end_minute:
            raise ValueError("Quiet hours that end as they start are none, or all.")

    def covers(self, at_ms: int) -> bool:
        """Return whether a moment (UTC ms) is quiet."""
        return self._end_around(at_ms) is not None

    def end_after(self, at_ms: int) -> int:
        """Return the first moment (UTC ms), this one or later, that is not quiet."""
        while (end_ms := self._end_around(at_ms)) is not None:
            at_ms = end_ms
        return at_ms

    def _end_around(self, at_ms: int) -> int | None:
        today = datetime.fromtimestamp(at_ms / 1_000, self.zone).date()
        for day in (today - _ONE_DAY, today):
            start_ms, end_ms = self._stretch(day)
            if start_ms <= at_ms < end_ms:
                return end_ms
        return None

    def _stretch(self, day: date) -> tuple[int, int]:
        ends_next_day = self.end_minute < self.start_minute
        last_day = day + _ONE_DAY if ends_next_day else day
        return (
            self._moment(day, self.start_minute, fold=0),
            self._moment(last_day, self.end_minute, fold=1),
        )

    def _moment(self, day: date, minute: int, *, fold: int) -> int:
        shown = datetime.combine(day, time(*divmod(minute, 60), fold=fold), self.zone)
        moment = shown.astimezone(UTC)
        is_shown = moment.astimezone(self.zone).time() == shown.time()
        seconds = int(moment.timestamp()) if is_shown else self._leap(shown)
        return seconds * 1_000

    # Of a time that no clock shows, the offset after the leap leads to a moment
    # before it, and the other way round.
    def _leap(self, shown: datetime) -> int:
        before = int(shown.replace(fold=1).timestamp()) // 60
        after = int(shown.replace(fold=0).timestamp()) // 60
        old = self._offset(before)
        while after - before > 1:
            middle = (before + after) // 2
            if self._offset(middle) == old:
                before = middle
            else:
                after = middle
        return after * 60

    def _offset(self, minutes: int) -> timedelta | None:
        return datetime.fromtimestamp(minutes * 60, self.zone).utcoffset()
