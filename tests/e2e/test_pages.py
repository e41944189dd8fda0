import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from markets.figures import NO_VALUE
from tests.conftest import ROOT
from tests.e2e.conftest import LIVE_WITHIN_MS, Visit

AXE = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
SCRIPT_BUDGET = 120 * 1024
GRID_BUDGET = 340 * 1024
"""Of the page whose table is a grid, which loads after the first paint."""
PAGES = [
    "/",
    "/market/",
    "/symbols/BTCUSDT/",
    "/screener/",
    "/heatmaps/",
    "/heatmaps/?tab=book",
    "/signals/",
    "/data-health/",
    "/accounts/login/",
]


def violations(visit: Visit) -> list[str]:
    visit.page.evaluate(AXE.read_text(encoding="utf-8"))
    found: list[dict[str, Any]] = visit.page.evaluate(
        "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']})"
        ".then((result) => result.violations)"
    )
    return [
        f"{one['id']}: {node['target']} {node['failureSummary']}"
        for one in found
        for node in one["nodes"]
    ]


def violations_of_themes(visit: Visit) -> dict[str, list[str]]:
    """Judge the page as it stands in one theme after the other."""
    found = {}
    for theme in ("dark", "light"):
        visit.page.evaluate(
            "(theme) => { document.documentElement.dataset.theme = theme; "
            "document.dispatchEvent(new Event('theme-changed')); }",
            theme,
        )
        found[theme] = violations(visit)
    return found


def weigh_scripts(page: Page) -> list[int]:
    """Return what will hold the size of each script that the page loads, in bytes."""
    sizes: list[int] = []
    page.on(
        "requestfinished",
        lambda request: sizes.append(
            request.sizes()["responseBodySize"]
            if request.resource_type == "script"
            else 0
        ),
    )
    return sizes


@pytest.mark.parametrize("path", PAGES)
def test_page_is_light_and_has_no_barrier_that_axe_finds(
    visit: Visit, path: str
) -> None:
    visit.page.emulate_media(reduced_motion="reduce")  # a flash has no colour to judge
    sizes = weigh_scripts(visit.page)

    visit.open_live(path)
    visit.page.wait_for_timeout(1_000)

    budget = GRID_BUDGET if path == "/screener/" else SCRIPT_BUDGET
    assert 0 < sum(sizes) <= budget
    assert violations_of_themes(visit) == {"dark": [], "light": []}


def test_data_health_shows_the_feed_at_work(visit: Visit) -> None:
    visit.open_live("/data-health/")
    frames = visit.page.locator("[data-counter=frames]")

    expect(visit.page.locator("[data-part=streams]")).to_contain_text("kline")
    expect(frames).not_to_have_text(NO_VALUE)
    before = frames.inner_text()
    expect(frames).not_to_have_text(before)


def test_data_health_tells_what_is_followed_while_someone_looks(visit: Visit) -> None:
    visit.open_live("/data-health/")
    books = visit.page.locator("[data-watched=books]")
    expect(books).not_to_have_text(NO_VALUE)
    reader = visit.page.context.new_page()

    reader.goto(f"{visit.board}/symbols/BTCUSDT/")

    expect(books).not_to_have_text("0")
    reader.close()
    expect(books).to_have_text("0", timeout=LIVE_WITHIN_MS)


def test_data_health_draws_the_ledger_of_a_day(visit: Visit) -> None:
    visit.open_live("/data-health/")

    line = visit.page.get_by_role("row", name=re.compile("All pairs"))

    expect(line.locator("[class^=hour-]").first).to_be_visible(timeout=15_000)
    expect(line.locator("td")).to_have_count(24)


def test_unknown_address_has_a_page_that_leads_back(visit: Visit) -> None:
    visit.open("/no-such-page/")

    visit.page.get_by_role("link", name="Back to the market").click()

    expect(visit.page.get_by_role("heading", name="Market", exact=True)).to_be_visible()
    visit.faults[:] = [fault for fault in visit.faults if "404" not in fault]
