import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import LIVE_WITHIN_MS, Operator, Visit
from tests.e2e.test_pages import SCRIPT_BUDGET, violations_of_themes, weigh_scripts

OWN_PAGES = [
    "/alerts/",
    "/alerts/new/?symbol=BTCUSDT",
    "/alerts/history/",
    "/signals/",
    "/settings/destinations/",
]
FIRED_WITHIN_MS = 90_000


def line(page: Page, name: str | re.Pattern[str]) -> Locator:
    return page.get_by_role("listitem").filter(has=page.get_by_role("link", name=name))


def forgive_refusals(visit: Visit) -> None:
    """Take away what the browser itself writes of an answer of 400."""
    visit.faults[:] = [one for one in visit.faults if "400" not in one]


def named(page: Page, name: str) -> None:
    """Give the alert that is being written a name of the test's own."""
    page.get_by_text("Name, pauses, message").click()
    page.get_by_label("Name", exact=True).fill(name)


@pytest.fixture
def page(visit: Visit, operator: Operator) -> Iterator[Page]:
    """The page of a person who has logged in, and who leaves no alert behind."""
    operator.log_in(visit, then="/alerts/")
    yield visit.page
    visit.page.evaluate(
        """async () => {
          const token = /csrftoken=([^;]*)/.exec(document.cookie)[1];
          const headers = {"X-CSRFToken": token};
          const {alerts} = await (await fetch("/api/alerts")).json();
          for (const {id} of alerts) {
            await fetch(`/api/alerts/${id}`, {method: "DELETE", headers});
          }
        }"""
    )


def test_a_newcomer_makes_an_alert_from_the_page_of_a_pair(
    visit: Visit, page: Page
) -> None:
    expect(page.get_by_role("link", name="Make the first one")).to_be_visible()
    visit.open_live("/symbols/ETHUSDT/")
    page.get_by_role("link", name="Alert me of ETHUSDT").click()
    expect(
        page.get_by_role("button", name=re.compile("^Pair: ETHUSDT"))
    ).to_be_visible()
    expect(page.get_by_label("Value")).to_have_value(re.compile(r"^[\d,.]+$"))
    expect(page.locator("[data-part=now]")).to_contain_text("% away")

    page.get_by_role("button", name="Make the alert").click()

    made = line(page, re.compile("^ETHUSDT price crosses above"))
    expect(made).to_contain_text("Active")
    expect(page.locator("[data-part=used]")).to_have_text("1 of 1,000 alerts")


def test_what_is_chosen_is_written_as_an_expression(visit: Visit, page: Page) -> None:
    visit.open("/alerts/new/?symbol=BTCUSDT")
    written = page.locator("[data-part=written]")
    expect(written).to_contain_text("crosses_above(price,")

    page.get_by_label("Metric").select_option("RSI 14")
    page.get_by_label("Over", exact=True).select_option("1h")
    page.get_by_label("Condition", exact=True).select_option("below")
    page.get_by_label("Value").fill("30")
    expect(written).to_have_text("rsi_14_1h < 30 ")
    page.get_by_role("button", name="Write it yourself").click()

    expect(page.get_by_role("combobox", name="Expression")).to_have_value(
        "rsi_14_1h < 30"
    )
    expect(page.locator(".ask-words")).to_have_text("RSI 14 1h below 30")
    # On the way there it was an RSI above the price, which there cannot be.
    forgive_refusals(visit)


def test_what_the_board_refuses_stands_at_its_field(visit: Visit, page: Page) -> None:
    visit.open("/alerts/new/?symbol=BTCUSDT")
    expect(page.locator("[data-part=now]")).to_contain_text("% away")

    page.get_by_label("Value").fill("-5")
    page.keyboard.press("Control+Enter")

    fault = page.locator("[data-error-for=value]")
    expect(fault).to_have_text("Price is always more than 0; it is never −5.")
    expect(page).to_have_url(re.compile("/alerts/new/"))
    page.get_by_label("Value").fill("much")
    page.keyboard.press("Control+Enter")
    expect(fault).to_contain_text("must be a number")
    forgive_refusals(visit)


def test_an_alert_that_comes_true_is_told_at_once(visit: Visit, page: Page) -> None:
    visit.open_live("/alerts/new/?scope=market&expression=change_5m+%3E+0.05")
    expect(page.locator("[data-part=now]")).to_contain_text("so now")
    page.get_by_label("Judge on").select_option("live")
    named(page, "A small rise")

    page.keyboard.press("Control+Enter")

    expect(line(page, "A small rise")).to_be_visible()
    told = page.get_by_role("button", name=re.compile(r"Notifications, \d+ unread"))
    expect(told).to_be_visible(timeout=FIRED_WITHIN_MS)
    expect(page.locator("#toasts")).to_contain_text("A small rise")
    told.click()
    expect(page.locator(".told").first).to_contain_text("USDT")
    page.get_by_role("button", name="Mark all read").click()
    expect(page.get_by_role("button", name="Notifications", exact=True)).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("link", name="A small rise", exact=True).click()
    expect(page.locator("[data-part=rows] tr").first).to_contain_text("USDT")


def test_an_alert_is_paused_copied_and_deleted(visit: Visit, page: Page) -> None:
    visit.open("/alerts/new/?symbol=BTCUSDT")
    expect(page.locator("[data-part=now]")).to_contain_text("% away")
    named(page, "A level")
    page.get_by_role("button", name="Make the alert").click()

    page.get_by_role("button", name="Pause A level").click()
    expect(line(page, "A level")).to_contain_text("Paused")
    page.get_by_role("button", name="Resume A level").click()
    expect(line(page, "A level")).to_contain_text("Active")
    page.get_by_role("button", name="More of A level").click()
    page.get_by_role("button", name="Duplicate").click()
    expect(page.locator("[data-part=list] > li")).to_have_count(2)
    page.get_by_role("button", name="More of A level").last.click()
    page.get_by_role("button", name="Delete…").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()

    expect(page.locator("[data-part=list] > li")).to_have_count(1)


def test_what_the_screener_asks_becomes_an_alert(visit: Visit, page: Page) -> None:
    visit.open_live("/screener/?where=change_1h+%3E+50")

    page.get_by_role("link", name="Alert me").click()

    field = page.get_by_role("combobox", name="Expression")
    expect(field).to_have_value("change_1h > 50")
    expect(page.get_by_role("radio", name="Market")).to_be_checked()


def test_why_an_alert_did_not_speak_is_told_in_a_sentence(
    visit: Visit, page: Page
) -> None:
    visit.open("/alerts/new/?symbol=BTCUSDT")
    expect(page.locator("[data-part=now]")).to_contain_text("% away")
    named(page, "Asked about")
    page.get_by_role("button", name="Make the alert").click()
    page.get_by_role("link", name="Asked about", exact=True).click()

    page.get_by_role("button", name="Tell me").click()

    answer = page.locator("[data-part=answer]")
    expect(answer.locator(".badge")).to_be_visible(timeout=LIVE_WITHIN_MS)
    expect(answer.locator(".explain-said")).to_have_text(
        re.compile(r"^Not at \d\d:\d\d")
    )


def test_a_signal_is_received_once_it_is_chosen(visit: Visit, page: Page) -> None:
    visit.open_live("/signals/")
    expect(page.locator(".rule-head")).to_have_count(16)

    page.get_by_role("button", name="Receive Pioneer Bull").click()
    page.get_by_role("button", name="Receive it", exact=True).last.click()

    chosen = page.get_by_role("button", name="Pioneer Bull is received; change")
    expect(chosen).to_have_text("✓ In the app")
    page.reload()
    chosen.click()
    page.get_by_role("button", name="Do not receive it").click()
    expect(page.get_by_role("button", name="Receive Pioneer Bull")).to_be_visible()


def test_a_stranger_sees_the_signals_and_is_led_to_log_in(visit: Visit) -> None:
    visit.open_live("/signals/")

    expect(visit.page.locator(".rule-head")).to_have_count(16)
    visit.page.get_by_role("link", name="Log in to receive it").first.click()

    expect(visit.page).to_have_url(re.compile(r"/accounts/login/\?next=/signals/"))


def test_the_place_in_the_app_is_tried_limited_and_muted(
    visit: Visit, page: Page
) -> None:
    visit.open_live("/settings/destinations/")

    page.get_by_role("button", name="Test: In the app").click()
    expect(page.locator("#toasts")).to_contain_text("Test: In the app")
    told = page.get_by_role("button", name=re.compile(r"Notifications, \d+ unread"))
    expect(told).to_be_visible()
    page.get_by_label("Messages an hour to In the app").fill("30")
    page.keyboard.press("Tab")
    expect(page.locator("#toasts")).to_contain_text("Kept.")
    page.get_by_label("Mute In the app").select_option("1 hour")
    expect(page.locator(".place")).to_contain_text("muted until")
    page.get_by_label("Mute In the app").select_option("Speak again")

    expect(page.locator(".place")).to_contain_text("ready")
    expect(page.get_by_label("Messages an hour to In the app")).to_have_value("30")


def test_a_webhook_inside_of_the_board_is_refused_at_its_field(
    visit: Visit, page: Page
) -> None:
    visit.open("/settings/destinations/")
    kind = page.locator("[data-kind=webhook]")
    kind.locator("summary").click()

    kind.get_by_label("Address").fill("https://127.0.0.1/hook")
    kind.get_by_role("button", name="Add").click()

    expect(kind.locator("[data-error-for=url]")).to_contain_text("127.0.0.1")
    forgive_refusals(visit)


@pytest.mark.parametrize("path", OWN_PAGES)
def test_page_of_a_person_is_light_has_no_barrier_and_fits_a_phone(
    visit: Visit, page: Page, path: str
) -> None:
    page.emulate_media(reduced_motion="reduce")
    browser = page.context.new_cdp_session(page)
    browser.send("Network.enable")
    browser.send("Network.setCacheDisabled", {"cacheDisabled": True})
    browser.send("Network.setBypassServiceWorker", {"bypass": True})
    sizes = weigh_scripts(page)

    visit.open_live(path)
    page.wait_for_timeout(1_000)

    assert 0 < sum(sizes) <= SCRIPT_BUDGET
    assert violations_of_themes(visit) == {"dark": [], "light": []}
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") == 390
