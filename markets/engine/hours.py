"""Whole hours of the last two days, of which longer candles are made."""

from typing import Final

import numpy as np

from markets.engine.candles import (
    ABSENT,
    MISSING,
    PRESENT,
    VOLUME,
    CandleColumns,
    Presences,
    Rows,
    join,
)
from markets.engine.minutes import fold, joined
from markets.engine.table import Floats
from markets.engine.window import Minutes, Window

HOUR: Final = 60
HOURS_KEPT: Final = 49
"""Two days, so that yesterday's candle is known whatever the time of day."""


class Hours:
    """
    One-hour candles, each a function of its sixty minutes.

    While all its minutes are in the window, an hour follows every repair; when
    the first of them leaves, it stays as it is. Older hours come from a
    history that reaches back that far.
    """

    def __init__(self, window: Window) -> None:
        self._window = window
        self._candles: dict[int, CandleColumns] = {}
        self._changed: set[int] = set()

    @property
    def memory_bytes(self) -> int:
        """Bytes of the arrays."""
        kept = self._candles.values()
        return sum(one.values.nbytes + one.presence.nbytes for one in kept)

    @property
    def first_minute(self) -> int:
        """The oldest minute whose hour may be kept."""
        return (((self._window.last_minute or 0) + 1) // HOUR - HOURS_KEPT) * HOUR

    def keep_rows(self, kept: Rows, rows: Rows, source: "Hours") -> None:
        """Take over rows `kept` of other hours as this one's `rows`."""
        for hour in source._candles:  # noqa: SLF001 - its own kind
            own, other = self._at(hour), source._at(hour)  # noqa: SLF001
            own.values[:, rows] = other.values[:, kept]
            own.presence[rows] = other.presence[kept]

    def forget(self) -> None:
        """Make all hours that the window holds whole anew."""
        first, end = self._held()
        for hour in range(first, end):
            self._make(hour)

    def move_on(self) -> None:
        """Hear that the window has moved by one minute."""
        first, end = self._held()
        if ((self._window.last_minute or 0) + 1) % HOUR == 0 and first < end:
            self._make(end - 1)
        for hour in [hour for hour in self._candles if hour < end - HOURS_KEPT]:
            del self._candles[hour]

    def mend(self, rows: Rows, part: Window) -> None:
        """Make some rows anew, from a window of these rows alone."""
        first, end = self._held()
        minutes = np.arange(first * HOUR, end * HOUR).reshape(-1, HOUR)
        candles = fold(part.candles_of(minutes, slice(None)))
        for place, hour in enumerate(range(first, end)):
            own = self._at(hour)
            own.values[:, rows] = candles.values[..., place]
            own.presence[rows] = candles.presence[..., place]

    def remember(
        self, row: int, minutes: Minutes, candles: Floats, halted: Minutes
    ) -> None:
        """
        Take from a history the hours that the window no longer holds whole.

        Shapes are those of `Window.write`, which comes before it: an hour of
        which the window has a part is made of both.
        """
        window = self._window
        newest = -(-window.first_minute // HOUR)
        oldest = ((window.last_minute or 0) + 1) // HOUR - HOURS_KEPT
        start, end = oldest * HOUR, newest * HOUR
        if end <= start or not len(minutes) or minutes.min() >= window.first_minute:
            return
        values = np.full((VOLUME + 1, 1, end - start), np.nan)
        presence: Presences = np.full((1, end - start), MISSING, "u1")
        presence[0, : max(0, int(window.listed_minutes[row]) - start)] = ABSENT
        absent = halted[(halted >= start) & (halted < end)]
        presence[0, absent - start] = ABSENT
        held = np.flatnonzero((minutes >= start) & (minutes < end))
        places = minutes[held] - start
        values[:, 0, places] = candles[: VOLUME + 1, held]
        presence[0, places] = PRESENT
        numbers = np.arange(window.first_minute, end)
        known = window.candles_of(numbers, np.array([row]))
        values[:, :, numbers - start] = known.values
        presence[:, numbers - start] = known.presence
        shape = (1, newest - oldest, HOUR)
        hours = fold(CandleColumns(values.reshape(-1, *shape), presence.reshape(shape)))
        for place in np.flatnonzero(hours.presence[0] != MISSING).tolist():
            own = self._at(oldest + place)
            own.values[:, row] = hours.values[:, 0, place]
            own.presence[row] = hours.presence[0, place]

    def take(self, rows: Rows, first_hour: int, hours: CandleColumns) -> None:
        """
        Take whole hours that are not known, older than the window holds whole.

        Shape ``(5, len(rows), n_hours)``; those MISSING are left out.
        """
        newest = -(-self._window.first_minute // HOUR)
        first = max(first_hour, self.first_minute // HOUR)
        for hour in range(first, min(first_hour + hours.presence.shape[1], newest)):
            own, place = self._at(hour), hour - first_hour
            is_known = hours.presence[:, place] != MISSING
            lacking = is_known & (own.presence[rows] == MISSING)
            own.values[:, rows[lacking]] = hours.values[:, lacking, place]
            own.presence[rows[lacking]] = hours.presence[lacking, place]

    def candles(self, first_hour: int, end_hour: int, step: int) -> CandleColumns:
        """
        Return the candles of `step` hours in ``[first_hour, end_hour)``.

        Shape ``(5, n_symbols, n)``; the hours from the left, so that a candle
        is the same whatever it stands among.
        """
        candles = [
            self.candle(hour, hour + step) for hour in range(first_hour, end_hour, step)
        ]
        shape = (self._window.n_symbols, len(candles))
        found = CandleColumns(np.empty((VOLUME + 1, *shape)), np.empty(shape, np.uint8))
        for place, one in enumerate(candles):
            found.values[..., place] = one.values
            found.presence[:, place] = one.presence
        return found

    def candle(self, first_hour: int, end_hour: int) -> CandleColumns:
        """Return the hours ``[first_hour, end_hour)``, at least one, as a candle."""
        whole = self._listed(first_hour)
        for hour in range(first_hour + 1, end_hour):
            whole = join(whole, self._listed(hour))
        return whole

    # The hours that the window holds whole.
    def _held(self) -> tuple[int, int]:
        window = self._window
        return -(-window.first_minute // HOUR), ((window.last_minute or 0) + 1) // HOUR

    def _make(self, hour: int) -> None:
        self._candles[hour] = joined(self._window, hour * HOUR, (hour + 1) * HOUR)

    def _at(self, hour: int) -> CandleColumns:
        if hour not in self._candles:
            self._candles[hour] = self._unknown()
        return self._candles[hour]

    # An hour before the listing is absent, not unknown.
    def _listed(self, hour: int) -> CandleColumns:
        known = self._candles.get(hour) or self._unknown()
        before = self._window.listed_minutes >= (hour + 1) * HOUR
        unlisted = before & (known.presence == MISSING)
        return CandleColumns(
            known.values, np.where(unlisted, np.uint8(ABSENT), known.presence)
        )

    def _unknown(self) -> CandleColumns:
        n_symbols = self._window.n_symbols
        return CandleColumns(
            np.full((VOLUME + 1, n_symbols), np.nan),
            np.full(n_symbols, MISSING, "u1"),
        )
