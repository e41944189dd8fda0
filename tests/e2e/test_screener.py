import csv
import json
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import LIVE_WITHIN_MS, PAIRS, Operator, Visit

STRONG = (
    "change_1h >= 0.1 and quote_volume_1h * 6 >= quote_volume_8h and rsi_14_15m < 70"
)
ROWS = ".ag-grid-scrolling-container .ag-row"
PRICES = ".ag-cell[col-id=price]"


def open_screener(visit: Visit, query: str = "") -> Page:
    visit.open_live(f"/screener/{query}")
    expect(visit.page.locator(PRICES).first).to_be_visible(timeout=LIVE_WITHIN_MS)
    return visit.page


def field(page: Page) -> Locator:
    return page.get_by_role("combobox", name="Expression")


def focused(page: Page) -> str:
    """The pair of the row that has the focus."""
    symbol: str = page.evaluate(
        "document.activeElement.closest('.ag-row').getAttribute('row-id')"
    )
    return symbol


def asked(page: Page, expression: str) -> dict[str, Any]:
    """The screen's own answer to an expression, typed by hand."""
    with page.expect_response(
        lambda answer: "/api/screener?" in answer.url and "where=" in answer.url
    ) as found:
        field(page).fill(expression)
    answer: dict[str, Any] = found.value.json()
    return answer


def test_cells_tick_without_anyone_touching_them(visit: Visit) -> None:
    page = open_screener(visit)
    before = page.locator(PRICES).all_inner_texts()

    page.wait_for_function(
        "([selector, before]) => [...document.querySelectorAll(selector)]"
        ".filter((cell, row) => cell.innerText !== before[row]).length >= 5",
        arg=[PRICES, before],
    )

    expect(page.locator(".spark").first).to_be_visible()


def test_rows_follow_what_is_typed(visit: Visit) -> None:
    page = open_screener(visit)

    answer = asked(page, STRONG)

    expect(page.locator(".ask-said")).to_contain_text("RSI 14 15m below 70")
    asked_of = re.compile(rf"^\d+ of ({PAIRS - 1}|{PAIRS})$")
    expect(page.locator(".ask-count")).to_have_text(asked_of)
    assert answer["total"] < answer["market_total"]
    assert all(coin["change_1h"] >= 0.1 for coin in answer["coins"])
    assert "where=change_1h" in page.url


def test_a_fault_is_underlined_at_its_place_and_mended_by_a_press(visit: Visit) -> None:
    page = open_screener(visit)

    field(page).fill("price > 1 and chnge_1h >= 0.1")
    expect(page.locator(".ask-fault")).to_have_text("chnge_1h")
    expect(page.locator(".ask-said")).to_contain_text(
        "unknown metric 'chnge_1h' at 15–22"
    )
    expect(field(page)).to_have_attribute("aria-invalid", "true")
    page.get_by_role("button", name="Write change_1h there").click()

    expect(field(page)).to_have_value("price > 1 and change_1h >= 0.1")
    expect(page.locator(".ask-fault")).to_have_count(0)
    expect(field(page)).to_have_attribute("aria-invalid", "false")


def test_metric_names_are_completed_by_keys(visit: Visit) -> None:
    page = open_screener(visit)

    field(page).press_sequentially("funding_r")
    expect(page.get_by_role("option", name=re.compile("funding_rate"))).to_be_visible()
    page.keyboard.press("Enter")
    page.keyboard.type(" > 0")

    expect(field(page)).to_have_value("funding_rate > 0")
    expect(page.locator(".ask-words")).to_be_visible()


def test_the_address_holds_the_screen(visit: Visit) -> None:
    page = open_screener(visit)
    asked(page, "change_1h < 100")
    page.get_by_role("button", name="Momentum").click()
    page.get_by_role("button", name="Closed").click()
    page.locator(".ag-header-cell[col-id=rsi_14_15m]").click()
    expect(page).to_have_url(re.compile("sort=-rsi_14_15m"))

    page.reload()

    rsi = page.locator(".ag-header-cell[col-id=rsi_14_15m]")
    expect(rsi).to_have_attribute("aria-sort", "descending", timeout=LIVE_WITHIN_MS)
    expect(field(page)).to_have_value("change_1h < 100")
    for name in ("Momentum", "Closed"):
        expect(page.get_by_role("button", name=name)).to_have_attribute(
            "aria-pressed", "true"
        )


def test_rows_stand_in_the_order_of_a_pressed_head(visit: Visit) -> None:
    page = open_screener(visit, "?clock=closed")
    page.locator(".ag-header-cell[col-id=change_1d]").click()
    with page.expect_response(re.compile("sort=-change_1d")) as found:
        page.locator(".ag-header-cell[col-id=price]").click()
        page.locator(".ag-header-cell[col-id=change_1d]").click()

    wanted = [coin["symbol"] for coin in found.value.json()["coins"]][:10]
    page.wait_for_function(
        "wanted => wanted.every((symbol, row) => document.querySelector("
        "`.ag-row[row-index='${row}']`)"
        "?.getAttribute('row-id') === symbol)",
        arg=wanted,
    )


def test_keys_walk_the_rows_pin_explain_and_open(visit: Visit) -> None:
    page = open_screener(visit, "?where=change_1h+%3C+100&sort=symbol")
    page.locator(PRICES).first.focus()
    page.keyboard.press("ArrowDown")
    symbol = focused(page)

    page.keyboard.press("w")
    why = page.get_by_role("complementary", name="Why a pair passes or not")
    expect(why).to_contain_text("It passes.")
    expect(why.get_by_role("heading")).to_have_text(f"Why {symbol}")
    page.keyboard.press("p")
    expect(page.locator(f"[row-index=t-0][row-id='{symbol}']")).to_be_visible()
    expect(page).to_have_url(re.compile(f"pinned={symbol}"))
    page.locator(PRICES).nth(4).focus()
    opened = focused(page)
    page.keyboard.press("Enter")

    expect(page).to_have_url(re.compile(f"/symbols/{opened}/"))


def test_any_metric_becomes_a_column(visit: Visit) -> None:
    page = open_screener(visit)
    page.get_by_role("button", name="Columns…").click()
    page.get_by_role("searchbox", name="Search a metric").fill("williams")

    page.get_by_role("button", name="Williams %R 14 1h").click()
    page.keyboard.press("Escape")

    expect(page).to_have_url(re.compile("columns=.*williams_r_14_1h"))
    expect(page.get_by_role("button", name="Columns…")).to_have_attribute(
        "aria-pressed", "true"
    )


def test_a_filter_of_a_column_is_written_into_the_expression(visit: Visit) -> None:
    page = open_screener(visit)
    page.locator(".ag-header-cell[col-id=change_1h]").hover()
    page.get_by_role("button", name="Filter by 1h %").click()

    page.get_by_label("At least").fill("-5")
    page.get_by_label("At most").fill("0.5")
    page.get_by_role("button", name="Add to the filter").click()

    expect(field(page)).to_have_value("-5 <= change_1h <= 0.5")
    expect(page.locator(".ask-words")).to_be_visible()


def test_a_filter_of_a_column_opens_from_the_keyboard(visit: Visit) -> None:
    page = open_screener(visit)
    head = page.locator(".ag-header-cell[col-id=change_1h]")
    head.focus()

    page.keyboard.press("f")
    page.keyboard.type("0.5")
    page.keyboard.press("Enter")

    expect(field(page)).to_have_value("change_1h >= 0.5")
    expect(head).to_be_focused()


@pytest.mark.parametrize("file_format", ["CSV", "JSON"])
def test_a_file_holds_the_rows_of_the_screen(
    visit: Visit, file_format: str, tmp_path: Path
) -> None:
    page = open_screener(visit, "?where=change_1d+%3E+0&clock=closed")

    with page.expect_download() as found:
        page.get_by_role("button", name=f"Download as {file_format}").click()

    path = tmp_path / "file"
    found.value.save_as(path)
    text = path.read_text(encoding="utf-8")
    rows = (
        json.loads(text)
        if file_format == "JSON"
        else list(csv.DictReader(text.splitlines()))
    )
    assert found.value.suggested_filename == f"screener.{file_format.lower()}"
    assert rows
    assert all(float(row["change_1d"]) > 0 for row in rows)


def test_a_person_keeps_a_screen_shares_and_deletes_it(
    visit: Visit, operator: Operator
) -> None:
    operator.log_in(visit, then="/screener/")
    page = visit.page
    expect(page.locator(PRICES).first).to_be_visible(timeout=LIVE_WITHIN_MS)
    asked(page, STRONG)
    menu = page.get_by_role("button", name="Screens")
    menu.click()
    page.get_by_label("Keep this screen as").fill("Strong hour")
    page.get_by_role("button", name="Save screen").click()
    expect(page.locator(".toast")).to_contain_text("Strong hour is kept")
    visit.open_live("/screener/")

    page.get_by_role("button", name="Screens").click()
    page.get_by_role("button", name="Strong hour").click()
    expect(field(page)).to_have_value(STRONG)
    page.get_by_role("button", name="Strong hour").first.click()
    page.get_by_role("button", name="Share by link").click()
    shared = page.locator("[data-part=link]")
    expect(shared).to_contain_text("?link=")
    link = shared.inner_text()
    visit.open_live(link.removeprefix(visit.board))
    expect(field(page)).to_have_value(STRONG)

    visit.open_live("/screener/")
    page.get_by_role("button", name="Screens").click()
    page.get_by_role("button", name="Strong hour").click()
    page.get_by_role("button", name="Strong hour").first.click()
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("None is kept yet.")).to_be_visible()


def test_a_file_too_large_for_a_request_is_made_in_the_background(
    visit: Visit, operator: Operator
) -> None:
    operator.log_in(visit, then="/screener/")
    page = visit.page
    expect(page.locator(PRICES).first).to_be_visible(timeout=LIVE_WITHIN_MS)
    names = page.evaluate(
        "JSON.parse(document.getElementById('screener-board').textContent)"
        ".metrics.map(({name}) => name).join()"
    )
    visit.open_live(f"/screener/?columns={names}")
    visit.faults.clear()

    with page.expect_download() as found:
        page.get_by_role("button", name="Download as JSON").click()

    rows = json.loads(found.value.path().read_text(encoding="utf-8"))
    # One pair is listed and settled again each week.
    assert len(rows) in {PAIRS - 1, PAIRS}
    assert set(names.split(",")) < set(rows[0])
    # The refusal of the request is what the browser says of it.
    visit.faults[:] = [one for one in visit.faults if "400" not in one]


def test_a_visitor_is_led_to_the_log_in_and_back(visit: Visit) -> None:
    page = open_screener(visit, "?where=price+%3E+1")
    page.get_by_role("button", name="Screens").click()

    page.locator("#screens-menu").get_by_role("link", name="Log in").click()

    expect(page).to_have_url(re.compile(r"login/\?next=%2Fscreener%2F%3Fwhere%3Dprice"))


def test_nothing_passes_is_said_with_a_way_out(visit: Visit) -> None:
    page = open_screener(visit)
    field(page).fill("change_1h > 1000")

    expect(page.get_by_role("alert").get_by_text("No pair passes")).to_be_visible()
    page.get_by_role("button", name="Clear the filter").last.click()

    expect(page.locator(PRICES).first).to_be_visible()
    expect(field(page)).to_have_value("")


def test_rows_stay_greyed_while_the_board_is_away(visit: Visit) -> None:
    page = open_screener(visit)
    page.route("**/api/screener?*", lambda route: route.abort())
    expect(page.get_by_text("No rows now")).to_be_visible(timeout=15_000)
    expect(page.locator(".screener-grid.is-old")).to_be_attached()
    assert page.locator(ROWS).count() > 5

    page.unroute("**/api/screener?*")
    page.get_by_role("button", name="Try again").click()

    expect(page.get_by_text("No rows now")).to_be_hidden()
    visit.faults[:] = [one for one in visit.faults if "ERR_FAILED" not in one]


def test_a_phone_has_the_pair_in_sight_while_columns_move(visit: Visit) -> None:
    visit.page.set_viewport_size({"width": 390, "height": 844})
    page = open_screener(visit)

    page.locator(".ag-grid-viewport").evaluate("view => { view.scrollLeft = 400 }")

    pair = page.locator(".pair-link").first
    expect(pair).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
