import numpy as np
import pytest

from alerts.rules.book import Book, Edges, Watch
from markets.engine.expressions.market import TableMarket
from tests.markets.engine.expressions.tables import NAN, table_of

A, B = "AUSDT", "BUSDT"


def market(*prices: float, symbols: tuple[str, ...] = (A, B)) -> TableMarket:
    return TableMarket(table_of({"price": prices}, symbols=symbols))


def fired(edges: Edges) -> list[tuple[int, int]]:
    numbers, rows = edges.fired
    return list(zip(numbers.tolist(), rows.tolist(), strict=True))


KINDS = ["price > 2", "price > 2 and price < 99", "abs(price) > 2"]


@pytest.mark.parametrize("text", KINDS)
@pytest.mark.parametrize("symbols", [None, (A,), (A, B)])
def test_what_was_false_before_a_restart_fires_after_it(
    text: str, symbols: tuple[str, ...] | None
) -> None:
    watch = Watch(7, text, symbols)
    book = Book()
    book.put(watch)
    book.step(market(1, 3))
    packed = book.remember()

    other = Book()
    other.put(watch)
    other.recall(packed)

    assert fired(other.step(market(3, 3))) == [(7, 0)]


@pytest.mark.parametrize("text", KINDS)
def test_a_rule_that_changed_meanwhile_begins_anew(text: str) -> None:
    book = Book()
    book.put(Watch(7, text, (A,)))
    book.put(Watch(8, text, (A,)))
    book.step(market(1, 1))
    packed = book.remember()

    other = Book()
    other.put(Watch(7, text.replace("2", "2.5"), (A,)))
    other.put(Watch(8, text, (A,)))
    other.put(Watch(9, text, (A,)))
    other.recall(packed)

    assert fired(other.step(market(3, 3))) == [(8, 0)]
    assert fired(other.step(market(1, 1))) == []
    assert fired(other.step(market(3, 3))) == [(7, 0), (8, 0), (9, 0)]


def test_symbols_may_be_others_after_a_restart() -> None:
    watches = [Watch(1, "price > 2", None), Watch(2, "abs(price) > 2", (A, B))]
    book = Book()
    book.load(watches)
    book.step(market(1, 1))
    packed = book.remember()

    other = Book()
    other.load(watches)
    other.recall(packed)
    edges = other.step(market(3, 3, symbols=("CUSDT", A)))

    assert fired(edges) == [(1, 1), (2, 1)]


def test_what_is_unknown_at_a_restart_keeps_what_was() -> None:
    watch = Watch(1, "price > 2", (A,))
    book = Book()
    book.put(watch)
    book.step(market(1, 1))
    book.step(market(NAN, 1))

    other = Book()
    other.put(watch)
    other.recall(book.remember())

    assert fired(other.step(market(3, 1))) == [(1, 0)]


def test_simple_rules_of_which_all_is_known_stay_where_they_cost_least() -> None:
    book = Book()
    watches = [
        Watch(number, f"price {sign} {number}", scope)
        for number in range(1, 8)
        for sign, scope in ((("<", ">=")[number % 2], (None, (A,))[number % 3 > 0]),)
    ]
    book.load(watches)
    book.step(market(0, 9))

    other = Book()
    other.load(watches)
    kept = other.memory_bytes
    other.recall(book.remember())
    other.step(market(0, 9))

    book.step(market(0, 9))
    assert other.memory_bytes == book.memory_bytes > kept


def test_a_memory_of_another_version_is_refused() -> None:
    packed = Book().remember()

    with pytest.raises(ValueError, match="version 77"):
        Book().recall(packed._replace(lasting=bytes([77]) + packed.lasting[1:]))


def test_what_lasts_is_the_same_until_a_rule_changes() -> None:
    book = Book()
    book.put(Watch(7, "price > 2", (A,)))
    book.step(market(1, 3))
    first = book.remember()
    book.step(market(3, 3))
    second = book.remember()
    book.put(Watch(8, "price > 9", (B,)))
    book.step(market(3, 3))
    third = book.remember()

    assert second.digest == first.digest
    assert second.lasting == first.lasting
    assert second.truths != first.truths
    assert third.digest != second.digest


def test_a_memory_is_small() -> None:
    rng = np.random.default_rng(7)
    symbols = tuple(f"S{number}USDT" for number in range(500))
    levels = rng.normal(100, 5, 20_000)
    book = Book()
    book.load(
        Watch(
            number,
            f"price > {level}" if number % 4 else f"price > {level} or price < 90",
            (symbols[number % 500],),
        )
        for number, level in enumerate(levels.tolist(), 1)
    )
    table = table_of({"price": rng.normal(100, 5, 500).tolist()}, symbols=symbols)
    book.step(TableMarket(table))

    packed = book.remember()
    assert len(packed.lasting) / 20_000 < 10
    assert len(packed.truths) / 20_000 < 0.2
