"""The operations that expressions come down to, each written once."""

from collections.abc import Sequence
from typing import Final, NamedTuple

Slot = int
"""Number of an operation; its operands have smaller ones."""

COMMUTATIVE: Final = frozenset({"+", "*", "==", "!=", "and", "or"})
MIRRORED: Final = {">": "<", ">=": "<="}


class Operation(NamedTuple):
    """
    One step of a plan.

    `code` says what to do with the values of `operands`. `detail` is the number
    of a ``number``, the `Lookup` of a ``column``, the `TextLookup` of a
    ``text``.
    """

    code: str
    operands: tuple[Slot, ...] = ()
    detail: "float | Lookup | TextLookup | None" = None


class Lookup(NamedTuple):
    """A metric as it stood `steps` steps of `clock` minutes ago; 0 is now."""

    metric: str
    clock: int
    steps: int


class TextLookup(NamedTuple):
    """Whether a text of the instrument is one of some."""

    name: str
    texts: tuple[str, ...]


class Operations:
    """
    A list in which equal operations have one place.

    Whatever is asked of several expressions, or several times in one, is
    computed once.
    """

    def __init__(self) -> None:
        self.all: list[Operation] = []
        self._slots: dict[Operation, Slot] = {}

    def number(self, value: float) -> Slot:
        """Return the slot of a constant."""
        return self._add(Operation("number", (), value))

    def column(self, metric: str, *, clock: int = 0, steps: int = 0) -> Slot:
        """Return the slot of a metric now, or some steps of its clock ago."""
        lookup = Lookup(metric, clock if steps else 0, steps)
        return self._add(Operation("column", (), lookup))

    def text(self, name: str, texts: Sequence[str]) -> Slot:
        """Return the slot of the test whether a text is one of some."""
        folded = tuple(sorted({text.casefold() for text in texts}))
        return self._add(Operation("text", (), TextLookup(name, folded)))

    def apply(self, code: str, *operands: Slot) -> Slot:
        """Return the slot of arithmetic: ``+ - * / negate abs min max``."""
        return self._add(Operation(code, _ordered(code, operands)))

    def compare(self, operator: str, left: Slot, right: Slot) -> Slot:
        """Return the slot of a comparison of two numbers."""
        if operator in MIRRORED:
            operator, left, right = MIRRORED[operator], right, left
        return self._add(Operation(operator, _ordered(operator, (left, right))))

    def all_of(self, *conditions: Slot) -> Slot:
        """Return the slot of ``and``."""
        return self._join("and", conditions)

    def any_of(self, *conditions: Slot) -> Slot:
        """Return the slot of ``or``."""
        return self._join("or", conditions)

    def inverse(self, condition: Slot) -> Slot:
        """Return the slot of ``not``."""
        return self._add(Operation("not", (condition,)))

    def lookups_of(self, slot: Slot) -> list[tuple[Slot, Lookup]]:
        """Return the columns that a slot rests on, in the order they were met."""
        found: dict[Slot, Lookup] = {}
        waiting, seen = [slot], {slot}
        while waiting:
            here = waiting.pop()
            operation = self.all[here]
            if isinstance(operation.detail, Lookup):
                found[here] = operation.detail
            fresh = [one for one in operation.operands if one not in seen]
            seen.update(fresh)
            waiting += reversed(fresh)
        return list(found.items())

    def _join(self, code: str, conditions: tuple[Slot, ...]) -> Slot:
        distinct = tuple(dict.fromkeys(conditions))
        if len(distinct) == 1:
            return distinct[0]
        return self._add(Operation(code, _ordered(code, distinct)))

    def _add(self, operation: Operation) -> Slot:
        slot = self._slots.setdefault(operation, len(self.all))
        if slot == len(self.all):
            self.all.append(operation)
        return slot


# `a + b` and `b + a` are the same to the last bit, so they share a place.
def _ordered(code: str, operands: tuple[Slot, ...]) -> tuple[Slot, ...]:
    return tuple(sorted(operands)) if code in COMMUTATIVE else operands
