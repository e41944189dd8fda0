"""The last closed values between the feed and its readers, a slot at a time."""

from dataclasses import dataclass
from typing import Final
from uuid import uuid4

import msgspec
import numpy as np
from django.core.cache import cache
from redis import RedisError

from markets.engine.recent import Recent

_KEEP_S: Final = 7 * 86_400
_STAMP_BYTES: Final = 16
_TRIES: Final = 3


class _Header(msgspec.Struct, array_like=True, frozen=True):
    market_key: str
    symbols: tuple[str, ...]
    columns: tuple[str, ...]
    end: int
    stamps: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class _Written:
    header: _Header
    parts: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class _Known(_Written):
    recent: Recent


_written: dict[str, _Written] = {}
_known: dict[str, _Known] = {}


def write_recent(recent: Recent) -> None:
    """
    Publish the last closed values of every metric.

    A minute changes one slot or two: only those are written, each with a stamp
    that the header names.
    """
    key = _key(recent.venue)
    before = _written.pop(key, None)
    if before is not None and not cache.has_key(key):
        before = None
    stamps, parts = [], []
    for slot, values in enumerate(recent.values):
        part = np.ascontiguousarray(values, dtype="<f8").tobytes()
        if before is None or slot >= len(before.parts) or before.parts[slot] != part:
            stamp = uuid4().bytes
            cache.set(f"{key}:{slot}", stamp + part, _KEEP_S)
        else:
            stamp = before.header.stamps[slot]
        stamps.append(stamp)
        parts.append(part)
    header = _Header(
        recent.market_key, recent.symbols, recent.columns, recent.end, tuple(stamps)
    )
    cache.set(key, msgspec.msgpack.encode(header), _KEEP_S)
    _written[key] = _Written(header, tuple(parts))


def read_recent(venue: str) -> Recent | None:
    """
    Return the last closed values that were published, None before the first.

    While the cache does not answer, those that were read last hold. The values
    are read-only.
    """
    key = _key(venue)
    known = _known.get(key)
    try:
        found = _read(key, known)
    except RedisError:
        found = known
    if found is None:
        return None
    _known[key] = found
    return found.recent


# A slot may be newer than the header: the one that goes with it comes soon, and
# until then what was known is right of its own steps.
def _read(key: str, known: _Known | None) -> _Known | None:
    for _ in range(_TRIES):
        packed = cache.get(key)
        if packed is None:
            return None
        header = msgspec.msgpack.decode(packed, type=_Header)
        if known is not None and known.header == header:
            return known
        parts = _parts(key, header, known)
        if parts is not None:
            return _Known(header, parts, _recent(key, header, parts))
    return known


def _parts(key: str, header: _Header, known: _Known | None) -> tuple[bytes, ...] | None:
    stamped = dict(zip(known.header.stamps, known.parts, strict=True)) if known else {}
    missing = {
        stamp: f"{key}:{slot}"
        for slot, stamp in enumerate(header.stamps)
        if stamp not in stamped
    }
    fetched = cache.get_many(missing.values())
    for stamp, name in missing.items():
        part = fetched.get(name, b"")
        if part[:_STAMP_BYTES] != stamp:
            return None
        stamped[stamp] = part[_STAMP_BYTES:]
    return tuple(stamped[stamp] for stamp in header.stamps)


def _recent(key: str, header: _Header, parts: tuple[bytes, ...]) -> Recent:
    shape = (len(header.columns), len(header.symbols))
    return Recent(
        key.split(":")[1],
        header.market_key,
        header.symbols,
        header.columns,
        header.end,
        tuple(np.frombuffer(part, dtype="<f8").reshape(shape) for part in parts),
    )


def _key(venue: str) -> str:
    return f"market:{venue}:recent"
