"""What all indicators hold of all instruments and timeframes."""

from collections.abc import Mapping, Sequence

import numpy as np

from markets.engine.candles import CandleColumns, Rows
from markets.engine.indicators.carry import ManyCandles, OneCandle
from markets.engine.indicators.family import (
    CARRYING,
    N_LANES_OF_ALL,
    N_LOOKS,
    NAMES,
    PLACES,
    Place,
)
from markets.engine.indicators.history import History, candles_that_count
from markets.engine.indicators.moment import N_LANES, Moment
from markets.engine.indicators.past import Past
from markets.engine.table import Floats


class IndicatorStates:
    """
    The states and the last values of every indicator.

    A row begins with its first known candle; candles unknown before that are
    not there for it, later ones make what depends on them NaN. An ABSENT
    candle changes nothing.

    Parameters
    ----------
    n_timeframes
        Number of timeframes, the shortest first.
    n_symbols
        Number of rows.
    """

    def __init__(self, n_timeframes: int, n_symbols: int) -> None:
        shape = (n_timeframes, n_symbols)
        self.lanes = np.zeros((N_LANES_OF_ALL, *shape))
        self.looks = np.full((N_LOOKS, *shape), np.nan)
        self.values = np.full((len(NAMES), *shape), np.nan)
        self.past = [Past(n_symbols) for _ in range(n_timeframes)]
        self._scratch: Floats | None = None

    @property
    def n_symbols(self) -> int:
        """Number of rows."""
        return int(self.lanes.shape[-1])

    @property
    def memory_bytes(self) -> int:
        """Bytes of the arrays."""
        pasts = sum(past.memory_bytes for past in self.past)
        scratch = 0 if self._scratch is None else self._scratch.nbytes
        arrays = (self.lanes, self.looks, self.values)
        return pasts + scratch + sum(array.nbytes for array in arrays)

    def update(self, candles: CandleColumns) -> None:
        """
        Take the closed candle of the shortest timeframes.

        Parameters
        ----------
        candles
            Open, high, low, close, volume of the first n timeframes, shape
            ``(5, n, n_symbols)``.
        """
        count = len(candles.presence)
        lanes = self.lanes[:, :count]
        values = np.empty((len(NAMES), count, self.n_symbols))
        moment, after = self._step(candles.values, values)
        exists = candles_that_count(candles.presence, lanes[0] > 0)
        if exists.all():
            lanes[...] = after
            self.values[:, :count] = values
        else:
            np.copyto(lanes, after, where=exists)
            np.copyto(self.values[:, :count], values, where=exists)
        others = moment.others
        for place, past in enumerate(self.past[:count]):
            past.push(moment.close[place], others[:, place], exists[place])
            look = past.look()
            for one in PLACES:
                parts = one.indicator.look_back(look)
                _put(self.looks[one.looks, place], [part[0] for part in parts])

    def peek(self, candles: CandleColumns, values: Floats) -> None:
        """
        Write the values with a forming candle, and leave the states alone.

        Parameters
        ----------
        candles
            One of every timeframe, shape ``(5, n_timeframes, n_symbols)``.
        values
            Where they are written, shape ``(n_values, n_timeframes,
            n_symbols)``; the last values where there is no candle.
        """
        self._step(candles.values, values)
        exists = candles_that_count(candles.presence, self.lanes[0] > 0)
        if not exists.all():
            np.copyto(values, self.values, where=~exists)

    def run(self, place: int, candles: CandleColumns) -> Floats:
        """
        Take a history of one timeframe, and return the values along it.

        Parameters
        ----------
        place
            Which of the timeframes.
        candles
            Shape ``(5, n_symbols, n_candles)``, oldest first.

        Returns
        -------
        Floats
            Shape ``(n_values, n_symbols, n_candles)``, NaN where a row has no
            candle.
        """
        history = History.of(candles, self.lanes[0, place] > 0)
        aligned = np.empty((len(NAMES), *history.shape))
        for part in history.parts():
            self._run(place, history, part, PLACES, aligned[:, part])
        history.keep_last(aligned, self.values[:, place])
        return history.in_place(aligned)

    def advance(self, place: int, candles: CandleColumns) -> None:
        """Take a history as `run` does; cheaper, for nothing is returned."""
        history = History.of(candles, self.lanes[0, place] > 0)
        n_candles = history.shape[0]
        if not n_candles:
            return
        for part in history.parts(n_candles - 1):
            unseen = np.empty((len(NAMES), part.stop - part.start, self.n_symbols))
            self._run(place, history, part, CARRYING, unseen)
        # What only looks back is needed at the end alone.
        last = np.empty((len(NAMES), 1, self.n_symbols))
        self._run(place, history, slice(n_candles - 1, n_candles), PLACES, last)
        history.keep_last(last, self.values[:, place])

    def put_rows(self, rows: Rows, source: Mapping[str, Floats], kept: Rows) -> None:
        """Set `rows` to the rows `kept` of other states' arrays."""
        copy_rows(self.arrays(), rows, source, kept)

    def put_timeframe(self, place: int, rows: Rows, source: "IndicatorStates") -> None:
        """Set one timeframe of `rows` to what other states, of these rows, have."""
        mine, others = self.arrays(), source.arrays()
        for name in ("lanes", "looks", "values"):
            mine[name][:, place, rows] = others[name][:, place]
        for name in (f"closes_{place}", f"others_{place}"):
            mine[name][..., rows] = others[name]

    def arrays(self) -> dict[str, Floats]:
        """Return all that is kept, as views whose last axis are the rows."""
        found = {"lanes": self.lanes, "looks": self.looks, "values": self.values}
        for place, past in enumerate(self.past):
            found[f"closes_{place}"] = past.closes.newest
            found[f"others_{place}"] = past.others.newest
        return found

    # Return the candle as read and the lanes after it, which are scratch.
    def _step(self, candle: Floats, values: Floats) -> tuple[Moment, Floats]:
        if self._scratch is None:
            self._scratch = np.empty_like(self.lanes)
        count = candle.shape[1]
        before, after = self.lanes[:, :count], self._scratch[:, :count]
        with np.errstate(divide="ignore", invalid="ignore"):
            moment = Moment.of(candle, OneCandle(before[:N_LANES], after[:N_LANES]))
            for one in PLACES:
                carry = OneCandle(before[one.lanes], after[one.lanes])
                looked = self.looks[one.looks, :count]
                _put(values[one.values], one.indicator.values(moment, looked, carry))
        return moment, after

    def _run(
        self,
        place: int,
        history: History,
        part: slice,
        places: Sequence[Place],
        found: Floats,
    ) -> None:
        values, padding = history.values[:, part], history.padding_of(part)
        lanes, looks = self.lanes[:, place], self.looks[:, place]
        with np.errstate(divide="ignore", invalid="ignore"):
            moment = Moment.of(values, ManyCandles(lanes[:N_LANES], padding))
            look = self.past[place].extend(moment.close, moment.others, padding)
            for one in places:
                shape = (one.indicator.n_looks, len(moment.close) + 1, self.n_symbols)
                looked = np.empty(shape)
                _put(looked, one.indicator.look_back(look))
                looks[one.looks] = looked[:, -1]
                carry = ManyCandles(lanes[one.lanes], padding)
                some = one.indicator.values(moment, looked[:, :-1], carry)
                _put(found[one.values], some)


def copy_rows(
    target: Mapping[str, Floats],
    rows: Rows | slice,
    source: Mapping[str, Floats],
    kept: Rows | slice,
) -> None:
    """Set rows of some states' arrays to rows `kept` of others'."""
    for name, array in target.items():
        array[..., rows] = source[name][..., kept]


def _put(target: Floats, values: Sequence[Floats] | Floats) -> None:
    for place, one in enumerate(values):
        target[place] = one
