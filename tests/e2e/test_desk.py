"""What every page stands on: search, keys, appearance, navigation."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Visit

SEARCH = "Search a pair or a page"


def choose(page: Page, label: str) -> None:
    page.get_by_role("radio", name=label, exact=True).check(force=True)


def test_search_finds_a_pair_by_keys_alone(visit: Visit) -> None:
    visit.open_live("/data-health/")

    visit.page.keyboard.press("/")
    visit.page.keyboard.type("eth")
    first = visit.page.get_by_role("option").first
    expect(first).to_contain_text("ETHUSDT")
    expect(first).to_have_attribute("aria-selected", "true")
    visit.page.keyboard.press("Enter")

    expect(visit.page).to_have_url(re.compile("ETHUSDT"))
    expect(visit.page.get_by_role("heading", name="ETHUSDT").first).to_be_visible()


def test_search_tells_which_option_the_arrow_keys_reached(visit: Visit) -> None:
    visit.open_live("/data-health/")
    field = visit.page.get_by_role("combobox", name=SEARCH)
    field.fill("b")
    options = visit.page.get_by_role("option")
    expect(options.nth(2)).to_be_visible()

    field.press("ArrowDown")
    expect(field).to_have_attribute("aria-activedescendant", "search-option-1")
    field.press("ArrowUp")
    field.press("ArrowUp")

    expect(field).not_to_have_attribute("aria-activedescendant", re.compile("."))
    field.press("Escape")
    expect(field).to_have_value("")
    expect(field).to_have_attribute("aria-expanded", "false")


def test_search_finds_a_page(visit: Visit) -> None:
    visit.open_live("/data-health/")

    visit.page.get_by_role("combobox", name=SEARCH).fill("mark")
    visit.page.get_by_role("option", name="Market", exact=True).click()

    expect(visit.page.get_by_role("heading", name="Market", exact=True)).to_be_visible()


def test_search_says_when_there_is_nothing(visit: Visit) -> None:
    visit.open_live("/data-health/")

    visit.page.get_by_role("combobox", name=SEARCH).fill("nosuchthing")

    expect(visit.page.get_by_text("Nothing of that name.")).to_be_visible()


def test_two_keys_lead_to_a_page(visit: Visit) -> None:
    visit.open_live("/data-health/")

    visit.page.keyboard.press("g")
    visit.page.keyboard.press("m")

    expect(visit.page.get_by_role("heading", name="Market", exact=True)).to_be_visible()


def test_key_dialog_lists_only_keys_that_work_and_gives_the_focus_back(
    visit: Visit,
) -> None:
    visit.open_live("/data-health/")
    bound = visit.page.locator("[data-keys], [data-keys-shown]").count()

    visit.page.keyboard.press("?")
    dialog = visit.page.get_by_role("dialog", name="Keys of this page")

    expect(dialog.locator("dt")).to_have_count(bound)
    visit.page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def test_keys_can_be_switched_off_and_stay_so(visit: Visit) -> None:
    visit.open_live("/data-health/")
    visit.page.keyboard.press("?")
    visit.page.get_by_label("Use these keys in this browser").uncheck()
    visit.page.reload()

    visit.page.keyboard.press("/")
    focused = visit.page.evaluate("document.activeElement.id")

    assert focused != "pair-search"


def test_theme_palette_and_density_are_kept_and_set_before_the_first_paint(
    visit: Visit,
) -> None:
    visit.open_live("/data-health/")
    html = visit.page.locator("html")
    expect(html).to_have_attribute("data-theme", "dark")
    up = visit.page.evaluate(
        "getComputedStyle(document.documentElement).getPropertyValue('--up')"
    )

    visit.page.get_by_role("button", name="Appearance").click()
    for label in ("Light", "Blue, orange", "Compact"):
        choose(visit.page, label)
    visit.page.add_init_script(
        "new MutationObserver((_, seen) => { if (!document.body) return;"
        " window.atFirst = {...document.documentElement.dataset}; seen.disconnect(); })"
        ".observe(document, {childList: true, subtree: true})"
    )
    visit.page.reload()

    at_first = visit.page.evaluate("window.atFirst")
    assert at_first["theme"] == "light"
    assert at_first["palette"] == "blue-orange"
    assert at_first["density"] == "compact"
    assert up != visit.page.evaluate(
        "getComputedStyle(document.documentElement).getPropertyValue('--up')"
    )
    visit.page.get_by_role("button", name="Appearance").click()
    expect(visit.page.get_by_role("radio", name="Compact")).to_be_checked()


def test_table_keeps_its_rows_in_place_when_the_density_changes(visit: Visit) -> None:
    visit.open_live("/data-health/")
    visit.page.keyboard.press("g")
    visit.page.keyboard.press("m")
    visit.wait_for_connection("live")
    row = visit.page.locator("tbody [data-symbol]").nth(3)
    expect(row).to_be_visible()
    before = row.bounding_box()

    visit.page.get_by_role("button", name="Appearance").click()
    choose(visit.page, "Compact")
    visit.page.wait_for_function(
        "(height) => document.querySelectorAll('tbody [data-symbol]')[3]"
        ".getBoundingClientRect().height < height",
        arg=before["height"] if before else 0,
    )

    spare = visit.page.evaluate(
        "[...document.querySelectorAll('.pairs-table .spacer td')]"
        ".reduce((sum, cell) => sum + parseFloat(cell.style.height), 0)"
    )
    shown = visit.page.locator("tbody [data-symbol]").count()
    total = int(
        visit.page.locator(".pairs-table").get_attribute("aria-rowcount") or "0"
    )
    assert spare == pytest.approx((total - 1 - shown) * 24)


def test_phone_has_its_navigation_at_the_foot(visit: Visit) -> None:
    visit.page.set_viewport_size({"width": 390, "height": 844})
    visit.open_live("/data-health/")
    bar = visit.page.get_by_role("navigation", name="Pages")

    box = bar.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] == pytest.approx(844, abs=1)
    assert box["width"] == pytest.approx(390, abs=1)
    for target in bar.get_by_role("link").all():
        size = target.bounding_box()
        assert size is None or size["height"] >= 24
    bar.get_by_role("button", name="More").click()
    expect(visit.page.get_by_role("link", name="Log in")).to_be_in_viewport()


def test_no_entry_of_the_navigation_leads_nowhere(visit: Visit) -> None:
    visit.open_live("/data-health/")
    links = visit.page.locator(".rail a, .menu-account a.menu-item")
    addresses = {link.get_attribute("href") or "" for link in links.all()}

    assert len(addresses) >= 3
    for address in addresses:
        assert visit.page.request.get(visit.board + address).ok, address


def test_phone_shows_every_figure_of_the_market(visit: Visit) -> None:
    visit.page.set_viewport_size({"width": 390, "height": 844})
    visit.open_live("/data-health/")
    visit.page.keyboard.press("g")
    visit.page.keyboard.press("m")
    visit.wait_for_connection("live")

    tiles = visit.page.locator("[data-island=overview] .tile")

    expect(tiles).to_have_count(5)
    for tile in tiles.all():
        expect(tile).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize("width", [390, 820, 1280])
def test_top_bar_of_a_pair_has_room_for_all_it_holds(visit: Visit, width: int) -> None:
    visit.page.set_viewport_size({"width": width, "height": 900})
    visit.open_live("/symbols/BTCUSDT/")

    for part in (
        visit.page.get_by_role("combobox", name=SEARCH),
        visit.page.get_by_role("note"),
        visit.page.locator("[data-island=connection] [data-part=label]"),
        visit.page.get_by_role("button", name="Appearance"),
    ):
        expect(part).to_be_in_viewport(ratio=1)
    top = visit.page.locator(".top").bounding_box()
    assert top is not None
    assert top["height"] <= 96
