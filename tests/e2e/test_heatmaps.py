import re

from playwright.sync_api import expect

from tests.e2e.conftest import LIVE_WITHIN_MS, Visit

TILES = ".treemap-tile"


def test_map_of_the_market_ticks(visit: Visit) -> None:
    visit.open_live("/heatmaps/?window=5m")
    tiles = visit.page.locator(TILES)
    expect(tiles.nth(50)).to_be_attached(timeout=LIVE_WITHIN_MS)
    before = tiles.all_inner_texts()

    visit.page.wait_for_function(
        "([selector, before]) => [...document.querySelectorAll(selector)]"
        ".filter((tile, at) => tile.innerText !== before[at]).length >= 3",
        arg=[TILES, before],
    )


def test_tiles_fill_the_map_without_lying_over_each_other(visit: Visit) -> None:
    visit.open_live("/heatmaps/?groups=no")
    expect(visit.page.locator(TILES).nth(50)).to_be_attached(timeout=LIVE_WITHIN_MS)

    covered, whole = visit.page.evaluate(
        "() => { const area = (one) => one.offsetWidth * one.offsetHeight;"
        " const tiles = [...document.querySelectorAll('.treemap-tile')];"
        " return [tiles.reduce((sum, one) => sum + area(one), 0),"
        " area(document.querySelector('.treemap'))]; }"
    )

    assert 0.95 * whole < covered < 1.05 * whole


def test_no_name_is_wider_than_its_tile(visit: Visit) -> None:
    visit.open_live("/heatmaps/")
    expect(visit.page.locator(TILES).nth(50)).to_be_attached(timeout=LIVE_WITHIN_MS)

    shown, cut = visit.page.evaluate(
        "() => { const names = [...document.querySelectorAll('.treemap-tile b')]"
        ".filter((name) => !name.hidden);"
        " return [names.length, names.filter((name) => name.offsetWidth"
        " > name.parentElement.clientWidth).map((name) => name.textContent)]; }"
    )

    assert shown > 50
    assert cut == []


def test_choices_of_the_map_stay_in_the_address(visit: Visit) -> None:
    visit.open_live("/heatmaps/")
    expect(visit.page.locator(TILES).first).to_be_attached(timeout=LIVE_WITHIN_MS)

    visit.page.get_by_role("button", name="4h", exact=True).click()
    visit.page.get_by_label("By category").uncheck()

    expect(visit.page).to_have_url(re.compile(r"window=4h.*groups=no"))
    expect(visit.page.locator(".treemap-head")).to_have_count(0)


def test_arrows_walk_the_tiles_and_enter_opens_one(visit: Visit) -> None:
    visit.open_live("/heatmaps/?groups=no")
    first = visit.page.locator(f"{TILES}[tabindex='0']")
    expect(first).to_be_attached(timeout=LIVE_WITHIN_MS)

    first.focus()
    visit.page.keyboard.press("ArrowRight")
    second = visit.page.locator(f"{TILES}:focus").get_attribute("data-symbol")
    expect(visit.page.locator(".treemap-card")).to_contain_text("24h")
    visit.page.keyboard.press("Enter")

    expect(visit.page).to_have_url(re.compile(f"/symbols/{second}/"))


def test_book_of_any_pair_is_shown_at_will(visit: Visit) -> None:
    visit.open_live("/heatmaps/?tab=book")

    visit.page.get_by_label("Pair", exact=True).fill("eth")
    visit.page.get_by_role("button", name="Show", exact=True).click()

    expect(visit.page).to_have_url(re.compile("pair=eth"))
    island = visit.page.locator("[data-island=book-heatmap]")
    expect(island).to_have_attribute("data-pair", "ETHUSDT")
    expect(island.locator("[data-part=state]")).to_be_hidden(timeout=LIVE_WITHIN_MS)
