"""The ledger's bytes: where each candle of a minute came from."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from markets.feed.ports import LedgerEntry
from markets.types import LedgerState

_STATES: Final = (
    LedgerState.NONE,
    LedgerState.STREAM,
    LedgerState.REST,
    LedgerState.HALTED,
    LedgerState.MISSING,
)
_NUMBER_OF: Final = {state: number for number, state in enumerate(_STATES)}
_STATE_BITS: Final = 0b111
_LATE_BIT: Final = 0b1000
_CONTINUITY_SHIFT: Final = 4
_CONTINUITY: Final[tuple[bool | None, ...]] = (None, True, False)


MEANINGFUL: Final = tuple(
    state | late | continuity << _CONTINUITY_SHIFT
    for state in range(len(_STATES))
    for late in (0, _LATE_BIT)
    for continuity in range(len(_CONTINUITY))
)
"""Every byte that an entry can have."""


def encode(entry: LedgerEntry) -> int:
    """Return the byte of an entry."""
    late = _LATE_BIT if entry.is_late else 0
    continuity = _CONTINUITY.index(entry.is_continuous) << _CONTINUITY_SHIFT
    return _NUMBER_OF[entry.state] | late | continuity


def decode(byte: int) -> LedgerEntry:
    """
    Return the entry of a byte.

    Raises
    ------
    ValueError
        If the byte was not written by `encode`.
    """
    state, continuity = byte & _STATE_BITS, byte >> _CONTINUITY_SHIFT
    if state >= len(_STATES) or continuity >= len(_CONTINUITY):
        raise ValueError(f"The ledger byte is {byte:#04x}, which has no meaning.")
    return LedgerEntry(
        state=_STATES[state],
        is_late=bool(byte & _LATE_BIT),
        is_continuous=_CONTINUITY[continuity],
    )


def splice(block: bytes, entries: Mapping[int, LedgerEntry]) -> bytes:
    """
    Return a minute's block with some entries replaced.

    Parameters
    ----------
    block
        One byte a slot; it grows as far as the highest slot asks.
    entries
        New entries by slot.
    """
    if not entries:
        return block
    spliced = bytearray(block.ljust(max(entries) + 1, b"\0"))
    for slot, entry in entries.items():
        spliced[slot] = encode(entry)
    return bytes(spliced)


@dataclass(frozen=True, slots=True)
class LedgerSummary:
    """Counts of pairs and minutes; `late` ones are among the received."""

    expected: int = 0
    stream: int = 0
    repaired: int = 0
    halted: int = 0
    missing: int = 0
    late: int = 0
    broken: int = 0
    """Candles whose first trade does not follow the last one before."""


def summarise(blocks: Iterable[bytes]) -> LedgerSummary:
    """Return the counts over the blocks of any number of minutes."""
    counts = [0] * 256
    for block in blocks:
        for byte in set(block):
            counts[byte] += block.count(byte)
    return _summary_of({byte: count for byte, count in enumerate(counts) if count})


def _summary_of(counts: Mapping[int, int]) -> LedgerSummary:
    found = [(decode(byte), count) for byte, count in counts.items()]

    def total(state: LedgerState) -> int:
        return sum(count for entry, count in found if entry.state is state)

    return LedgerSummary(
        expected=sum(n for entry, n in found if entry.state is not LedgerState.NONE),
        stream=total(LedgerState.STREAM),
        repaired=total(LedgerState.REST),
        halted=total(LedgerState.HALTED),
        missing=total(LedgerState.MISSING),
        late=sum(n for entry, n in found if entry.is_late),
        broken=sum(n for entry, n in found if entry.is_continuous is False),
    )
