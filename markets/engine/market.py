"""The engine: an ordered log of events in, the market as a table out."""

from collections.abc import Collection, Iterable, Mapping, Sequence

import numpy as np

from markets.engine.candle_metrics import N_COLUMNS, write_closed, write_live
from markets.engine.candles import (
    CLOSE,
    VOLUME,
    CandleColumns,
    Rows,
    join,
)
from markets.engine.catalogue import COLUMNS
from markets.engine.checkpoint import Checkpoint
from markets.engine.derived import Derived
from markets.engine.forming import Forming, columns_of
from markets.engine.history import candles_of_row
from markets.engine.instruments import InstrumentColumns
from markets.engine.recent import Recent
from markets.engine.sliding import window_metrics
from markets.engine.stretches import forming_stretch
from markets.engine.table import Floats, Table
from markets.engine.window import Window
from markets.types import (
    MINUTE_MS,
    TIMEFRAMES,
    WINDOW_CANDLES,
    Candle,
    Instrument,
    MarkPrice,
    Symbol,
    Ticker,
)

_PLACES = {timeframe: place for place, timeframe in enumerate(TIMEFRAMES)}


class MarketEngine:
    """
    All metrics of all instruments of one market.

    Pure arithmetic: time comes in with the events, and the same events give
    the same bits. Candles of symbols that `set_instruments` did not name are
    left out.
    """

    def __init__(self, *, venue: str, market_key: str, market_label: str = "") -> None:
        self._names = (str(venue), market_key, market_label)
        self._sequence = {"closed": 0, "live": 0}
        self._set_columns(InstrumentColumns.of((), {}))

    @property
    def symbols(self) -> tuple[Symbol, ...]:
        """Rows of the tables, sorted."""
        return self._columns.symbols

    @property
    def last_closed_ms(self) -> int | None:
        """Open time of the last closed minute, None before the first."""
        minute = self._window.last_minute
        return None if minute is None else minute * MINUTE_MS

    @property
    def memory_bytes(self) -> int:
        """Bytes of the arrays that grow with the number of instruments."""
        tables = 2 * 8 * len(COLUMNS) * len(self.symbols)
        return self._window.memory_bytes + self._derived.memory_bytes + tables

    @property
    def indicator_bytes(self) -> int:
        """Those of them that the indicators hold."""
        return self._derived.states.memory_bytes

    def set_instruments(
        self,
        instruments: Sequence[Instrument],
        *,
        circulating_supply: Mapping[Symbol, float] | None = None,
    ) -> None:
        """Name the rows; those that stay keep their candles."""
        columns = InstrumentColumns.of(instruments, circulating_supply or {})
        before, window = self._columns, self._window
        forming, derived = self._forming, self._derived
        derived.settle()
        self._set_columns(columns)
        stay = [symbol for symbol in self.symbols if symbol in before.row_of]
        kept = [before.row_of[symbol] for symbol in stay]
        rows = [self._columns.row_of[symbol] for symbol in stay]
        self._window.last_minute = window.last_minute
        self._derived.states.keep_rows(_rows(kept), _rows(rows), derived.states)
        if stay:
            self._window.keep_rows(_rows(kept), _rows(rows), window)
            self._derived.hours.keep_rows(_rows(kept), _rows(rows), derived.hours)
            self._forming.keep_rows(kept, rows, forming)

    def load(
        self,
        candles: Mapping[Symbol, Sequence[Candle]],
        *,
        halted: Mapping[Symbol, Collection[int]] | None = None,
    ) -> None:
        """
        Take history, in any order and also while running.

        Candles older than the window still make the longer candles of the last
        two days. A minute newer than the last closed one moves the window on.
        `halted` gives open times (UTC ms) for which the exchange has no candle.
        """
        halted = halted or {}
        times = [candle.open_time_ms for some in candles.values() for candle in some]
        times += [time for some in halted.values() for time in some]
        if not times:
            return
        last = self.last_closed_ms
        if last is None or max(times) > last:
            self._skip_to(max(times) // MINUTE_MS)
        touched = {}
        for symbol in candles.keys() | halted.keys():
            row = self._columns.row_of.get(symbol)
            if row is None:
                continue
            some, absent = candles.get(symbol, ()), halted.get(symbol, ())
            touched[row] = self._write(row, some, absent)
        self._window.settle(_rows(sorted(touched)))
        self._derived.mend(touched)

    def checkpoint(self) -> Checkpoint | None:
        """
        Return the indicators' states at the last UTC midnight.

        None until one has passed since the start; to be asked for at its close,
        or later in the day.
        """
        self._derived.settle()
        found = self._derived.states.at_midnight()
        if found is None:
            return None
        minute, arrays = found
        return Checkpoint.of(minute * MINUTE_MS, self.symbols, arrays)

    def restore(self, checkpoint: Checkpoint) -> None:
        """
        Start from a checkpoint; the candles since it come with `load`.

        To be called after `set_instruments` and before the first candle. Pairs
        that it does not have begin with their first candle.

        Raises
        ------
        ValueError
            If candles are there already, or the checkpoint has another layout.
        """
        if self.last_closed_ms is not None:
            raise ValueError("A checkpoint is restored before the first candle.")
        arrays = checkpoint.arrays_for(self.symbols)
        self._derived.states.begin(checkpoint.end_ms // MINUTE_MS, arrays)

    def cold(self, timeframe: str) -> list[Symbol]:
        """Return the symbols whose indicators of a timeframe know too little."""
        rows = self._derived.settled_states().cold(_PLACES[timeframe])
        return [self.symbols[row] for row in rows.tolist()]

    def warm(self, timeframe: str, candles: Mapping[Symbol, Sequence[Candle]]) -> None:
        """
        Begin the indicators of one timeframe anew, some pairs at once.

        Parameters
        ----------
        timeframe
            Whose; hours go before all that is longer, which is made of them.
        candles
            Closed candles of this length, oldest first, without a gap that is
            not the exchange's own. The window's minutes win where both know.
        """
        known = {
            s: some for s, some in candles.items() if some and s in self._columns.row_of
        }
        if known and self.last_closed_ms is not None:
            rows = _rows([self._columns.row_of[symbol] for symbol in known])
            self._derived.warm(_PLACES[timeframe], rows, list(known.values()))

    def close_minute(
        self,
        open_time_ms: int,
        candles: Iterable[Candle],
        *,
        halted: Collection[Symbol] = (),
    ) -> None:
        """
        Move on to a minute that has closed; skipped minutes become holes.

        A minute that is not newer than the last one is taken as a repair.
        """
        minute = open_time_ms // MINUTE_MS
        last = self._window.last_minute
        if last is not None and minute <= last:
            self.repair(candles, halted=dict.fromkeys(halted, (open_time_ms,)))
            return
        if minute - 1 != last:
            self._skip_to(minute - 1)
        row_of = self._columns.row_of
        by_row = {
            row_of[candle.symbol]: candle
            for candle in candles
            if candle.symbol in row_of
        }
        halted_rows = [row_of[symbol] for symbol in halted if symbol in row_of]
        self._derived.settle()
        self._window.push(
            _rows(list(by_row)), columns_of(by_row.values()), _rows(halted_rows)
        )
        self._derived.move_on()

    def repair(
        self,
        candles: Iterable[Candle],
        *,
        halted: Mapping[Symbol, Collection[int]] | None = None,
    ) -> None:
        """Set earlier minutes, in any order; see `load` for `halted`."""
        by_symbol: dict[Symbol, list[Candle]] = {}
        for candle in candles:
            by_symbol.setdefault(candle.symbol, []).append(candle)
        self.load(by_symbol, halted=halted)

    def apply_forming(self, candle: Candle) -> None:
        """Take the newest state of a candle that is being formed."""
        row = self._columns.row_of.get(candle.symbol)
        if row is not None:
            self._forming.apply_candle(row, candle)

    def apply_ticker(self, ticker: Ticker) -> None:
        """Take the exchange's own 24 h figures."""
        row = self._columns.row_of.get(ticker.symbol)
        if row is not None:
            self._forming.apply_ticker(row, ticker)

    def apply_mark_price(self, mark: MarkPrice) -> None:
        """Take mark price, index price and funding."""
        row = self._columns.row_of.get(mark.symbol)
        if row is not None:
            self._forming.apply_mark_price(row, mark)

    def closed_table(self) -> Table:
        """Return the metrics as of the last close."""
        end_ms = ((self._window.last_minute or 0) + 1) * MINUTE_MS
        price = self._last_close().copy()
        columns = window_metrics(self._window, self._derived.windows(), price)
        updated = np.where(np.isnan(price), np.nan, end_ms - 1)
        columns |= self._price_columns(price, updated, end_ms)
        values = _values_of(columns, len(self.symbols))
        write_closed(values[-N_COLUMNS:], self._derived.indicators())
        self._derived.recent.close_minute(end_ms // MINUTE_MS, values)
        return self._table("closed", end_ms, values)

    def recent(self) -> Recent:
        """Return the last closed values of every metric, as of the last close."""
        end = (self._window.last_minute or 0) + 1
        if self._derived.recent.end != end:
            self.closed_table()
        self._derived.settle()
        return self._derived.recent.snapshot(*self._names[:2], self.symbols)

    def live_table(self, *, as_of_ms: int) -> Table:
        """
        Return the metrics now: the price now against the same starts.

        Parameters
        ----------
        as_of_ms
            The exchange's time now, UTC ms.
        """
        first, second = self._forming_minutes()
        known_price, known_time = self._forming.prices()
        close = self._last_close()
        end_ms = ((self._window.last_minute or 0) + 1) * MINUTE_MS
        is_newer = known_time >= end_ms
        price = np.where(is_newer | np.isnan(close), known_price, close)
        updated = np.where(np.isnan(known_time), end_ms - 1, known_time)
        updated = np.where(np.isnan(price), np.nan, updated)
        elapsed = as_of_ms / MINUTE_MS - end_ms // MINUTE_MS
        forming = forming_stretch(
            join(first, second), price, self._last_close(), elapsed
        )
        columns = window_metrics(self._window, self._derived.windows(), price, forming)
        columns |= self._price_columns(price, updated, as_of_ms)
        values = _values_of(columns, len(self.symbols))
        write_live(
            values[-N_COLUMNS:],
            self._derived.indicators(),
            self._derived.begun(),
            (_plain(first), _plain(second)),
            (self._window.last_minute or 0) + 1,
        )
        return self._table("live", as_of_ms, values)

    def candles(self, symbol: Symbol, timeframe: str, *, limit: int) -> list[Candle]:
        """
        Return the newest candles that the window holds, oldest first.

        The last one has `is_closed` false where it is being formed. Fields
        other than prices and volume are None. Raises KeyError for a symbol or
        timeframe that there is not.
        """
        row = self._columns.row_of[symbol]
        first, second = self._forming_minutes()
        forming = [
            CandleColumns(part.values[:, row : row + 1], part.presence[row : row + 1])
            for part in (_plain(first), _plain(second))
        ]
        return candles_of_row(
            self._window, row, symbol, TIMEFRAMES[timeframe], forming
        )[-limit:]

    def _set_columns(self, columns: InstrumentColumns) -> None:
        self._columns = columns
        self._window = Window(columns.listed_minutes)
        self._forming = Forming(len(columns.symbols))
        self._derived = Derived(self._window)

    def _skip_to(self, minute: int) -> None:
        self._derived.skip_to(minute + 1)
        self._window.skip_to(minute)
        self._derived.catch_up(minute + 1)

    # Return the earliest minute.
    def _write(
        self, row: int, candles: Sequence[Candle], halted: Collection[int]
    ) -> int:
        minutes = np.array([c.open_time_ms for c in candles], np.int64) // MINUTE_MS
        absent = np.array(sorted(halted), np.int64) // MINUTE_MS
        values = columns_of(candles)
        self._window.write(row, minutes, values, absent)
        self._derived.hours.remember(row, minutes, values, absent)
        self._derived.states.remember(row, minutes, values, absent)
        return int(min(minutes.min(initial=2**62), absent.min(initial=2**62)))

    def _last_close(self) -> Floats:
        slot = (self._window.last_minute or 0) % WINDOW_CANDLES
        close: Floats = self._window.values[CLOSE, :, slot]
        return close

    # The minute after the last closed one, and the one after that: around a
    # close its candles may come before the batch of the minute is applied.
    def _forming_minutes(self) -> tuple[CandleColumns, CandleColumns]:
        return self._forming.minutes((self._window.last_minute or 0) + 1)

    def _price_columns(
        self, price: Floats, updated: Floats, as_of_ms: int
    ) -> dict[str, Floats]:
        high, low = self._forming.day_range()
        mark, index, funding_rate, next_funding = self._forming.marks()
        return {
            "price": price,
            "event_time": updated,
            "mark_price": mark,
            "index_price": index,
            "funding_rate": funding_rate,
            "next_funding_in": (next_funding - as_of_ms) / MINUTE_MS,
            "high_24h": high,
            "low_24h": low,
            **self._columns.metrics(price, as_of_ms),
        }

    def _table(self, clock: str, as_of_ms: int, values: Floats) -> Table:
        self._sequence[clock] += 1
        values.flags.writeable = False
        return Table(
            *self._names,
            clock,
            self._sequence[clock],
            as_of_ms,
            tuple(self.symbols),
            COLUMNS,
            values,
        )


# With room for the metrics of candles, which come last.
def _values_of(columns: Mapping[str, Floats], n_symbols: int) -> Floats:
    values = np.empty((len(COLUMNS), n_symbols))
    for number, name in enumerate(COLUMNS[:-N_COLUMNS]):
        values[number] = columns[name]
    return values


def _rows(numbers: Sequence[int]) -> Rows:
    return np.array(numbers, np.intp)


# Candles of a timeframe have prices and volume only.
def _plain(candles: CandleColumns) -> CandleColumns:
    return CandleColumns(candles.values[: VOLUME + 1], candles.presence)
