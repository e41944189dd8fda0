import pytest
from hypothesis import given, strategies as st

from markets.feed import ledger
from markets.feed.ports import LedgerEntry
from markets.types import LedgerState

entries = st.builds(
    LedgerEntry,
    state=st.sampled_from(list(LedgerState)),
    is_late=st.booleans(),
    is_continuous=st.sampled_from([None, True, False]),
)


@given(entries)
def test_an_entry_survives_its_byte(entry: LedgerEntry) -> None:
    assert ledger.decode(ledger.encode(entry)) == entry


@given(st.integers(0, 255))
def test_every_byte_is_an_entry_or_refused(byte: int) -> None:
    if byte in ledger.MEANINGFUL:
        assert ledger.encode(ledger.decode(byte)) == byte
    else:
        with pytest.raises(ValueError, match="no meaning"):
            ledger.decode(byte)


@given(st.dictionaries(st.integers(0, 40), entries), st.binary(max_size=20))
def test_splicing_changes_the_given_slots_only(
    changes: dict[int, LedgerEntry], block: bytes
) -> None:
    spliced = ledger.splice(block, changes)

    assert all(ledger.decode(spliced[slot]) == changes[slot] for slot in changes)
    kept = [slot for slot in range(len(block)) if slot not in changes]
    assert [spliced[slot] for slot in kept] == [block[slot] for slot in kept]


def test_a_summary_counts_every_state_once() -> None:
    block = ledger.splice(
        b"",
        {
            0: LedgerEntry(LedgerState.STREAM, is_continuous=True),
            1: LedgerEntry(LedgerState.STREAM, is_late=True, is_continuous=False),
            2: LedgerEntry(LedgerState.REST, is_late=True),
            4: LedgerEntry(LedgerState.HALTED),
            5: LedgerEntry(LedgerState.MISSING),
        },
    )

    summary = ledger.summarise([block, block])

    assert summary == ledger.LedgerSummary(
        expected=10, stream=4, repaired=2, halted=2, missing=2, late=4, broken=2
    )
