"""The door between the feed and its readers: tables, state and books in the cache."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import quote
from uuid import uuid4

import orjson
from django.core.cache import cache
from redis import RedisError

from markets.engine.table import Table
from markets.errors import MarketUnavailableError
from markets.types import BookSnapshot, Symbol, Trade

_KEEP_S = 7 * 86_400
_KEEP_WATCHED_S = 60


@dataclass(frozen=True, slots=True)
class _Known:
    stamp: str
    block: Any


_known: dict[str, _Known] = {}
_known_states: dict[str, dict[str, Any] | None] = {}


def write_table(table: Table) -> None:
    """
    Publish a table; its small stamp tells readers when to load it again.

    A stamp is never used twice, for a feed that starts anew counts from one.
    """
    _write_block(f"market:{table.venue}:{table.clock}", table.to_bytes())


def read_table(venue: str, clock: str) -> Table:
    """
    Return the newest table of a clock (``closed`` or ``live``).

    While the cache does not answer, the last one that was read holds.

    Raises
    ------
    MarketUnavailableError
        If the feed has not published one yet.
    """
    table: Table | None = _read_block(f"market:{venue}:{clock}", Table.from_bytes)
    if table is None:
        raise MarketUnavailableError(f"The feed of {venue} has not published yet.")
    return table


def _write_block(key: str, packed: bytes) -> None:
    cache.set(key, packed, _KEEP_S)
    cache.set(f"{key}:stamp", uuid4().hex, _KEEP_S)


# The stamp is read before the block and written after it: the block is as new as
# the stamp or newer, and a newer one is only loaded once more.
def _read_block[Block](key: str, unpack: Callable[[bytes], Block]) -> Block | None:
    known = _known.get(key)
    try:
        stamp = cache.get(f"{key}:stamp")
        if known and stamp == known.stamp:
            return cast("Block", known.block)
        packed = cache.get(key)
    except RedisError as error:
        if known:
            return cast("Block", known.block)
        raise MarketUnavailableError("The cache does not answer.") from error
    if stamp is None or packed is None:
        return None
    block = unpack(packed)
    _known[key] = _Known(stamp, block)
    return block


def write_state(venue: str, state: Mapping[str, Any]) -> None:
    """Publish the feed's state."""
    cache.set(f"market:{venue}:state", dict(state), _KEEP_S)


def read_state(venue: str) -> dict[str, Any] | None:
    """Return the feed's last state, as last read; None before the first."""
    try:
        _known_states[venue] = cache.get(f"market:{venue}:state")
    except RedisError:
        return _known_states.get(venue)
    return _known_states[venue]


def write_watched(
    venue: str,
    books: Iterable[BookSnapshot],
    tapes: Mapping[Symbol, Sequence[Trade]],
    *,
    now_ms: int,
) -> None:
    """Publish books and trades that somebody looks at, as of `now_ms`."""
    # As JSON, which is a tenth of the work of pickling thousands of objects.
    kept = {
        _watched_key(venue, "book", book.symbol): orjson.dumps((now_ms, book))
        for book in books
    }
    for symbol, trades in tapes.items():
        rows = [
            (one.trade_id, one.time_ms, one.price, one.quantity, one.taker_side)
            for one in trades
        ]
        kept[_watched_key(venue, "trades", symbol)] = orjson.dumps((now_ms, rows))
    cache.set_many(kept, _KEEP_WATCHED_S)


def read_book(venue: str, symbol: Symbol, *, since_ms: int) -> BookSnapshot | None:
    """Return the book that the feed follows, None without one as new as this."""
    kept = _read_watched(_watched_key(venue, "book", symbol), since_ms)
    return None if kept is None else BookSnapshot(**kept)


def read_trades(venue: str, symbol: Symbol, *, since_ms: int) -> list[Trade] | None:
    """Return the trades that the feed follows, oldest first; None as `read_book`."""
    kept = _read_watched(_watched_key(venue, "trades", symbol), since_ms)
    return None if kept is None else [Trade(symbol, *row) for row in kept]


# Our own JSON comes back here.
def _read_watched(key: str, since_ms: int) -> Any:
    try:
        packed = cache.get(key)
    except RedisError:
        return None
    if packed is None:
        return None
    kept_at_ms, kept = orjson.loads(packed)
    return kept if kept_at_ms >= since_ms else None


def _watched_key(venue: str, what: str, symbol: Symbol) -> str:
    # A symbol may hold characters that a key of the cache may not.
    return f"market:{venue}:{what}:{quote(symbol)}"
