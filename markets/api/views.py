"""Market reads of the REST API."""

from collections.abc import Callable, Hashable
from datetime import UTC, datetime
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import Resolver404, resolve
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from markets.api import content, questions, schema
from markets.api.answers import Answer, respond
from markets.api.limits import Allowance, HourlyLimit
from markets.engine.table import Table
from markets.errors import UnknownSymbolError
from markets.health import parts_of_the_board, past_days
from markets.selectors.instruments import instruments_of
from markets.selectors.ledger_day import ledger_day
from markets.selectors.pairs import known_pairs
from markets.selectors.tables import current_table
from scalpaiboard.lib.clock import now_ms
from scalpaiboard.lib.newest import Newest

_LEDGER_STEP_MS = 5_000

_cache: Newest[Answer] = Newest()


class MarketView(APIView):
    """A read that anyone may make, within the hour's allowance."""

    throttle_classes: tuple[type[BaseThrottle], ...] = (HourlyLimit,)
    allowance: Allowance | None = None

    def finalize_response(
        self, request: Request, response: HttpResponseBase, *args: Any, **kwargs: Any
    ) -> Any:
        final: Any = super().finalize_response(  # any response of Django will do
            request,
            response,  # type: ignore[arg-type]
            *args,
            **kwargs,
        )
        if self.allowance is not None:
            final["X-RateLimit-Limit"] = str(self.allowance.limit)
            final["X-RateLimit-Remaining"] = str(self.allowance.remaining)
            final["X-RateLimit-Reset"] = str(self.allowance.reset_s)
        return final

    def cached(
        self, question: Hashable, version: Hashable, build: Callable[[], Any]
    ) -> HttpResponse:
        """Answer from memory, built anew where the version has changed."""
        answer = _cache.get((type(self), question), version, lambda: Answer.of(build()))
        return respond(self.request, answer)

    def at_once(self, made: Any) -> HttpResponse:
        """Answer with what was made for this request alone."""
        return respond(self.request, Answer.of(made))


class CoinsView(MarketView):
    @schema.answers("coins", schema.COINS, *schema.COINS_PARAMETERS)
    def get(self, request: Request) -> HttpResponse:
        """List every pair with the columns asked for: sorted, filtered, by page."""
        asked = questions.coins_question(request.query_params)
        table = current_table(asked.clock)
        return self.cached(
            asked,
            table.version,
            lambda: content.coins(table, known_pairs(table), asked),
        )


class CoinView(MarketView):
    @schema.answers("coin", schema.COIN, schema.CLOCK, finds=True)
    def get(self, request: Request, symbol: str) -> HttpResponse:
        """Return every metric of one pair."""
        table = table_with(symbol, questions.clock_question(request.query_params))
        return self.cached(
            (symbol, table.clock),
            table.version,
            lambda: content.coin(table, known_pairs(table), symbol),
        )


class MetricsView(CoinView):
    @schema.answers("metrics", schema.COIN, schema.CLOCK, finds=True)
    def get(self, request: Request, symbol: str) -> HttpResponse:
        """Return every metric of one pair, by the name of the table."""
        answer: HttpResponse = super().get(request, symbol)
        return answer


class CatalogueView(MarketView):
    @schema.answers("metrics_catalogue", schema.CATALOGUE, waits=False)
    def get(self, request: Request) -> HttpResponse:
        """Explain every metric: its name, unit, meaning and source."""
        questions.no_question(request.query_params)
        return self.cached(None, None, content.catalogue)


class SymbolsView(MarketView):
    @schema.answers("symbols", schema.SYMBOLS)
    def get(self, request: Request) -> HttpResponse:
        """List every instrument of the market, with its steps and dates."""
        questions.no_question(request.query_params)
        table = current_table("closed")
        return self.cached(
            None,
            table.version,
            lambda: content.symbols(table, instruments_of(table)),
        )


class LedgerView(MarketView):
    @schema.answers("ledger", schema.LEDGER, *schema.LEDGER_PARAMETERS, finds=True)
    def get(self, request: Request) -> HttpResponse:
        """Tell where the candles of a day came from, by pair and hour."""
        now = now_ms()
        day_ms, symbol = questions.ledger_question(request.query_params, now_ms=now)
        table = current_table("closed")
        day = datetime.fromtimestamp(day_ms / 1_000, tz=UTC).date()
        if symbol and symbol not in table.row_of:
            raise UnknownSymbolError(unknown(symbol, table))

        def build() -> Any:
            pairs = ledger_day(table.venue, table.market_key, day)
            chosen = [one for one in pairs if symbol in ("", one["symbol"])]
            return content.ledger(day.isoformat(), table, chosen)

        version = (table.market_key, now // _LEDGER_STEP_MS)
        return self.cached((day, symbol), version, build)


class HealthView(MarketView):
    throttle_classes = ()

    @schema.answers("health", schema.HEALTH, waits=False)
    def get(self, request: Request) -> HttpResponse:
        """Tell how each part of the board is, in words."""
        questions.no_question(request.query_params)
        return self.at_once(content.health([*parts_of_the_board(), past_days()]))


class UnknownView(MarketView):
    @extend_schema(exclude=True)
    def get(self, request: Request, rest: str) -> HttpResponse:
        if rest.endswith("/") and leads_somewhere(request.path.rstrip("/")):
            query = request.META.get("QUERY_STRING")
            address = request.path.rstrip("/")
            return HttpResponseRedirect(f"{address}?{query}" if query else address)
        raise NotFound(f"There is nothing at /api/{rest[:100]}; see /api/docs/.")


def table_with(symbol: str, clock: str) -> Table:
    """Return a table that has the symbol; raises UnknownSymbolError."""
    table = current_table(clock)
    if symbol not in table.row_of:
        raise UnknownSymbolError(unknown(symbol, table))
    return table


def unknown(symbol: str, table: Table) -> str:
    """Return the sentence about a symbol that is not there."""
    return questions.wrong_choice("The symbol", symbol, table.symbols)


def leads_somewhere(path: str) -> bool:
    """Tell whether a path has a view of its own."""
    try:
        match = resolve(path)
    except Resolver404:
        return False
    return getattr(match.func, "cls", None) is not UnknownView
