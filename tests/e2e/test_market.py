import re

import pytest
from playwright.sync_api import Page, expect

from markets.figures import NO_VALUE
from tests.e2e.conftest import LIVE_WITHIN_MS, Visit

PRICES = "tbody [data-symbol] td:nth-of-type(1)"


def prices(page: Page) -> list[str]:
    return page.locator(PRICES).all_inner_texts()


def column(page: Page, number: int) -> list[float]:
    texts = page.locator(f"tbody [data-symbol] td:nth-of-type({number})")
    return [
        float(text.replace("\N{MINUS SIGN}", "-").replace(",", ""))
        for text in texts.all_inner_texts()
        if text != NO_VALUE
    ]


def test_table_ticks_without_anyone_touching_it(visit: Visit) -> None:
    visit.open_live("/market/")
    # A board that has just started fills its first table row by row.
    expect(visit.page.locator(PRICES).nth(19)).to_be_attached(timeout=LIVE_WITHIN_MS)
    before = prices(visit.page)

    visit.page.wait_for_function(
        "([selector, before]) => [...document.querySelectorAll(selector)]"
        ".filter((cell, row) => cell.textContent !== before[row]).length >= 5",
        arg=[PRICES, before],
    )

    assert len(before) >= 20


def test_first_rows_are_written_by_the_server(visit: Visit) -> None:
    visit.open_live("/market/")  # once live, the next page finds a market

    answer = visit.page.request.get(visit.board + "/market/")

    assert re.search(r'<tr data-symbol="\w+USDT"', answer.text())


def test_chart_of_the_chosen_pair_moves_with_it(visit: Visit) -> None:
    visit.open_live("/market/?timeframe=1m")
    visit.page.locator("tbody [data-symbol]").nth(3).click()
    symbol = visit.page.locator("tr.is-chosen").get_attribute("data-symbol")
    close = visit.page.locator("[data-island=candle-chart] [data-part=close]")

    expect(visit.page).to_have_url(re.compile(f"pair={symbol}"))
    expect(close).not_to_have_text("")
    before = close.inner_text()
    expect(close).not_to_have_text(before, timeout=LIVE_WITHIN_MS)
    canvases = visit.page.locator("[data-island=candle-chart] canvas")
    assert canvases.count() > 0


def test_timeframe_of_the_chart_stays_in_the_address(visit: Visit) -> None:
    visit.open_live("/market/")

    visit.page.get_by_role("button", name="4h", exact=True).click()

    expect(visit.page).to_have_url(re.compile("timeframe=4h"))
    pressed = visit.page.locator("[data-timeframe][aria-pressed=true]")
    expect(pressed).to_have_text("4h")


def test_head_of_a_column_sorts_by_keyboard_both_ways(visit: Visit) -> None:
    visit.open_live("/market/")
    head = visit.page.locator("th[data-column=change_1h]")

    head.get_by_role("button").press("Enter")
    expect(head).to_have_attribute("aria-sort", "descending")
    visit.page.wait_for_timeout(100)
    falling = column(visit.page, 4)
    head.get_by_role("button").press("Enter")
    expect(head).to_have_attribute("aria-sort", "ascending")
    visit.page.wait_for_timeout(100)
    rising = column(visit.page, 4)

    # Rows are put in order each second, and tick in between.
    assert falling[0] > falling[-1]
    assert rising[0] < rising[-1]


def test_slash_searches_and_escape_clears(visit: Visit) -> None:
    visit.open_live("/market/")
    rows = visit.page.locator("tbody [data-symbol]")

    visit.page.keyboard.press("/")
    visit.page.keyboard.type("btcusdt")
    expect(rows).to_have_count(1)
    visit.page.keyboard.press("Escape")

    expect(rows.nth(5)).to_be_visible()


def test_arrow_keys_walk_the_pairs(visit: Visit) -> None:
    visit.open_live("/market/?sort=symbol")
    first = visit.page.locator("tbody [data-symbol]").first
    first.click()
    visit.page.locator("[data-part=scroller]").focus()

    visit.page.keyboard.press("ArrowDown")

    expect(visit.page.locator("tbody [data-symbol]").nth(1)).to_have_class("is-chosen")


def test_cut_socket_shows_old_values_and_comes_back_without_reload(
    visit: Visit,
) -> None:
    visit.open_live("/market/")
    visit.page.evaluate("window.isSamePage = true")

    visit.wire.cut()
    label = visit.page.locator("[data-island=connection] [data-part=label]")
    visit.wait_for_connection("stale")
    expect(label).to_have_text(re.compile(r"offline · [\d.]+ s"))
    kept = prices(visit.page)
    visit.wire.mend()
    visit.wait_for_connection("live")

    assert len(kept) >= 20
    expect(label).to_have_text(re.compile("live"))
    visit.page.wait_for_function(
        "([selector, kept]) => [...document.querySelectorAll(selector)]"
        ".some((cell, row) => cell.textContent !== kept[row])",
        arg=[PRICES, kept],
    )
    assert visit.page.evaluate("window.isSamePage") is True


def test_notice_says_that_the_market_is_generated(visit: Visit) -> None:
    for path in ("/", "/market/", "/data-health/", "/accounts/login/"):
        visit.open_live(path)

        expect(visit.page.get_by_role("note")).to_contain_text(
            re.compile("generated", re.IGNORECASE)
        )


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/market/",
        "/symbols/BTCUSDT/",
        "/screener/",
        "/heatmaps/",
        "/heatmaps/?tab=book",
        "/data-health/",
    ],
)
def test_phone_shows_the_page_without_sideways_scrolling(
    visit: Visit, path: str
) -> None:
    visit.page.set_viewport_size({"width": 390, "height": 844})

    visit.open_live(path)

    widths = visit.page.evaluate(
        "[document.documentElement.scrollWidth, innerWidth,"
        " document.querySelector('main').scrollWidth]"
    )
    assert widths[0] <= widths[1]
    assert widths[2] <= widths[1]
    rail = visit.page.get_by_role("navigation", name="Pages")
    expect(rail).to_be_in_viewport()
