"""Order books and trades, over REST."""

from decimal import Decimal

from django.http import HttpResponse
from rest_framework.request import Request

from markets.api import flow_content, flow_questions, flow_schema, questions, schema
from markets.api.views import MarketView, table_with
from markets.exchange_desk import desk
from markets.selectors.pairs import known_pairs, tick_size_of
from markets.selectors.tables import current_state
from markets.types import Symbol


class OrderBookView(MarketView):
    """A book, level by level or in price steps."""

    @schema.answers(
        "orderbook",
        flow_schema.ORDER_BOOK,
        flow_schema.LIMIT,
        flow_schema.BUCKET,
        finds=True,
    )
    def get(self, request: Request, symbol: str) -> HttpResponse:
        """Return the order book as of now, best prices first."""
        table = table_with(symbol, "live")
        tick_size = tick_size_of(symbol, known_pairs(table))
        asked = flow_questions.book_question(request.query_params, tick_size=tick_size)
        if asked.bucket is None:
            book = desk.order_book(Symbol(symbol), limit=asked.limit)
            return self.at_once(flow_content.order_book(book, limit=asked.limit))
        book = desk.deep_book(Symbol(symbol))
        return self.at_once(
            flow_content.bucketed_book(
                book,
                source=_source_of_books(),
                tick_size=tick_size,
                bucket=asked.bucket or Decimal(0),
                limit=asked.limit,
            )
        )


class TradesView(MarketView):
    """The latest trades."""

    @schema.answers(
        "trades",
        flow_schema.TRADES,
        flow_schema.TRADE_LIMIT,
        flow_schema.MIN_QUOTE,
        finds=True,
    )
    def get(self, request: Request, symbol: str) -> HttpResponse:
        """Return the latest trades, oldest first."""
        asked = flow_questions.trades_question(request.query_params)
        table_with(symbol, "live")
        wanted = flow_schema.TRADE_ROWS if asked.min_quote else asked.limit
        found = [
            one
            for one in desk.trades(Symbol(symbol), limit=wanted)
            if flow_content.quote_value(one) >= asked.min_quote
        ]
        return self.at_once(flow_content.trades(symbol, found[-asked.limit :]))


class LargeTradesView(MarketView):
    """Trades that are large for their pair."""

    @schema.answers(
        "large_trades", flow_schema.LARGE_TRADES, flow_schema.TRADE_LIMIT, finds=True
    )
    def get(self, request: Request, symbol: str) -> HttpResponse:
        """List the latest trades that are large for this pair, and from which value."""
        limit = questions.limit_question(
            request.query_params,
            default=flow_schema.DEFAULT_ROWS,
            high=flow_schema.TRADE_ROWS,
        )
        table_with(symbol, "live")
        found = desk.trades(Symbol(symbol), limit=flow_schema.TRADE_ROWS)
        return self.at_once(flow_content.large_trades(symbol, found, limit=limit))


def _source_of_books() -> str:
    state = current_state()
    is_simulated = state is not None and state["market"]["book"] == "simulated"
    return "simulated" if is_simulated else "exchange"
