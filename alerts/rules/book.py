"""All rules of one clock, compiled, and asked at each step of the market."""

from collections.abc import Iterable, Sequence

import numpy as np

from alerts.rules.compiled.directory import Directory
from alerts.rules.compiled.loading import MARKET, SIMPLE, Loading, Rooms
from alerts.rules.compiled.market_rules import MarketRules
from alerts.rules.compiled.memory import Memory, Packed
from alerts.rules.compiled.named_rules import NamedRules
from alerts.rules.compiled.recipes import Recipes
from alerts.rules.compiled.simple_rules import SimpleRules, Stray
from alerts.rules.compiled.truths import Edges, Integers, join, joined
from alerts.rules.compiled.watches import Watch
from markets.engine.expressions.market import TRUE, UNKNOWN, TableMarket, Truths

__all__ = ["Book", "Edges", "Packed", "Watch"]


class Book:
    """
    Rules by number, each with the last known truth at each of its pairs.

    A pair fires when it is true and was last known to be false; what is unknown
    keeps what was. A rule that is put between two steps is based on the table
    stepped last, so that it fires at the next one if it becomes true then. A
    pair that leaves the table and comes back begins anew.

    Simple thresholds are looked up in sorted order, other conditions on named
    pairs are asked a structure at once, and those of every pair once for the
    whole table.
    """

    def __init__(self) -> None:
        self._directory = Directory()
        self._recipes = Recipes()
        self._simple = SimpleRules()
        self._named = NamedRules()
        self._market_rules = MarketRules()
        self._symbols: tuple[str, ...] = ()
        self._market: TableMarket | None = None

    def __len__(self) -> int:
        """Return the number of rules."""
        return len(self._directory)

    def __contains__(self, number: int) -> bool:
        """Whether there is a rule of this number."""
        return self._directory.find(number) is not None

    @property
    def memory_bytes(self) -> int:
        """Bytes of the arrays."""
        rooms = (self._directory, self._simple, self._named, self._market_rules)
        return sum(room.memory_bytes for room in rooms)

    def put(self, watch: Watch) -> None:
        """
        Add a rule, or change the one of this number, which then begins anew.

        A rule that is put as it is already keeps its state. Raises what `load`
        raises.
        """
        self.load((watch,))

    def load(self, watches: Iterable[Watch]) -> None:
        """
        Put many rules at once; none of them where one is wrong.

        Raises
        ------
        ExpressionError
            If an expression is no condition.
        ValueError
            If two rules have one number, or one names too many pairs.
        """
        rooms = Rooms(self._directory, self._simple, self._named, self._market_rules)
        loading = Loading(rooms, self._recipes)
        for watch in watches:
            loading.take(watch)
        for number in loading.finish():
            self.remove(number)
        loading.apply(self._market)

    def remove(self, number: int) -> bool:
        """Remove a rule; return whether there was one."""
        entry = self._directory.remove(number)
        if entry is None:
            return False
        if entry.room == SIMPLE:
            self._simple.remove(number)
        elif entry.room == MARKET:
            self._market_rules.remove(number)
        else:
            self._named.remove(number, entry.room)
        return True

    def step(self, market: TableMarket) -> Edges:
        """Take the next table of one clock, and return what changed since the last."""
        if market.table.symbols != self._symbols:
            self._lay_out(market.table.symbols)
        self._market = market
        return join(
            [
                self._simple.step(market.table),
                self._market_rules.step(market),
                *self._named.step(market),
            ]
        )

    def truth(self, pairs: Sequence[tuple[int, int]], market: TableMarket) -> Truths:
        """
        Return what is true now, without a step; for a few pairs.

        Parameters
        ----------
        pairs
            Rules' numbers and rows of the market's table.
        market
            The moment that is asked.

        Returns
        -------
        Truths
            1 true, -1 false, 0 unknown, one for each of `pairs`. A rule is not
            true of what it does not watch; of no rule nothing is known.
        """
        return np.array([self._truth(*pair, market) for pair in pairs], np.int8)

    def true_rows(self, number: int) -> Integers:
        """Return the rows of the last table at which a rule was known to be true."""
        entry = self._directory.find(number)
        if entry is None:
            return np.empty(0, np.int64)
        if entry.room == SIMPLE:
            return self._simple.true_rows(number)
        if entry.room == MARKET:
            truths = self._market_rules.last(number)
            return np.flatnonzero(truths == TRUE)
        return self._named.true_rows(number, entry.room)

    def remember(self) -> Packed:
        """Pack the last known truths."""
        return self._memory().pack()

    def recall(self, packed: Packed, base: TableMarket | None = None) -> None:
        """
        Take over what `remember` packed, in this process or another.

        Rules that have changed since, or were not there, begin anew: with what
        is true of `base`, the market of then, where that is known. Raises
        ValueError if another version packed it.
        """
        memory = Memory.unpack(packed).of(*self._directory.checks())
        if base is not None and base.table.symbols == memory.symbols:
            self.step(base)
            memory = memory.filled(self._memory())
        self._lay_out(memory.symbols)
        for stray in self._simple.recall(memory):
            self._move(stray)
        self._named.recall(memory)
        self._market_rules.recall(memory)

    def _memory(self) -> Memory:
        named, wide = self._simple.known()
        return Memory(
            self._symbols,
            *self._directory.checks(),
            joined([self._named.known()], named),
            joined([self._market_rules.known()], wide),
        )

    # From the limits to where rules have a truth each.
    def _move(self, stray: Stray) -> None:
        number, threshold, symbols = stray
        room = MARKET
        if symbols is None:
            self._market_rules.add([(number, stray.expression)], None)
        else:
            batch = self._named.batch()
            recipe, _ = self._recipes.read(stray.like)
            room = batch.add(number, recipe, [threshold.value], symbols)
            self._named.add(batch)
        entry = self._directory.find(number)
        if entry is not None:
            self._directory.put(number, entry._replace(room=room))

    def _lay_out(self, symbols: tuple[str, ...]) -> None:
        place_of = {symbol: place for place, symbol in enumerate(self._symbols)}
        source = [place_of.get(symbol, -1) for symbol in symbols]
        self._symbols, self._market = symbols, None
        self._market_rules.lay_out(source)
        self._named.lay_out(symbols)

    def _truth(self, number: int, row: int, market: TableMarket) -> int:
        entry = self._directory.find(number)
        if entry is None:
            return UNKNOWN
        if entry.room == SIMPLE:
            return self._simple.now(number, row, market)
        if entry.room == MARKET:
            return int(self._market_rules.now(number, market)[row])
        return self._named.now(number, entry.room, row, market)
