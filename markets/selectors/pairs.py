"""What the pages know of every pair besides its numbers."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from markets.engine.expressions.labels import Labels
from markets.engine.table import Table
from markets.models import Instrument

DEFAULT_DECIMALS: Final = 8


@dataclass(frozen=True, slots=True)
class Pair:
    """A pair's assets, the decimals that its price is shown with, its categories."""

    symbol: str
    base_asset: str
    quote_asset: str
    decimals: int
    categories: tuple[str, ...] = ()
    tick_size: Decimal | None = None


_known: dict[tuple[str, str, tuple[str, ...]], dict[str, Pair]] = {}


def known_pairs(table: Table) -> dict[str, Pair]:
    """Return `pairs_of`, read again only when the symbols of a table change."""
    key = (table.venue, table.market_key, table.symbols)
    pairs = _known.get(key)
    if pairs is None or len(pairs) < len(table.symbols):
        pairs = pairs_of(table)
        _known.clear()
        _known[key] = pairs
    return pairs


def pairs_of(table: Table) -> dict[str, Pair]:
    """Return the pairs of a table that the database knows, by symbol."""
    rows = Instrument.objects.filter(
        market__venue=table.venue, market__key=table.market_key
    ).values_list("symbol", "base_asset", "quote_asset", "tick_size", "categories")
    return {
        symbol: Pair(
            symbol,
            base,
            quote,
            _decimals(f"{tick_size.normalize():f}"),
            tuple(categories),
            tick_size.normalize(),
        )
        for symbol, base, quote, tick_size, categories in rows
    }


def texts_of(pairs: Mapping[str, Pair]) -> dict[str, list[str]]:
    """Return the symbols, base assets and categories that the pairs have, in order."""
    some = list(pairs.values())
    return {
        "symbol": sorted({one.symbol for one in some}),
        "base": sorted({one.base_asset for one in some}),
        "category": sorted({name for one in some for name in one.categories}),
    }


_known_labels: tuple[Mapping[str, Pair], Labels] = ({}, Labels())


def labels_of(pairs: Mapping[str, Pair]) -> Labels:
    """Return what expressions may ask of the pairs' names, arranged once."""
    global _known_labels  # noqa: PLW0603 - replaced at once, for any thread
    known, labels = _known_labels
    # The pairs are one object until the market's symbols change.
    if known is not pairs:
        labels = Labels(
            {one.symbol: one.base_asset for one in pairs.values()},
            {one.symbol: one.categories for one in pairs.values() if one.categories},
        )
        _known_labels = pairs, labels
    return labels


def decimals_of(symbol: str, pairs: Mapping[str, Pair]) -> int:
    """Return the decimals of a pair's price; eight where it is not known yet."""
    pair = pairs.get(symbol)
    return DEFAULT_DECIMALS if pair is None else pair.decimals


def tick_size_of(symbol: str, pairs: Mapping[str, Pair]) -> Decimal:
    """Return the price step of a pair; the finest where it is not known yet."""
    pair = pairs.get(symbol)
    known = pair.tick_size if pair else None
    return known or Decimal(1).scaleb(-decimals_of(symbol, pairs))


def _decimals(number: str) -> int:
    return len(number.partition(".")[2])
