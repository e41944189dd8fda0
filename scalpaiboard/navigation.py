"""The pages that a person can go to, as the rail, the search and the keys know them."""

from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the board; it is offered as soon as its address exists."""

    name: str
    """The name of its address in `urls.py`."""
    label: str
    icon: str
    keys: str = ""
    """The keys that lead to it, one after the other, such as ``g m``."""
    is_for_operators: bool = False


RAIL: Final = (
    Page("dashboard", "Dashboard", "dashboard", "g d"),
    Page("market", "Market", "market", "g m"),
    Page("screener", "Screener", "screener", "g s"),
    Page("heatmaps", "Heatmaps", "heatmap", "g h"),
    Page("alerts", "Alerts", "bell", "g a"),
    Page("signals", "Signals", "signal", "g i"),
    Page("data_health", "Data health", "health", "g y"),
)
MENU: Final = (
    Page("destinations", "Destinations", "send"),
    Page("api_docs", "API", "api"),
    Page("styleguide", "Style guide", "styleguide", is_for_operators=True),
    Page("admin:index", "Admin", "admin", is_for_operators=True),
)


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Return the pages that exist and that this person may see, with addresses."""
    return {
        "rail": _offered(RAIL, request),
        "menu": _offered(MENU, request),
        "symbol_page": _symbol_page(),
    }


def _symbol_page() -> str:
    # The address of a pair's own page, with SYMBOL in the place of its symbol.
    try:
        return reverse("symbol", args=["SYMBOL"])
    except NoReverseMatch:
        return reverse("market") + "?pair=SYMBOL"


def _offered(pages: tuple[Page, ...], request: HttpRequest) -> list[dict[str, str]]:
    is_operator = bool(getattr(getattr(request, "user", None), "is_staff", False))
    offered = []
    for page in pages:
        if page.is_for_operators and not is_operator:
            continue
        try:
            address = reverse(page.name)
        except NoReverseMatch:
            continue
        offered.append(
            {
                "name": page.name,
                "label": page.label,
                "icon": page.icon,
                "keys": page.keys,
                "address": address,
            }
        )
    return offered
