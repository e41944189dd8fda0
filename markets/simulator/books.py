"""The made books that someone looks at."""

from collections.abc import Iterable

from markets.simulator.book import BookChange, MadeBook
from markets.simulator.market import ABSENT, CLOSE, TRADES, VOLUME, Pair
from markets.simulator.moment import Moment


class Books:
    """Makes a book at the first question and moves it from then on."""

    def __init__(self, moment: Moment) -> None:
        self._moment = moment
        self._books: dict[int, MadeBook] = {}
        self._followed: set[int] = set()

    def current(self, pair: Pair) -> MadeBook:
        """Return the book as of now, or of its last step where streams follow it."""
        book = self.snapshot(pair)
        if pair.row not in self._followed:
            self._step(book)
        return book

    def snapshot(self, pair: Pair) -> MadeBook:
        """Return the book as its last step left it."""
        book = self._books.get(pair.row)
        if book is None:
            book = self._books[pair.row] = MadeBook(pair, 0)
            self._resume(book)
            self._step(book)
        return book

    def step(self, rows: Iterable[int]) -> dict[int, BookChange]:
        """Move the books of some pairs to now; return what changed, by row."""
        changes: dict[int, BookChange] = {}
        rows = set(rows)
        for row in rows - self._followed:
            self._resume(self.snapshot(self._moment.market.pairs[row]))
        self._followed = rows
        for row in rows:
            change = self._step(self.snapshot(self._moment.market.pairs[row]))
            if change:
                changes[row] = change
        return changes

    # Ids grow with time, so that they also grow over a restart, and while nobody
    # listens: who comes back has missed some, as with a real book.
    def _resume(self, book: MadeBook) -> None:
        book.last_id = max(book.last_id + 1, self._moment.clock.now_ms() * 1_000)

    def _step(self, book: MadeBook) -> BookChange | None:
        now_ms = self._moment.clock.now_ms()
        row = book.pair.row
        day = self._moment.day(now_ms)[row]
        if day[TRADES] == ABSENT:
            return None
        typical = int(day[VOLUME]) // max(int(day[TRADES]), 1)
        return book.step(int(day[CLOSE]), max(typical, 1), now_ms)
