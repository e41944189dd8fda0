"""A book that someone looks at, and what there is to tell of it."""

from dataclasses import replace
from typing import Final

from markets.exchanges.base import OrderBook
from markets.types import BookDepth, BookSnapshot, BookUpdate, Symbol

TOLD_LEVELS: Final = 500
"""Levels a side that are told."""


class FollowedBook:
    """
    The book of one symbol with the depth that was told last.

    While the book is rebuilt, the depth keeps the last levels and says so.

    Parameters
    ----------
    symbol
        Whose book.
    book
        Kept in step by its own `run`.
    """

    def __init__(self, symbol: Symbol, book: OrderBook) -> None:
        self.book = book
        self.depth = BookDepth(symbol, is_live=False, event_time_ms=0)
        self.has_changed = False
        """Whether anything came since the book was last kept."""
        self._has_news = False

    def offer(self, update: BookUpdate) -> None:
        """Take an update of the stream."""
        self.book.offer(update)
        self._has_news = self.has_changed = True

    def news(self) -> BookDepth | None:
        """Return the depth where it is not the one of the last call."""
        was_live = self.depth.is_live
        if self.book.is_synced:
            if was_live and not self._has_news:
                return None
            self._has_news = False
            self.depth = self.book.depth(TOLD_LEVELS)
            return self.depth
        if not was_live:
            return None
        self.depth = replace(self.depth, is_live=False)
        return self.depth

    def kept(self) -> BookSnapshot | None:
        """Return the book for the cache, None unless it changed and is right."""
        if not (self.has_changed and self.book.is_synced):
            return None
        self.has_changed = False
        return self.book.snapshot(TOLD_LEVELS)
