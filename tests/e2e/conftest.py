"""A whole board in its own process, and a browser that looks at it."""

import os
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Cookie,
    Page,
    Request,
    WebSocketRoute,
    sync_playwright,
)

from scalpaiboard.board.first_start import OPERATOR_EMAIL
from scripts.run_tests import BROWSERS, find_browser
from tests.board_process import BoardProcess, running_board

CHROMIUM = find_browser()
PAIRS = 60
"""More than a table shows at once."""
LIVE_WITHIN_MS = 60_000
ARGUMENTS = [
    # As a browser with windows draws letters; the pictures of the pieces are its own.
    "--font-render-hinting=slight",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.e2e)
            item.add_marker(pytest.mark.timeout(240))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip(f"No browser: {' or '.join(BROWSERS)} of Debian.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def board_process(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[BoardProcess | None]:
    """A board that plays a generated market; None where one runs already."""
    if os.environ.get("BOARD_ADDRESS"):
        yield None
        return
    folder = tmp_path_factory.mktemp("board")
    with running_board(folder, "--demo", "--pairs", str(PAIRS)) as process:
        yield process


@pytest.fixture(scope="session")
def board(board_process: BoardProcess | None) -> str:
    """The address of a board that has filled its past."""
    return board_process.filled() if board_process else os.environ["BOARD_ADDRESS"]


@dataclass
class Wire:
    """The socket between page and board, which a test may cut."""

    is_cut: bool = False
    open_routes: list[WebSocketRoute] = field(default_factory=list)

    def connect(self, route: WebSocketRoute) -> None:
        if self.is_cut:
            route.close()
            return
        route.connect_to_server()
        self.open_routes.append(route)

    def cut(self) -> None:
        self.is_cut = True
        for route in self.open_routes:
            route.close()
        self.open_routes.clear()

    def mend(self) -> None:
        self.is_cut = False


@dataclass
class Visit:
    """A page of the board, and everything about it that would be a fault."""

    page: Page
    wire: Wire
    board: str
    faults: list[str] = field(default_factory=list)

    def open(self, path: str) -> None:
        self.page.goto(self.board + path)

    def open_live(self, path: str) -> None:
        self.open(path)
        self.wait_for_connection("live")

    def wait_for_connection(self, connection: str) -> None:
        self.page.wait_for_selector(
            f"html[data-connection={connection}]",
            state="attached",
            timeout=LIVE_WITHIN_MS,
        )

    def wait_until(self, condition: Callable[[], object]) -> None:
        """Let the browser's events come in until they make a condition true."""
        deadline = time.monotonic() + LIVE_WITHIN_MS / 1_000
        while not condition():
            assert time.monotonic() < deadline, "It has not come true."
            self.page.wait_for_timeout(50)

    def note_console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.faults.append(f"console: {message.text}")

    def note_request(self, request: Request) -> None:
        there, here = urlsplit(request.url), urlsplit(self.board)
        if there.scheme != "data" and there.netloc != here.netloc:
            self.faults.append(f"a request to another host: {request.url}")


@dataclass
class Operator:
    """The operator whom a board makes at its first start."""

    email: str
    password: str
    _cookies: list[Cookie] = field(default_factory=list)

    def log_in(self, visit: Visit, *, then: str) -> None:
        """Log in by the form the first time, and be known by the cookies later."""
        if self._cookies:
            visit.page.context.add_cookies(cast("Any", self._cookies))
            visit.open(then)
            return
        visit.open(f"/accounts/login/?next={then}")
        visit.page.get_by_label("E-mail").fill(self.email)
        visit.page.get_by_label("Password").fill(self.password)
        visit.page.get_by_role("main").get_by_role("button", name="Log in").click()
        visit.page.wait_for_url(visit.board + then)
        self._cookies += visit.page.context.cookies()


@pytest.fixture(scope="session")
def operator(board_process: BoardProcess | None) -> Operator:
    """The operator, whose password the board has said at its start."""
    if board_process is None:
        return Operator(OPERATOR_EMAIL, os.environ["BOARD_PASSWORD"])
    found = re.search(rf"{re.escape(OPERATOR_EMAIL)}\s+(\S+)", board_process.said)
    assert found, "The board has said no password."
    return Operator(OPERATOR_EMAIL, found.group(1))


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 1600, "height": 950})
    yield context
    context.close()


@pytest.fixture
def visit(context: BrowserContext, board: str) -> Iterator[Visit]:
    """A fresh visitor; any fault that the test did not take away fails it."""
    page = context.new_page()
    visit = Visit(page, Wire(), board)
    page.on("console", visit.note_console)
    page.on("pageerror", lambda error: visit.faults.append(f"script: {error}"))
    page.on("request", visit.note_request)
    page.route_web_socket("**/ws", visit.wire.connect)
    yield visit
    assert visit.faults == []
