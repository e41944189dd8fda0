"""Which rules there are, what each was defined as, and where it is kept."""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]
Checks = NDArray[np.uint64]

MOST_CHANGED: Final = 20_000
"""Changes kept apart before all are sorted anew."""


class Entry(NamedTuple):
    """The hash of a rule's definition, and the number of its room."""

    check: int
    room: int


class Directory:
    """Rules by number: sorted arrays, with what changed lately beside them."""

    def __init__(self) -> None:
        self._numbers: Integers = np.empty(0, np.int64)
        self._checks: Checks = np.empty(0, np.uint64)
        self._rooms: NDArray[np.int32] = np.empty(0, np.int32)
        self._changes: dict[int, Entry | None] = {}
        self._count = 0

    def __len__(self) -> int:
        """Return the number of rules."""
        return self._count

    @property
    def memory_bytes(self) -> int:
        """Bytes of the arrays."""
        return self._numbers.nbytes + self._checks.nbytes + self._rooms.nbytes

    def find(self, number: int) -> Entry | None:
        """Return what is known of a rule."""
        if not self._count:
            return None
        if number in self._changes:
            return self._changes[number]
        place = int(np.searchsorted(self._numbers, number))
        if place == len(self._numbers) or self._numbers[place] != number:
            return None
        return Entry(int(self._checks[place]), int(self._rooms[place]))

    def put(self, number: int, entry: Entry) -> None:
        """Set what is known of a rule."""
        self._count += self.find(number) is None
        self._change(number, entry)

    def remove(self, number: int) -> Entry | None:
        """Forget a rule; return what was known of it."""
        entry = self.find(number)
        if entry is not None:
            self._count -= 1
            self._change(number, None)
        return entry

    def load(self, numbers: Integers, checks: Checks, rooms: NDArray[np.int32]) -> None:
        """Add many rules, none of which there is."""
        self._fold()
        everything = np.concatenate((self._numbers, numbers))
        order = np.argsort(everything)
        self._numbers = everything[order]
        self._checks = np.concatenate((self._checks, checks))[order]
        self._rooms = np.concatenate((self._rooms, rooms))[order]
        self._count = len(order)

    def checks(self) -> tuple[Integers, Checks]:
        """Return the numbers of all rules, sorted, and the hash of each."""
        self._fold()
        return self._numbers, self._checks

    def _change(self, number: int, entry: Entry | None) -> None:
        self._changes[number] = entry
        if len(self._changes) > MOST_CHANGED:
            self._fold()

    def _fold(self) -> None:
        changes, self._changes = self._changes, {}
        if not changes:
            return
        kept = ~np.isin(self._numbers, list(changes))
        self._numbers, self._checks, self._rooms = (
            self._numbers[kept],
            self._checks[kept],
            self._rooms[kept],
        )
        fresh = [(number, *entry) for number, entry in changes.items() if entry]
        columns = list(zip(*fresh, strict=True)) or [(), (), ()]
        self.load(
            np.array(columns[0], np.int64),
            np.array(columns[1], np.uint64),
            np.array(columns[2], np.int32),
        )
