"""The caller's own dashboard, over REST."""

from typing import Any, Final

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.parsers import JSONParser
from rest_framework.request import Request

from markets.api import schema
from markets.api.errors import ERROR_SCHEMA
from markets.api.limits import HourlyLimit
from markets.api.questions import no_question
from markets.api.schema import a_list, an_object
from markets.api.views import MarketView
from markets.dashboard_choice import keep_layout, read_layout
from markets.dashboard_layout import CHARTS, LONGEST_SYMBOL, Layout
from markets.types import TIMEFRAMES, WINDOWS

_TIMEFRAME: Final[dict[str, Any]] = {"type": "string", "enum": list(TIMEFRAMES)}
_CHART: Final = an_object(
    {
        "symbol": {"type": "string", "minLength": 1, "maxLength": LONGEST_SYMBOL},
        "timeframe": {
            "type": "string",
            "enum": ["", *TIMEFRAMES],
            "description": "Empty where the chart follows the timeframe of all.",
        },
    }
)
LAYOUT: Final = an_object(
    {
        "timeframe": _TIMEFRAME,
        "window": {"type": "string", "enum": list(WINDOWS)},
        "charts": a_list(_CHART)
        | {
            "maxItems": CHARTS,
            "description": "In their order; none means the pairs traded most.",
        },
    }
)
_ERROR: Final = OpenApiResponse(response=ERROR_SCHEMA)


class DashboardLimit(HourlyLimit):
    """Arranging charts is not reading the market: it is counted by itself."""

    scope = "dashboard"
    nameless_limit = 1_000


class DashboardView(MarketView):
    """One object, the caller's own."""

    throttle_classes = (DashboardLimit,)
    parser_classes = (JSONParser,)

    @schema.answers("dashboard", LAYOUT, waits=False)
    def get(self, request: Request) -> HttpResponse:
        """Return the caller's charts, their order, timeframes and window."""
        no_question(request.query_params)
        return self.at_once(read_layout(request._request).plain())  # noqa: SLF001

    @extend_schema(
        operation_id="keep_dashboard",
        request={"application/json": LAYOUT},
        responses={200: LAYOUT, 400: _ERROR, 403: _ERROR, 415: _ERROR, 429: _ERROR},
    )
    def put(self, request: Request) -> HttpResponse:
        """Keep the caller's charts: a person's on the server, else in a cookie."""
        no_question(request.query_params)
        layout = Layout.of(request.data)
        response = self.at_once(layout.plain())
        keep_layout(request._request, response, layout)  # noqa: SLF001
        return response
