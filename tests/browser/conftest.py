"""A real server and a real browser for the tests of this folder; both started once and stopped by their own handles."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from privacy.viewer import Role
from tests import need_browser
from tests.support import web
from tests.support.server import Server, start

FLAGS = [
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    "--process-per-site",  # tabs of one context and site share a process; see Opener
    "--disable-features=ScriptStreaming",  # a script that the process has compiled is taken as it is
    "--js-flags=--no-opt --no-maglev",  # no page lives long enough for the time that optimizing its scripts takes
]
# What Dash's own links do.
FOLLOW = """(path) => {
    window.history.pushState({}, "", path);
    window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
}"""


@pytest.fixture(scope="session")
def bare_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The application with people and agreements, and nothing published yet."""
    home = tmp_path_factory.mktemp("bare") / "home"
    home.mkdir()
    stores = web.empty(home)
    made = start(stores, home.parent / "server.log")
    yield made
    made.stop()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """Debian's Chromium, driven by Playwright."""
    program = need_browser.chromium()
    if program is None:
        pytest.fail(need_browser.MISSING) if need_browser.required() else pytest.skip(need_browser.MISSING)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


class Opener:
    """`open(role, path, width=1280)`: a page of somebody signed in (role None: a stranger).

    Pages of one role share what the browser keeps, as a reader's tabs do; with `fresh=True` or other options of a
    context nothing is shared. A page keeps what went wrong in `page.troubles`: console errors, script errors, requests
    to other hosts.
    """

    def __init__(self, chromium: Any, server: Server) -> None:
        self.chromium, self.server = chromium, server
        self.kept: dict[Role, Any] = {}
        self.pages: list[Any] = []
        self.single: list[Any] = []

    def __call__(
        self, role: Role | None, path: str = "/", width: int = 1280, *, fresh: bool = False, **options: Any
    ) -> Any:
        if role is None or fresh or options:
            context = self._context(role, **options)
            self.single.append(context)
        else:
            context = self._shared(role)
        page = context.new_page()
        self.pages.append(page)
        page.set_viewport_size({"width": width, "height": 800})
        page.troubles = watch(page, self.server.url)
        page.goto(self.server.url + path)
        return page

    def follow(self, role: Role, path: str) -> Any:
        """The first tab of a role, which follows a link to this path: the scripts need not be loaded again."""
        (page, *_) = self._shared(role).pages
        page.troubles.clear()
        page.set_viewport_size({"width": 1280, "height": 800})
        here = urlsplit(page.url).path
        if here in ("/healthz", urlsplit(path).path):  # within a page there is nothing to route
            page.goto(self.server.url + path)
        else:
            with page.expect_response(lambda answer: "_pages_content" in (answer.request.post_data or "")):
                page.evaluate(FOLLOW, path)
            page.evaluate("() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))")
        return page

    def _shared(self, role: Role) -> Any:
        """The context of a role. Its first tab stays open, so that the process with the compiled scripts outlives the
        tabs of each test: compiling them again costs more than most tests do."""
        if role not in self.kept:
            self.kept[role] = self._context(role)
            first = self.kept[role].new_page()
            first.troubles = watch(first, self.server.url)
            first.goto(self.server.url + "/healthz")
        return self.kept[role]

    def _context(self, role: Role | None, **options: Any) -> Any:
        context = self.chromium.new_context(reduced_motion="reduce", **options)
        context.set_default_timeout(60_000)  # a busy machine is slow, not wrong
        if role:
            cookie = {"name": "quorum", "value": self.server.token(role), "url": self.server.url, "httpOnly": True}
            context.add_cookies([cookie])
        return context

    def tidy(self) -> None:
        """Close the pages of one test."""
        while self.pages:
            self.pages.pop().close()
        while self.single:
            self.single.pop().close()

    def close(self) -> None:
        """Close all that the roles have kept."""
        self.tidy()
        while self.kept:
            self.kept.popitem()[1].close()


@pytest.fixture(scope="session")
def bare_opener(chromium: Any, bare_server: Server) -> Opener:
    """Opens pages where nothing is published yet, and the laboratory."""
    return Opener(chromium, bare_server)


@pytest.fixture
def open_bare(bare_opener: Opener) -> Iterator[Opener]:
    """Opens pages where nothing is published yet, and the laboratory, for one test."""
    yield bare_opener
    bare_opener.tidy()


def watch(page: Any, url: str) -> list[str]:
    """Collect what should not happen on a page."""
    found: list[str] = []
    page.on("console", lambda message: message.type == "error" and found.append(message.text))
    page.on("pageerror", lambda error: found.append(str(error)))
    page.on("request", lambda sent: sent.url.startswith((url, "data:", "blob:")) or found.append(sent.url))
    return found
