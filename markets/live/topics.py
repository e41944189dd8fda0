"""Topics of the live socket: their names, and what is wrong with a wrong one."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Self

from markets.types import TIMEFRAMES, WINDOWS, StreamKind, Symbol, Watched

MOST_CANDLES: Final = 500
"""In the snapshot of a candle topic; also where it names no count."""
_NONE = Symbol("")
_FORMS: Final = (
    "ticks, ticks.SYMBOL, metrics.SYMBOL, overview.WINDOW, book.SYMBOL, "
    "trades.SYMBOL, {}feed or candles.SYMBOL.TIMEFRAME"
)


class TopicKind(StrEnum):
    """What a topic carries."""

    TICKS = "ticks"
    OVERVIEW = "overview"
    CANDLES = "candles"
    METRICS = "metrics"
    FEED = "feed"
    BOOK = "book"
    TRADES = "trades"
    EXTRA = "extra"
    """Brought by an app above the market, which names it."""


WATCHED_KINDS: Final = {
    TopicKind.BOOK: StreamKind.BOOK,
    TopicKind.TRADES: StreamKind.TRADE,
}
"""Topics that the feed follows only while somebody listens."""

_OF_A_PAIR: Final = frozenset({TopicKind.TICKS, TopicKind.METRICS, *WATCHED_KINDS})


@dataclass(frozen=True, slots=True)
class Topic:
    """
    Something to listen to.

    `symbol` belongs to what is of one pair, `timeframe` and `count` (candles of the
    snapshot, 0 for all) to candles, `window` to the overview. `extra` is the name
    of a topic that another app has brought.
    """

    kind: TopicKind
    symbol: Symbol = _NONE
    timeframe: str = ""
    count: int = 0
    window: str = ""
    extra: str = ""

    @classmethod
    def of_extra(cls, name: str) -> Self:
        """Return the topic that an app has brought under a name."""
        return cls(TopicKind.EXTRA, extra=name)

    @property
    def name(self) -> str:
        """Its name on the wire."""
        if self.extra:
            return self.extra
        count = str(self.count) if self.count else ""
        parts = (self.kind.value, self.symbol, self.timeframe, count, self.window)
        return ".".join(part for part in parts if part)

    @property
    def watched(self) -> Watched | None:
        """What the feed must follow for it; None for what it follows anyway."""
        kind = WATCHED_KINDS.get(self.kind)
        return Watched(kind, self.symbol) if kind else None


_extra: set[str] = set()


def add_extra(name: str) -> None:
    """Know the name of a topic that an app brings."""
    _extra.add(name)


def parse_topic(name: str) -> Topic:
    """
    Read the name of a topic.

    Raises
    ------
    ValueError
        With a sentence that says what would be right.
    """
    if name in _extra:
        return Topic.of_extra(name)
    kind, _, rest = name.partition(".")
    if name in (TopicKind.TICKS, TopicKind.FEED):
        return Topic(TopicKind(name))
    if kind in _OF_A_PAIR and rest:
        return Topic(TopicKind(kind), Symbol(rest))
    if kind == TopicKind.OVERVIEW:
        return Topic(TopicKind.OVERVIEW, window=_one_of("window", rest, WINDOWS))
    if kind != TopicKind.CANDLES:
        others = "".join(f"{one}, " for one in sorted(_extra))
        forms = _FORMS.format(others)
        raise ValueError(f"The topic is {name[:80]!r}; it must be {forms}.")
    return _candles(name, rest)


def _candles(name: str, rest: str) -> Topic:
    # From the right: the exchange decides what a symbol may hold.
    symbol, _, last = rest.rpartition(".")
    count = 0
    if last.isascii() and last.isdecimal():
        count = int(last) if len(last) <= 3 else 0
        # A count has one form only, for the name of a topic has.
        if not 1 <= count <= MOST_CANDLES or last != str(count):
            raise ValueError(
                f"The topic is {name[:80]!r}; its count of candles must be from 1 to "
                f"{MOST_CANDLES}."
            )
        symbol, _, last = symbol.rpartition(".")
    if not symbol:
        raise ValueError(
            f"The topic is {name[:80]!r}; candles need a symbol and a timeframe, "
            "such as candles.BTCUSDT.1m."
        )
    timeframe = _one_of("timeframe", last, TIMEFRAMES)
    return Topic(TopicKind.CANDLES, Symbol(symbol), timeframe, count)


def _one_of(what: str, value: str, options: Mapping[str, int]) -> str:
    if value in options:
        return value
    raise ValueError(
        f"The {what} is {value[:20]!r}; it must be one of {', '.join(options)}."
    )
