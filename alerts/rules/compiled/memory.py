"""The last known truths of all rules, packed for the process that goes on."""

import zlib
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from typing import Any, Final, NamedTuple, Self

import msgspec
import numpy as np
from numpy.typing import NDArray

from alerts.rules.compiled.directory import Checks
from alerts.rules.compiled.truths import Integers, Named, Wide, joined
from markets.engine.expressions.market import FALSE, TRUE, UNKNOWN, Truths

VERSION: Final = 3

# Half of a definition's hash is enough to tell that it has changed since.
_SHORT: Final = np.uint64(2**32 - 1)


class Packed(NamedTuple):
    """
    What is known, in bytes: what lasts while the rules do, and their truths.

    `digest` is the same for the same `lasting`, so that it need not be stored anew.
    """

    lasting: bytes
    digest: str
    truths: bytes


class _Header(msgspec.Struct, array_like=True):
    symbols: list[str]
    n_rules: int
    n_named: int
    n_wide: int


@dataclass(frozen=True)
class Memory:
    """
    What was known, and under which definitions.

    Rows are those of `symbols`. `numbers` are all rules, sorted, each with its
    definition's hash in `checks`.
    """

    symbols: tuple[str, ...]
    numbers: Integers = field(repr=False)
    checks: Checks = field(repr=False)
    named: Named = field(repr=False)
    wide: Wide = field(repr=False)

    def of(self, numbers: Integers, checks: Checks) -> "Memory":
        """Return what is known of rules that are defined as they were."""
        place = np.searchsorted(self.numbers, numbers)
        found = np.flatnonzero(place < len(self.numbers))
        place = place[found]
        is_same = (self.numbers[place] == numbers[found]) & (
            self.checks[place] & _SHORT == checks[found] & _SHORT
        )
        same = self.numbers[place[is_same]]
        named, wide = (np.isin(some.numbers, same) for some in (self.named, self.wide))
        return replace(
            self,
            named=self.named.chosen(named),
            wide=self.wide.chosen(wide),
        )

    def filled(self, other: "Memory") -> "Memory":
        """Return this with what `other`, of the same rows, knows of further rules."""
        named = np.isin(other.named.numbers, self.named.numbers, invert=True)
        wide = np.isin(other.wide.numbers, self.wide.numbers, invert=True)
        return replace(
            other,
            named=joined([other.named.chosen(named)], self.named),
            wide=joined([other.wide.chosen(wide)], self.wide),
        )

    def named_truths(self, numbers: Integers, rows: Integers) -> Truths:
        """Return what was known of rules at rows; -1 is no row."""
        known = self._keys(self.named.numbers, self.named.rows)
        order = np.argsort(known)
        wanted = self._keys(numbers, rows)
        place = np.searchsorted(known, wanted, sorter=order)
        found = np.flatnonzero((place < len(known)) & (wanted >= 0))
        found = found[known[order[place[found]]] == wanted[found]]
        truths = np.full(len(numbers), UNKNOWN, np.int8)
        truths[found] = self.named.truths[order[place[found]]]
        return truths

    def wide_truths(self, numbers: Sequence[int]) -> Truths:
        """Return what was known of rules at all rows."""
        place_of = {one: place for place, one in enumerate(self.wide.numbers.tolist())}
        truths = np.full((len(numbers), len(self.symbols)), UNKNOWN, np.int8)
        for row, number in zip(truths, numbers, strict=True):
            if number in place_of:
                row[:] = self.wide.truths[place_of[number]]
        return truths

    def pack(self) -> Packed:
        """
        Pack it.

        What lasts while the rules do begins with the version; header length, header
        (JSON) and arrays follow, numbers as their distances, compressed anew only
        when a rule has changed. The truths are bits, compressed as well.
        """
        layout = _layout_of(self)
        truths = self.named.truths[layout.order] == TRUE
        bits = np.packbits(truths).tobytes() + self.wide.truths.tobytes()
        return Packed(layout.packed, layout.digest, zlib.compress(bits, 1))

    @classmethod
    def unpack(cls, packed: Packed) -> Self:
        """
        Undo `pack`.

        Raises
        ------
        ValueError
            If it was packed by another version.
        """
        version = packed.lasting[0]
        if version != VERSION:
            raise ValueError(
                f"The memory is of version {version}; this reads {VERSION}."
            )
        plain = zlib.decompress(packed.lasting[1:])
        start = 4 + int.from_bytes(plain[:4], "little")
        header = msgspec.json.decode(plain[4:start], type=_Header)
        n_symbols = len(header.symbols)
        cut = _Cutter(plain, start)
        numbers = cut("<i8", header.n_rules).cumsum()
        checks = cut("<u4", header.n_rules).astype(np.uint64)
        named = cut("<u4", header.n_named).cumsum()
        rows = cut("<u4", header.n_named).astype(np.int64)
        wide = cut("<u4", header.n_wide)
        cut = _Cutter(zlib.decompress(packed.truths), 0)
        bits = cut("u1", -(-header.n_named // 8)).astype(np.uint8)
        is_true = np.unpackbits(bits, count=header.n_named)
        truths = cut("i1", header.n_wide * n_symbols).astype(np.int8)
        return cls(
            tuple(header.symbols),
            numbers,
            checks,
            Named(numbers[named], rows, np.where(is_true, TRUE, FALSE).astype(np.int8)),
            Wide(numbers[wide], truths.reshape(header.n_wide, n_symbols)),
        )

    def _keys(self, numbers: Integers, rows: Integers) -> Integers:
        place = np.searchsorted(self.numbers, numbers)
        is_there = (rows >= 0) & (place < len(self.numbers))
        is_there[is_there] = self.numbers[place[is_there]] == numbers[is_there]
        keys: Integers = place * len(self.symbols) + rows
        return np.where(is_there, keys, -1)


@dataclass(frozen=True, eq=False)
class _Layout:
    # What of a memory lasts while the rules do: packed, and the order of the truths.
    symbols: tuple[str, ...]
    arrays: tuple[NDArray[Any], ...]
    order: NDArray[np.intp]
    packed: bytes
    digest: str


# Of each book of a process the last one: rules change seldom.
_layouts: Final[deque[_Layout]] = deque(maxlen=8)


def _layout_of(memory: Memory) -> _Layout:
    arrays = (
        *(memory.numbers, memory.checks),
        *(memory.named.numbers, memory.named.rows, memory.wide.numbers),
    )
    for one in tuple(_layouts):
        if one.symbols == memory.symbols and all(
            map(np.array_equal, one.arrays, arrays)
        ):
            return one
    made = _laid_out(memory, arrays)
    _layouts.append(made)
    return made


def _laid_out(memory: Memory, arrays: tuple[NDArray[Any], ...]) -> _Layout:
    named = np.searchsorted(memory.numbers, memory.named.numbers)
    order = np.lexsort((memory.named.rows, named))
    header = msgspec.json.encode(
        _Header(list(memory.symbols), len(memory.numbers), *map(len, arrays[3:]))
    )
    lasting = (
        np.diff(memory.numbers, prepend=0).astype("<i8"),
        (memory.checks & _SHORT).astype("<u4"),
        np.diff(named[order], prepend=0).astype("<u4"),
        memory.named.rows[order].astype("<u4"),
        np.searchsorted(memory.numbers, memory.wide.numbers).astype("<u4"),
    )
    plain = b"".join(
        (len(header).to_bytes(4, "little"), header, *(one.tobytes() for one in lasting))
    )
    packed = bytes([VERSION]) + zlib.compress(plain, 1)
    digest = blake2b(packed, digest_size=8).hexdigest()
    return _Layout(memory.symbols, arrays, order, packed, digest)


class _Cutter:
    # Takes one array after another from a block.
    def __init__(self, block: bytes, start: int) -> None:
        self._block = block
        self._start = start

    def __call__(self, kind: str, count: int) -> Integers:
        found = np.frombuffer(self._block, kind, count, self._start)
        self._start += found.nbytes
        return found.astype(np.int64)
