"""A real Chromium for the tests that need one. Any error in its console fails the test."""

import os
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Playwright, expect, sync_playwright

from runner.browser import find_or_install

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]

# How long a page may take on a machine that is busy with other things, in milliseconds.
PATIENCE = 30_000
expect.set_options(timeout=PATIENCE)

OpenPage = Callable[..., Page]


@pytest.fixture(scope="session")
def driver() -> Iterator[Playwright]:
    """Drives all browsers of this process: there can be only one."""
    # Playwright's synchronous interface runs an event loop in this thread, beside Django's queries.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def chromium(driver: Playwright) -> Iterator[Browser]:
    browser = driver.chromium.launch(executable_path=find_or_install(), args=FLAGS)
    yield browser
    browser.close()


@pytest.fixture
def open_page(chromium: Browser, live_server: object) -> Iterator[OpenPage]:
    """Return a way to open a browser of one's own: each page has its own cookies."""
    complaints: list[str] = []
    contexts = []

    def listen(message: ConsoleMessage) -> None:
        if message.type == "error":
            complaints.append(f"{message.location.get('url')}: {message.text}")

    def new_page(**options: object) -> Page:
        context = chromium.new_context(base_url=str(live_server), **options)
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        page.on("console", listen)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield new_page
    for context in contexts:
        context.close()
    assert complaints == []
