"""The one step that every test takes: to the page behind a link or a button."""

from playwright.sync_api import Locator


def follow(target: Locator) -> None:
    """Click, and wait until the page behind it is there: a click alone may leave us on the page before."""
    with target.page.expect_navigation():
        target.click()
