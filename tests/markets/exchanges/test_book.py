import math

import pytest

from markets.errors import BookGapError
from markets.exchanges.binance.book import LocalBook
from markets.types import BookSnapshot, BookUpdate, Symbol, Venue

BTC = Symbol("BTCUSDT")
SNAPSHOT = BookSnapshot(
    BTC,
    last_update_id=100,
    bids=(("10.0", "1"), ("9.0", "2")),
    asks=(("11.0", "3"), ("12.0", "4")),
)


def update(
    first: int,
    final: int,
    previous: int | None = None,
    *,
    bids: tuple[tuple[str, str], ...] = (),
    asks: tuple[tuple[str, str], ...] = (),
) -> BookUpdate:
    return BookUpdate(BTC, 1, first, final, previous, bids, asks)


def futures_book() -> LocalBook:
    book = LocalBook(Venue.BINANCE_USDM)
    book.reset(SNAPSHOT)
    return book


def spot_book() -> LocalBook:
    book = LocalBook(Venue.BINANCE_SPOT)
    book.reset(SNAPSHOT)
    return book


def test_levels_are_set_removed_and_sorted() -> None:
    book = futures_book()

    book.apply(
        update(
            99,
            101,
            98,
            bids=(("9.5", "7"), ("9.0", "0"), ("1.0", "0.000")),
            asks=(("11.0", "0"), ("10.9", "5")),
        )
    )

    top = book.snapshot(BTC, limit=10)
    assert top.bids == (("10.0", "1"), ("9.5", "7"))
    assert top.asks == (("10.9", "5"), ("12.0", "4"))
    assert top.last_update_id == 101
    assert not book.is_crossed


def test_snapshot_is_cut_to_the_best_levels() -> None:
    top = futures_book().snapshot(BTC, limit=1)

    assert (top.bids, top.asks) == ((("10.0", "1"),), (("11.0", "3"),))


@pytest.mark.parametrize(("first", "final"), [(95, 100), (100, 105), (90, 130)])
def test_futures_bridge_holds_the_snapshot(first: int, final: int) -> None:
    book = futures_book()

    book.apply(update(first, final, first - 1))

    assert book.last_update_id == final


def test_futures_first_update_after_a_gap_is_refused() -> None:
    with pytest.raises(BookGapError, match="ends at 100"):
        futures_book().apply(update(103, 105, 102))


def test_futures_update_that_names_the_snapshot_as_the_one_before_follows() -> None:
    book = futures_book()

    book.apply(update(103, 105, 100))

    assert book.last_update_id == 105


@pytest.mark.parametrize(("levels", "is_worn"), [(5, True), (6, False)])
def test_a_book_that_shows_past_a_cut_snapshot_is_worn(
    levels: int, *, is_worn: bool
) -> None:
    book = LocalBook(Venue.BINANCE_USDM)
    bids = tuple((f"{100 - n}", "1") for n in range(levels))
    book.reset(BookSnapshot(BTC, 100, bids=bids, asks=(("101", "1"),)))
    before = book.is_worn(5)

    # Two levels at the top go, two come below what the snapshot held.
    gone = (("100", "0"), ("99", "0"), ("90", "1"), ("89", "1"))
    book.apply(update(101, 105, 100, bids=gone))

    # Only as many levels as can be asked for may have been cut off.
    assert (before, book.is_worn(5)) == (False, is_worn)


def test_futures_update_from_before_the_snapshot_is_left_out() -> None:
    book = futures_book()

    book.apply(update(80, 99, 79, bids=(("10.0", "9"),)))

    assert book.snapshot(BTC, limit=1).bids == (("10.0", "1"),)


def test_futures_chain_follows_pu_and_not_the_first_id() -> None:
    book = futures_book()
    book.apply(update(99, 105, 98))

    book.apply(update(111, 120, 105))

    assert book.last_update_id == 120


def test_futures_broken_pu_is_a_gap() -> None:
    book = futures_book()
    book.apply(update(99, 105, 98))

    with pytest.raises(BookGapError, match="after 107"):
        book.apply(update(106, 120, 107))


def test_update_that_comes_twice_is_left_out() -> None:
    book = futures_book()
    book.apply(update(99, 105, 98, bids=(("10.0", "8"),)))

    book.apply(update(99, 105, 98, bids=(("10.0", "7"),)))

    assert book.snapshot(BTC, limit=1).bids == (("10.0", "8"),)


def test_spot_update_up_to_the_snapshot_is_left_out() -> None:
    book = spot_book()

    book.apply(update(95, 100, bids=(("10.0", "9"),)))

    assert book.snapshot(BTC, limit=1).bids == (("10.0", "1"),)


def test_spot_update_that_starts_at_the_next_id_follows() -> None:
    book = spot_book()

    book.apply(update(101, 103))
    book.apply(update(104, 104))

    assert book.last_update_id == 104


def test_spot_update_that_skips_an_id_is_a_gap() -> None:
    with pytest.raises(BookGapError):
        spot_book().apply(update(102, 103))


def test_update_without_a_snapshot_is_a_gap() -> None:
    with pytest.raises(BookGapError):
        LocalBook(Venue.BINANCE_SPOT).apply(update(0, 1))


@pytest.mark.parametrize("text", ["NaN", "inf", "-1", "ten"])
def test_level_that_is_no_number_breaks_the_book(text: str) -> None:
    with pytest.raises(BookGapError, match="level"):
        futures_book().apply(update(99, 101, 98, bids=((text, "1"),)))


def test_empty_side_has_no_best_price() -> None:
    assert math.isnan(LocalBook(Venue.BINANCE_SPOT).bids.best_price())
