"""Rules for every pair: each distinct condition asked once of the whole table."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from alerts.rules.compiled.memory import Memory
from alerts.rules.compiled.sources import Texts
from alerts.rules.compiled.truths import NOTHING, Edges, Wide, settle
from markets.engine.expressions.limit_rows import Crossed
from markets.engine.expressions.lowering import Lowering
from markets.engine.expressions.market import TableMarket, Truths
from markets.engine.expressions.nodes import Expression
from markets.engine.expressions.operations import Lookup, Slot, TextLookup
from markets.engine.expressions.plan import Plan, evaluate
from markets.engine.expressions.printing import normal_form
from markets.engine.expressions.vocabulary import STANDARD
from markets.engine.table import Floats

_FEW_DEAD: Final = 64


@dataclass(frozen=True)
class _KnownTexts:
    # A table's market whose texts were looked up before.
    market: TableMarket
    known: Texts

    @property
    def shape(self) -> tuple[int, ...]:
        return self.market.shape

    def values(self, lookup: Lookup) -> Floats:
        return self.market.values(lookup)

    def texts(self, lookup: TextLookup) -> Truths:
        return self.known.of(self.market, lookup)


class MarketRules:
    """Rules with the last known truth of each at every pair."""

    def __init__(self) -> None:
        self._forms: dict[str, Expression] = {}
        self._slots: dict[str, Slot] = {}
        self._lowering = Lowering(STANDARD)
        self._plan: Plan | None = None
        self._texts = Texts()
        self._names: list[str] = []
        self._numbers: list[int] = []
        self._truths: Truths = np.empty((0, 0), np.int8)

    def __len__(self) -> int:
        """Return the number of rules."""
        return len(self._numbers)

    @property
    def memory_bytes(self) -> int:
        """Bytes of the truths."""
        return self._truths.nbytes

    def add(
        self, rules: Sequence[tuple[int, Expression]], market: TableMarket | None
    ) -> None:
        """Add rules with the truths of a market; without one nothing is known."""
        for number, expression in rules:
            name = normal_form(expression.root)
            if name not in self._slots:
                self._slots[name] = self._lowering.lower(expression.root)
                self._forms[name] = expression
            self._numbers.append(number)
            self._names.append(name)
        if rules:
            truths = np.zeros((len(rules), self._truths.shape[1]), np.int8)
            if market is not None:
                plan = Plan.of(expression for _, expression in rules)
                truths[:] = plan.run(market)
            self._truths = np.vstack((self._truths, truths))
            self._plan = None

    def remove(self, number: int) -> None:
        """Remove a rule."""
        place = self._numbers.index(number)
        del self._numbers[place], self._names[place]
        self._truths = np.delete(self._truths, place, axis=0)
        self._plan = None

    def lay_out(self, source: Sequence[int]) -> None:
        """Move to other rows: each with its row until now, -1 for none."""
        place = np.array(source, np.intp)
        moved = np.zeros((len(self), len(place)), np.int8)
        moved[:, place >= 0] = self._truths[:, place[place >= 0]]
        self._truths = moved

    def step(self, market: TableMarket) -> Edges:
        """Take the next table, and return what became true and what false."""
        if not self._numbers:
            return Edges(NOTHING, NOTHING)
        now = self._asked(market)
        numbers, width = np.array(self._numbers, np.int64), now.shape[1]
        fired, ended = (
            Crossed(numbers[places // width], places % width)
            for places in settle(self._truths, now)
        )
        return Edges(fired, ended)

    def now(self, number: int, market: TableMarket) -> Truths:
        """Return what is true of a rule, ``(n_symbols,)``."""
        name = self._names[self._numbers.index(number)]
        return evaluate(self._forms[name], market).astype(np.int8, copy=False)

    def last(self, number: int) -> Truths:
        """Return the last known truths of a rule, ``(n_symbols,)``."""
        truths: Truths = self._truths[self._numbers.index(number)]
        return truths

    def known(self) -> Wide:
        """Return the last known truths."""
        return Wide(np.array(self._numbers, np.int64), self._truths)

    def recall(self, memory: Memory) -> None:
        """Set the last known truths."""
        self._truths = memory.wide_truths(self._numbers)

    def _asked(self, market: TableMarket) -> Truths:
        if self._plan is None:
            self._plan = self._compiled()
        return np.array(self._plan.run(_KnownTexts(market, self._texts)), np.int8)

    # Conditions that nobody has any more are asked until they are too many.
    def _compiled(self) -> Plan:
        alive = set(self._names)
        if len(self._forms) - len(alive) > max(_FEW_DEAD, len(alive)):
            self._forms = {name: self._forms[name] for name in alive}
            self._lowering = Lowering(STANDARD)
            self._slots = {
                name: self._lowering.lower(form.root)
                for name, form in self._forms.items()
            }
        slots = [self._slots[name] for name in self._names]
        return Plan(self._lowering.operations.all, slots)
