"""The market as a whole, over REST."""

from django.http import HttpResponse
from rest_framework.request import Request

from markets import overview
from markets.api import content, market_schema, questions, schema
from markets.api.views import MarketView
from markets.selectors.pairs import known_pairs
from markets.selectors.tables import current_table


class OverviewView(MarketView):
    """The market in a few figures."""

    @schema.answers("market_overview", market_schema.OVERVIEW, market_schema.WINDOW)
    def get(self, request: Request) -> HttpResponse:
        """Sum the market up: breadth, volume, leader, categories."""
        window, _ = questions.window_question(request.query_params)
        table = current_table("live")
        return self.cached(
            window,
            table.version,
            lambda: {
                **content.stamp(table),
                **overview.overview(table, known_pairs(table), window),
            },
        )


class MoversView(MarketView):
    """Who moved most."""

    @schema.answers(
        "market_movers", market_schema.MOVERS, market_schema.WINDOW, market_schema.LIMIT
    )
    def get(self, request: Request) -> HttpResponse:
        """List gainers, losers, volume leaders and unusual volume of a window."""
        asked = questions.window_question(
            request.query_params,
            default=overview.DEFAULT_LIMIT,
            high=market_schema.MAX_MOVERS,
        )
        window, limit = asked
        table = current_table("live")
        return self.cached(
            asked,
            table.version,
            lambda: {
                **content.stamp(table),
                **overview.movers(table, known_pairs(table), window, limit=limit),
            },
        )


class PopularView(MarketView):
    """Who is traded more than usual."""

    @schema.answers("market_popular", market_schema.POPULAR, market_schema.LIMIT)
    def get(self, request: Request) -> HttpResponse:
        """List the pairs most active in the last hour against their usual."""
        limit = questions.limit_question(
            request.query_params,
            default=overview.DEFAULT_LIMIT,
            high=market_schema.MAX_MOVERS,
        )
        table = current_table("live")
        return self.cached(
            limit,
            table.version,
            lambda: {
                **content.stamp(table),
                "pairs": overview.popular(table, known_pairs(table), limit=limit),
            },
        )
