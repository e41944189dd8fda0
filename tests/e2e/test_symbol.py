import re

from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import LIVE_WITHIN_MS, Visit

PATH = "/symbols/BTCUSDT/"
# How many pixels are neither ground nor text.
COLORED = """([selector]) => {
  const canvas = document.querySelector(selector);
  const { width, height } = canvas;
  const copy = new OffscreenCanvas(width, height);
  const context = copy.getContext("2d", { willReadFrequently: true });
  context.drawImage(canvas, 0, 0);
  const { data } = context.getImageData(0, 0, width, height);
  let colored = 0;
  for (let at = 0; at < data.length; at += 4) {
    const [red, green, blue] = data.subarray(at, at + 3);
    if (Math.max(red, green, blue) - Math.min(red, green, blue) > 40) colored += 1;
  }
  return colored;
}"""
HEATMAP = "[data-island=book-heatmap] canvas"


def part(page: Page, island: str, name: str) -> Locator:
    return page.locator(f"[data-island={island}] [data-part={name}]")


def wait_for_colors(page: Page, more_than: int) -> int:
    page.wait_for_function(
        f"(given) => ({COLORED})([given[0]]) > given[1]",
        arg=[HEATMAP, more_than],
        timeout=LIVE_WITHIN_MS,
    )
    colored: int = page.evaluate(COLORED, [HEATMAP])
    return colored


def test_chart_loads_older_candles_as_one_scrolls(visit: Visit) -> None:
    visit.open_live(PATH + "?timeframe=1h")
    chart = part(visit.page, "candle-chart", "canvas")
    expect(part(visit.page, "candle-chart", "close")).not_to_have_text("")
    ends: list[int] = []
    visit.page.on(
        "response",
        lambda answer: (
            ends.append(int(answer.url.partition("end=")[2].partition("&")[0]))
            if "/candles?" in answer.url and answer.ok
            else None
        ),
    )

    chart.focus()
    for _ in range(60):
        visit.page.keyboard.press("ArrowLeft")
        visit.page.wait_for_timeout(50)

    assert len(ends) >= 2
    assert ends == sorted(ends, reverse=True)
    assert len(set(ends)) == len(ends)


def test_timeframe_and_legend_of_the_chart_follow_the_keyboard(visit: Visit) -> None:
    visit.open_live(PATH)

    visit.page.get_by_role("button", name="4h", exact=True).press("Enter")

    expect(visit.page).to_have_url(re.compile("timeframe=4h"))
    expect(part(visit.page, "candle-chart", "close")).not_to_have_text("")


def test_book_and_tape_tick(visit: Visit) -> None:
    visit.open_live(PATH)
    best = visit.page.locator(".ladder-bids td").nth(1)
    newest = part(visit.page, "trade-tape", "body").locator("tr").first
    expect(best).not_to_have_text("", timeout=LIVE_WITHIN_MS)
    expect(newest).to_be_attached(timeout=LIVE_WITHIN_MS)
    book = part(visit.page, "book-ladder", "scroller").inner_text()
    trade = newest.inner_text()

    expect(newest).not_to_have_text(trade)
    expect(part(visit.page, "book-ladder", "scroller")).not_to_have_text(book)
    expect(part(visit.page, "book-ladder", "buy")).to_have_text(re.compile(r"Buy .+%"))
    expect(part(visit.page, "book-heatmap", "simulated")).to_be_visible()


def test_tape_holds_still_while_one_reads_it(visit: Visit) -> None:
    visit.open_live(PATH)
    scroller = part(visit.page, "trade-tape", "scroller")
    body = part(visit.page, "trade-tape", "body")
    expect(body.locator("tr").first).to_be_attached(timeout=LIVE_WITHIN_MS)

    scroller.hover()
    expect(part(visit.page, "trade-tape", "held")).to_be_visible()
    held = body.inner_text()
    visit.page.wait_for_timeout(1_500)
    still = body.inner_text()
    visit.page.mouse.move(5, 5)

    assert still == held
    expect(body).not_to_have_text(held)


def test_heatmap_goes_on_over_time_and_reads_under_the_cursor(visit: Visit) -> None:
    visit.open_live(PATH)
    first = wait_for_colors(visit.page, 500)

    later = wait_for_colors(visit.page, first + 500)
    canvas = visit.page.locator(HEATMAP)
    canvas.focus()
    visit.page.keyboard.press("ArrowUp")

    assert later > first
    tip = part(visit.page, "book-heatmap", "tip")
    expect(tip).to_be_visible()
    expect(tip).to_have_text(re.compile(r"[\d,.]+.*\d\d:\d\d:\d\d", re.DOTALL))


def test_heatmap_zooms_by_button_wheel_and_key(visit: Visit) -> None:
    visit.open_live(PATH)
    wait_for_colors(visit.page, 500)
    bucket = part(visit.page, "book-heatmap", "bucket")
    before = bucket.inner_text()

    part(visit.page, "book-heatmap", "wider").click()
    expect(bucket).not_to_have_text(before)
    visit.page.locator(HEATMAP).press("+")
    expect(bucket).to_have_text(before)
    visit.page.locator(HEATMAP).hover()
    visit.page.mouse.wheel(0, 120)
    expect(bucket).not_to_have_text(before)


def test_summary_tells_the_chosen_timeframe_in_words(visit: Visit) -> None:
    visit.open_live(PATH + "?timeframe=1h")
    choice = visit.page.get_by_role("group", name="Timeframe of the summary")
    hour, four_hours, minute = (
        choice.get_by_role("radio", name=re.compile(f"^{name} "))
        for name in ("1h", "4h", "1m")
    )
    expect(hour).to_be_checked()

    hour.press("ArrowRight")
    expect(four_hours).to_be_checked()
    chosen = visit.page.locator(".votes", has=visit.page.locator("[value='4h']"))

    for side in ("up", "down", "neutral"):
        group = visit.page.locator(f".findings [data-group={side}]")
        counted = chosen.locator(f"[data-votes={side}]").inner_text()
        expect(group.locator("[data-part=count]")).to_have_text(counted)
        expect(group.locator("li")).to_have_count(int(counted))
    sources = visit.page.locator(".findings li[title]")
    expect(sources).to_have_count(13)
    minute.click()
    expect(sources).to_have_count(11)


def test_summary_ticks_and_says_what_is_counted(visit: Visit) -> None:
    visit.open_live(PATH + "?timeframe=1m")
    numbers = visit.page.locator(".findings li", has_text="average of 21 candles")
    before = numbers.inner_text()

    expect(numbers).not_to_have_text(before, timeout=LIVE_WITHIN_MS)
    expect(numbers).to_contain_text(re.compile(r"Price [\d,.]+.*EMA 21 [\d,.]+"))
    expect(visit.page.get_by_text("a count, no forecast")).to_be_visible()


def test_summary_and_table_keep_their_place_while_they_tick(visit: Visit) -> None:
    visit.open_live(PATH)
    panels = [visit.page.locator(f".{name}") for name in ("summary", "timeframes")]
    panels[0].scroll_into_view_if_needed()
    before = [panel.bounding_box() for panel in panels]

    visit.page.wait_for_timeout(3_000)

    assert [panel.bounding_box() for panel in panels] == before


def test_table_of_timeframes_ticks_and_scrolls_within_itself(visit: Visit) -> None:
    visit.page.set_viewport_size({"width": 390, "height": 844})
    visit.open_live(PATH)
    region = visit.page.locator(".timeframes .scroller")
    head = region.get_by_role("rowheader", name="RSI 14")
    cell = region.locator("[data-metric=stoch_k_1m]")
    before = cell.inner_text()

    expect(cell).not_to_have_text(before, timeout=LIVE_WITHIN_MS)
    place = head.bounding_box()
    region.evaluate("element => { element.scrollLeft = 200; }")

    assert region.evaluate("element => element.scrollLeft") > 50
    assert head.bounding_box() == place
    assert visit.page.evaluate("document.documentElement.scrollWidth") == 390


def test_cut_socket_greys_the_book_and_it_comes_back(visit: Visit) -> None:
    visit.open_live(PATH)
    wait_for_colors(visit.page, 500)
    visit.page.evaluate("window.isSamePage = true")

    visit.wire.cut()
    visit.wait_for_connection("stale")
    state = part(visit.page, "book-heatmap", "state")
    expect(state).to_have_text(re.compile("connection is lost"))
    expect(visit.page.locator(".findings")).to_have_css("opacity", "0.5")
    visit.wire.mend()
    visit.wait_for_connection("live")

    expect(state).to_be_hidden(timeout=LIVE_WITHIN_MS)
    assert visit.page.evaluate("window.isSamePage") is True


def test_keys_lead_to_the_neighbours_in_the_same_timeframe(visit: Visit) -> None:
    visit.open_live(PATH + "?timeframe=1h")
    following = visit.page.get_by_role("navigation", name="Neighbouring").locator(
        "a[rel=next]"
    )
    address = following.get_attribute("href")

    visit.page.keyboard.press("n")

    expect(visit.page).to_have_url(re.compile(f"{address}.timeframe=1h"))


def test_unknown_pair_leads_to_near_ones(visit: Visit) -> None:
    visit.open("/symbols/BTCUSD/")

    visit.page.get_by_role("link", name="BTCUSDT", exact=True).click()

    expect(visit.page).to_have_url(re.compile(PATH))
    visit.faults[:] = [fault for fault in visit.faults if "404" not in fault]


def test_tap_on_a_phone_reads_a_candle(visit: Visit) -> None:
    visit.page.set_viewport_size({"width": 390, "height": 844})
    visit.open_live(PATH + "?timeframe=1m")
    legend = part(visit.page, "candle-chart", "time")
    expect(legend).not_to_have_text("")
    newest = legend.inner_text()

    part(visit.page, "candle-chart", "canvas").click(position={"x": 90, "y": 120})

    expect(legend).not_to_have_text(newest)
