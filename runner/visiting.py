"""Open the pages of the demo in a browser, as the people that they are for."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, Response, Route, sync_playwright

from runner.browser import find_or_install

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
PATIENCE = 30_000  # milliseconds
CLOCK = "Europe/Prague"
OUR_SCRIPT = "**/expertim*.js"


@dataclass(frozen=True, slots=True)
class Sight:
    """A page to look at; see demo/pages.py, which lists them."""

    name: str
    path: str
    who: str
    status: int
    scripts: bool
    lands: str


@contextmanager
def chromium() -> Iterator[Browser]:
    """Have a browser."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_or_install(), args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


class People:
    """One browser context for each of the people; nobody's is that of visitors."""

    def __init__(self, browser: Browser, site: str, sign_in: Callable[[BrowserContext, str], None]) -> None:
        self._browser, self._site, self._sign_in = browser, site, sign_in
        self._pages: dict[str, Page] = {}

    def page_of(self, who: str, **options: Any) -> Page:
        """Return the window of somebody, who is signed in."""
        if who not in self._pages:
            context = self._browser.new_context(base_url=self._site, timezone_id=CLOCK, **options)
            context.set_default_timeout(PATIENCE)
            if who:
                self._sign_in(context, who)
            self._pages[who] = context.new_page()
        return self._pages[who]

    def close(self) -> None:
        """Close all windows."""
        for page in self._pages.values():
            page.context.close()


def show(page: Page, sight: Sight) -> Response:
    """Open a page and wait until all of it is there; return the site's answer."""
    page.unroute_all()
    if not sight.scripts:
        page.route(OUR_SCRIPT, _without_words)
    response = page.goto(sight.path)
    if sight.lands:
        page.wait_for_url(sight.lands)
        response = page.reload()  # the answer is that of the page where it lands
    if sight.status == 503 and not sight.scripts:
        # The page behind the button that a script would press.
        with page.expect_navigation() as navigation:
            page.get_by_role("main").get_by_role("button").first.click()
        response = navigation.value
    page.evaluate("document.fonts.ready")
    if response is None:
        raise ValueError(f"{sight.path} gave no answer.")
    return response


def sign_in_by_form(people: Mapping[str, str], password: str) -> Callable[[BrowserContext, str], None]:
    """Return a way to sign in as people do."""

    def sign_in(context: BrowserContext, who: str) -> None:
        page = context.new_page()
        page.goto("/account/login/")
        page.get_by_label("Email").fill(people[who])
        page.get_by_label("Password").fill(password)
        page.get_by_role("main").get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/meetings/")
        page.close()

    return sign_in


def _without_words(route: Route) -> None:
    route.fulfill(body="", content_type="text/javascript")
