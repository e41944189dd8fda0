import re

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.e2e.conftest import LIVE_WITHIN_MS, Visit

CELLS = ".chart-cell"
DRAWN_WITHIN_MS = 30_000


def open_dashboard(visit: Visit) -> Page:
    """Open the page, and wait until the market is there and every chart is drawn."""
    visit.open_live("/")
    page = visit.page
    expect(page.locator(CELLS)).to_have_count(12, timeout=LIVE_WITHIN_MS)
    first = page.locator(f"{CELLS}.is-drawn").first
    expect(first).to_be_visible(timeout=DRAWN_WITHIN_MS)
    return page


def symbols(page: Page) -> list[str]:
    found: list[str] = page.locator(CELLS).evaluate_all(
        "cells => cells.map((cell) => cell.dataset.symbol)"
    )
    return found


def cell(page: Page, number: int) -> Locator:
    return page.locator(CELLS).nth(number)


def choose_in_menu(page: Page, number: int, item: str) -> None:
    cell(page, number).hover()
    cell(page, number).get_by_role("button", name=re.compile("^More of")).click()
    page.get_by_role("menuitem", name=item).click()


def test_twelve_charts_tick_without_anyone_touching_them(visit: Visit) -> None:
    page = open_dashboard(visit)
    expect(page.locator(f"{CELLS}.is-drawn")).to_have_count(12, timeout=DRAWN_WITHIN_MS)
    before = page.locator(".chart-price > :first-child").all_inner_texts()

    page.wait_for_function(
        "before => [...document.querySelectorAll('.chart-price > :first-child')]"
        ".filter((one, place) => one.textContent !== before[place]).length >= 6",
        arg=before,
    )

    assert len(before) == 12


def test_pairs_and_prices_are_written_by_the_server(visit: Visit) -> None:
    page = open_dashboard(visit)
    with page.expect_response("**/api/dashboard"):
        choose_in_menu(page, 11, "Move to the front")  # from now on they are chosen

    html = page.request.get(visit.board + "/").text()

    written = re.findall(r'class="chart-cell"[^>]*data-symbol="(\w+)"', html)
    assert written == symbols(page)
    assert re.search(r'data-part="price">[\d,.]+<', html)


def test_order_by_the_menu_is_kept_for_a_visitor(visit: Visit) -> None:
    page = open_dashboard(visit)
    first, second = symbols(page)[:2]

    with page.expect_response("**/api/dashboard"):
        choose_in_menu(page, 0, "Move later")
    page.reload()

    expect(cell(page, 0)).to_have_attribute("data-symbol", second)
    expect(cell(page, 1)).to_have_attribute("data-symbol", first)


def test_order_by_dragging_is_kept_for_a_visitor(visit: Visit) -> None:
    page = open_dashboard(visit)
    first, *_ = symbols(page)
    start = cell(page, 0).locator(".chart-price").bounding_box()
    end = cell(page, 5).bounding_box()
    assert start
    assert end

    page.mouse.move(start["x"] + 5, start["y"] + 5)
    page.mouse.down()
    page.mouse.move(end["x"] + 60, end["y"] + 60, steps=8)
    with page.expect_response("**/api/dashboard"):
        page.mouse.up()
    page.reload()

    expect(cell(page, 5)).to_have_attribute("data-symbol", first)


def test_a_pair_is_changed_by_its_name(visit: Visit) -> None:
    page = open_dashboard(visit)
    fourth = symbols(page)[3]

    cell(page, 0).locator(".chart-pair").click()
    page.get_by_role("combobox", name="Search a pair", exact=True).fill("ltc")
    expect(page.get_by_role("option", name="LTCUSDT")).to_be_visible()
    with page.expect_response("**/api/dashboard"):
        page.keyboard.press("Enter")

    expect(cell(page, 0)).to_have_attribute("data-symbol", "LTCUSDT")
    expect(cell(page, 0)).to_have_class(re.compile("is-drawn"), timeout=DRAWN_WITHIN_MS)
    cell(page, 0).locator(".chart-pair").click()
    page.get_by_role("combobox", name="Search a pair", exact=True).fill(fourth)
    page.get_by_role("option", name=fourth).click()
    expect(cell(page, 0)).to_have_attribute("data-symbol", fourth)
    expect(cell(page, 3)).to_have_attribute("data-symbol", "LTCUSDT")


def test_timeframes_of_all_and_of_one_are_kept(visit: Visit) -> None:
    page = open_dashboard(visit)

    with page.expect_response("**/api/dashboard"):
        page.get_by_role("group", name="Candles").get_by_text("5m", exact=True).click()
    with page.expect_response("**/api/dashboard"):
        cell(page, 2).get_by_label("Candles of this chart").select_option("1h")
    page.reload()

    pressed = page.locator("[data-choose=timeframe] [aria-pressed=true]")
    expect(pressed).to_have_text("5m")
    own = cell(page, 2).get_by_label("Candles of this chart")
    expect(own).to_have_value("1h")
    expect(cell(page, 0).get_by_label("Candles of this chart")).to_have_value("")


def test_window_of_the_movers_is_kept_and_followed(visit: Visit) -> None:
    page = open_dashboard(visit)

    with page.expect_response("**/api/dashboard"):
        page.get_by_role("group", name="Movers").get_by_text("4h", exact=True).click()
    gainers = page.locator("[data-list=gainers] [data-part=window]")
    expect(gainers).to_have_text("4h")
    page.reload()

    expect(gainers).to_have_text("4h")


def test_enlarged_chart_is_alive_and_escape_leads_back(visit: Visit) -> None:
    page = open_dashboard(visit)
    button = cell(page, 1).get_by_role("button", name=re.compile("^Enlarge"))

    cell(page, 1).hover()
    button.click()
    large = page.locator("#large-chart")
    expect(large.locator("canvas").first).to_be_visible()
    expect(large.locator("[data-part=close]")).not_to_have_text("")
    page.keyboard.press("Escape")

    expect(large).to_be_hidden()
    expect(large.locator("canvas")).to_have_count(0)
    expect(button).to_be_focused()


def test_a_chart_leads_to_the_page_of_its_pair(visit: Visit) -> None:
    page = open_dashboard(visit)
    symbol = symbols(page)[0]

    cell(page, 0).locator(".chart-canvas").click()

    expect(page).to_have_url(re.compile(f"/symbols/{symbol}/$"))


def test_only_charts_in_sight_listen(visit: Visit) -> None:
    sent: list[str] = []
    visit.page.set_viewport_size({"width": 390, "height": 844})
    open_dashboard(visit)
    visit.page.on(
        "websocket",
        lambda socket: socket.on("framesent", lambda text: sent.append(str(text))),
    )

    visit.page.reload()
    expect(visit.page.locator(f"{CELLS}.is-drawn").first).to_be_visible(
        timeout=DRAWN_WITHIN_MS
    )

    def asked() -> set[str]:
        return set(re.findall(r"candles\.(\w+)\.", " ".join(sent)))

    visit.wait_until(asked)
    assert len(asked()) < 8


def test_movers_tell_the_price_line_of_their_day(visit: Visit) -> None:
    page = open_dashboard(visit)

    line = page.locator("[data-list=volume] polyline").first

    expect(line).to_have_attribute("points", re.compile(r"^0,\d+ 1,\d+"))
    link = page.locator("[data-list=volume] a").first
    expect(link).to_have_attribute("href", re.compile(r"^/symbols/\w+USDT/$"))


@pytest.mark.parametrize("width", [390, 820])
def test_no_width_scrolls_sideways(visit: Visit, width: int) -> None:
    visit.page.set_viewport_size({"width": width, "height": 900})

    page = open_dashboard(visit)

    widths = page.evaluate(
        "[document.documentElement.scrollWidth, innerWidth,"
        " document.querySelector('main').scrollWidth]"
    )
    assert widths[0] <= widths[1]
    assert widths[2] <= widths[1]


def test_first_paint_does_not_move(browser: Browser, board: str) -> None:
    context = browser.new_context(viewport={"width": 1600, "height": 950})
    page = context.new_page()
    page.goto(board)
    expect(page.locator(CELLS)).to_have_count(12, timeout=LIVE_WITHIN_MS)
    page.add_init_script(
        "window.shift = 0; new PerformanceObserver((list) => {"
        "for (const one of list.getEntries()) window.shift += one.value"
        "}).observe({type: 'layout-shift', buffered: true})"
    )

    page.reload()
    expect(page.locator(f"{CELLS}.is-drawn")).to_have_count(12, timeout=DRAWN_WITHIN_MS)

    assert page.evaluate("window.shift") < 0.02
    context.close()
