"""
Every piece of the pages, against its picture.

The references are renewed, and then looked at, by
``make test ARGS="tests/e2e/test_styleguide.py --renew-references"``.
"""

import pytest
from playwright.sync_api import Browser, expect

from scalpaiboard.styleguide import LOOKS
from tests.e2e.conftest import Operator, Visit
from tests.e2e.pictures import assert_like_reference
from tests.e2e.test_pages import violations


@pytest.fixture
def guide(visit: Visit, operator: Operator) -> Visit:
    """The style guide at rest: one size, fonts loaded, nothing that moves."""
    page = visit.page
    page.emulate_media(reduced_motion="reduce")
    page.add_init_script("localStorage.setItem('side', 'folded')")
    operator.log_in(visit, then="/styleguide/")
    page.set_viewport_size({"width": 1600, "height": 4_200})
    page.evaluate("document.fonts.ready.then(() => true)")
    expect(page.locator(".look")).to_have_count(len(LOOKS))
    return visit


def test_pieces_look_as_in_their_references(
    guide: Visit, browser: Browser, pytestconfig: pytest.Config
) -> None:
    renew = bool(pytestconfig.getoption("--renew-references"))

    for number, (theme, palette, _) in enumerate(LOOKS):
        picture = guide.page.locator(".look").nth(number).screenshot()
        name = f"pieces-{theme}-{palette}"
        assert_like_reference(browser, name, picture, renew=renew)


def test_pieces_have_no_barrier_that_axe_finds(guide: Visit) -> None:
    assert violations(guide) == []


def test_side_folds_and_stays_so(guide: Visit) -> None:
    side = guide.page.get_by_role("complementary", name="Side")
    button = side.get_by_role("button", name="Side")
    expect(button).to_have_attribute("aria-expanded", "false")

    button.click()
    expect(side.get_by_label("A field at its foot")).to_be_visible()
    box = side.bounding_box()

    assert box is not None
    assert box["width"] == pytest.approx(0.3 * 1600)
    assert guide.page.evaluate("localStorage.getItem('side')") == "open"


def test_tabs_are_walked_by_arrow_keys(guide: Visit) -> None:
    book = guide.page.get_by_role("tab", name="Book").first
    trades = guide.page.get_by_role("tab", name="Trades").first

    book.focus()
    guide.page.keyboard.press("ArrowRight")

    expect(trades).to_be_focused()
    expect(trades).to_have_attribute("aria-selected", "true")
    expect(guide.page.get_by_text("The second part.").first).to_be_visible()
    expect(guide.page.get_by_text("The first part.").first).to_be_hidden()
