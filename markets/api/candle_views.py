"""Candles with their indicators, and what they say, over REST."""

from typing import Any

from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from markets.api import candle_content, candle_questions, candle_schema, schema
from markets.api.candle_questions import CandlesQuestion
from markets.api.limits import HourlyLimit
from markets.api.views import MarketView, table_with
from markets.candle_history import Stretch, candle_history
from markets.candle_indicators import indicated_candles
from markets.engine.table import Table
from markets.selectors.candles import recent_candles
from markets.selectors.pairs import decimals_of, known_pairs
from markets.types import Symbol

_TAIL_CANDLES = 10


class TailLimit(HourlyLimit):
    """A chart that is open asks for its newest values every other second."""

    scope = "tail"
    nameless_limit = user_limit = 20_000


class CandlesView(MarketView):
    """Candles, and on them what the engine's indicators say."""

    def get_throttles(self) -> list[BaseThrottle]:
        """Count the tail of a chart by itself."""
        limit = self.request.GET.get("limit", "")
        is_tail = limit.isdecimal() and int(limit) <= _TAIL_CANDLES
        if is_tail and self.request.GET.get("indicators"):
            return [TailLimit()]
        return super().get_throttles()

    @schema.answers(
        "candles",
        candle_schema.CANDLES,
        *candle_schema.CANDLES_PARAMETERS,
        finds=True,
    )
    def get(self, request: Request, symbol: str) -> HttpResponse:
        """Return the candles of one pair, oldest first, with indicators if asked."""
        asked = candle_questions.candles_question(request.query_params)
        table = table_with(symbol, "closed")
        if asked.indicators:
            live = table_with(symbol, "live")
            return self.cached(
                (symbol, asked),
                (table.version, live.version),
                lambda: _indicated((table, live), symbol, asked),
            )
        if asked.reach == "exchange":
            return self.at_once(_from_exchange(table, symbol, asked))
        return self.cached(
            (symbol, asked), table.version, lambda: _stored(table, symbol, asked)
        )


class AnalysisView(MarketView):
    """Several timeframes of one pair at a glance."""

    @schema.answers(
        "analysis",
        candle_schema.ANALYSIS,
        *candle_schema.ANALYSIS_PARAMETERS,
        finds=True,
    )
    def get(self, request: Request, symbol: str) -> HttpResponse:
        """Return the indicators of several timeframes, and what says up or down."""
        clock, timeframes = candle_questions.analysis_question(request.query_params)
        table = table_with(symbol, clock)
        return self.cached(
            (symbol, clock, timeframes),
            table.version,
            lambda: candle_content.analysis(
                table, known_pairs(table), symbol, timeframes
            ),
        )


def _stored(table: Table, symbol: str, asked: CandlesQuestion) -> Any:
    found = recent_candles(
        table,
        Symbol(symbol),
        asked.timeframe,
        limit=asked.limit,
        start_ms=asked.start_ms,
        end_ms=asked.end_ms,
    )
    decimals = decimals_of(symbol, known_pairs(table))
    return candle_content.candles(symbol, asked.timeframe, decimals, found)


def _from_exchange(table: Table, symbol: str, asked: CandlesQuestion) -> Any:
    history = candle_history(table, _stretch(symbol, asked))
    return candle_content.candles(
        symbol,
        asked.timeframe,
        decimals_of(symbol, known_pairs(table)),
        history.candles,
        has_older=history.has_older,
    )


def _indicated(tables: tuple[Table, Table], symbol: str, asked: CandlesQuestion) -> Any:
    found = indicated_candles(
        tables,
        _stretch(symbol, asked),
        asked.indicators,
        from_exchange=asked.reach == "exchange",
    )
    return candle_content.candles(
        symbol,
        asked.timeframe,
        decimals_of(symbol, known_pairs(tables[0])),
        found.candles,
        has_older=found.has_older,
        indicators=found.values,
    )


def _stretch(symbol: str, asked: CandlesQuestion) -> Stretch:
    return Stretch(
        Symbol(symbol), asked.timeframe, asked.limit, asked.start_ms, asked.end_ms
    )
