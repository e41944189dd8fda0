import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import LIVE_WITHIN_MS, Visit
from tests.e2e.test_pages import violations_of_themes

PATH = "/symbols/BTCUSDT/?timeframe=1m"
FIGURE = re.compile(r"\d")
PANES = "[data-island=candle-chart] [data-part=canvas] table tr:has(canvas)"


def chips(page: Page) -> Locator:
    return page.get_by_role("list", name="Indicators shown").get_by_role("listitem")


def add(page: Page, *names: str) -> None:
    page.get_by_role("button", name="Indicators", exact=True).press("Enter")
    for name in names:
        page.get_by_role("checkbox", name=name, exact=True).press("Space")
    page.keyboard.press("Escape")


def test_indicators_are_added_kept_over_a_reload_and_removed_by_keyboard(
    visit: Visit,
) -> None:
    visit.open_live(PATH)
    rows = visit.page.locator(PANES)
    expect(rows.first).to_be_visible()
    bare = rows.count()

    add(visit.page, "EMA 21", "RSI 14")

    expect(chips(visit.page)).to_have_count(2)
    for number in range(2):
        figures = chips(visit.page).nth(number).locator("b")
        expect(figures).to_have_text(FIGURE, timeout=LIVE_WITHIN_MS)
    expect(visit.page).to_have_url(re.compile("indicators=ema_21%2Crsi_14"))
    assert rows.count() > bare

    visit.open_live(PATH)

    expect(chips(visit.page)).to_have_count(2)
    expect(chips(visit.page).nth(1).locator("b")).to_have_text(
        FIGURE, timeout=LIVE_WITHIN_MS
    )

    visit.page.get_by_role("button", name="Remove RSI 14").press("Enter")
    expect(visit.page.get_by_role("button", name="Remove EMA 21")).to_be_focused()
    visit.page.keyboard.press("Delete")

    expect(chips(visit.page)).to_have_count(0)
    expect(visit.page.get_by_role("button", name="Indicators")).to_be_focused()
    assert rows.count() == bare


def test_newest_value_follows_the_market_as_the_engine_has_it(visit: Visit) -> None:
    visit.open_live(PATH + "&indicators=sma_20")
    figure = chips(visit.page).locator("b")
    expect(figure).to_have_text(FIGURE, timeout=LIVE_WITHIN_MS)
    before = figure.inner_text()

    expect(figure).not_to_have_text(before, timeout=LIVE_WITHIN_MS)

    # Of an average of 20 nothing but the newest close can part the two.
    table = visit.page.request.get(f"{visit.board}/api/coins/BTCUSDT").json()
    shown = float(figure.inner_text().replace(",", ""))
    assert shown == pytest.approx(float(table["metrics"]["sma_20_1m"]), rel=1e-4)


def test_older_candles_bring_their_values_along(visit: Visit) -> None:
    visit.open_live("/symbols/BTCUSDT/?timeframe=1h&indicators=obv")
    expect(chips(visit.page).locator("b")).to_have_text(FIGURE, timeout=LIVE_WITHIN_MS)
    chart = visit.page.locator("[data-island=candle-chart] [data-part=canvas]")

    chart.focus()
    for _ in range(20):
        visit.page.keyboard.press("ArrowLeft")

    # A short history is continued before any key: what came earlier counts too.
    visit.page.wait_for_function(
        "() => performance.getEntriesByType('resource')"
        ".some(({ name }) => /candles.*end=.*indicators=obv/.test(name))"
    )


def test_a_fifth_pane_takes_the_place_of_the_first(visit: Visit) -> None:
    visit.open_live(PATH + "&indicators=rsi_14,macd,stoch,adx")

    add(visit.page, "ATR 14")

    expect(chips(visit.page)).to_have_count(4)
    expect(chips(visit.page).first).to_contain_text("MACD")
    expect(visit.page.get_by_text("At most 4 panes")).to_be_visible()


def test_chart_with_indicators_has_no_barrier_on_a_phone(visit: Visit) -> None:
    visit.page.set_viewport_size({"width": 390, "height": 844})
    visit.page.emulate_media(reduced_motion="reduce")
    visit.open_live(PATH + "&indicators=ema_21,bb,rsi_14,macd")
    expect(chips(visit.page).first.locator("b")).to_have_text(
        FIGURE, timeout=LIVE_WITHIN_MS
    )

    width = visit.page.evaluate("document.documentElement.scrollWidth")
    add(visit.page, "KAMA 10")
    visit.page.get_by_role("button", name="Indicators", exact=True).click()

    assert width <= 390
    assert violations_of_themes(visit) == {"dark": [], "light": []}
