from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from alerts.rules.book import Book, Edges, Watch
from markets.engine.expressions.history import History, Track
from markets.engine.expressions.labels import Labels
from markets.engine.expressions.market import TableMarket
from tests.alerts.rules.plain import Pairs, PlainBook
from tests.alerts.rules.strategies import PAIRS, stories, watches
from tests.markets.engine.expressions.strategies import METRICS, SYMBOLS
from tests.markets.engine.expressions.tables import MIDNIGHT, NAN, table_of

BASES = {"AAAUSDT": "AAA", "BBBUSDT": "BBB"}
CATEGORIES = {"AAAUSDT": ("Meme", "AI"), "BBBUSDT": ()}
LABELS = Labels(BASES, CATEGORIES)
TRACKS = {Track(metric, clock): 6 for metric in METRICS for clock in (1, 5, 60)}


def pairs_of(edges: Edges) -> tuple[Pairs, Pairs]:
    fired, ended = (
        list(zip(ids.tolist(), rows.tolist(), strict=True)) for ids, rows in edges
    )
    return fired, ended


class Both:
    """A book and the plain one, told the same."""

    def __init__(self) -> None:
        self.book = Book()
        self.plain = PlainBook(BASES, CATEGORIES)
        self.history = History()
        self.history.keep(TRACKS)

    def tell(self, what: str, given: Any) -> None:
        getattr(self, what)(given)
        assert len(self.book) == len(self.plain.watches)

    def put(self, watch: Watch) -> None:
        self.book.put(watch)
        self.plain.put(watch)

    def load(self, some: Sequence[Watch]) -> None:
        distinct = {watch.number: watch for watch in some}.values()
        self.book.load(distinct)
        for watch in distinct:
            self.plain.put(watch)

    def remove(self, number: int) -> None:
        assert self.book.remove(number) == (number in self.plain.watches)
        self.plain.remove(number)
        assert number not in self.book

    def restart(self, fresh: Sequence[Watch]) -> None:
        """Another process goes on, with the first rules as they are now."""
        packed, self.book = self.book.remember(), Book()
        distinct = {watch.number: watch for watch in fresh}.values()
        self.plain.restart()
        for watch in distinct:
            self.plain.put(watch)
        self.book.load(self.plain.watches.values())
        self.book.recall(packed)

    def step(self, given: tuple[dict[str, list[float]], tuple[str, ...]]) -> None:
        columns, symbols = given
        chosen = [PAIRS.index(symbol) for symbol in symbols]
        table = table_of(
            {name: [column[row] for row in chosen] for name, column in columns.items()},
            symbols=symbols,
            minute=MIDNIGHT + 57 + len(self.plain.tables),
        )
        self.history.push(table)
        market = TableMarket(table, self.history, LABELS)
        assert pairs_of(self.book.step(market)) == self.plain.step(table)
        self.check_truths(market)

    def check_truths(self, market: TableMarket) -> None:
        table = market.table
        for number, watch in self.plain.watches.items():
            rows = self.book.true_rows(number).tolist()
            assert rows == [
                row
                for row, symbol in enumerate(table.symbols)
                if self.plain.truths.get((number, symbol))
            ]
            asked = [(number, row) for row in range(len(table.symbols))]
            for row, found in enumerate(self.book.truth(asked, market)):
                symbol = table.symbols[row]
                if watch.symbols is None or symbol in watch.symbols:
                    truth = self.plain.now(watch, symbol)
                    assert found == {True: 1, None: 0, False: -1}[truth]
                else:
                    assert found == -1


@settings(max_examples=200, deadline=None)
@given(stories)
def test_a_book_tells_what_the_plain_one_tells(story: list[tuple[str, Any]]) -> None:
    both = Both()

    for what, given_ in story:
        both.tell(what, given_)


def step(book: Book, *prices: float) -> Pairs:
    table = table_of({"price": prices}, symbols=PAIRS[: len(prices)])
    return pairs_of(book.step(TableMarket(table)))[0]


KINDS = ["price > 2", "2 < price", "price > 2 and price < 99", "abs(price) > 2"]
SCOPES = [None, PAIRS[:1], PAIRS[:2]]


@pytest.mark.parametrize("text", KINDS)
@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize(
    ("prices", "fires"),
    [
        ((1, 3), True),
        ((3, 3), False),
        ((NAN, 3), False),
        ((NAN, 1, 3), True),
        ((1, NAN, 3), True),
        ((3, NAN, 3), False),
        ((1, NAN, NAN, 3), True),
        ((3, 3, 1, 3), True),
    ],
)
def test_a_pair_fires_when_it_was_last_known_to_be_false(
    text: str, scope: tuple[str, ...] | None, prices: Sequence[float], fires: bool
) -> None:
    book = Book()
    book.put(Watch(1, text, scope))
    for price in prices[:-1]:
        assert step(book, price) == []

    assert step(book, prices[-1]) == ([(1, 0)] if fires else [])


@pytest.mark.parametrize("text", KINDS)
@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("is_alone", [True, False])
@pytest.mark.parametrize(
    ("before", "after", "fires"),
    [
        ((1,), (3,), True),
        ((3,), (3,), False),
        ((3,), (1, 3), True),
        ((NAN,), (3,), False),
        ((1, NAN), (3,), False),
        ((1, NAN), (NAN, 3), False),
        ((1, NAN), (1, 3), True),
        ((3, 1), (NAN, 3), True),
        ((), (3,), False),
    ],
)
def test_a_rule_between_two_steps_is_based_on_the_table_stepped_last(
    text: str,
    scope: tuple[str, ...] | None,
    is_alone: bool,
    before: Sequence[float],
    after: Sequence[float],
    fires: bool,
) -> None:
    book = Book()
    if not is_alone:
        book.load([Watch(-2, "price > 50", None), Watch(-3, "price > 50", PAIRS[:1])])
    for price in before:
        step(book, price)

    book.put(Watch(1, text, scope))

    for price in after[:-1]:
        assert step(book, price) == []
    assert step(book, after[-1]) == ([(1, 0)] if fires else [])


@pytest.mark.parametrize("text", KINDS)
@pytest.mark.parametrize("scope", SCOPES)
def test_a_rule_put_as_it_is_keeps_its_state_and_a_changed_one_does_not(
    text: str, scope: tuple[str, ...] | None
) -> None:
    book = Book()
    book.put(Watch(1, text, scope))
    step(book, 1)
    step(book, NAN)

    book.put(Watch(1, text, scope))
    assert step(book, 3) == [(1, 0)]

    step(book, 1)
    step(book, NAN)
    book.put(Watch(1, text.replace("2", "2.5"), scope))
    assert step(book, 3) == []


@pytest.mark.parametrize("text", [*KINDS, "price > 2 or 3 < 2"])
@pytest.mark.parametrize("scope", [None, PAIRS[1:2], PAIRS[:2]])
def test_a_pair_that_leaves_and_comes_back_keeps_nothing(
    text: str, scope: tuple[str, ...] | None
) -> None:
    book = Book()
    book.put(Watch(1, text, scope))
    step(book, 3, 1)
    step(book, 3)

    assert step(book, 3, 3) == []
    step(book, 3, 1)
    assert step(book, 3, 3) == [(1, 1)]


@pytest.mark.parametrize("scope", [None, PAIRS[:2]])
def test_a_text_is_that_of_the_pair_wherever_it_stands_in_the_table(
    scope: tuple[str, ...] | None,
) -> None:
    book = Book()
    book.put(Watch(1, 'base == "BBB" and price > 2', scope))
    found = []
    for symbols, price in ((PAIRS[:2], 1), (PAIRS[1::-1], 3)):
        table = table_of({"price": [price, price]}, symbols=symbols)
        found.append(pairs_of(book.step(TableMarket(table, labels=LABELS)))[0])

    assert found == [[], [(1, 0)]]


def test_two_rules_of_one_number_are_refused_and_nothing_is_changed() -> None:
    book = Book()
    book.put(Watch(1, "price > 2", None))
    twins = [Watch(1, "price > 3", None), Watch(2, "price > 1", None)] * 2

    with pytest.raises(ValueError, match="two rules 1"):
        book.load(twins)

    assert (len(book), 1 in book, 2 in book) == (1, True, False)
    step(book, 1)
    assert step(book, 2.5) == [(1, 0)]


def test_a_rule_may_name_as_many_pairs_as_an_exchange_has_and_no_more() -> None:
    many = tuple(f"S{number}" for number in range(8_193))

    with pytest.raises(ValueError, match="names 8,193 pairs"):
        Book().put(Watch(1, "price > 2", many))


def test_a_rule_for_every_pair_takes_in_those_that_are_listed_later() -> None:
    book = Book()
    book.load([Watch(1, "price > 2", None), Watch(-2, "abs(price) > 2", None)])
    step(book, 1)
    step(book, 1, 1)

    assert step(book, 1, 3) == [(-2, 1), (1, 1)]


def test_many_rules_are_found_and_removed_again() -> None:
    book = Book()
    texts = ("price > {}", "abs(price) > {}", "price > {} and price < 1e6")
    book.load(
        Watch(number, texts[number % 3].format(number), PAIRS[:1])
        for number in range(1, 30_001)
    )
    step(book, 0)

    for number in range(1, 25_001):
        assert book.remove(number)

    assert len(book) == 5_000
    assert not book.remove(7)
    assert [number for number, _ in step(book, 100_000)] == list(range(25_001, 30_001))


def test_of_a_rule_that_there_is_not_nothing_is_known() -> None:
    market = TableMarket(table_of({"price": [1.0]}))

    assert Book().truth([(1, 0)], market).tolist() == [0]
    assert Book().true_rows(1).tolist() == []


@given(st.lists(watches, max_size=6, unique_by=lambda watch: watch.number))
def test_the_order_in_which_rules_are_put_does_not_matter(some: list[Watch]) -> None:
    rng = np.random.default_rng(7)
    books = [Book(), Book()]
    books[0].load(some)
    for watch in reversed(some):
        books[1].put(watch)

    for _ in range(4):
        columns = {
            name: rng.choice([-1.0, 0.5, 2.0, NAN], 3).tolist() for name in METRICS
        }
        market = TableMarket(table_of(columns, symbols=SYMBOLS), labels=LABELS)
        one, other = (pairs_of(book.step(market)) for book in books)
        assert one == other
