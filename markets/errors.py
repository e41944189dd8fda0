"""
What can go wrong with the market.

MarketError
├── ExchangeError
│   ├── RateLimitedError          wait `retry_after_s`
│   ├── ExchangeUnavailableError  try later
│   ├── RegionBlockedError        this address is not served; try another host
│   └── BadAnswerError            the answer is not of the documented form
├── InvalidCandleError            a candle that contradicts itself
├── BookGapError                  the chain of book updates is broken: rebuild
├── UnknownSymbolError            no such instrument here
├── RecordingError                a recording that cannot be read
├── NotStoredError                the store does not hold what was asked for
├── FeatureStoreError             a day of the feature store that cannot be read
│   └── FeatureStoreTakenError    another process writes days: try later
├── TooManyEpisodesError          the answer would be endless: ask for less
├── PastBusyError                 others ask the feature store: try later
├── MarketUnavailableError        no snapshot has been published yet
├── StoreUnavailableError         database, cache or bus is away: keep it, try later
│   └── DataRefusedError          the rows themselves are at fault: go on without
├── FeedTakenError                another feed already writes this market
└── ExpressionError               a person's expression is at fault: show them where
"""

from collections.abc import Sequence
from typing import NamedTuple


class MarketError(Exception):
    """Base of everything the market does to us."""


class ExchangeError(MarketError):
    """The exchange did not serve a request."""


class RateLimitedError(ExchangeError):
    """The exchange (429, 418) or our own governor says wait."""

    def __init__(self, message: str, *, retry_after_s: float) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class ExchangeUnavailableError(ExchangeError):
    """The exchange cannot be reached, or answers with a server error."""


class RegionBlockedError(ExchangeError):
    """The exchange refuses this region (HTTP 451)."""


class BadAnswerError(ExchangeError):
    """An answer or frame is not of the documented form."""


class InvalidCandleError(MarketError):
    """A candle contradicts itself; it is quarantined, never stored."""


class BookGapError(MarketError):
    """An order-book update does not follow the one before it."""


class UnknownSymbolError(MarketError):
    """No instrument bears this symbol."""


class RecordingError(MarketError):
    """A recording is missing, of an unknown layout, or damaged."""


class NotStoredError(MarketError):
    """The store does not hold the market or the time that was asked for."""


class FeatureStoreError(MarketError):
    """A day of the feature store is damaged, or of an unknown layout."""


class FeatureStoreTakenError(FeatureStoreError):
    """Another process writes days of the feature store now."""


class TooManyEpisodesError(MarketError):
    """An expression was true more often than anyone can read."""


class PastBusyError(MarketError):
    """Another question to past days is being answered; try later."""


class MarketUnavailableError(MarketError):
    """The feed has not published a snapshot yet."""


class StoreUnavailableError(MarketError):
    """The database, the cache or the bus cannot take it now; try later."""


class DataRefusedError(StoreUnavailableError):
    """The database refuses the rows themselves; trying again cannot help."""


class FeedTakenError(MarketError):
    """Another feed already writes this market."""


class Problem(NamedTuple):
    """
    One fault of an expression.

    `start` and `end` are 1-based places in the person's text, both included.
    `suggestion` is what could stand there instead, empty where none is known.
    """

    start: int
    end: int
    message: str
    suggestion: str = ""

    def __str__(self) -> str:
        place = f"{self.start}–{self.end}" if self.end > self.start else self.start
        hint = f"; did you mean {self.suggestion!r}?" if self.suggestion else ""
        return f"{self.message} at {place}{hint}"


class ExpressionError(MarketError, ValueError):
    """An expression cannot be read; `problems` are in the order of the text."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(problems)
