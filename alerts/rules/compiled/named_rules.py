"""All rules on named pairs but simple thresholds, in rooms of one structure each."""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from alerts.rules.compiled.batch import RoomBatch
from alerts.rules.compiled.memory import Memory
from alerts.rules.compiled.recipes import Recipe, Structure
from alerts.rules.compiled.shapes import Shape
from alerts.rules.compiled.sources import Block, Codes, Gatherer, Sources
from alerts.rules.compiled.truths import Edges, Integers, Named, joined
from markets.engine.expressions.market import FALSE, TRUE, TableMarket


class NamedBatch:
    """Rules to be added, sorted into the rooms of their structures."""

    def __init__(self, sources: Sources, room_of: dict[Structure, int]) -> None:
        self._sources = sources
        self._room_of = room_of
        self.rooms: dict[int, RoomBatch] = {}

    def add(
        self,
        number: int,
        recipe: Recipe,
        given: Sequence[float],
        symbols: Iterable[str],
    ) -> int:
        """Take a rule with the numbers of its text, and return its room."""
        room = self._room_of.setdefault(recipe.structure, len(self._room_of))
        batch = self.rooms.get(room)
        if batch is None:
            batch = self.rooms[room] = RoomBatch(recipe, self._sources)
        batch.add(number, recipe, given, symbols)
        return room


class NamedRules:
    """Rooms by number, with what all of them read of the last table."""

    def __init__(self) -> None:
        self.sources = Sources()
        self._gatherer = Gatherer(self.sources)
        self._room_of: dict[Structure, int] = {}
        self._shapes: dict[int, Shape] = {}
        self._symbols: tuple[str, ...] = ()
        self._rows: Codes = np.empty(0, np.int32)
        self._seen: tuple[TableMarket, Block] | None = None

    @property
    def memory_bytes(self) -> int:
        """Bytes of the arrays."""
        return sum(shape.memory_bytes for shape in self._shapes.values())

    def batch(self) -> NamedBatch:
        """Return a batch to be filled for `add`."""
        return NamedBatch(self.sources, self._room_of)

    def add(self, batch: NamedBatch) -> None:
        """Add rules, with the truths of the table stepped last."""
        for room, one in batch.rooms.items():
            shape, members = self._shape(room, one.recipe), one.members()
            if self._seen is not None:
                market = self._seen[0]
                rows = self._rows_in(market.table.symbols)
                members.truths[:] = shape.truths(members, rows, self._block(market))
            shape.add(members)

    def remove(self, number: int, room: int) -> None:
        """Remove a rule."""
        # A rule without pairs has a room, and nothing in it.
        if room in self._shapes:
            self._shapes[room].remove(number)

    def lay_out(self, symbols: tuple[str, ...]) -> None:
        """Move to the rows of other tables; the last one counts no more."""
        self._symbols = symbols
        self._rows = self.sources.rows(symbols)
        self._seen = None
        for shape in self._shapes.values():
            shape.lay_out()

    def step(self, market: TableMarket) -> Iterator[Edges]:
        """Take the next table, and give what became true and what false."""
        self._seen = None
        block = self._block(market)
        rows = self._rows_in(market.table.symbols)
        self._seen = (market, block)
        for shape in self._shapes.values():
            if len(shape):
                yield shape.step(rows, block)

    def now(self, number: int, room: int, row: int, market: TableMarket) -> int:
        """Return what is true of a rule at a row of a market."""
        symbol = self.sources.symbols.get(market.table.symbols[row])
        if symbol is None or room not in self._shapes:
            return FALSE
        shape = self._shapes[room]
        members = shape.members()
        place = np.flatnonzero(
            (members.numbers == number) & (members.symbols == symbol)
        )
        if not len(place):
            return FALSE
        rows = self._rows_in(market.table.symbols)
        found = shape.truths(members.chosen(place), rows, self._block(market))
        return int(found[0])

    def true_rows(self, number: int, room: int) -> Integers:
        """Return the rows at which a rule was last known to be true."""
        if room not in self._shapes:
            return np.empty(0, np.int64)
        known = self._shapes[room].known(self._rows_in(self._symbols))
        is_it = (known.numbers == number) & (known.truths == TRUE)
        return np.sort(known.rows[is_it])

    def known(self) -> Named:
        """Return the last known truths."""
        rows = self._rows_in(self._symbols)
        nothing = Named(
            np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.int8)
        )
        return joined((shape.known(rows) for shape in self._shapes.values()), nothing)

    def recall(self, memory: Memory) -> None:
        """Set the last known truths."""
        rows = self._rows_in(memory.symbols)
        for shape in self._shapes.values():
            members = shape.members()
            own = rows[members.symbols].astype(np.int64)
            members.truths[:] = memory.named_truths(members.numbers, own)

    def _shape(self, room: int, recipe: Recipe) -> Shape:
        if room not in self._shapes:
            self._shapes[room] = Shape(recipe)
        return self._shapes[room]

    # What is asked several times of the last table is gathered once, as long as
    # nobody looks for more.
    def _block(self, market: TableMarket) -> Block:
        if self._seen is None or self._seen[0] is not market:
            return self._gatherer.block(market)
        if not self._gatherer.suffices(self._seen[1]):
            self._seen = (market, self._gatherer.block(market))
        return self._seen[1]

    def _rows_in(self, symbols: tuple[str, ...]) -> Codes:
        if symbols != self._symbols:
            return self.sources.rows(symbols)
        if len(self._rows) != len(self.sources.symbols):
            self._rows = self.sources.rows(symbols)
        return self._rows
