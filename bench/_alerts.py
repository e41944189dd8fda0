"""A million alerts as people might write them, about a market of plausible numbers."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from alerts.rules.book import Book, Watch
from bench._market import PAIRS, of_values, values_of
from markets.engine.catalogue import COLUMNS
from markets.engine.expressions.history import Track
from markets.engine.expressions.market import TableMarket
from markets.engine.table import Floats, Table

ALERTS: Final = 1_000_000
SHARES: Final[Mapping[str, float]] = {
    "threshold": 0.70,
    "band": 0.05,
    "move": 0.05,
    "two parts": 0.15,
    "cross": 0.05,
}

_CHANGES: Final = tuple(name for name in COLUMNS if name.startswith("change_"))
_LINES: Final = tuple(
    (f"ema_9_{timeframe}", f"{slow}_{timeframe}")
    for timeframe in ("1m", "5m", "15m", "1h", "4h")
    for slow in ("ema_21", "ema_50", "sma_200", "bb_middle")
)
# What most people look at; a part of two may be about any of these.
_POPULAR: Final = tuple(
    f"{name}_{timeframe}"
    for name in ("change", "range", "quote_volume", "vwap_distance", "volatility")
    for timeframe in ("5m", "15m", "1h", "4h", "1d")
) + tuple(f"{name}_{timeframe}" for name in ("rsi_14", "adx_14", "natr_14", "mfi_14")
          for timeframe in ("5m", "15m", "1h"))  # fmt: skip


def mixed(table: Table, count: int = ALERTS) -> Iterator[Watch]:
    """Give alerts on one pair each, their levels near the values of a table."""
    rng = np.random.default_rng(11)
    kinds = rng.choice(len(SHARES), count, p=list(SHARES.values()))
    rows = rng.integers(20, PAIRS, count).tolist()
    writers = [_WRITERS[name] for name in SHARES]
    level = _Levels(table, rng)
    for number, (kind, row) in enumerate(zip(kinds.tolist(), rows, strict=True), 1):
        yield Watch(number, writers[kind](level, row), (table.symbols[row],))


class _Levels:
    def __init__(self, table: Table, rng: np.random.Generator) -> None:
        self._table = table
        self._rng = rng
        self._left: list[float] = []

    def near(self, name: str, row: int, away: float = 0.0) -> float:
        value = float(self._table.values[self._table.column_of[name], row])
        return value + (away + 0.05 * (2 * self.chance() - 1)) * abs(value)

    def pick[Kind](self, *some: Kind) -> Kind:
        return some[int(self.chance() * len(some))]

    def chance(self) -> float:
        if not self._left:
            self._left = self._rng.random(10_000).tolist()
        return self._left.pop()


# Most people watch a level of a price; the rest watch anything.
def _threshold(level: _Levels, row: int) -> str:
    name = "price" if level.chance() < 0.6 else level.pick(*COLUMNS)
    return f"{name} {level.pick('>', '>=', '<', '<=')} {level.near(name, row)!r}"


def _band(level: _Levels, row: int) -> str:
    name = "price" if level.chance() < 0.6 else level.pick(*_POPULAR)
    low, high = level.near(name, row, -0.05), level.near(name, row, 0.05)
    outside = level.pick("", "not ")
    return f"{outside}between({name}, {low!r}, {high!r})"


def _move(level: _Levels, row: int) -> str:
    name = level.pick(*_CHANGES)
    return f"abs({name}) >= {abs(level.near(name, row)):.4f}"


def _two_parts(level: _Levels, row: int) -> str:
    one, other = level.pick(*_POPULAR), level.pick(*_POPULAR)
    joining = level.pick("and", "and", "and", "or")
    return (
        f"{one} {level.pick('>', '<')} {level.near(one, row)!r} {joining} "
        f"{other} {level.pick('>', '<')} {level.near(other, row)!r}"
    )


def _cross(level: _Levels, _: int) -> str:
    one, other = level.pick(*_LINES)
    return f"{level.pick('crosses_above', 'crosses_below')}({one}, {other})"


_WRITERS: Final[Mapping[str, Callable[[_Levels, int], str]]] = {
    "threshold": _threshold,
    "band": _band,
    "move": _move,
    "two parts": _two_parts,
    "cross": _cross,
}


def walk(steps: int) -> Iterator[Table]:
    """Give tables of minutes: a step is a hundredth of what lies between pairs."""
    rng = np.random.default_rng(7)
    values = values_of(rng)
    for minute in range(steps):
        yield of_values(values.copy(), minute)
        values *= 1 + rng.normal(0, 0.001, values.shape)
        values += rng.normal(0, 0.01, values.shape)


@dataclass(frozen=True)
class Before:
    """The table before, as the past of the next."""

    table: Table

    def value(self, track: Track, steps: int, _: Table) -> Floats:
        """Return a column of it, however many steps are asked for."""
        assert steps
        return self.table.column(track.metric)


def main() -> None:
    """Print how many MB a million alerts take, kept and while they are loaded."""
    table, *others = walk(4)
    Book().load(mixed(table, 1_000))
    before = _resident_mb("VmRSS")
    book = Book()
    book.load(mixed(table))
    for one in (table, *others):
        book.step(TableMarket(one, Before(table)))
    print(_resident_mb("VmRSS") - before, _resident_mb("VmHWM") - before)


def _resident_mb(kind: str) -> float:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    (line,) = (line for line in lines if line.startswith(f"{kind}:"))
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    main()
