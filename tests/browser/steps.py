"""The one step that every test takes: to the page behind a link or a button."""

from playwright.sync_api import Locator, Page

from accounts.models import User
from tests.factories import PASSWORD


def follow(target: Locator) -> None:
    """Click, and wait until the page behind it is there: a click alone may leave us on the page before."""
    with target.page.expect_navigation():
        target.click()


def sign_in(page: Page, person: User, *, code: str = "") -> None:
    page.goto("/account/login/")
    page.get_by_label("Email").fill(person.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    if code:
        page.get_by_label("Code").fill(code)
        page.get_by_role("main").get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/meetings/")
