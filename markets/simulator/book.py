"""An order book made around the price; screens call it simulated."""

import zlib
from dataclasses import dataclass, field
from typing import Final

from markets.simulator.market import Pair

Levels = list[list[str]]

LEVELS: Final = 1_000
_LIVELY: Final = 24
_BREATH_MS: Final = 400
_TURNS: Final = 127
"""A far level changes once in so many breaths and one: each 51 seconds."""


@dataclass(slots=True)
class BookChange:
    """Changed levels of one step, and the ids that chain it to the step before."""

    first_id: int
    final_id: int
    previous_id: int
    bids: dict[int, int]
    asks: dict[int, int]


@dataclass(slots=True)
class MadeBook:
    """
    The book of one pair: whole-number levels that follow the last price.

    `step` moves it to a moment and returns what changed; every change takes an
    update id, so snapshots and differences chain as on the exchange.
    """

    pair: Pair
    last_id: int
    bids: dict[int, int] = field(default_factory=dict)
    asks: dict[int, int] = field(default_factory=dict)
    _price: int = 0

    def step(self, price: int, typical_volume: int, now_ms: int) -> BookChange | None:
        """Follow the price; return None where nothing changed."""
        breath = now_ms // _BREATH_MS
        bids = self._side(price, -1, typical_volume, breath)
        asks = self._side(price, 1, typical_volume, breath)
        change = BookChange(
            self.last_id + 1,
            self.last_id,
            self.last_id,
            _difference(self.bids, bids),
            _difference(self.asks, asks),
        )
        changes = len(change.bids) + len(change.asks)
        if not changes:
            return None
        self.bids, self.asks, self._price = bids, asks, price
        self.last_id = change.final_id = self.last_id + changes
        return change

    def _side(self, price: int, way: int, typical: int, breath: int) -> dict[int, int]:
        old = self.bids if way < 0 else self.asks
        levels: dict[int, int] = {}
        start = price if way < 0 else price + 1
        # How much deeper a level lies now than at the step before.
        deeper = way * ((self._price if way < 0 else self._price + 1) - start)
        for depth in range(LEVELS):
            level = start + way * depth
            if level < 1:
                break
            # Far levels rest until their turn comes; near ones are thin and breathe.
            is_far = depth >= _LIVELY and depth - deeper >= _LIVELY
            if is_far and (level * 7 + breath) & _TURNS and level in old:
                levels[level] = old[level]
                continue
            near = min(depth, _LIVELY)
            moment = breath + level * 7 >> (3 if near < _LIVELY else 7)
            levels[level] = max(
                1, typical * (near + 4) * self._weight(level, moment) // 500_000
            )
        return levels

    def _weight(self, level: int, moment: int) -> int:
        noise = zlib.crc32(b"%d:%d:%d" % (self.pair.row, level, moment))
        weight = (noise & 0xFFFF) + 2_000
        # Orders gather at round prices, and here and there somebody has a wall.
        if level % 50 == 0:
            weight *= 4
        return weight * 12 if (noise >> 16) % 97 == 0 else weight

    def texts(self, limit: int) -> tuple[Levels, Levels]:
        """Return the best levels as decimal texts, best first."""
        bids = sorted(self.bids.items(), reverse=True)[:limit]
        asks = sorted(self.asks.items())[:limit]
        return self.texts_of(dict(bids)), self.texts_of(dict(asks))

    def texts_of(self, levels: dict[int, int]) -> Levels:
        """Return levels as pairs of decimal texts."""
        price, volume = self.pair.price.text, self.pair.volume.text
        return [[price(level), volume(size)] for level, size in levels.items()]


def _difference(old: dict[int, int], new: dict[int, int]) -> dict[int, int]:
    changed = {level: size for level, size in new.items() if old.get(level) != size}
    return changed | {level: 0 for level in old if level not in new}
