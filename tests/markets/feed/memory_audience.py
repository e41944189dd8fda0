"""An audience in memory, for the feed's own tests."""

from collections.abc import Collection, Mapping, Sequence

from markets.errors import StoreUnavailableError
from markets.types import BookDepth, BookSnapshot, Symbol, Trade, Watched


class MemoryAudience:
    """Wants what a test puts into `looks_at`, and remembers what it was told."""

    def __init__(self) -> None:
        self.looks_at: set[Watched] = set()
        self.books: dict[Symbol, list[BookDepth]] = {}
        self.trades: dict[Symbol, list[Trade]] = {}
        self.tapes: dict[Symbol, list[Trade]] = {}
        self.large: dict[Symbol, float | None] = {}
        self.kept: dict[Symbol, BookSnapshot] = {}
        self.is_down = False

    async def wanted(self) -> Collection[Watched]:
        self._refuse()
        return set(self.looks_at)

    def tell_book(self, depth: BookDepth) -> None:
        self.books.setdefault(depth.symbol, []).append(depth)

    def tell_trades(
        self,
        symbol: Symbol,
        trades: Sequence[Trade],
        *,
        large_quote: float | None,
        is_whole: bool,
    ) -> None:
        self.large[symbol] = large_quote
        if is_whole:
            self.tapes[symbol] = list(trades)
        else:
            self.trades.setdefault(symbol, []).extend(trades)

    async def keep(
        self, books: Sequence[BookSnapshot], tapes: Mapping[Symbol, Sequence[Trade]]
    ) -> None:
        self._refuse()
        self.kept.update({book.symbol: book for book in books})

    def _refuse(self) -> None:
        if self.is_down:
            raise StoreUnavailableError("Redis is gone.")
