"""The board as an app: installed, and without a network."""

import re

from playwright.sync_api import expect

from tests.e2e.conftest import Operator, Visit
from tests.e2e.relay import relay

READY = "navigator.serviceWorker.ready.then(() => true)"
KEPT = """
(async () => {
  const all = [];
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) all.push(new URL(request.url).pathname);
  }
  return all;
})()
"""


def wait_until_prices_are_kept(visit: Visit) -> None:
    # A young board may have none at the first look; the next is a minute away.
    visit.open_live("/data-health/")
    visit.page.wait_for_function(
        "fetch('/pairs/').then((a) => a.json()).then(({pairs}) => pairs.length > 0)"
    )
    visit.page.reload()
    visit.page.wait_for_function("localStorage.getItem('last-prices') !== null")
    visit.page.evaluate(READY)


def test_page_without_a_network_shows_the_last_prices_and_comes_back_by_itself(
    visit: Visit,
) -> None:
    page = visit.page
    with relay(visit.board) as way:
        visit.board = way.address
        wait_until_prices_are_kept(visit)

        way.cut()
        page.goto(visit.board + "/data-health/?day=2026-01-31")
        heading = page.get_by_role("heading", name="The board cannot be reached.")
        expect(heading).to_be_visible()
        expect(page.get_by_role("row", name=re.compile("BTCUSDT"))).to_contain_text(
            re.compile(r"[\d,.]+")
        )
        expect(page.locator("[data-part=age]")).to_have_text(re.compile(r"\d .+ old"))
        expect(page.locator("[data-part=notice]")).to_contain_text("not real")
        way.mend()

        heading = page.get_by_role("heading", name="Data health")
        expect(heading).to_be_visible(timeout=20_000)
        expect(page).to_have_url(re.compile(r"day=2026-01-31"))
    cut = re.compile("net::ERR_|WebSocket connection to .* failed")
    visit.faults[:] = [one for one in visit.faults if not cut.search(one)]


def test_worker_keeps_built_files_and_nothing_of_a_person(
    visit: Visit, operator: Operator
) -> None:
    operator.log_in(visit, then="/data-health/")
    visit.page.evaluate(READY)
    visit.open_live("/data-health/")
    visit.page.wait_for_function(f"{KEPT}.then((all) => all.includes('/offline/'))")

    kept = visit.page.evaluate(KEPT)

    others = [path for path in kept if not path.startswith("/static/app/")]
    assert others == ["/offline/"]
    page = visit.page.evaluate("caches.match('/offline/').then((a) => a.text())")
    assert "operator" not in page.lower()
    assert any(path.endswith(".css") for path in kept)


def test_board_can_be_installed(visit: Visit) -> None:
    visit.open_live("/data-health/")
    visit.page.evaluate(READY)
    link = visit.page.locator("link[rel=manifest]").get_attribute("href") or ""

    answer = visit.page.request.get(visit.board + link)
    manifest = answer.json()

    assert answer.headers["content-type"].startswith("application/manifest+json")
    assert manifest["display"] == "standalone"
    folder = (visit.board + link).rsplit("/", 1)[0]
    purposes = set()
    for icon in manifest["icons"]:
        assert visit.page.request.get(f"{folder}/{icon['src']}").ok
        purposes.add((icon["sizes"], icon.get("purpose", "any")))
    assert {
        ("512x512", "any"),
        ("192x192", "maskable"),
        ("any", "maskable"),
    } <= purposes
    errors = visit.page.context.new_cdp_session(visit.page).send(
        "Page.getInstallabilityErrors"
    )["installabilityErrors"]
    # A context of the tests counts as a private window, which installs nothing.
    assert [one for one in errors if one["errorId"] != "in-incognito"] == []
