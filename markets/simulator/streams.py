"""Stream names of the exchange, and the routes that carry them."""

import re
from dataclasses import dataclass
from typing import Final

from markets.simulator.faults import STREAM_KINDS
from markets.simulator.intervals import INTERVALS
from markets.types import Venue

_ALL_MARKET: Final = re.compile(
    r"!(?P<kind>miniTicker|ticker|markPrice|forceOrder|bookTicker|contractInfo)"
    r"(?:@arr)?(?:@(?P<speed>1s))?"
)
_ONE_PAIR: Final = re.compile(
    r"(?P<name>[^@!]+)@(?P<kind>kline|[A-Za-z]+?)"
    r"(?:_(?P<interval>\w+)|(?P<levels>5|10|20))?(?:@(?P<speed>1s|\d+ms))?"
)
_PUBLIC: Final = frozenset({"bookTicker", "depth"})
_FUTURES_ONLY: Final = frozenset({"markPrice", "forceOrder", "contractInfo"})
_RETIRED_ON_SPOT: Final = frozenset({"!ticker@arr", "!bookTicker"})


@dataclass(frozen=True, slots=True)
class StreamName:
    """A stream name taken apart; `name` is the lower-case symbol, empty for all."""

    text: str
    kind: str
    name: str = ""
    interval: str = ""
    levels: int = 0
    speed_ms: int = 0


def parse(text: str, venue: Venue) -> StreamName | None:
    """Return the parts of a stream that the venue has, else None."""
    match = _ALL_MARKET.fullmatch(text) or _ONE_PAIR.fullmatch(text)
    if match is None:
        return None
    parts = match.groupdict(default="")
    kind, interval = parts["kind"], parts.get("interval", "")
    if kind not in STREAM_KINDS or (kind == "kline") != (interval in INTERVALS):
        return None
    if venue is Venue.BINANCE_SPOT and (
        kind in _FUTURES_ONLY or text in _RETIRED_ON_SPOT
    ):
        return None
    speed = parts["speed"]
    return StreamName(
        text,
        kind,
        name=parts.get("name", ""),
        interval=interval,
        levels=int(parts.get("levels") or 0),
        speed_ms=1_000 if speed == "1s" else int(speed.removesuffix("ms") or 0),
    )


def carries(route: str, kind: str, venue: Venue) -> bool:
    """Whether a route serves a kind; the unrouted address is as ``public``."""
    if venue is Venue.BINANCE_SPOT:
        return True
    return (kind in _PUBLIC) == (route != "market")
