"""Pages of the market."""

from datetime import date

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csp import get_nonce
from django.shortcuts import redirect, render
from django.views.decorators.cache import cache_control
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_safe

from markets import snapshots
from markets.dashboard_choice import read_layout
from markets.errors import MarketUnavailableError
from markets.pages.dashboard import dashboard_body
from markets.pages.heatmaps import heatmap_page, read_choice as read_heatmap_choice
from markets.pages.market import market_body, read_choice
from markets.pages.pair_list import pair_list
from markets.pages.screener import screener_page
from markets.pages.symbol import near_names, shared_page
from markets.selectors.ledger_day import ledger_day
from markets.selectors.pairs import known_pairs
from scalpaiboard.lib.clock import now


@require_safe
def dashboard(request: HttpRequest) -> HttpResponse:
    try:
        table = snapshots.read_table(settings.VENUE, "live")
    except MarketUnavailableError:
        table = None
    state = snapshots.read_state(settings.VENUE)
    body = dashboard_body(read_layout(request), table, state)
    return render(request, "markets/dashboard.html", {"body": body})


@require_safe
def market(request: HttpRequest) -> HttpResponse:
    try:
        table = snapshots.read_table(settings.VENUE, "live")
    except MarketUnavailableError:
        table = None
    choice = read_choice(request.GET.dict(), table)
    return render(request, "markets/market.html", {"body": market_body(table, choice)})


@require_safe
def symbol(request: HttpRequest, symbol: str) -> HttpResponse:
    try:
        table = snapshots.read_table(settings.VENUE, "live")
    except MarketUnavailableError:
        return render(request, "markets/no_market.html", status=503)
    if symbol not in table.row_of:
        if symbol.upper() in table.row_of:
            return redirect("symbol", symbol.upper())
        near = near_names(symbol, table)
        content = {"symbol": symbol[:40], "near": near, "label": table.market_label}
        return render(request, "markets/unknown_symbol.html", content, status=404)
    timeframe = request.GET.get("timeframe", "")
    content = shared_page(table, known_pairs(table), symbol, timeframe)
    return render(request, "markets/symbol.html", content)


@require_safe
@cache_control(private=True, max_age=5)
def pairs(request: HttpRequest) -> JsonResponse:
    limit = request.GET.get("limit", "")
    state = snapshots.read_state(settings.VENUE)
    market = state["market"] if state else {"kind": "live", "label": ""}
    try:
        table = snapshots.read_table(settings.VENUE, "live")
    except MarketUnavailableError:
        return JsonResponse({"pairs": [], "notice": ""})
    found = pair_list(
        table,
        known_pairs(table),
        limit=int(limit) if limit.isdecimal() else len(table.symbols),
    )
    notice = "" if market["kind"] == "live" else market["label"]
    return JsonResponse({"pairs": found, "notice": notice})


# The grid writes its theme into a style of its own, which the nonce allows.
@require_safe
@csp_override(settings.GRID_CSP)
def screener(request: HttpRequest) -> HttpResponse:
    content = screener_page() | {"nonce": get_nonce(request)}
    return render(request, "markets/screener.html", content)


@require_safe
def heatmaps(request: HttpRequest) -> HttpResponse:
    try:
        table = snapshots.read_table(settings.VENUE, "live")
    except MarketUnavailableError:
        return render(request, "markets/no_market.html", status=503)
    choice = read_heatmap_choice(request.GET.dict(), table)
    content = heatmap_page(table, known_pairs(table), choice)
    return render(request, "markets/heatmaps.html", content)


@require_safe
def data_health(request: HttpRequest) -> HttpResponse:
    content = {"counters": COUNTERS, "watched": WATCHED}
    return render(request, "markets/data_health.html", content)


@require_safe
def data_health_ledger(request: HttpRequest) -> JsonResponse:
    text = request.GET.get("day", "")
    try:
        day = date.fromisoformat(text) if text else now().date()
    except ValueError:
        message = f"The day is {text[:20]!r}; it must be a date such as 2026-01-31."
        error = {"code": "invalid", "message": message, "fields": {"day": [message]}}
        return JsonResponse({"error": error}, status=400)
    state = snapshots.read_state(settings.VENUE)
    key = state["market"]["key"] if state else ""
    pairs = ledger_day(settings.VENUE, key, day)
    return JsonResponse({"day": day.isoformat(), "pairs": pairs})


COUNTERS = (
    ("frames", "Frames", "Messages taken from the exchange"),
    ("late", "Late", "Candles that came after their minute was closed"),
    ("repaired", "Repaired", "Candles fetched again and filled in"),
    ("quarantined", "Quarantined", "Candles that failed their checks"),
    ("malformed", "Malformed", "Messages that could not be read"),
    ("foreign", "Foreign", "Messages of another market"),
    ("unsaved_minutes", "Unsaved", "Minutes that wait for the database"),
    ("reconnects", "Reconnects", "Connections made anew"),
)
WATCHED = (
    ("books", "Books", "Order books that someone looks at"),
    ("trades", "Trades", "Trade tapes that someone looks at"),
    ("rebuilding", "Rebuilding", "Books that are being made from a new snapshot"),
    ("rebuilds", "Rebuilt", "Books made anew after a break in their chain"),
    ("refused", "Refused", "Pairs beyond the number that may be followed at once"),
)
